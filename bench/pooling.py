"""Mixing pools for `make accuracy`: rates of clues, and whether links are right as often as they are said to be."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cointrail.conversions.mixers.pools.links import linkings
from cointrail.conversions.rate import Rate
from cointrail.drills.mixing import Habits, world
from cointrail.drills.mixing.habits import DAY, HOUR
from cointrail.drills.mixing.judging import judged
from cointrail.drills.mixing.rates import Case, rates
from cointrail.drills.reliability import levels
from cointrail.ledger import open_ledger

SEEDS = range(31, 34)  # never those that weights were fitted on
PEOPLE, FEW = 1_200, 300
PUBLISHED = "as published"
KINDS = {
    PUBLISHED: (Habits(), PEOPLE),
    "waits of 15 days": (Habits(wait=15 * DAY, hurry=3 * DAY), PEOPLE),
    "waits of 6 hours": (Habits(wait=6 * HOUR, hurry=HOUR // 2), PEOPLE),
    "more careless people": (Habits(reuse=0.35, linked=0.35), PEOPLE),
    "fewer careless people": (Habits(reuse=0.08, linked=0.08), PEOPLE),
    "a quarter of the people": (Habits(), FEW),
    "more relayers, also own ones": (Habits(relayed=0.95, own_relayer=0.03), PEOPLE),
}

SECTION = """
## Mixing pools

Kept beside the rules of `cointrail mixers`. No real pool's links are known for sure, so this is measured on
**generated** pools (`cointrail.drills.mixing`): people are careless as often as Tutela found among 97,300 real
deposits, all else is made up. For a clue (**pool-...** above) n are all withdrawals, recall the share of which it names
the right depositor, precision the share of depositors named that are right; **pool-link** are links said to be at least
80 % likely.

A link is a withdrawal and a depositor. Of links said to be about equally likely: what was said on average, and the
share that is right, with its standard error (which counts people, not withdrawals). Weights were fitted on other seeds,
half of them with habits that none of these tables has; how long people wait is learnt from each ledger.

"""


@contextmanager
def cases(kind: str) -> Iterator[list[Case]]:
    """Generated worlds of one kind with the links that are found in them."""
    habits, people = KINDS[kind]
    with TemporaryDirectory() as folder:
        found: list[Case] = []
        for seed in SEEDS:
            made = world(seed, people, habits)
            made.keep(Path(folder, str(seed)))
            ledger = open_ledger(Path(folder, str(seed)))
            found.append((ledger, made, linkings(ledger)))
        yield found


def measured(today: str) -> Sequence[Rate]:
    """The rates of the clues, where habits are as published."""
    with cases(PUBLISHED) as known:
        return list(rates(known, today))


def section() -> str:
    """The page's section."""
    text = SECTION
    for name in KINDS:
        with cases(name) as known:
            said = [one for _, made, links in known for one in judged(links, made)]
        text += f"### Habits: {name}\n\n| said | links | on average | right | error |\n|---|---|---|---|---|\n"
        for one in levels(said):
            span = f"{one.least:.0%} to {one.most:.0%}"
            text += f"| {span} | {one.links:,} | {one.said:.4f} | {one.right:.4f} | {one.error:.4f} |\n"
        text += "\n"
    return text
