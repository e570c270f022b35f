"""Walks through transactions of several assets against the slow reference, and their books."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import cointrail
from cointrail import Ledger, Settings, Trail
from cointrail.ledger.manifest import Declared, Origin
from cointrail.ledger.store import writer
from cointrail.tracing.policies import POLICIES
from cointrail.tracing.results import Results
from tests import making
from tests.tracing import turning
from tests.tracing.following import theft

CODES = ["AAA", "BBB", "CCC"]
People = st.integers(1, 6)
Transactions = st.lists(
    st.lists(st.tuples(People, People, st.integers(0, 2), st.integers(1, 40)), min_size=1, max_size=6),
    min_size=1,
    max_size=10,
)


def made(folder: Path, rows: list[turning.Row]) -> Ledger:
    """A ledger of the rows; assets are codes that the user vouches for."""
    listed = [
        making.row(tx, sender, recipient, amount, asset=CODES[asset], tx=(tx + 1).to_bytes(32, "big"), tx_index=0,
                   position=place)
        for place, (tx, sender, recipient, asset, amount) in enumerate(rows)
    ]  # fmt: skip
    with writer(folder, "ethereum") as into:
        into.add(making.table(listed), 0)
        into.commit(
            [Origin("x", "test", "", len(rows))], lambda key: Declared(key, key, 0, "named"), lambda share: None
        )
    return cointrail.open_ledger(folder)


@contextmanager
def traced(rows: list[turning.Row], source: int, *policies: str) -> Iterator[Trail | None]:
    """The trail; None where nothing leaves the source."""
    with TemporaryDirectory() as folder:
        ledger = made(Path(folder) / "ledger", rows)
        try:
            trail = cointrail.trace(ledger, theft(source), settings=Settings(policies, behaviour=None))
        except cointrail.InputError as error:
            assert "empty theft" in str(error)
            trail = None
        yield trail


def held(trail: Trail, policy: str) -> Counter[tuple[int, int]]:
    """Stolen units by address and asset; what an exchange left unseen counts apart, as the reference does."""
    found: Counter[tuple[int, int]] = Counter()
    ledgers = trail.ledgers
    for end in trail.flows[policy].endpoints.values():
        raw = ledgers.all[0].addresses([ledgers.address(end.holding)[1]])[0]
        asset = CODES.index(ledgers.assets[ledgers.asset(end.holding)].key)
        found[int.from_bytes(raw[:4], "big"), -asset if end.stop.reason == "swap" else asset] += end.amount
    return found


def flat(transactions: list[list[tuple[int, int, int, int]]]) -> list[turning.Row]:
    return [(number, *row) for number, rows in enumerate(transactions) for row in rows]


@pytest.mark.parametrize("policy", ["fifo", "lifo"])
@settings(max_examples=80, deadline=None)
@given(transactions=Transactions)
@example(
    transactions=[[(1, 2, 0, 1), (2, 1, 1, 9)], [(1, 2, 1, 1), (1, 3, 1, 4), (3, 2, 0, 1), (3, 4, 0, 2)]]
)  # returned, and shared out again by two exits
@example(
    transactions=[[(1, 1, 1, 1), (3, 1, 0, 1), (1, 5, 0, 1), (2, 1, 0, 2), (3, 4, 0, 1), (4, 2, 0, 2)]]
)  # one asset from several to several
@example(
    transactions=[[(1, 1, 0, 1), (3, 1, 1, 2), (3, 2, 0, 1), (2, 1, 1, 1)], [(1, 1, 1, 2), (1, 2, 1, 1)]]
)  # the later coins of an inflow come first
def test_the_walk_is_the_reference(policy: str, transactions: list[list[tuple[int, int, int, int]]]) -> None:
    rows = flat(transactions)
    source = next((row[1] for row in rows if row[1] != row[2]), None)
    if source is None:
        return
    expected = turning.follow(rows, source, policy)
    with traced(rows, source, policy) as trail:
        if trail is None:
            assert not +expected.stolen
            return
        stolen = {CODES.index(trail.ledgers.assets[a].key): n for a, n in trail.flows[policy].stolen.items()}
        assert stolen == +expected.stolen
        assert +held(trail, policy) == +expected.held


@settings(max_examples=80, deadline=None)
@given(transactions=Transactions)
@example(
    [[(1, 2, 0, 1), (2, 3, 1, 6)], [(1, 1, 0, 1), (1, 2, 1, 3), (3, 1, 1, 1), (3, 1, 1, 4)]]
)  # one lot, three exits
def test_the_books_balance_and_the_shares_are_one(transactions: list[list[tuple[int, int, int, int]]]) -> None:
    rows = flat(transactions)
    with traced(rows, rows[0][1], *POLICIES) as trail:  # a trace that does not balance raises
        if trail is None:
            return
        content = Results(trail).trail_json()
    assert {entry["balanced"] for name, entry in content["policies"].items() if name != "poison"} == {True}
    for name, entry in content["policies"].items():
        if name != "poison":
            for asset in entry["stolen"]:
                shares = [Fraction(end["shares"][asset]) for end in entry["endpoints"] if asset in end["shares"]]
                assert sum(shares) == 1
