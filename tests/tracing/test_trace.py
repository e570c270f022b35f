"""Whole traces of random ledgers through the public functions: what must hold for every one of them."""

import csv
import json
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cointrail import InputError, Ledger, Settings, Theft, open_ledger
from cointrail.reports import validate
from cointrail.tracing.policies import CONSERVING, POLICIES
from tests import making
from tests.making import address, row
from tests.tracing.following import Json, Place, files, follow, held, text, theft, time_of

PEOPLE = 6
ASSETS = ("COIN", "")
CUT = ("floor", "hops")
LIMITED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Person = st.integers(1, PEOPLE)
Payment = st.tuples(Person, Person, st.integers(0, 12), st.sampled_from(ASSETS), st.booleans())
Payments = st.lists(Payment, min_size=2, max_size=30)


def rows_of(payments: list[tuple[int, int, int, str, bool]], scale: int = 1) -> list[dict[str, Any]]:
    """Rows in order; `True` begins a new block."""
    rows, block, position = [], 1, 0
    for sender, recipient, amount, asset, fresh in payments:
        block, position = (block + 1, 0) if fresh else (block, position + 1)
        unit = scale if asset else scale * (10**18 // 7)  # so that the decimals of the coin are used
        rows.append(row(block, sender, recipient, amount * unit, position=position, asset=asset))
    return rows


@st.composite
def thefts(draw: st.DrawFn, rows: list[dict[str, Any]]) -> Theft:
    """By addresses or by transactions, either way round, with times or without."""
    last = rows[-1]["block"]
    more: dict[str, Any] = {"direction": draw(st.sampled_from(["forward", "forward", "backward"]))}
    if draw(st.booleans()):
        more["since"] = time_of(draw(st.integers(1, last)))
    if draw(st.booleans()):
        more["until"] = time_of(draw(st.integers(1, last)))
    if draw(st.booleans()):
        return theft(*draw(st.sets(Person, min_size=1, max_size=2)), **more)
    return theft(tx=draw(st.sets(st.sampled_from([r["tx"] for r in rows]), min_size=1, max_size=3)), **more)


Limits = st.fixed_dictionaries(
    {
        "stop_at": st.lists(Person.map(address), max_size=2).map(tuple),
        "min_value": st.none() | st.sampled_from(["2", "0.3"]),
        "max_hops": st.none() | st.integers(1, 3),
    }
)


def check_sums(content: Json) -> None:
    """Endpoints add up to what was stolen, and their shares to one, asset by asset."""
    for name in CONSERVING:
        policy = content["policies"][name]
        assert policy["balanced"] is True
        amount: dict[str, Fraction] = defaultdict(Fraction)
        share: dict[str, Fraction] = defaultdict(Fraction)
        for end in policy["endpoints"]:
            amount[end["asset"]] += Fraction(end["amount"])
            share[end["asset"]] += Fraction(end["share"])
        assert amount == {asset: Fraction(value) for asset, value in policy["stolen"].items()}
        assert all(value == 1 for value in share.values())
    assert content["policies"]["poison"]["balanced"] is None


def check_bounds(content: Json) -> None:
    """Least minus what a floor or hop limit cut off <= figure <= most, for every policy that conserves value."""
    bounds = {(b["address"] or "", b["asset"]): (Fraction(b["least"]), Fraction(b["most"])) for b in content["bounds"]}
    assert len(bounds) == len(content["bounds"])
    for name in CONSERVING:
        cut: dict[str, Fraction] = defaultdict(Fraction)
        for end in content["policies"][name]["endpoints"]:
            cut[end["asset"]] += Fraction(end["amount"]) if end["reason"] in CUT else 0
        found = held(content, name, without=CUT)
        for place in set(found) | set(bounds):
            least, most = bounds.get(place, (Fraction(0), Fraction(0)))
            assert least - cut[place[1]] <= found.get(place, 0) <= most


def check_wallets(content: Json, rows: list[dict[str, str]], asked: Theft) -> None:
    """What came into an address less what left it is what ended there; more only left whom it was stolen from."""
    back = asked.backward
    for name in CONSERVING:
        net: dict[Place, Fraction] = defaultdict(Fraction)
        for move in rows:
            if move["policy"] == name:
                net[move["from"], move["asset"]] += Fraction(move["stolen"]) * (1 if back else -1)
                net[move["to"], move["asset"]] -= Fraction(move["stolen"]) * (1 if back else -1)
                assert 0 < Fraction(move["stolen"]) <= Fraction(move["amount"])
        left = {place: value - net[place] for place, value in held(content, name).items()}
        left |= {place: -value for place, value in net.items() if place not in left}
        fresh: dict[str, Fraction] = defaultdict(Fraction)
        own = {(h["address"], h["asset"]) for h in content["holdings"]}
        for place, value in left.items():
            assert value == 0 or (value > 0 and place in own)
            fresh[place[1]] += value
        stolen = content["policies"][name]["stolen"]
        assert {asset: value for asset, value in fresh.items() if value} == {a: Fraction(v) for a, v in stolen.items()}


@LIMITED
@given(payments=Payments, limits=Limits, data=st.data())
def test_every_trace_keeps_its_books(payments: list[Any], limits: dict[str, Any], data: st.DataObject) -> None:
    rows = rows_of(payments)
    asked = data.draw(thefts(rows))
    with TemporaryDirectory() as folder:
        ledger = making.ledger(Path(folder) / "ledger", rows)
        given_ = Settings(tuple(POLICIES), bounds=True, **limits)
        try:
            written = files(ledger, asked, given_)
        except InputError as error:
            assert "\n" not in str(error)
            return
        assert files(ledger, asked, given_) == written
    content = json.loads(written["trail.json"])
    moved = list(csv.DictReader(written["movements.csv"].decode().splitlines()))
    content["ledgers"][0]["sources"][0]["sha256"] = "0" * 64  # the rows did not come from a file
    validate(content)
    check_sums(content)
    check_bounds(content)
    check_wallets(content, moved, asked)
    reach = {(m["tx"]): Fraction(m["stolen"]) for m in moved if m["policy"] == "poison"}
    if content["parameters"]["min_value"] is None and content["parameters"]["max_hops"] is None:
        assert all(Fraction(m["stolen"]) <= reach.get(m["tx"], 0) for m in moved)


def one_asset(payments: list[Any]) -> list[Any]:
    return [(a, b, max(1, amount), "COIN", fresh) for a, b, amount, _, fresh in payments]


def carried(ledger: Ledger, person: int, tx: bytes, direction: str) -> dict[tuple[str, str], int]:
    _, moved = follow(ledger, theft(person, tx=[tx], direction=direction), "fifo", "lifo", "haircut")
    return {(m["policy"], m["tx"]): int(m["stolen"]) for m in moved}


@LIMITED
@given(payments=Payments.map(one_asset), data=st.data())
def test_forward_and_backward_agree(payments: list[Any], data: st.DataObject) -> None:
    """What of one movement is in another is the same from either end; haircut up to its rounding."""
    rows = rows_of(payments, scale=10**12)
    first = data.draw(st.integers(0, len(rows) - 1))
    last = data.draw(st.integers(first, len(rows) - 1))
    with TemporaryDirectory() as folder:
        ledger = making.ledger(Path(folder) / "ledger", rows)
        there = carried(ledger, payments[first][0], rows[first]["tx"], "forward")
        back = carried(ledger, payments[last][1], rows[last]["tx"], "backward")
    begin, end = (f"0x{rows[at]['tx'].hex()}" for at in (first, last))
    for policy, slack in (("fifo", 0), ("lifo", 0), ("haircut", len(rows))):
        assert abs(there.get((policy, end), 0) - back.get((policy, begin), 0)) <= slack


@settings(LIMITED, max_examples=12)
@given(payments=Payments, data=st.data())
def test_the_order_of_imports_changes_nothing(payments: list[Any], data: st.DataObject) -> None:
    rows = rows_of(payments)
    cut = data.draw(st.integers(1, len(rows) - 1))
    parts = [rows[:cut], rows[cut:]]
    asked = theft(*range(1, PEOPLE + 1)) if data.draw(st.booleans()) else theft(payments[0][0])
    with TemporaryDirectory() as folder:
        found = []
        for turn, order in enumerate((parts, parts[::-1])):
            ledger = Path(folder) / str(turn)
            for part in order:
                making.write(ledger, making.table(part))
            try:
                given_ = Settings(tuple(POLICIES), bounds=True)
                written = files(open_ledger(ledger), asked, given_)
            except InputError:
                return
            content = json.loads(written.pop("trail.json"))
            assert len(content["ledgers"][0].pop("sources")) == len(parts)  # which these were is another matter
            found.append((json.dumps(content), written))
    assert found[0] == found[1]


def test_amounts_of_any_width(tmp_path: Path) -> None:
    """Nearly 2**256 units, split in uneven parts, mixed with as much, and added up again."""
    most = 2**256 - 1
    rows = [row(1, 1, 2, most), row(2, 5, 2, most - 5), row(3, 2, 3, most // 3), row(4, 2, 4, most), row(5, 3, 4, 7)]
    content, moved = follow(making.ledger(tmp_path / "ledger", rows), theft(1), *POLICIES, bounds=True)
    check_sums(content)
    check_bounds(content)
    check_wallets(content, moved, theft(1))
    assert content["policies"]["lifo"]["stolen"] == {"COIN": str(most)}
    assert {b["address"] for b in content["bounds"]} == {text(2), text(3), text(4)}


def test_a_chain_inside_one_transaction_is_followed_in_its_order(tmp_path: Path) -> None:
    tx = {"tx": b"\7" * 32, "tx_index": 0}
    rows = [row(1, a, b, 10, **tx | {"position": n}) for n, (a, b) in enumerate([(1, 2), (2, 3), (3, 2), (2, 4)])]
    content, moved = follow(making.ledger(tmp_path / "ledger", rows[::-1]), theft(1), *POLICIES)
    assert [m["to"] for m in moved if m["policy"] == "fifo"] == [text(2), text(3), text(2), text(4)]
    assert all([e["address"] for e in content["policies"][p]["endpoints"]] == [text(4)] for p in CONSERVING)
