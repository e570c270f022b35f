"""What comes out of conversions, when the least and the most that goes in is known.

A conversion gives `got` units for `amount`. Of any `part` of the units given it gives `part * got / amount`, whichever
units these are; policies round every run of stolen units outward to whole ones.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from cointrail.conversions.bridges.joining import KEY
from cointrail.conversions.bridges.orders import ORDER_ID
from cointrail.tracing.walk import Move, Seeds

PROVEN = (
    KEY,
    ORDER_ID,
)  # rules by which a link rests on what the contracts wrote down; all others are inferred or told

Span = tuple[int, int]  # least and most


class Conversion(NamedTuple):
    """A move that changes units, or that may never have been.

    `number`: its place among all moves. `pieces`: the most runs of stolen units that it can carry.
    """

    number: int
    move: Move
    pieces: int

    @property
    def proven(self) -> bool:
        """Whether what was given surely became what was got."""
        return proven(self.move)

    @property
    def rate(self) -> Fraction:
        """Units got for a unit given."""
        return Fraction(self.move.got, self.move.amount)

    @property
    def rounding(self) -> int:
        """Units that rounding every run outward adds, at most, beyond the whole unit: under two for each run."""
        return 0 if self.move.got % self.move.amount == 0 else 2 * self.pieces - 1

    def came(self, given: Span) -> Span:
        """Least and most stolen units got, from those given: rounded outward, least 0 for what is not proven."""
        amount, got = self.move.amount, self.move.got
        least = given[0] * got // amount if self.proven else 0
        return least, min(got, -(-given[1] * got // amount) + self.rounding)


class Batch(NamedTuple):
    """Conversions into one network, and the stolen units that come by each and by all together.

    `open`: of how many of them it is not known, but for rounding, how much comes.
    """

    conversions: Sequence[Conversion]
    spans: Sequence[Span]
    total: Span
    open: int


def batch(conversions: Sequence[Conversion], given: Sequence[Span], total: Span) -> Batch:
    """What conversions give of what went into each, and into all together.

    The most of all comes where the best rates get most of it, the least where the worst do.
    """
    spans = [one.came(span) for one, span in zip(conversions, given, strict=True)]
    surely = [one.rate if one.proven else Fraction(0) for one in conversions]
    least = _shared(given, surely, total[0], 1)
    most = _shared(given, [one.rate for one in conversions], total[1], -1)
    low, high = (sum(span[side] for span in spans) for side in (0, 1))
    top = -(-most.numerator // most.denominator) + sum(one.rounding + 1 for one in conversions)
    open_ = sum(span[0] < span[1] or not one.proven for one, span in zip(conversions, given, strict=True))
    return Batch(conversions, spans, (max(low, int(least)), min(high, top)), open_)


def _shared(given: Sequence[Span], rates: Sequence[Fraction], total: int, order: int) -> Fraction:
    """What `total` units give, each conversion getting its least and the rest going by the rate: the lowest first, the
    highest where `order` is -1."""
    left = total - sum(least for least, _ in given)
    found = Fraction(0)
    for (least, most), rate in sorted(zip(given, rates, strict=True), key=lambda pair: order * pair[1]):
        more = max(0, min(left, most - least))
        left -= more
        found += rate * (least + more)
    return found


def conversions(moves: Sequence[Move], seeds: Seeds) -> list[Conversion | None]:
    """Every move as a conversion; None where the same units, for sure, arrive at the other side.

    A run of stolen units is cut by every movement that takes a part of it and never joined again, so that a movement
    has no more runs than arrived where it leaves, nor than there are in all.
    """
    found: list[Conversion | None] = []
    arrived: dict[int, int] = {}
    everywhere = 0
    for number, move in enumerate(moves):
        pieces = min(arrived.get(move.sender, 0), everywhere)
        if move.sender in seeds.sources:
            pieces = 2 if pieces else 1  # what came back, and what is stolen now
            everywhere += pieces
        elif (move.key, move.sender) in seeds.moves:  # what is stolen now fills the gaps
            everywhere += pieces + 1
            pieces = 2 * pieces + 1
        everywhere += 2  # cut by the movement, and by its way out
        pieces = max(1, min(pieces, move.amount))
        found.append(None if move.amount == move.got and proven(move) else Conversion(number, move, pieces))
        if not move.ended:
            arrived[move.recipient] = arrived.get(move.recipient, 0) + pieces
    return found


def proven(move: Move) -> bool:
    """Whether what left surely became what arrived: a movement, a settled transaction, or a link by its key."""
    return move.crossing < 0 or move.rule in PROVEN
