"""Random true chains, and sources that each tell a part of the truth in their own way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.event import Event
from cointrail.ledger.manifest import Declared, Origin
from cointrail.ledger.rows import EVENTS, INPUT, Kind, Status
from cointrail.ledger.store import writer
from tests.making import START, address, table

Row = dict[str, Any]
TOKEN = "0x" + "11" * 20
ASSETS = ("", "COIN", TOKEN)
AMOUNTS = (0, 1, 2, 10**18, 2**63, 2**64 - 1, 2**127, 10**38 - 1, 10**38, 2**256 - 1)


def block_hash(block: int, version: int = 0) -> bytes:
    return b"hash" + version.to_bytes(12, "big") + block.to_bytes(16, "big")


def tx_hash(block: int, index: int) -> bytes:
    """Hashes whose order is not that of the transactions, and whose first eight bytes often agree."""
    return bytes([index * 7 % 3]) * 8 + index.to_bytes(8, "big") + block.to_bytes(16, "big")


def truth(random: Random, blocks: int) -> list[Row]:
    """All movements of a small chain as the best source would tell them, in chain order."""
    rows: list[Row] = []
    for block in range(100, 100 + blocks):
        log = 0
        for index in range(random.randint(1, 4)):
            status = random.choice([Status.DONE, Status.DONE, Status.FAILED])
            base = {
                "block": block,
                "block_hash": block_hash(block),
                "time": START + 12 * block,
                "tx": tx_hash(block, index),
                "tx_index": index,
                "status": status,
                "exact": True,
            }
            people = [address(random.randint(1, 4)) for _ in range(2)]
            party = {"sender": people[0], "recipient": people[1]}
            rows.append(base | {"kind": Kind.FEE, "position": 0, "sender": people[0], "asset": "", "amount": _wide(21)})
            value = _wide(0 if status == Status.FAILED else random.choice(AMOUNTS))
            rows.append(base | party | {"kind": Kind.TRANSACTION, "position": 0, "asset": "", "amount": value})
            if status == Status.FAILED:
                continue
            for step in range(random.randint(0, 2)):
                call = {
                    "kind": Kind.TRACE,
                    "path": bytes([0, step]),
                    "asset": "",
                    "amount": _wide(random.randint(1, 3)),
                }
                rows.append(base | party | call)
            for _ in range(random.randint(0, 3)):
                token = {"kind": Kind.LOG, "asset": random.choice(ASSETS[1:]), "amount": _wide(random.choice(AMOUNTS))}
                rows.append(base | party | token | {"position": log})
                log += 1
        for ordinal in range(random.randint(0, 2)):
            base = {"block": block, "block_hash": block_hash(block), "time": START + 12 * block, "exact": True}
            paid = {"kind": Kind.REWARD, "status": Status.DONE, "position": ordinal, "asset": "", "amount": _wide(5)}
            rows.append(base | paid | {"tx": None, "tx_index": None, "sender": None, "recipient": address(ordinal + 1)})
    return rows


def _wide(amount: int) -> bytes:
    return amount.to_bytes(32, "big")


@dataclass(frozen=True)
class Way:
    """How a source tells rows: what it leaves out."""

    loose: bool = False  # no positions
    index: bool = True
    time: bool = True
    hashes: bool = True
    status: bool = True
    block: bool = True

    def tell(self, row: Row) -> Row:
        out = dict(row)
        if self.loose:
            out |= {"kind": Kind.OTHER, "position": None, "path": None, "status": Status.UNKNOWN}
        if not self.index:
            out["tx_index"] = None
        if not self.time:
            out["time"] = None
        if not self.hashes:
            out["block_hash"] = None
        if not self.status:
            out["status"] = Status.UNKNOWN
        if not self.block:
            out |= {"block": None, "block_hash": None, "tx_index": None}
        return out


def way(random: Random) -> Way:
    return Way(*(random.random() < share for share in (0.3, 0.6, 0.7, 0.5, 0.5)))


def sources(random: Random, rows: Sequence[Row], count: int, blockless: bool = False) -> list[list[Row]]:
    """Sources that tell parts of the truth, half of them of some blocks only, in any order of their rows. A loose one
    tells no fees, which have no `to`.

    Where some tell no blocks, all tell times: without either there is no order.
    """
    told = []
    blocks = sorted({row["block"] for row in rows})
    for _ in range(count):
        how = way(random)
        if blockless:
            how = replace(how, time=True, block=random.random() < 0.5)
        ends = sorted(random.choices(blocks, k=2)) if random.random() < 0.5 else [blocks[0], blocks[-1]]
        known = [row for row in rows if ends[0] <= row["block"] <= ends[1] and random.random() < 0.7]
        part = [how.tell(row) for row in known if not (how.loose and row["kind"] in (Kind.FEE, Kind.REWARD))]
        random.shuffle(part)
        told.append(part)
    return [part for part in told if part]


def declare(key: str) -> Declared:
    return Declared(key, key or "ETH", 0 if key == "COIN" else 18, "native" if not key else "named")


def bring(folder: Path, *parts: Sequence[Row], events: Sequence[Sequence[Row]] = ()) -> Ledger:
    """Import sources together, in one import: of rows, and of events after them."""
    with writer(folder, "ethereum") as into:
        for number, rows in enumerate(parts):
            into.add(table(rows), number)
        for number, told in enumerate(events, len(parts)):
            into.add(events_table(told), number)
        every = [*parts, *events]
        into.commit([Origin(str(n), "test", "", len(p)) for n, p in enumerate(every)], declare, lambda share: None)
    return open_ledger(folder)


def events_table(rows: Sequence[Row]) -> pa.Table:
    """Events as a reader hands them over."""
    return pa.table([pa.array([row[field.name] for row in rows], field.type) for field in EVENTS], schema=EVENTS)


def happened(random: Random, rows: Sequence[Row]) -> list[Row]:
    """Events of the transactions of a true chain, in chain order; those of failed ones are what nobody may see."""
    found: list[Row] = []
    first = {row["block"]: 1000 for row in rows}
    for row in rows:
        if row["kind"] != Kind.TRANSACTION or row["status"] == Status.FAILED:
            continue
        base = {name: row[name] for name in ("block", "block_hash", "time", "tx", "tx_index")}
        if random.random() < 0.5:
            call = {"position": INPUT, "sender": row["sender"], "topics": b"", "data": random.randbytes(36)}
            found.append(base | call | {"address": row["recipient"]})
        for _ in range(random.randint(0, 2)):
            topics = random.randbytes(32) * random.randint(0, 4)
            log = {"position": first[row["block"]], "sender": None, "topics": topics, "data": random.randbytes(40)}
            found.append(base | log | {"address": address(random.randint(1, 4))})
            first[row["block"]] += 1
    return found


def event(row: Row) -> Event:
    """A row as the ledger shows it."""
    topics = tuple(row["topics"][n : n + 32] for n in range(0, len(row["topics"]), 32))
    rest = {name: row[name] for name in EVENTS.names if name not in ("block_hash", "topics")}
    return Event(**rest, topics=topics)


def rows_of(ledger: Ledger) -> list[tuple[Any, ...]]:
    """What the ledger holds, in its order: block, time, tx, sender, recipient, asset, amount."""
    facts = ledger.facts(range(ledger.transfers))
    names = [asset.key for asset in ledger.manifest.assets]
    people = ledger.addresses(facts.sender.tolist()), ledger.addresses(facts.recipient.tolist())
    keys = [names[number] for number in facts.asset.tolist()]
    columns = (facts.block.tolist(), facts.time.tolist(), facts.tx, *people, keys, facts.amount)
    return list(zip(*columns, strict=True))


def as_rows(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Rows as `rows_of` shows them."""
    return [
        (
            r["block"],
            r["time"],
            r["tx"],
            r["sender"] or b"",
            r.get("recipient") or b"",
            r["asset"],
            int.from_bytes(r["amount"]),
        )
        for r in rows
    ]
