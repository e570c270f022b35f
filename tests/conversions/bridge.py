"""Legs for tests: rows are written as a file and read like any user's."""

import csv
import os
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cointrail.conversions.legs import COLUMNS, Legs
from cointrail.conversions.match import match
from cointrail.conversions.measure import NOMAD, Transfer, nomad
from cointrail.conversions.reading import read_legs
from cointrail.conversions.score import Score, score

DATA = Path(os.environ.get("COINTRAIL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
needs_nomad = pytest.mark.skipif(
    not (DATA / NOMAD).is_dir(), reason="no Nomad legs here (COINTRAIL_DATA names the data)"
)

Row = dict[str, object]


@cache
def real() -> dict[str, list[Transfer]]:
    return nomad(DATA)


def leg(side: str, tx: str, time: int, **more: object) -> Row:
    chain = "near" if side == "deposit" else "far"
    plain = {"bridge": "b", "chain": chain, "token": "T", "amount": 100, "sender": "s", "recipient": "r", "key": ""}
    return {"side": side, "tx": tx, "time": time, **plain, **more}


def deposit(tx: str, time: int, **more: object) -> Row:
    return leg("deposit", tx, time, **more)


def withdrawal(tx: str, time: int, **more: object) -> Row:
    return leg("withdrawal", tx, time, **more)


def write(path: Path, rows: Iterable[Row]) -> Path:
    with path.open("w", newline="") as text:
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(folder: Path, rows: Iterable[Row]) -> Legs:
    return read_legs([write(folder / "legs.csv", rows)])


def rows(transfers: Iterable[Transfer], bridge: str = "nomad", chains: tuple[str, str] = ("near", "far")) -> list[Row]:
    found = []
    for one in transfers:
        same = {"bridge": bridge, "token": one.token, "amount": one.amount, "recipient": one.recipient, "key": one.key}
        found.append(deposit(one.deposit.tx, one.deposit.time, chain=chains[0], sender=one.sender, **same))
        if one.withdrawal is not None:
            found.append(withdrawal(one.withdrawal.tx, one.withdrawal.time, chain=chains[1], sender="", **same))
    return found


def judged(folder: Path, transfers: Sequence[Transfer], window: int, *, recipient: bool) -> tuple[float, float]:
    """The share of the pairs inside the window that was linked without keys, and the share of links that is wrong."""
    legs = read(folder, shuffled(rows(transfers)))
    joined = match(legs, keys=False, recipient=recipient, window=window)
    found = {(link.deposit_tx, link.withdrawal_tx) for link in joined.links}
    inside, whole = judge(transfers, found, window)
    return inside.recall, 1 - whole.precision


def judge(transfers: Iterable[Transfer], found: set[tuple[str, str]], window: int) -> tuple[Score, Score]:
    pairs = {(one.deposit.tx, one.withdrawal.tx): one for one in transfers if one.withdrawal is not None}
    inside = {pair for pair, one in pairs.items() if (one.delay or 0) <= window}
    return score(inside, found), score(set(pairs), found)


def linked(some: Iterable[Row]) -> set[tuple[str, str]]:
    """The pairs that are linked without keys and recipients."""
    with TemporaryDirectory() as folder:
        joined = match(read(Path(folder), some), keys=False, recipient=False)
    return {(link.deposit_tx, link.withdrawal_tx) for link in joined.links}


def shuffled(some: list[Row], seed: int = 1) -> list[Row]:
    random.Random(seed).shuffle(some)
    return some


def later(one: Transfer, delay: float) -> Transfer:
    """The same transfer with another delay, in seconds."""
    if one.withdrawal is None:
        return one
    return replace(one, withdrawal=replace(one.withdrawal, time=one.deposit.time + max(1, int(delay))))
