"""The contract on real legs: Nomad in both directions and Ronin, and harder variations of them."""

import csv
import random
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cointrail.cli.main import commands
from cointrail.conversions.findings import ALARMS
from cointrail.conversions.match import match
from cointrail.conversions.measure import NOMAD, Transfer
from tests.conversions.bridge import (
    DATA,
    judge,
    judged,
    later,
    needs_nomad,
    read,
    real,
    rows,
    shuffled,
    write,
)
from tests.conversions.frauds import RONIN, alarmed, attacks, ronin, unexplained

DAY, WEEK = 86_400, 604_800
DIRECTIONS = ("Nomad to Ethereum", "Nomad from Ethereum")

pytestmark = needs_nomad


@pytest.mark.parametrize("name", DIRECTIONS)
def test_keys_find_every_pair_and_no_other(tmp_path: Path, name: str) -> None:
    legs = read(tmp_path, shuffled(rows(real()[name])))
    start = time.process_time()
    joined = match(legs)
    assert time.process_time() - start < 0.4
    inside, whole = judge(real()[name], {(link.deposit_tx, link.withdrawal_tx) for link in joined.links}, 10**12)
    assert (inside.recall, whole.precision) == (1, 1)
    assert {one.kind for one in joined.findings} == {"unclaimed_deposit"}


@pytest.mark.parametrize("window", [DAY, WEEK])
@pytest.mark.parametrize("name", DIRECTIONS)
def test_without_keys(tmp_path: Path, name: str, window: int) -> None:
    linked, wrong = judged(tmp_path, real()[name], window, recipient=True)
    assert linked >= 0.995 and wrong <= 0.005


@pytest.mark.parametrize("name", DIRECTIONS)
def test_without_keys_and_recipients(tmp_path: Path, name: str) -> None:
    linked, wrong = judged(tmp_path, real()[name], DAY, recipient=False)
    assert linked >= 0.90 and wrong <= 0.005


def stretch(name: str) -> list[Transfer]:
    """Nomad's pairs to Ethereum: all, the later ones only, or these without the deposits that were never claimed."""
    whole = real()["Nomad to Ethereum"]
    if name == "all":
        return whole
    paid = sorted((one for one in whole if one.withdrawal), key=lambda one: one.deposit.time)
    later_half = paid[len(paid) // 2 :]
    return later_half if name == "later pairs" else later_half + [one for one in whole if not one.withdrawal]


@pytest.mark.parametrize("back", [False, True], ids=["alone", "with the other direction"])
@pytest.mark.parametrize(("name", "replays"), [("all", 38), ("later", 31), ("later pairs", 31)])
def test_all_fraud_on_nomad_is_flagged_and_nothing_else(tmp_path: Path, name: str, replays: int, back: bool) -> None:
    some = stretch(name)
    others = real()["Nomad from Ethereum"] if back else []
    legs = rows(some) + rows(others, chains=("far", "near")) + unexplained()
    flagged, kinds, links = alarmed(tmp_path, legs)
    assert flagged == attacks(DATA / NOMAD / "attacks.csv")
    assert flagged.total() == 382 and links == sum(one.withdrawal is not None for one in [*some, *others])
    assert kinds["replayed_id"] == replays
    assert {kind: count for kind, count in kinds.items() if kind not in ALARMS} == {"no_deposit_in_legs": 5}


def test_the_command_lists_the_fraud(tmp_path: Path) -> None:
    legs = write(tmp_path / "legs.csv", shuffled(rows(real()["Nomad to Ethereum"]) + unexplained()))
    assert CliRunner().invoke(commands, ["link", "match", str(legs), "--out", str(tmp_path / "o.csv")]).exit_code == 0
    with (tmp_path / "findings.csv").open() as text:
        found = [row for row in csv.DictReader(text) if row["kind"] != "unclaimed_deposit"]
    names = ("tx", "key", "token", "recipient", "amount")
    alarms = Counter(tuple(row[name] for name in names) for row in found if row["kind"] in ALARMS)
    assert alarms == attacks(DATA / NOMAD / "attacks.csv") and len(found) == 387


def test_both_forged_withdrawals_on_ronin_are_flagged(tmp_path: Path) -> None:
    flagged, kinds, links = alarmed(tmp_path, ronin())
    assert flagged == attacks(RONIN / "attacks.csv")
    assert kinds == {"unissued_id": 2} and links == 786


def test_the_later_half_alone(tmp_path: Path) -> None:
    """Learnt from itself: nothing is carried over from the earlier half, whose pace was another."""
    for name in DIRECTIONS:
        whole = sorted(real()[name], key=lambda one: one.deposit.time)
        for half in (whole[: len(whole) // 2], whole[len(whole) // 2 :]):
            linked, wrong = judged(tmp_path, half, DAY, recipient=True)
            assert linked >= 0.99 and wrong <= 0.005
            linked, wrong = judged(tmp_path, half, DAY, recipient=False)
            assert linked >= 0.86 and wrong <= 0.005


def bimodal(draw: random.Random) -> float:
    return draw.gauss(600, 60) if draw.random() < 0.6 else draw.gauss(20_000, 3_000)


def heavy(draw: random.Random) -> float:
    return 300 * draw.paretovariate(0.7)


def wide(draw: random.Random) -> float:
    return draw.lognormvariate(8.5, 1.5)


@pytest.mark.parametrize("drawn", [bimodal, heavy, wide])
def test_other_delays(tmp_path: Path, drawn: object) -> None:
    """The same legs on a bridge with delays of its own; drawn at random, so that no order is left among twins."""
    assert callable(drawn)
    draw = random.Random(3)
    whole = [later(one, drawn(draw)) for one in real()["Nomad to Ethereum"]]
    linked, wrong = judged(tmp_path, whole, 10**9, recipient=True)
    assert linked >= 0.985 and wrong <= 0.005
    linked, wrong = judged(tmp_path, whole, 10**9, recipient=False)
    assert linked >= 0.85 and wrong <= 0.005


def test_a_slower_bridge(tmp_path: Path) -> None:
    whole = [later(one, 5 * (one.delay or 0)) for one in real()["Nomad to Ethereum"]]
    linked, wrong = judged(tmp_path, whole, WEEK, recipient=True)
    assert linked >= 0.995 and wrong <= 0.005


def test_missing_legs(tmp_path: Path) -> None:
    """A third of the withdrawals is missing, so that their deposits are decoys; or a seventh of the deposits."""
    draw = random.Random(4)
    whole = [replace(one, withdrawal=None) if draw.random() < 0.3 else one for one in real()["Nomad to Ethereum"]]
    assert judged(tmp_path, whole, DAY, recipient=True)[0] >= 0.995
    assert judged(tmp_path, whole, DAY, recipient=False)[1] <= 0.005
    gone = {one.deposit.tx for one in real()["Nomad to Ethereum"] if one.withdrawal and draw.random() < 0.15}
    legs = [row for row in rows(real()["Nomad to Ethereum"]) if row["tx"] not in gone]
    joined = match(read(tmp_path, shuffled(legs)), keys=False, recipient=False, window=DAY)
    found = {(link.deposit_tx, link.withdrawal_tx) for link in joined.links}
    assert judge(real()["Nomad to Ethereum"], found, DAY)[1].precision >= 0.995


def test_fewer_decoys_and_many(tmp_path: Path) -> None:
    paid = [one for one in real()["Nomad to Ethereum"] if one.withdrawal]
    linked, wrong = judged(tmp_path, paid, DAY, recipient=False)
    assert linked >= 0.90 and wrong <= 0.005
    span = range(min(one.deposit.time for one in paid), max(one.deposit.time for one in paid))
    draw = random.Random(6)
    more = [
        replace(one, withdrawal=None, deposit=replace(one.deposit, tx=f"decoy {n}", time=draw.choice(span)))
        for n, one in enumerate(draw.sample(paid, 1_500))
    ]
    assert judged(tmp_path, paid + more, DAY, recipient=True)[1] <= 0.005
    assert judged(tmp_path, paid + more, DAY, recipient=False)[1] <= 0.01


def test_several_bridges_in_one_file_and_some_keys(tmp_path: Path) -> None:
    """Both directions as one bridge, the first again as another; half of the keys are gone."""
    out, back = (real()[name] for name in DIRECTIONS)
    copy = [renamed(one) for one in out]
    legs = rows(out) + rows(back, chains=("far", "near")) + rows(copy, bridge="other")
    draw = random.Random(7)
    for row in legs:
        if draw.random() < 0.5:
            row["key"] = ""
    joined = match(read(tmp_path, shuffled(legs)), window=WEEK)
    found = {(link.deposit_tx, link.withdrawal_tx) for link in joined.links}
    inside, whole = judge([*out, *back, *copy], found, WEEK)
    assert inside.recall >= 0.995 and whole.precision >= 0.995
    assert {link.rule for link in joined.links} == {"key", "recipient"}


def renamed(one: Transfer) -> Transfer:
    paid = one.withdrawal and replace(one.withdrawal, tx=one.withdrawal.tx + "'")
    return replace(one, deposit=replace(one.deposit, tx=one.deposit.tx + "'"), withdrawal=paid)


def test_nothing_is_fitted_to_names_amounts_or_dates(tmp_path: Path) -> None:
    """Other token names, amounts times seven, other years: the same links."""
    plain = rows(real()["Nomad to Ethereum"])
    strange = [
        row
        | {"token": f"#{row['token']}", "amount": 7 * int(str(row["amount"])), "time": int(str(row["time"])) + 10**8}
        for row in plain
    ]
    one, two = (match(read(tmp_path, legs), keys=False, recipient=False, window=DAY).links for legs in (plain, strange))
    assert one == two
