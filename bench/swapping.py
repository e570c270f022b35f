"""Swappers for `make accuracy`: whether candidates are right as often as they are said to be."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cointrail.conversions.rate import Rate
from cointrail.conversions.swappers.weighing import RULES
from cointrail.drills.reliability import levels
from cointrail.drills.swapping import OTHERWISE, Habits, world
from cointrail.drills.swapping.judging import Verdict, judged
from cointrail.drills.swapping.rates import rates
from cointrail.prices import Prices

SEEDS = range(501, 507)  # never those that the model was developed on
WORLDS = {"usual": Habits(), "otherwise": OTHERWISE}

SECTION = """
## Custodial swappers

Nothing on a chain joins what a swapper took to what it paid, and no public set does, so this is measured on
**made-up** swappers (`cointrail.drills.swapping`): ledgers of three chains with labels and a price file. People swap
carelessly or not, at fixed and floating rates, through addresses that are swept later; payouts come in batches, from
wallets without a label, for deposits elsewhere; treasuries and crumbs disturb. Fees, the time of a fixed rate and how
long an order takes are those that swappers publish; all else is made up. The model was developed with the habits
**usual**, and others drawn at random, on other seeds. **otherwise** has other swappers and other proportions
throughout. A first world of that kind showed what is likeliest to be overclaimed by a hundredth (0.983 said, 0.970
right), since swaps repeated at a moved price were taken for strangers'; that was mended, and these worlds and seeds
were looked at once, after it. Without prices only amounts of one coin can be compared, all else by the time alone
(**swapper-time**).

A candidate is a deposit and a payout. Of candidates said to be about equally likely: what was said on average, and the
share that is right, with its standard error (which counts people). In the rates above **swapper-...@20** are the
candidates said to be from 20 % up to the next band; n are the deposits whose payout the ledgers show, and trails print
beside a candidate the rate of its rule and band.

The annotated thefts have deposits into swappers (SWFT, eXch, ChangeHero: 110 transfers) and not one payout, so that
no real pair could be scored (n = 0). Links that a user **confirmed** have no rate: they are what somebody was told.

"""


@cache
def verdicts() -> dict[tuple[str, bool], list[Verdict]]:
    """What is said in each kind of world, with prices and without."""
    found: dict[tuple[str, bool], list[Verdict]] = {}
    for name, habits in WORLDS.items():
        for seed in SEEDS:
            with TemporaryDirectory() as folder:
                made = world(seed, habits)
                ledgers = made.keep(Path(folder, "world"))
                for prices in (made.prices(Path(folder, "world")), Prices()):
                    found.setdefault((name, bool(len(prices))), []).append(judged(made, ledgers, prices))
    return found


def measured(today: str) -> Sequence[Rate]:
    """The rates of rules and bands."""
    return [
        one
        for (name, priced), said in verdicts().items()
        for one in rates(said, f"made-up swappers, {name}, {'prices' if priced else 'no prices'}", today)
    ]


def section() -> str:
    """The page's section."""
    text = SECTION
    for (name, priced), found in verdicts().items():
        for rule in RULES:
            said = [one.said for each in found for one in each.candidates if one.rule == rule]
            if not said:
                continue
            text += f"### {rule}: {name}, {'with' if priced else 'without'} prices\n\n"
            text += "| said | candidates | on average | right | error |\n|---|---|---|---|---|\n"
            for one in levels(said):
                span = f"{one.least:.0%} to {one.most:.0%}"
                text += f"| {span} | {one.links:,} | {one.said:.4f} | {one.right:.4f} | {one.error:.4f} |\n"
            text += "\n"
    return text
