"""Honest proportions: when nothing says which of several losses became which gain, each gain is a bit of each loss."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

Value = Callable[[int, int], Fraction | None]  # what an amount of an asset was worth; None where it is not known


class Stake(NamedTuple):
    """An open part of a loss or a gain: whose, of which asset, how many smallest units."""

    who: int
    asset: int
    size: int


def blend(
    losses: Sequence[Stake], gains: Sequence[Stake], value: Value
) -> list[tuple[Stake, int, int, Stake, int, int]]:
    """Every loss spread over all gains: rows of (loss, start, size, gain, at, amount), offsets inside each stake.

    By value where every stake has one; otherwise every asset counts the same, and inside one asset the units decide.
    The whole of every loss and of every gain is used, to the unit; remainders go to the last.
    """
    if len(losses) == len(gains) == 1:  # nearly always
        return [(losses[0], 0, losses[0].size, gains[0], 0, gains[0].size)]
    lost, won = _weights(losses, value), _weights(gains, value)
    starts = [_cuts(loss.size, won) for loss in losses]
    ends = [_cuts(gain.size, lost) for gain in gains]
    return [
        (loss, starts[i][j], starts[i][j + 1] - starts[i][j], gain, ends[j][i], ends[j][i + 1] - ends[j][i])
        for i, loss in enumerate(losses)
        for j, gain in enumerate(gains)
    ]


def _weights(stakes: Sequence[Stake], value: Value) -> list[Fraction]:
    """Shares of the stakes in all of them; they sum to one."""
    worth = [value(stake.asset, stake.size) for stake in stakes]
    known = [one for one in worth if one is not None]
    if len(known) == len(worth) and sum(known) > 0:
        total = sum(known)
        return [one / total for one in known]
    of_asset: dict[int, int] = {}
    for stake in stakes:
        of_asset[stake.asset] = of_asset.get(stake.asset, 0) + stake.size
    return [Fraction(stake.size, of_asset[stake.asset] * len(of_asset)) for stake in stakes]


def _cuts(size: int, weights: Sequence[Fraction]) -> list[int]:
    """Where to cut a whole so that its pieces have these weights: from 0 to `size`."""
    cuts, so_far = [0], Fraction(0)
    for weight in weights[:-1]:
        so_far += weight
        cuts.append(int(size * so_far))
    return [*cuts, size]
