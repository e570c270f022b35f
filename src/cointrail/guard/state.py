"""The state of a chain as far as it is known: accounts, storage, and what they say of a Safe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from cointrail.errors import InputError
from cointrail.guard import layout
from cointrail.guard.contracts import pinned
from cointrail.guard.document import Fields, address, normal, number, octets, parse_json, read_bytes, take
from cointrail.guard.signature import MOST

MOST_ACCOUNTS = 100_000


@dataclass
class Account:
    """One account. `storage` holds the slots that are known, zeros among them."""

    balance: int = 0
    nonce: int = 0
    code: bytes = b""
    storage: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    """In which block it is simulated; None is not known."""

    number: int | None = None
    time: int | None = None
    base_fee: int | None = None


@dataclass(frozen=True)
class Told:
    """What a service says of a Safe, without the storage that proves it."""

    owners: tuple[bytes, ...] = ()
    threshold: int | None = None
    nonce: int | None = None
    version: str | None = None


@dataclass(frozen=True)
class State:
    """`complete`: what is not in it is zero. Else it is not known, and whoever needs it must say so.

    `source` says who told: a file, a node, or a service's summary of the Safe (`told`), which allows no simulation.
    """

    accounts: Mapping[bytes, Account]
    complete: bool = False
    chain_id: int | None = None
    block: Block = Block()
    source: str = "state"
    told: Told | None = None

    def slot(self, account: bytes, slot: int) -> int | None:
        """The content of a slot; None where it is not known."""
        found = self.accounts.get(account)
        if found is not None and slot in found.storage:
            return found.storage[slot]
        return 0 if self.complete else None

    def safe(self, address_: bytes) -> "Safe":
        """What is known of a Safe."""
        return Safe(self, address_)


@dataclass(frozen=True)
class Safe:
    """A Safe as the state shows it; None where it does not."""

    state: State
    address: bytes

    @property
    def known(self) -> bool:
        """Whether its code is there, so that it can be run."""
        found = self.state.accounts.get(self.address)
        return found is not None and bool(found.code)

    @cached_property
    def owners(self) -> tuple[bytes, ...] | None:
        """Its owners in the order of the list that it keeps; None where a link of it is not known or leads astray."""
        if self.state.told is not None:
            return self.state.told.owners or None
        found: list[bytes] = []
        at = layout.SENTINEL
        while len(found) <= MOST:
            following = self.state.slot(self.address, layout.entry(at, layout.OWNERS))
            if not following or following >> 160:
                return None
            at = following
            if at == layout.SENTINEL:
                return tuple(found) or None
            found.append(at.to_bytes(20, "big"))
        return None

    @property
    def threshold(self) -> int | None:
        """How many owners must sign."""
        return self.state.told.threshold if self.state.told else self._slot(layout.THRESHOLD)

    @property
    def nonce(self) -> int | None:
        """The nonce of the next transaction."""
        return self.state.told.nonce if self.state.told else self._slot(layout.NONCE)

    @property
    def singleton(self) -> bytes | None:
        """The contract whose code it runs."""
        found = self._slot(layout.SINGLETON)
        return None if not found or found >> 160 else found.to_bytes(20, "big")

    @property
    def version(self) -> str | None:
        """Its version, where it runs on a contract of Safe's that is there with its published code."""
        if self.state.told:
            return self.state.told.version
        known = pinned(self.singleton or b"", "singleton")
        if known is None:
            return None
        code = self.state.accounts.get(known.address)
        return known.version if code is None or not code.code or keccak(code.code) == known.code_hash else None

    def _slot(self, slot: int) -> int | None:
        return self.state.slot(self.address, slot) if self.known else None


def read_state(path: Path) -> State:
    """The state in a JSON file: accounts as `prestateTracer`, a genesis or a node's dump writes them, or what the
    transaction service says of a Safe. InputError says what cannot be read."""
    return parse_state(parse_json(read_bytes(path), str(path)), str(path))


def parse_state(document: Any, where: str) -> State:
    """The state of a document."""
    if isinstance(document, dict) and isinstance(document.get("result"), dict):
        document = document["result"]
    if not isinstance(document, dict):
        raise InputError(f"{where}: must be a mapping of addresses to accounts")
    head: Fields = {}
    accounts = document
    for name in ("accounts", "alloc", "pre"):
        if isinstance(document.get(name), dict):
            head, accounts = normal({k: v for k, v in document.items() if k != name}, where), document[name]
            break
    else:
        if "owners" in document or "threshold" in document:
            return State({}, told=_told(normal(document, where), where), source="service")
        accounts = {key: value for key, value in document.items() if str(key)[:2].lower() == "0x"}
        head = normal({key: value for key, value in document.items() if key not in accounts}, where)
    if not accounts or len(accounts) > MOST_ACCOUNTS:
        raise InputError(f"{where}: holds {len(accounts)} accounts; give from 1 to {MOST_ACCOUNTS}")
    chain = take(head, "chainid")
    block = take(head, "block", "env")
    return State(
        {address(key, f"{where}, account"): _account(value, f"{where}, {key}") for key, value in accounts.items()},
        complete=head.get("complete") is True,
        chain_id=None if chain is None else number(chain, f"{where}, chain id", (1 << 64) - 1),
        block=_block(block, where),
    )


def _account(value: Any, where: str) -> Account:
    fields = normal(value, where)
    storage, code = take(fields, "storage") or {}, take(fields, "code") or "0x"
    if not isinstance(storage, dict):
        raise InputError(f"{where}: storage must be a mapping of slots to values")
    return Account(
        number(take(fields, "balance") or 0, f"{where}, balance"),
        number(take(fields, "nonce") or 0, f"{where}, nonce", (1 << 64) - 1),
        octets(code, f"{where}, code"),
        {_word(slot, f"{where}, slot"): _word(content, f"{where}, slot {slot}") for slot, content in storage.items()},
    )


def _word(value: Any, what: str) -> int:
    """A slot or its content: always hex, with 0x or without."""
    if isinstance(value, str) and value[:2].lower() != "0x":
        value = "0x" + value
    return number(value, what)


def _block(value: Any, where: str) -> Block:
    if not isinstance(value, dict):
        return Block(None if value is None else number(value, f"{where}, block"))
    fields = normal(value, f"{where}, block")

    def take_number(*names: str) -> int | None:
        found = take(fields, *names)
        return None if found is None else number(found, f"{where}, block {names[0]}")

    return Block(take_number("number"), take_number("timestamp", "time"), take_number("basefeepergas", "basefee"))


def _told(fields: Fields, where: str) -> Told:
    owners = take(fields, "owners") or []
    if not isinstance(owners, list) or len(owners) > MOST:
        raise InputError(f"{where}: owners must be a list of at most {MOST} addresses")
    threshold, nonce, version = take(fields, "threshold"), take(fields, "nonce"), take(fields, "version")
    return Told(
        tuple(address(owner, f"{where}, owners") for owner in owners),
        None if threshold is None else number(threshold, f"{where}, threshold", MOST),
        None if nonce is None else number(nonce, f"{where}, nonce"),
        version if isinstance(version, str) else None,
    )
