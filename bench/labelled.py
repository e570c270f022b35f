"""Every rule on every set whose truth is known: joining and decoding bridge legs, forged withdrawals, conversions."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from cointrail.conversions.measure import NOMAD, Leg, Transfer, measure, scored
from cointrail.conversions.rate import Rate
from tests.conversions.bridge import DATA, real, rows
from tests.conversions.bridges.connector import INPUTS, SAMPLES, called, published
from tests.conversions.frauds import RONIN, alarmed, attacks, ronin, unexplained
from tests.conversions.mainnet import BLOCKS
from tests.conversions.settled import compared

CHAINGE = DATA / "bridges" / "chainge_radiant" / "chainge_bridge_pairs.csv"
BLOCK_SET = "Ethereum blocks 17173049 and 17173050"
DAY = 86_400


def measured() -> Iterator[Rate]:
    """A rate for each rule and set; sets that are not here are left out."""
    today = datetime.now(UTC).date().isoformat()
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
    if BLOCKS.is_dir():
        counts, _, _ = compared()
        for rule, one in sorted(counts.items()):
            if one["true"] and one["said"]:
                precision, recall = one["right"] / one["said"], one["right"] / one["true"]
                yield Rate(rule, BLOCK_SET, one["true"], precision, recall, today)


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
