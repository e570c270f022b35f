"""How well bridge legs are joined on parts of the known pairs that stand alone: `python -m bench.heldout [DATA]`.

Whatever a rule learns it learns from the legs at hand. So each stretch of time is judged by itself, as if the bridge
had begun and ended there, with and without all deposits that were never paid out; and with delays that the bridge
never had. The best that can be hoped for is shown beside: the same search when it is told the true delays.
"""

import os
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np

from cointrail.conversions import inferred
from cointrail.conversions.delays import by_epoch, learn
from cointrail.conversions.legs import Floats, Legs
from cointrail.conversions.match import match
from cointrail.conversions.measure import Transfer, nomad, write_legs
from cointrail.conversions.pairing import Problem, Solved, settle
from cointrail.conversions.reading import read_legs

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("COINTRAIL_DATA", ROOT.parent / "shared" / "data"))
DAY = 86_400
PARTS = (1, 2, 3, 4)  # into how many stretches of equally many pairs the time is cut
WINDOWS = (0.125, 0.25, 0.375)  # and where windows of half of the pairs begin
SEED = 5

Pairs = list[Transfer]


def stretches(whole: Pairs) -> Iterator[tuple[str, Pairs]]:
    """Parts of the pairs by the time of their deposits, each without and with the deposits that were never paid."""
    paid = sorted((one for one in whole if one.withdrawal), key=lambda one: (one.deposit.time, one.deposit.tx))
    waiting = [one for one in whole if one.withdrawal is None]
    cuts = [(f"{n + 1} of {parts}", n / parts, (n + 1) / parts) for parts in PARTS for n in range(parts)]
    cuts += [(f"{begin:.3f} to {begin + 0.5:.3f}", begin, begin + 0.5) for begin in WINDOWS]
    for name, begin, end in cuts:
        part = paid[int(begin * len(paid)) : int(end * len(paid))]
        yield name, part
        yield f"{name}, unpaid too", part + waiting


def warped(whole: Pairs) -> Iterator[tuple[str, Pairs]]:
    """The pairs of all the time and of the later half, with other delays or closer together in time."""
    paid = sorted((one for one in whole if one.withdrawal), key=lambda one: (one.deposit.time, one.deposit.tx))
    waiting = [one for one in whole if one.withdrawal is None]
    early = [one.delay or 0 for one in paid[: len(paid) // 4]]
    for name, some in (("all", paid), ("2 of 2", paid[len(paid) // 2 :])):
        draw = random.Random(SEED)
        yield f"{name}, thrice as slow", [delayed(one, 3 * (one.delay or 0)) for one in some] + waiting
        yield f"{name}, thrice as fast", [delayed(one, (one.delay or 0) / 3) for one in some] + waiting
        yield f"{name}, six hours later", [delayed(one, 21_600 + (one.delay or 0)) for one in some] + waiting
        yield f"{name}, two modes", [delayed(one, _two_modes(draw)) for one in some] + waiting
        yield f"{name}, delays of 1 of 4", [delayed(one, draw.choice(early)) for one in some] + waiting
        yield f"{name}, twice as dense", [_closer(one, some[0].deposit.time) for one in some + waiting]


def delayed(one: Transfer, delay: float) -> Transfer:
    """The same transfer with another delay, in seconds."""
    if one.withdrawal is None:
        return one
    return replace(one, withdrawal=replace(one.withdrawal, time=one.deposit.time + max(1, int(delay))))


def joined(pairs: Pairs, recipient: bool) -> tuple[int, float, float]:
    """How many pairs close within a day; the share of them that was linked, and the share of links that is wrong."""
    links = match(_legs(pairs), keys=False, recipient=recipient, window=DAY).links
    return _judged(pairs, [(link.deposit_tx, link.withdrawal_tx) for link in links])


def told(pairs: Pairs) -> float:
    """The share linked without recipients by a search that knows the true delays, and where to stop for 0.5 % wrong."""
    legs = _legs(pairs)
    truth = {(one.deposit.tx, one.withdrawal.tx): one for one in pairs if one.withdrawal}
    inside = {ends for ends, one in truth.items() if (one.delay or 0) <= DAY}
    names = np.array(legs.text["tx"].to_pylist())
    found: list[tuple[float, tuple[str, str]]] = []

    def solve(problem: Problem, _: Floats) -> Solved:
        deposits, withdrawals = names[legs.deposit][problem.deposit], names[~legs.deposit][problem.withdrawal]
        ends = list(zip(deposits.tolist(), withdrawals.tolist(), strict=True))
        true = np.array([pair in truth for pair in ends], np.float64)
        span = float(problem.last - problem.first)
        delays = learn(problem.delay, true, span)
        density = by_epoch(delays, problem.route, problem.opened[problem.deposit], problem.delay, true)
        solved = settle(problem, delays, density, true, span)
        chosen = solved.chosen[problem.delay[solved.chosen] <= DAY]
        found.extend((float(solved.chance[edge]), ends[edge]) for edge in chosen.tolist())
        return solved

    with patch.object(inferred, "solve", solve):
        match(legs, keys=False, recipient=False, window=DAY)
    ranked = [ends for _, ends in sorted(found, key=lambda one: -one[0])]
    wrong = np.cumsum([ends not in truth for ends in ranked]) / np.arange(1, len(ranked) + 1)
    kept = int(np.flatnonzero(wrong <= 0.005)[-1]) + 1
    return sum(ends in inside for ends in ranked[:kept]) / len(inside)


def _legs(pairs: Pairs) -> Legs:
    with TemporaryDirectory() as folder:
        path = Path(folder, "legs.csv")
        write_legs(path, pairs)
        return read_legs([path])


def _judged(pairs: Pairs, found: list[tuple[str, str]]) -> tuple[int, float, float]:
    truth = {(one.deposit.tx, one.withdrawal.tx): one for one in pairs if one.withdrawal}
    inside = {ends for ends, one in truth.items() if (one.delay or 0) <= DAY}
    wrong = sum(ends not in truth for ends in found)
    return len(inside), len(inside.intersection(found)) / len(inside), wrong / max(1, len(found))


def _two_modes(draw: random.Random) -> float:
    return draw.gauss(600, 60) if draw.random() < 0.6 else draw.gauss(20_000, 3_000)


def _closer(one: Transfer, origin: int) -> Transfer:
    time = origin + (one.deposit.time - origin) // 2
    return delayed(replace(one, deposit=replace(one.deposit, time=time)), one.delay or 0)


def main() -> None:
    """Print the tables."""
    whole = nomad(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
    print("| pairs | n within 24 h | linked, wrong | without recipients | told the delays |\n|---|---|---|---|---|")
    sets = [(f"{name}: {part}", pairs) for name, all_ in whole.items() for part, pairs in stretches(all_)]
    sets += [(f"warped: {part}", pairs) for part, pairs in warped(whole["Nomad to Ethereum"])]
    for name, pairs in sets:
        count, linked, wrong = joined(pairs, recipient=True)
        _, less, worse = joined(pairs, recipient=False)
        print(
            f"| {name} | {count:,} | {linked:.4f}, {wrong:.4f} | {less:.4f}, {worse:.4f} | {told(pairs):.4f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
