"""Address poisoning: look-alikes put before wallets, and payouts that fell for one.

The rule itself is that of the patterns (`patterns.rules.poisoning`): after dealings with B a look-alike of B turns up
by a payment of nothing, of next to nothing, or in a counterfeit token. What chance makes of it is in `chance`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cointrail.chains.likeness import HEX, LEADING, TRAILING, same_ends
from cointrail.guard.protect.attack import Attack
from cointrail.patterns.rules.poisoning import Met
from cointrail.patterns.surroundings import Approach

Totals = Mapping[str, tuple[int, int]]  # of a wallet: all it ever met, and those of them that really moved something


@dataclass
class Watched:
    """What is remembered of one wallet."""

    met: Met
    real: set[str] = field(default_factory=set)  # whom it really paid or was paid by
    all: set[str] = field(default_factory=set)


def chance(strangers: int, known: int, digits: int, fewest: int = LEADING + TRAILING) -> float:
    """How many look-alikes chance alone makes that agree in `digits` digits or more, wherever they stand.

    A strange address agrees with a known one in p leading digits or more with probability 16**-p, and likewise behind.
    Above the fewest digits that count there are digits - fewest + 1 ways to share the rest between both ends; adding
    them up leaves 16**-digits * (1 + (digits - fewest) * 15/16).
    """
    return strangers * known * 16.0**-digits * (1 + (digits - fewest) * 15 / 16)


def poisoned(
    movements: Iterable[Approach],
    wallet: str | None = None,
    leading: int = LEADING,
    trailing: int = TRAILING,
    totals: Totals | None = None,
) -> Iterator[Attack]:
    """What of movements, in their order, is poisoning; of one wallet only where it is named. Who was met in all is
    counted in them, or told by `totals` where they are a part of all."""
    watched: dict[str, Watched] = defaultdict(lambda: Watched(Met(leading, trailing)))
    paid: dict[tuple[str, str], list[Approach]] = defaultdict(list)
    for one in movements:
        real = bool(one.amount) and not one.fake
        for own, other in ((one.sender, one.recipient), (one.recipient, one.sender)):
            if own == other or len(other) != HEX + 2 or (wallet is not None and own != wallet):
                continue
            seen = watched[own]
            seen.met.look(one, other)
            seen.all.add(other)
            if real:
                seen.real.add(other)
            if real and own == one.sender and other in seen.met.twins:
                paid[own, other].append(one)
    for own, seen in watched.items():
        met, real_ = (totals or {}).get(own, (len(seen.all), len(seen.real)))
        known = real_ - len(seen.real & seen.met.twins.keys())
        yield from _of(own, seen, paid, (met - known, known), leading + trailing)


def _of(
    wallet: str,
    seen: Watched,
    paid: Mapping[tuple[str, str], Sequence[Approach]],
    counts: tuple[int, int],
    fewest: int,
) -> Iterator[Attack]:
    for twin, (original, steps) in seen.met.twins.items():
        lead, trail = same_ends(twin, original)
        lost: Counter[str] = Counter()
        # a tiny payment to the look-alike that came from the wallet is the spam itself, made to seem the wallet's
        for one in paid.get((wallet, twin), ()):
            if one not in steps:
                lost[one.asset or "native"] += one.amount
        forms = dict.fromkeys("counterfeit token" if s.fake else "tiny" if s.amount else "zero value" for s in steps)
        facts = {
            "original": original,
            "leading": lead,
            "trailing": trail,
            "forms": list(forms),
            "chance": chance(*counts, lead + trail, fewest),
        }
        hashes = tuple(dict.fromkeys(step.tx for step in steps if step.tx))
        together = [f"token {s.asset}" if s.fake else f"transaction {s.tx}" if s.tx else "" for s in steps]
        names = tuple(dict.fromkeys(name for name in together if name))
        yield Attack("poisoning", wallet, twin, max(steps[0].time, 0), hashes, dict(sorted(lost.items())), facts, names)
