"""Freezes of USDT: from the events of its contracts to labels with their times.

`AddedBlackList` freezes an address, `RemovedBlackList` lets it go, `DestroyedBlackFunds` burns what it held. Source:
the verified code of the contracts in `freezes.csv`; on Tron the address is indexed, on Ethereum it is not.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from eth_hash.auto import keccak

from cointrail.chains.address import WRAPPING, parse_any
from cointrail.chains.chain import chain
from cointrail.chains.data import table
from cointrail.chains.moment import parse_time
from cointrail.labels.networks import chain_of
from cointrail.labels.table import Row, records
from cointrail.ledger import open_ledger
from cointrail.ledger.event import Event

TABLE = "freezes.csv"
WORD = 32
ADDED, REMOVED, DESTROYED = "AddedBlackList", "RemovedBlackList", "DestroyedBlackFunds"
TOPICS = {
    keccak(f"{ADDED}(address)".encode()): ADDED,
    keccak(f"{REMOVED}(address)".encode()): REMOVED,
    keccak(f"{DESTROYED}(address,uint256)".encode()): DESTROYED,
}
NAMES = {name.lower(): name for name in TOPICS.values()}
# Headings of tables of events as explorers and query services export them, in lower case without underscores.
EVENT = ("event", "eventname", "eventtype", "name", "action", "type")
USER = ("user", "blacklisteduser", "address", "account", "wallet", "target")
TIME = ("time", "timestamp", "blocktime", "blocktimestamp", "evtblocktime", "date", "datetime", "datetimeutc")
TX = ("tx", "txhash", "transactionhash", "hash", "evttxhash")
NETWORK = ("network", "chain", "blockchain")
RAW = ("topics", "data")


@dataclass(frozen=True)
class Freeze:
    """One event: what happened to an address, when, and where in its file it stands."""

    line: int
    kind: str
    address: bytes
    time: int
    network: str


@cache
def contracts() -> dict[tuple[str, bytes], Mapping[str, str]]:
    """The contracts whose freezes are known, by chain and address."""
    return {(row["network"], parse_any(row["contract"])): row for row in table("cointrail.labels", TABLE)}


def is_freezes(line: str) -> bool:
    """Whether a line is the heading of a table of events, decoded or raw."""
    names = set(_names(line))
    raw = {*RAW, "address"} <= names
    return bool((raw or (names & {*EVENT} and names & {*USER})) and names & {*TIME})


def read_freezes(path: Path) -> Iterator[Row]:
    """Labels from a table of events: decoded ones (event, user, time), or raw logs (address, topics, data, time)."""
    names: list[str] = []
    found: list[Freeze] = []
    for line, lines, cells in records(path):
        if not names:
            names = [_plain(cell) for cell in cells]
            continue
        try:
            one = _row(line, dict(zip(names, cells, strict=False)))
        except ValueError as error:
            yield line, lines, str(error)
            continue
        if one is None:
            yield line, lines, None
        else:
            found.append(one)
    yield from spans(found)


def read_ledger(path: Path) -> Iterator[Row]:
    """Labels from the events that a ledger keeps; the place of the event stands for the line."""
    ledger = open_ledger(path)
    yield from spans(_events(ledger.events, ledger.chain))


def spans(events: Iterable[Freeze]) -> Iterator[Row]:
    """From freezes and what ended them to labels. Every event says something: what one label could not hold is counted
    with it, so an end is a row without a label of its own."""
    frozen: dict[tuple[str, bytes], Freeze] = {}
    seen: set[tuple[str, bytes]] = set()
    for one in sorted(events, key=lambda one: (one.time, one.line)):
        who = (one.network, one.address)
        if one.kind == DESTROYED:
            yield one.line, 1, _label(one, "destroyed_funds", "funds destroyed", one.time, None)
            continue
        begun = frozen.pop(who, None)
        if one.kind == ADDED:
            frozen[who] = begun or one
            if begun is not None:
                yield one.line, 1, None
        elif begun is not None:
            yield one.line, 1, None
            if begun.time < one.time:
                yield begun.line, 1, _label(begun, "black_list", "frozen", begun.time, one.time)
            else:
                yield begun.line, 1, None
        elif who in seen:  # let go, and not frozen
            yield one.line, 1, None
        else:  # frozen before these events begin
            yield one.line, 1, _label(one, "black_list", "frozen", None, one.time)
        seen.add(who)
    for one in frozen.values():
        yield one.line, 1, _label(one, "black_list", "frozen", one.time, None)


def _label(one: Freeze, category: str, what: str, begin: int | None, end: int | None) -> dict[str, str]:
    row = next(row for (network, _), row in contracts().items() if network == one.network)
    return {
        "address": chain(one.network).address(one.address),
        "entity": f"{row['token']}: {what} by {row['issuer']}",
        "category": category,
        "confidence": "ledger_immanent",
        "source": f"{row['token']} contract {row['contract']}",
        "url": row["url"],
        "network": one.network,
        "valid_from": "" if begin is None else str(begin),
        "valid_to": "" if end is None else str(end),
    }


def _events(events: Iterable[Event], network: str) -> Iterator[Freeze]:
    for place, event in enumerate(events, 1):
        if (network, event.address) in contracts() and event.topics and event.time is not None:
            kind = TOPICS.get(event.topics[0])
            words = [*event.topics[1:], event.data[:WORD]]
            if kind is not None and len(words[0]) == WORD:
                yield Freeze(place, kind, words[0][-20:], event.time, network)


def _row(line: int, said: Mapping[str, str]) -> Freeze | None:
    time = parse_time(_first(said, TIME, "time"))
    network = chain_of(next((said[name] for name in NETWORK if said.get(name)), "")) or ""
    if all(name in said for name in RAW):
        return _log(line, said, time, network)
    kind = NAMES.get(_first(said, EVENT, "event").strip().lower())
    if kind is None:
        return None
    text = _first(said, USER, "address of who was frozen").strip(WRAPPING)
    network = network or ("tron" if text.startswith("T") else "ethereum")
    return Freeze(line, kind, parse_any(text), time, network)


def _log(line: int, said: Mapping[str, str], time: int, network: str) -> Freeze | None:
    emitter = parse_any(said["address"])
    where = [chain for chain, contract in contracts() if contract == emitter and network in ("", chain)]
    words = [_word(text) for text in csv.reader([said["topics"].strip("[](){} ").replace(" ", ",")]).__next__() if text]
    kind = TOPICS.get(words[0]) if words else None
    if not where or kind is None:
        return None
    words.append(_word(said["data"][: 2 + 2 * WORD]))
    return Freeze(line, kind, words[1][-20:], time, where[0])


def _word(text: str) -> bytes:
    digits = text.strip(WRAPPING).removeprefix("0x")
    if len(digits) != 2 * WORD:
        raise ValueError(f"{text[:80]!r} is not a word of {WORD} bytes")
    return bytes.fromhex(digits)


def _first(said: Mapping[str, str], names: Iterable[str], what: str) -> str:
    for name in names:
        if said.get(name):
            return said[name]
    raise ValueError(f"it has no {what}")


def _names(line: str) -> list[str]:
    return [_plain(cell) for cell in line.replace(";", ",").replace("\t", ",").split(",")]


def _plain(cell: str) -> str:
    return "".join(letter for letter in cell.lower() if letter.isalnum())
