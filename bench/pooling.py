"""Mixing pools for `make accuracy`: rates of clues, and whether links are right as often as they are said to be."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cointrail.conversions.mixers.pools.links import linkings
from cointrail.conversions.rate import Rate
from cointrail.drills.mixing import Habits, world
from cointrail.drills.mixing.habits import DAY, HOUR
from cointrail.drills.mixing.judging import judged
from cointrail.drills.mixing.rates import rates
from cointrail.drills.reliability import Said, levels
from cointrail.ledger import open_ledger

SEEDS = range(31, 34)  # never those that weights were fitted on
PEOPLE = 1_200
OTHERS = {
    "as fitted": Habits(),
    "waits of 15 days": Habits(wait=15 * DAY, hurry=3 * DAY),
    "waits of 6 hours": Habits(wait=6 * HOUR, hurry=HOUR // 2),
}

SECTION = """
## Mixing pools

Kept beside the rules of `cointrail mixers`. No real pool's links are known for sure, so this is measured on
**generated** pools (`cointrail.drills.mixing`): people are careless as often as Tutela found among 97,300 real
deposits, all else is made up. For a clue (**pool-...** above) n are all withdrawals, recall the share of which it names
the right depositor, precision the share of depositors named that are right; **pool-link** are links said to be at least
80 % likely.

A link is a withdrawal and a depositor. Of links said to be about equally likely: what was said on average, and the
share that is right, with its standard error (which counts people, not withdrawals). Weights were fitted on other seeds
with the habits of the first table; how long people wait is learnt from each ledger.

"""


@cache
def worlds() -> tuple[tuple[Rate, ...], dict[str, list[Said]]]:
    """Rates of the clues in the first kind of world, and the links of all kinds."""
    said: dict[str, list[Said]] = {}
    found: tuple[Rate, ...] = ()
    for name, habits in OTHERS.items():
        with TemporaryDirectory() as folder:
            cases = []
            for seed in SEEDS:
                made = world(seed, PEOPLE, habits)
                made.keep(Path(folder, str(seed)))
                ledger = open_ledger(Path(folder, str(seed)))
                cases.append((ledger, made, linkings(ledger)))
            said[name] = [one for _, made, links in cases for one in judged(links, made)]
            if not found:
                found = tuple(rates(cases, ""))
    return found, said


def measured(today: str) -> Sequence[Rate]:
    """The rates of the clues."""
    return [Rate(one.rule, one.set, one.n, one.precision, one.recall, today) for one in worlds()[0]]


def section() -> str:
    """The page's section."""
    text = SECTION
    for name, said in worlds()[1].items():
        text += f"### Habits: {name}\n\n| said | links | on average | right | error |\n|---|---|---|---|---|\n"
        for one in levels(said):
            span = f"{one.least:.0%} to {one.most:.0%}"
            text += f"| {span} | {one.links:,} | {one.said:.4f} | {one.right:.4f} | {one.error:.4f} |\n"
        text += "\n"
    return text
