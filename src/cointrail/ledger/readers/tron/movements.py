"""What Tron's records move: coin by transactions and inside of them, tokens by events, and what was burnt as fee.

A fee is what the record says was burnt: energy and bandwidth that were staked for, given by others, or paid for by the
owner of a contract cost the sender nothing, so the energy used says nothing about it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from cointrail.ledger.readers.signatures import TRANSFER, TRANSFER_TOPICS
from cointrail.ledger.readers.tron import files
from cointrail.ledger.readers.tron.fields import (
    Record,
    Wrong,
    address,
    amount,
    hash_of,
    listed,
    moment,
    number,
    raw,
    record,
)
from cointrail.ledger.rows import ADDRESS_BYTES, HASH_BYTES, Kind, Status

COIN = ""
COIN_NAMES = (None, "", "_")  # how Tronscan names the coin where tokens have a contract or number
DONE = ("SUCCESS", "SUCESS", "DEFAULT", "", None)  # the second is how java-tron spells it
CARRIERS: Mapping[str, tuple[str, str]] = {  # contracts that carry coin: who gets it, and how much
    "TransferContract": ("to_address", "amount"),
    "TriggerSmartContract": ("contract_address", "call_value"),
    "ParticipateAssetIssueContract": ("to_address", "amount"),
}
CREATION = "CreateSmartContract"
LONGEST = 1 << 16  # calls inside one transaction that have a place of their own

Skip = Callable[[str], None]  # hears of what moves nothing that a ledger keeps


class Moved(NamedTuple):
    """One movement, as `rows.ROWS` has it. `asset` is "" for the coin, else a contract."""

    block: int | None
    block_hash: bytes | None
    time: int | None
    tx: bytes
    place: int | None
    kind: Kind
    position: int | None
    path: bytes | None
    sender: bytes
    recipient: bytes | None
    asset: bytes | str
    amount: int
    status: Status


def moved(item: files.Item, owners: Mapping[bytes, bytes], skip: Skip) -> list[Moved]:
    """The movements of a record; Wrong for one that cannot be. `owners`: who sent the transactions that are known."""
    told = record(item.value, "the record")
    return list(READ[item.kind](item, told, owners, skip))


def owner(told: Record) -> bytes:
    """Who sent a transaction, and paid its fee."""
    return address(_contract(told)[1], "owner_address")


def _contract(told: Record) -> tuple[str, Record]:
    """The type of a transaction's one contract, and its parameters."""
    contracts = listed(record(told["raw_data"], "raw_data").get("contract"), "contract")
    if len(contracts) != 1:
        raise Wrong(f"it has {len(contracts)} contracts, and a transaction of Tron has one")
    one = record(contracts[0], "contract")
    kind = one.get("type")
    if not isinstance(kind, str):
        raise Wrong("its contract has no type")
    return kind, record(record(one.get("parameter"), "parameter").get("value"), "value")


def _transaction(item: files.Item, told: Record, owners: Mapping[bytes, bytes], skip: Skip) -> Iterator[Moved]:
    tx, (kind, value) = hash_of(told, "txID"), _contract(told)
    results = [record(one, "ret") for one in listed(told.get("ret"), "ret")]
    failed = any(one.get("contractRet") not in DONE for one in results)
    status = Status.FAILED if failed else Status.DONE if results else Status.UNKNOWN
    block, block_hash, time = number(told, "blockNumber"), None, moment(told, "block_timestamp")
    if item.block is not None:
        head = record(record(item.block["block_header"], "block_header").get("raw_data"), "raw_data")
        block, time = number(head, "number") or 0, moment(head, "timestamp")
        block_hash = hash_of(item.block, "blockID")
    if block is None and time is None:
        raise Wrong("neither blockNumber nor block_timestamp: when it was is not told")
    sender = address(value, "owner_address")

    def row(what: Kind, recipient: bytes | None, size: int) -> Moved:
        return Moved(block, block_hash, time, tx, item.place, what, 0, None, sender, recipient, COIN, size, status)

    fee = _fee(results[0] if results else {}, told)
    if fee:
        yield row(Kind.FEE, None, fee)
    if kind in CARRIERS:
        to, size = CARRIERS[kind]
        yield row(Kind.TRANSACTION, address(value, to), 0 if failed else amount(value, size))
    elif kind == CREATION:
        given = amount(record(value.get("new_contract") or {}, "new_contract"), "call_value")
        if given and not failed:
            yield row(Kind.TRANSACTION, address(told, "contract_address"), given)
    else:
        skip(f"{kind[:40]}: moves none of the coin to others" if kind != "TransferAssetContract" else "TRC-10 transfer")
    if kind == "TriggerSmartContract" and amount(value, "call_token_value"):
        skip("TRC-10 transfer")


def _fee(result: Record, parts: Record) -> int:
    """What was burnt: all of it, where the record says so, and never less than its parts."""
    told = amount(parts, "energy_fee") + amount(parts, "net_fee")
    if result.get("fee") is None:
        return told
    whole = amount(result, "fee")
    if whole < told:
        raise Wrong(f"fee is {whole}, less than what was burnt for energy and bandwidth, {told}")
    return whole


def _receipt(item: files.Item, told: Record, owners: Mapping[bytes, bytes], skip: Skip) -> Iterator[Moved]:
    tx, block, time = hash_of(told, "id"), number(told, "blockNumber"), moment(told, "blockTimeStamp")
    receipt = record(told.get("receipt") or {}, "receipt")
    failed = told.get("result") not in DONE or receipt.get("result") not in DONE
    status = Status.FAILED if failed else Status.DONE

    def row(what: Kind, sender: bytes, recipient: bytes | None, asset: bytes | str, size: int, **more: Any) -> Moved:
        position, path = more.get("position"), more.get("path")
        return Moved(block, None, time, tx, None, what, position, path, sender, recipient, asset, size, status)

    fee = _fee(told, receipt)
    if fee and tx in owners:
        yield row(Kind.FEE, owners[tx], None, COIN, fee, position=0)
    elif fee:
        skip("fee of a transaction that the files do not hold: who paid it is not told")
    if failed:
        return
    for place, inside in enumerate(listed(told.get("internal_transactions"), "internal_transactions")):
        yield from _inside(record(inside, "an internal transaction"), place, row, skip)
    for one in listed(told.get("log"), "log"):
        log = record(one, "a log")
        topics = [raw(topic, "a topic", HASH_BYTES) for topic in listed(log.get("topics"), "topics")]
        data = raw(log.get("data") or "", "data")
        if topics[:1] != [TRANSFER]:
            skip("no Transfer event")
        elif len(topics) != TRANSFER_TOPICS or len(data) != HASH_BYTES:
            skip("Transfer event of another shape")
        else:
            sender, recipient = (topic[-ADDRESS_BYTES:] for topic in topics[1:])
            yield row(Kind.LOG, sender, recipient, address(log, "address"), int.from_bytes(data, "big"))


def _inside(inside: Record, place: int, row: Callable[..., Moved], skip: Skip) -> Iterator[Moved]:
    """Coin that a contract moved; what was rejected moved nothing."""
    if inside.get("rejected"):
        return
    for value in listed(inside.get("callValueInfo"), "callValueInfo"):
        one = record(value, "callValueInfo")
        if one.get("tokenId"):
            skip("TRC-10 transfer")
        elif size := amount(one, "callValue"):
            if place >= LONGEST:
                raise Wrong(f"more than {LONGEST} internal transactions")
            sender, recipient = address(inside, "caller_address"), address(inside, "transferTo_address")
            yield row(Kind.TRACE, sender, recipient, COIN, size, path=place.to_bytes(2, "big"))


def _internal(item: files.Item, told: Record, owners: Mapping[bytes, bytes], skip: Skip) -> Iterator[Moved]:
    """TronGrid's list of internal transactions: no place, and "_" stands for the coin."""
    data = record(told.get("data") or {}, "data")
    if data.get("rejected"):
        return
    values = record(data.get("call_value") or {}, "call_value")
    if any(name != "_" for name in values):
        skip("TRC-10 transfer")
    if size := amount(values, "_"):
        block, time = number(told, "block_number"), _time(told, "block_timestamp")
        sender, recipient = address(told, "from_address"), address(told, "to_address")
        yield _plain(block, time, hash_of(told, "tx_id"), Kind.TRACE, sender, recipient, COIN, size)


def _token(item: files.Item, told: Record, owners: Mapping[bytes, bytes], skip: Skip) -> Iterator[Moved]:
    """TronGrid's TRC-20 transfers; approvals are listed among them."""
    if told.get("type", "Transfer") != "Transfer":
        skip("approval, or another event that moves nothing")
        return
    contract = address(record(told["token_info"], "token_info"), "address")
    size = _needed(told, "value")
    block, time = number(told, "block_number"), _time(told, "block_timestamp")
    sender, recipient = address(told, "from"), address(told, "to")
    yield _plain(block, time, hash_of(told, "transaction_id"), Kind.LOG, sender, recipient, contract, size)


def _scan_token(item: files.Item, told: Record, owners: Mapping[bytes, bytes], skip: Skip) -> Iterator[Moved]:
    if _counts(told, skip):
        contract, size = address(told, "contract_address"), _needed(told, "quant")
        block, time = number(told, "block"), _time(told, "block_ts")
        sender, recipient = address(told, "from_address"), address(told, "to_address")
        yield _plain(block, time, hash_of(told, "transaction_id"), Kind.LOG, sender, recipient, contract, size)


def _scan_coin(item: files.Item, told: Record, owners: Mapping[bytes, bytes], skip: Skip) -> Iterator[Moved]:
    """Tronscan's transfers of the coin and of TRC-10 tokens, which have a number for a name."""
    name = told.get("tokenName")
    if name not in COIN_NAMES and str(name).lower() != "trx":
        skip("TRC-10 transfer")
    elif _counts(told, skip):
        block, time, size = number(told, "block"), _time(told, "timestamp"), _needed(told, "amount")
        sender, recipient = address(told, "transferFromAddress"), address(told, "transferToAddress")
        yield _plain(block, time, hash_of(told, "transactionHash"), Kind.OTHER, sender, recipient, COIN, size)


def _counts(told: Record, skip: Skip) -> bool:
    """Whether Tronscan says that a transfer went through and stays."""
    if told.get("contractRet") not in DONE or told.get("finalResult") not in DONE or told.get("revert") in (True, 1):
        skip("transfer that failed")
        return False
    if told.get("confirmed") in (False, 0, "false"):
        skip("transfer that is not confirmed")
        return False
    return True


def _needed(told: Record, name: str) -> int:
    if told.get(name) is None:
        raise Wrong(f"no {name}")
    return amount(told, name)


def _time(told: Record, name: str) -> int:
    found = moment(told, name)
    if found is None:
        raise Wrong(f"no {name}")
    return found


def _plain(
    block: int | None,
    time: int,
    tx: bytes,
    kind: Kind,
    sender: bytes,
    recipient: bytes,
    asset: bytes | str,
    size: int,
) -> Moved:
    return Moved(block, None, time, tx, None, kind, None, None, sender, recipient, asset, size, Status.DONE)


def _block(item: files.Item, told: Record, owners: Mapping[bytes, bytes], skip: Skip) -> Iterator[Moved]:
    """A block moves nothing but by its transactions."""
    head = record(record(told["block_header"], "block_header").get("raw_data"), "raw_data")
    if moment(head, "timestamp") is None and number(head, "number"):
        raise Wrong("a block without a timestamp")
    hash_of(told, "blockID")
    yield from ()


READ: Mapping[str, Callable[[files.Item, Record, Mapping[bytes, bytes], Skip], Iterator[Moved]]] = {
    files.BLOCK: _block,
    files.TRANSACTION: _transaction,
    files.RECEIPT: _receipt,
    files.INTERNAL: _internal,
    files.TOKEN: _token,
    files.SCAN_TOKEN: _scan_token,
    files.SCAN_COIN: _scan_coin,
}
