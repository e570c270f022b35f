"""Exposure through conversions is what a trace with conversions says, unit by unit, on random ledgers with swaps."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cointrail import InputError, Ledger
from cointrail.chains import format_address
from cointrail.exposure import DIRECTIONS, Inquiry, bounded, build, prove
from cointrail.exposure.said import categories
from cointrail.labels import Labels
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.policies import CONSERVING, POLICIES
from tests.conversions.settlement.test_sweep import KEYS, Row, party, routed
from tests.conversions.settlement.test_sweep import ledger as written
from tests.exposure.naive import exposures
from tests.exposure.traces import traced
from tests.exposure.worlds import answers, plain
from tests.tracing.following import label

ZERO = 99  # in the plain reference, where 0 is nobody
PEOPLE = (1, 2, 3, 4, 5, 6, 90, 91)
Small = st.integers(1, 40)
Payment = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(0, 4), Small).map(lambda row: [row])
Loose = st.lists(
    st.tuples(st.sampled_from([*PEOPLE, 0]), st.sampled_from([*PEOPLE, 0]), st.integers(0, 4), Small),
    min_size=1, max_size=6,
)  # fmt: skip
Swap = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6), st.permutations([0, 1, 2]), Small, Small).map(
    lambda s: [(s[0], s[1], s[3][0], s[4]), (s[1], s[2], s[3][1], s[5])]
)
Transactions = st.lists(st.one_of(Payment, Payment, Swap, Loose, routed()), min_size=2, max_size=14)
Few = st.lists(st.one_of(Payment, Swap, Loose), min_size=2, max_size=14)  # coins that can be counted one by one
Thieves = st.sets(st.integers(1, 6), min_size=1, max_size=2)


def labelled(transactions: list[list[Row]], thieves: set[int], services: set[int]) -> tuple[Ledger, Labels]:
    ledger = written(Path(mkdtemp()) / "ledger", transactions)
    labels = Labels(ledger.path)
    labels.add([label(one, "thief", "perpetrator") for one in sorted(thieves)])
    labels.add([label(one, "bourse", "exchange") for one in sorted(services - thieves)])
    return ledger, labels


@settings(max_examples=60, deadline=None)
@given(Transactions, Thieves, st.sets(st.integers(1, 6), max_size=2))
@example([[(1, 1, 1, 1)], [(1, 91, 0, 1), (2, 0, 4, 3), (2, 1, 1, 1)]], {1}, set())  # two links of the same units
def test_what_came_is_what_a_trace_brings(transactions: list[list[Row]], thieves: set[int], services: set[int]) -> None:
    compare(transactions, thieves, services)


def compare(transactions: list[list[Row]], thieves: set[int], services: set[int]) -> None:
    ledger, labels = labelled(transactions, thieves, services)
    for policy in POLICIES:
        for direction, side in (("forward", "source"), ("backward", "destination")):
            try:
                expected = traced(ledger, map(party, sorted(thieves)), policy, direction)
            except InputError:  # nothing of the theft is there
                continue
            asked, stored = Inquiry(ledger, labels, policy), build(ledger, labels, policy)
            for one in PEOPLE:
                known = ledger.address_id(party(one))
                if known is None or one in thieves:
                    continue
                answer = asked.address(party(one))
                parts = answer.parts
                assert stored.of(party(one)) == answer, (policy, one)
                stolen = {p.asset: p.amount for p in parts if p.direction == side and p.category == "perpetrator"}
                assert stolen == expected.get(known, {}), (policy, side, one)
                for asset in {p.asset for p in parts if p.direction == side}:
                    own = [p for p in parts if p.direction == side and p.asset == asset]
                    if policy != "poison":
                        assert sum(p.amount for p in own) == own[0].total


@settings(max_examples=25, deadline=None)
@given(Transactions, Thieves, st.sets(st.integers(1, 6), max_size=2))
@example([[(1, 1, 0, 1)], [(5, 2, 4, 10), (2, 1, 4, 10)]], {1}, set())
def test_paths_through_conversions_add_up(transactions: list[list[Row]], thieves: set[int], services: set[int]) -> None:
    proven(transactions, thieves, services)


def proven(transactions: list[list[Row]], thieves: set[int], services: set[int]) -> None:
    ledger, labels = labelled(transactions, thieves, services)
    texts = {format_address(party(one)) for one in thieves}
    for policy in CONSERVING:
        inquiry = Inquiry(ledger, labels, policy)
        for one in PEOPLE:
            if ledger.address_id(party(one)) is None:
                continue
            found = inquiry.address(party(one)).parts
            for direction in DIRECTIONS:
                stolen = {p.asset: p.amount for p in found if (p.direction, p.category) == (direction, "perpetrator")}
                proof = prove(inquiry, party(one), "perpetrator", direction, most=10_000)
                assert proof.amount == proof.shown == stolen, (policy, one, direction)
                for path in proof.paths:
                    ends = path.hops if direction == "source" else path.hops[::-1]
                    far = ends[0].sender if direction == "source" else ends[0].recipient
                    near = ends[-1].recipient if direction == "source" else ends[-1].sender
                    assert far in texts and near == format_address(party(one))
                    assert path.amount > 0
                    for hop, following in pairwise(path.hops):
                        assert hop.recipient == following.sender
                        assert (hop.bought or hop.asset) == following.asset
                        assert (hop.time or 0) <= (following.time or 0)  # one transaction may hand on twice
                    last = path.hops[-1 if direction == "source" else 0]
                    here = (last.bought or last.asset) if direction == "source" else last.asset
                    assert here == path.asset
                    assert all(0 < hop.part <= hop.amount and hop.bought_part <= hop.got for hop in path.hops)


@settings(max_examples=25, deadline=None)
@given(Transactions, Thieves, st.sets(st.integers(1, 6), max_size=2))
@example([[(1, 1, 0, 1)], [(5, 2, 4, 10), (2, 1, 4, 10)]], {1}, set())
def test_every_policy_lies_within_the_bounds(
    transactions: list[list[Row]], thieves: set[int], services: set[int]
) -> None:
    bound(transactions, thieves, services)


def bound(transactions: list[list[Row]], thieves: set[int], services: set[int]) -> None:
    ledger, labels = labelled(transactions, thieves, services)
    for policy in CONSERVING:
        inquiry = Inquiry(ledger, labels, policy)
        for one in PEOPLE:
            if ledger.address_id(party(one)) is not None:
                found = bounded(inquiry, inquiry.address(party(one)))
                for part in found.parts:
                    if part.most is None:
                        assert part.category == "unknown" or "No bounds" in found.note
                    else:
                        assert (part.least or 0) <= part.amount <= part.most, (policy, one, part)


@settings(max_examples=12, deadline=None)
@given(Few, Thieves, st.sets(st.integers(1, 6), max_size=2))
def test_without_conversions_every_asset_is_by_itself(
    transactions: list[list[Row]], thieves: set[int], services: set[int]
) -> None:
    """As the plain reference says, which knows one asset."""
    ledger, labels = labelled(transactions, thieves, services)
    thief, service = map(categories().index, ("perpetrator", "exchange"))
    said = dict.fromkeys(services, service) | dict.fromkeys(thieves, thief)
    said[ZERO] = categories().index("burn")  # by the labels that are shipped
    names = {asset.key: Ledgers([ledger]).name(number) for number, asset in enumerate(ledger.assets) if asset.verified}
    for policy in POLICIES:
        asked, stored = (
            Inquiry(ledger, labels, policy, conversions=False), build(ledger, labels, policy, conversions=False)
        )  # fmt: skip
        known = [one for one in PEOPLE if ledger.address_id(party(one)) is not None]
        found = {one: asked.address(party(one)) for one in known}
        assert found == {one: stored.of(party(one)) for one in known}
        for key, name in names.items():
            rows = [
                (sender or ZERO, to or ZERO, amount)
                for listed in transactions
                for sender, to, asset, amount in listed
                if KEYS[asset] == key
            ]
            for backward, side in enumerate(("source", "destination")):
                expected = exposures(rows, lambda one, place: said.get(one), policy, bool(backward))
                for one in known:
                    mine = replace(found[one], parts=tuple(part for part in found[one].parts if part.asset == name))
                    assert plain(answers(mine)[side]) == plain(expected[one]), (policy, side, one, key)
