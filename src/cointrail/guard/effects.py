"""What a run did to everybody's assets: coins from balances, tokens and allowances from the contracts' own events."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_hash.auto import keccak

from cointrail.guard.journal import Change

TRANSFER: bytes = keccak(b"Transfer(address,address,uint256)")
SINGLE: bytes = keccak(b"TransferSingle(address,address,address,uint256,uint256)")
BATCH: bytes = keccak(b"TransferBatch(address,address,address,uint256[],uint256[])")
APPROVAL: bytes = keccak(b"Approval(address,address,uint256)")
FOR_ALL: bytes = keccak(b"ApprovalForAll(address,address,bool)")
DEPOSIT: bytes = keccak(b"Deposit(address,uint256)")
WITHDRAWAL: bytes = keccak(b"Withdrawal(address,uint256)")
COIN = ""  # the key of the native coin
Key = tuple[bytes, str]  # whose, which asset: "" or 0x and 40 digits, of collections with # and the id


@dataclass(frozen=True)
class Log:
    """One event."""

    address: bytes
    topics: list[bytes]
    data: bytes


@dataclass(frozen=True)
class Allowance:
    """Somebody may now spend an owner's token: how much, None is everything of a collection."""

    token: bytes
    owner: bytes
    spender: bytes
    amount: int | None


@dataclass(frozen=True)
class Effects:
    """Gains (losses below zero) in smallest units by holder and asset, and the allowances that were given, in order."""

    gains: Mapping[Key, int]
    allowances: tuple[Allowance, ...]
    moved: tuple[tuple[str, bytes, bytes, int], ...] = ()  # asset, from, to, amount: every token movement

    def of(self, holder: bytes) -> dict[str, int]:
        """The gains of one holder, by asset."""
        return {asset: amount for (who, asset), amount in self.gains.items() if who == holder and amount}

    def summary(self) -> tuple[Any, ...]:
        """What two runs must have in common to be called the same: who gained and lost what sign of which asset."""
        signs = frozenset((who, asset, amount > 0) for (who, asset), amount in self.gains.items() if amount)
        return signs, frozenset((a.token, a.owner, a.spender) for a in self.allowances)


def effects(logs: Sequence[Log], changes: Mapping[bytes, Change]) -> Effects:
    """The effects of a run from its events and its changes."""
    gains: dict[Key, int] = defaultdict(int)
    allowances: list[Allowance] = []
    moved: list[tuple[str, bytes, bytes, int]] = []
    for holder, change in changes.items():
        before, after = change.balance
        if after != before:
            gains[holder, COIN] += after - before
    minted = {
        (log.address, log.topics[2][12:]) for log in logs if log.topics[:1] == [TRANSFER] and len(log.topics) == 3
    }
    for log in logs:
        if log.topics[:1] == [DEPOSIT] and len(log.topics) == 2 and (log.address, log.topics[1][12:]) in minted:
            continue  # this contract tells of the same twice
        for asset, sender, recipient, amount in _movements(log):
            gains[sender, asset] -= amount
            gains[recipient, asset] += amount
            moved.append((asset, sender, recipient, amount))
        if (allowance := _allowance(log)) is not None:
            allowances.append(allowance)
    return Effects({key: amount for key, amount in gains.items() if amount}, tuple(allowances), tuple(moved))


def _movements(log: Log) -> list[tuple[str, bytes, bytes, int]]:
    topics, token = log.topics, "0x" + log.address.hex()
    kind = topics[0] if topics else b""
    if kind == TRANSFER and len(topics) == 3 and len(log.data) >= 32:
        return [(token, topics[1][12:], topics[2][12:], int.from_bytes(log.data[:32], "big"))]
    if kind == TRANSFER and len(topics) == 4:
        return [(f"{token}#{int.from_bytes(topics[3], 'big')}", topics[1][12:], topics[2][12:], 1)]
    if kind == SINGLE and len(topics) == 4 and len(log.data) >= 64:
        item, amount = int.from_bytes(log.data[:32], "big"), int.from_bytes(log.data[32:64], "big")
        return [(f"{token}#{item}", topics[2][12:], topics[3][12:], amount)]
    if kind == BATCH and len(topics) == 4:
        return [(f"{token}#batch", topics[2][12:], topics[3][12:], 1)]
    if kind in (DEPOSIT, WITHDRAWAL) and len(topics) == 2 and len(log.data) >= 32:
        amount, holder = int.from_bytes(log.data[:32], "big"), topics[1][12:]
        return [(token, bytes(20), holder, amount) if kind == DEPOSIT else (token, holder, bytes(20), amount)]
    return []


def _allowance(log: Log) -> Allowance | None:
    topics = log.topics
    if len(topics) < 3:
        return None
    owner, spender = topics[1][12:], topics[2][12:]
    if topics[0] == APPROVAL and len(topics) == 3 and len(log.data) >= 32:
        return Allowance(log.address, owner, spender, int.from_bytes(log.data[:32], "big"))
    if topics[0] == APPROVAL and len(topics) == 4:
        return Allowance(log.address, owner, spender, None) if any(spender) else None
    if topics[0] == FOR_ALL and len(topics) == 3 and any(log.data):
        return Allowance(log.address, owner, spender, None)
    return None
