"""Every rule on every set whose truth is known: joining and decoding bridge legs, forged withdrawals, conversions."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import pooling, swapping
from cointrail.conversions.measure import NOMAD, Leg, Transfer, measure, scored
from cointrail.conversions.mixers import joined
from cointrail.conversions.rate import Rate
from tests.conversions.bridge import DATA, real, rows
from tests.conversions.bridges.connector import INPUTS, SAMPLES, called, published
from tests.conversions.frauds import RONIN, alarmed, attacks, ronin, unexplained
from tests.conversions.mainnet import BLOCKS
from tests.conversions.mixers import crocs
from tests.conversions.settled import compared

CHAINGE = DATA / "bridges" / "chainge_radiant" / "chainge_bridge_pairs.csv"
BLOCK_SET = "Ethereum blocks 17173049 and 17173050"
DAY = 86_400
JOIN_SET = "listed CoinJoins, spends after them, look-alikes and two blocks"


def measured() -> Iterator[Rate]:
    """A rate for each rule and set; sets that are not here are left out."""
    today = datetime.now(UTC).date().isoformat()
    yield from labelled(today)
    yield from pooling.measured(today)
    yield from swapping.measured(today)


def labelled(today: str) -> Iterator[Rate]:
    """Those on labelled data; all others are on made-up data."""
    if (DATA / NOMAD).is_dir():
        yield from measure(DATA)
        yield _alarms("Nomad, forged withdrawals", DATA / NOMAD / "attacks.csv", [*_paid(), *unexplained()], today)
    if RONIN.is_dir():
        yield _alarms("Ronin, forged withdrawals", RONIN / "attacks.csv", ronin(), today)
    if CHAINGE.is_file():
        yield scored("amount", "Chainge, pairs joined by hand", _chainge(), today, DAY)
    for path in SAMPLES + INPUTS:
        read = list((published if path.suffix == ".json" else called)(path))
        right = sum(said == true for said, true in read) / len(read)
        yield Rate("decode", f"{path.parent.name}, {path.parent.parent.name}", len(read), right, right, today)
    if crocs.FOLDER.is_dir():
        yield from _joins(today)
    if BLOCKS.is_dir():
        counts, _, _ = compared()
        for rule, one in sorted(counts.items()):
            if one["true"] and one["said"]:
                precision, recall = one["right"] / one["said"], one["right"] / one["true"]
                yield Rate(rule, BLOCK_SET, one["true"], precision, recall, today)


def _joins(today: str) -> Iterator[Rate]:
    """CoinJoins: found among the listed ones of their kind; right among all that the rule finds there, in two whole
    blocks, in what was spent after mixes and in lists of look-alikes. Mixes that are spent in the next mix, or stand in
    no list, count as wrong."""
    said = {name: [joined(tx) for tx in crocs.listed(name).values()] for name in (*crocs.JOINS.values(), *crocs.OTHERS)}
    said["blocks"] = [joined(tx) for tx in crocs.blocks()]
    kinds = {name: Counter(join.kind for join in joins if join) for name, joins in said.items()}
    for kind, name in crocs.JOINS.items():
        own = {kind, "joinmarket"} if kind == "alike" else {kind}
        right = sum(kinds[name][one] for one in own)
        others = sum(kinds[other][kind] for other in (*crocs.OTHERS, "blocks"))
        yield Rate(kind, JOIN_SET, len(said[name]), right / max(1, right + others), right / len(said[name]), today)
    for name, kind in zip(crocs.EMULATED, ("wasabi_2", "joinmarket"), strict=True):
        told, joins = crocs.emulated(name)
        found = {one for one, tx in told.items() if (join := joined(tx)) and join.kind == kind}
        true = joins or {one for one, tx in told.items() if max(Counter(tx.paid).values()) > 2 and tx.people > 2}
        right = len(found & true)
        yield Rate(kind, f"emulated, {kind}", len(true), right / max(1, len(found)), right / len(true), today)


def _paid() -> list[dict[str, object]]:
    return rows(real()["Nomad to Ethereum"])


def _alarms(name: str, truth: Path, legs: list[dict[str, object]], date: str) -> Rate:
    true = attacks(truth)
    with TemporaryDirectory() as folder:
        flagged, _, _ = alarmed(Path(folder), legs)
    right = (flagged & true).total()
    return Rate("alarm", name, true.total(), right / max(1, flagged.total()), right / true.total(), date)


def _chainge() -> list[Transfer]:
    """Value in cents on both sides, nothing else that agrees: what a custodial swapper leaves."""
    sides: dict[str, dict[str, dict[str, str]]] = {}
    with CHAINGE.open(newline="") as text:
        for row in csv.DictReader(text):
            sides.setdefault(row["pair"], {})[row["leg"]] = row
    return [
        Transfer(
            _leg(pair["in"]), _leg(pair["out"]) if "out" in pair else None, "usd", _cents(pair["in"]), "", "", "",
            _cents(pair["out"]) if "out" in pair else "",
        )
        for pair in sides.values()
    ]  # fmt: skip


def _leg(row: dict[str, str]) -> Leg:
    return Leg(row["tx_hash"], int(datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC).timestamp()))


def _cents(row: dict[str, str]) -> str:
    return str(int(Decimal(row["value_usd"]) * 100))
