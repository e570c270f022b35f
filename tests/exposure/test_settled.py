"""Settlements of whole ledgers, compiled and kept, are those of every transaction by itself."""

from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.exposure.deal import NOWHERE, Deals, Link
from cointrail.exposure.settled import ARRAYS, Settlements, kept, settlements
from cointrail.exposure.wide import scaled
from cointrail.ledger import Ledger
from tests.conversions.settlement.test_sweep import Row, routed
from tests.conversions.settlement.test_sweep import ledger as written
from tests.exposure.test_traced import Loose, Swap

Large = st.lists(
    st.tuples(
        st.integers(0, 6), st.integers(0, 6), st.integers(0, 4), st.sampled_from([1, 2**63, 2**64 - 1, 2**119, 2**200])
    ),
    min_size=1,
    max_size=5,
)
Transactions = st.lists(st.one_of(Swap, Loose, routed(), Large), min_size=3, max_size=25)
MASK = (1 << 64) - 1
LARGEST = 1 << 126


def whole(high: int, low: int) -> int:
    return high << 64 | low & MASK


def alone(ledger: Ledger, made: Settlements) -> tuple[set[tuple[int, int, int, int]], set[tuple[int, Link]]]:
    """Nets and links, transaction by transaction; what is too large for two words is left out."""
    deals = Deals(ledger)
    nets, links = set(), set()
    for number, row in enumerate(made.row.tolist()):
        settled = deals.settled(row)
        for side, of in enumerate((settled.lost, settled.gained)):
            nets |= {(number, holding, side, amount) for holding, amount in of.items() if amount < LARGEST}
        fitting = (one for one in settled.links if max(one.start + one.size, one.at + one.amount) < LARGEST)
        links |= {(number, one) for one in fitting}
    return nets, links


def told(made: Settlements) -> tuple[set[tuple[int, int, int, int]], set[tuple[int, Link]]]:
    nets = {(tx, holding, side, whole(high, low)) for tx, holding, side, high, low in made.nets.tolist()}
    links = {
        (one[0], Link(one[1], whole(*one[4:6]), whole(*one[6:8]), one[2], whole(*one[8:10]), whole(*one[10:]),
                      bool(one[3] & 1)))
        for one in made.links.tolist()
    }  # fmt: skip
    return nets, links


@settings(max_examples=100, deadline=None)
@given(Transactions)
def test_the_compiled_loop_says_what_settlement_says(transactions: list[list[Row]]) -> None:
    ledger = written(Path(mkdtemp()) / "ledger", transactions)
    made = settlements(ledger)
    assert told(made) == alone(ledger, made)


def test_most_swaps_are_plain_and_none_is_lost(tmp_path: Path) -> None:
    swap = [(1, 2, 1, 10), (2, 1, 2, 7)]
    mixed = [(1, 2, 1, 10), (1, 2, 2, 5), (2, 1, 0, 7)]
    ledger = written(tmp_path / "ledger", [swap, mixed, [(1, 2, 1, 3)]])
    made = settlements(ledger)
    assert (len(made.row), made.plain) == (2, 1)
    assert len(made.rows) == 5 and NOWHERE not in made.links[:, 1:3]


def test_they_are_kept_until_the_ledger_changes(tmp_path: Path) -> None:
    ledger = written(tmp_path / "ledger", [[(1, 2, 1, 10), (2, 1, 2, 7)]])
    made, again = (kept(ledger, tmp_path / "settled") for _ in range(2))
    assert made.plain == again.plain == 1
    assert all(np.array_equal(getattr(made, name), getattr(again, name)) for name in ARRAYS)
    file = tmp_path / "settled" / "nets.npy"
    before = file.stat().st_mtime_ns
    kept(ledger, tmp_path / "settled")
    assert file.stat().st_mtime_ns == before
    file.write_bytes(file.read_bytes()[:-8] + b"damaged!")
    assert np.array_equal(kept(ledger, tmp_path / "settled").nets, made.nets)
    assert file.stat().st_mtime_ns != before


Amount = st.one_of(st.integers(0, 100), st.integers(0, 1 << 64), st.integers(0, (1 << 125) - 1))


@settings(max_examples=500, deadline=None)
@given(Amount, Amount, Amount.filter(bool), st.booleans())
def test_shares_of_any_amount_are_exact(held: int, amount: int, size: int, up: bool) -> None:
    held = min(held, size)
    words = [np.uint64(word) for one in (held, amount, size) for word in (one >> 64, one & MASK)]
    compiled: Any = scaled
    high, low = compiled(*words, up)
    expected = -(-held * amount // size) if up else held * amount // size
    assert whole(int(high), int(low)) == expected
