"""Every conversion in two real blocks, against what was judged by hand."""

from collections import Counter

from cointrail.conversions.settlement.movement import positions
from tests.conversions import mainnet
from tests.conversions.settled import Book, compared, settled

pytestmark = mainnet.needs_blocks


def test_every_conversion_is_as_judged_by_hand_and_no_other_is_said() -> None:
    counts, wrong, missed = compared()
    assert not wrong and not missed
    assert sum(one["right"] for one in counts.values()) >= 78


def test_movements_conserve_every_asset() -> None:
    book = Book()
    for tx in mainnet.moves():
        moves, _ = settled(book, tx)
        sums: Counter[int] = Counter()
        for of in positions(moves).values():
            sums.update(of)
        assert not any(sums.values()), tx
