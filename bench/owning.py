"""The rules of owners where owners are known: emulated CoinJoin runs, and made-up wallets and customers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cointrail.conversions.rate import Rate
from cointrail.labels import Labels
from cointrail.owners import owners
from cointrail.owners.change import RULES
from cointrail.owners.joins import alike
from cointrail.owners.kinds import kinds
from cointrail.owners.measure import paired
from cointrail.owners.moment import cited
from cointrail.owners.payments import payments, whole
from cointrail.owners.rules import Rule
from tests import spending
from tests.owners import emulated
from tests.owners.customers import Customers
from tests.owners.test_world import said
from tests.owners.world import World

SEEDS = 5
WALLETS, STEPS = 200, 3_000
PEOPLE = 1_000
RARE = 0.01  # share of PayJoins, and of payments into somebody else's deposit address
CHANGE = ("one_time", "optimal", "power_of_ten", "client", "reuse", "legacy", "peeling")


def owned() -> Iterator[Rate]:
    """A rate for each rule and set; the emulated runs are left out where they are not."""
    today = datetime.now(UTC).date().isoformat()
    for name in emulated.NAMES:
        run = emulated.run(name)
        with TemporaryDirectory() as folder:
            found = owners(emulated.ledger(run, Path(folder), emulated.gathered(run)), Labels(Path(folder)))
            yield Rate(Rule.INPUTS.word, f"emulated {name}, gathered", *paired(emulated.said(run, found)), today)
    for payjoins, name in ((0.0, "made-up wallets"), (RARE, f"made-up wallets, {RARE:.0%} PayJoins")):
        told = [one for seed in range(SEEDS) for one in _wallets(seed, payjoins)]
        yield Rate(Rule.INPUTS.word, name, *paired(told), today)
    others = f"made-up customers, {RARE:.0%} pay for others"
    for strangers, paid, name in (
        (0.0, 1, "made-up customers"), (RARE, 1, others), (RARE, 2, f"{others}, --paid 2"),
    ):  # fmt: skip
        told = [one for seed in range(SEEDS) for one in _customers(seed, strangers, paid)]
        yield Rate(Rule.DEPOSIT.word, name, *paired(told), today)
    yield from _changes(today)


def _wallets(seed: int, payjoins: float) -> list[tuple[object, object]]:
    world = World(seed, WALLETS, STEPS, payjoins)
    with TemporaryDirectory() as folder:
        found = owners(world.ledger(Path(folder)), Labels(Path(folder)))
        return [((seed, cluster), owner) for cluster, owner in said(world, found)]


def _customers(seed: int, strangers: float, paid: int) -> list[tuple[object, object]]:
    world = Customers(seed, PEOPLE, strangers)
    with TemporaryDirectory() as folder:
        found = owners(world.ledger(Path(folder)), Labels(Path(folder)), paid=paid)
        return [((seed, cluster), (seed, owner)) for cluster, owner in world.said(found)]


def _changes(today: str) -> Iterator[Rate]:
    """Each rule of change by itself, where it leaves one output: of the payments with change that are no CoinJoin."""
    counts = {name: [0, 0] for name in CHANGE}
    true = 0
    for seed in range(SEEDS):
        world = World(seed, WALLETS, STEPS)
        with TemporaryDirectory() as folder:
            ledger = world.ledger(Path(folder))
            kind = kinds(ledger)
            told = whole([payments(ledger, n).typed(kind) for n in range(len(ledger.manifest.segments))])
            known = cited(ledger, list(range(told.count)))
        number = {one.hash: place for place, one in known.items()}
        change = {(number[spending.identity(name)], place) for name, place in world.change.items()}
        true += len(change)
        first = np.searchsorted(told.outputs.tx, told.outputs.tx)
        place = np.arange(len(told.outputs)) - first
        right = np.array([one in change for one in zip(told.outputs.tx.tolist(), place.tolist(), strict=True)])
        plain = ~alike(told)[told.outputs.tx]
        for name in CHANGE:
            found = RULES[name].unique(told) & plain
            counts[name][0] += int(found.sum())
            counts[name][1] += int((found & right).sum())
    for name, (all_, good) in counts.items():
        yield Rate(Rule.CHANGE.word, f"{name}, made-up wallets", true, good / max(1, all_), good / true, today)
