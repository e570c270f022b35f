"""Made-up wallets: clusters hold one owner's addresses only, and nothing becomes a supercluster."""

from pathlib import Path

import numpy as np
import pytest

from cointrail.labels import Labels
from cointrail.ledger import Ledger
from cointrail.owners import Joins, Owners, owners
from cointrail.owners.joins import nothing
from cointrail.owners.measure import paired
from cointrail.owners.moment import cited
from tests import spending
from tests.owners.world import World, keys

WALLETS, STEPS = 120, 1_500


def said(world: World, found: Owners) -> list[tuple[int, str]]:
    truth = keys(world)
    ids = {found.ledger.address_id(key): wallet for key, wallet in truth.items()}
    known = {one: wallet for one, wallet in ids.items() if one is not None}
    roots = found.clusters.forest.roots(np.array(list(known), np.int64)).tolist()
    return list(zip(roots, known.values(), strict=True))


def told(world: World, ledger: Ledger) -> Joins:
    """A detector that knows the CoinJoins."""
    hashes = cited(ledger, list(range(len(ledger.index.hash))))
    true = {spending.identity(name) for name in world.joins}
    numbers = np.array([number for number, one in hashes.items() if one.hash in true], np.int64)
    return Joins("truth", lambda some: np.isin(np.arange(some.count) + some.first, numbers))


@pytest.mark.parametrize("seed", range(3))
def test_wallets_are_not_mixed_and_little_is_missed(tmp_path: Path, seed: int) -> None:
    world = World(seed, WALLETS, STEPS)
    assert len(world.joins) > 10
    ledger = world.ledger(tmp_path)
    pairs, precision, recall = paired(said(world, owners(ledger, Labels(tmp_path))))
    assert pairs > 10_000
    assert precision >= 0.99
    _, exact, most = paired(said(world, owners(ledger, Labels(tmp_path), told(world, ledger))))
    assert exact == 1
    assert recall >= 0.9 * most > 0.05


def test_joins_would_mix_them(tmp_path: Path) -> None:
    world = World(0, WALLETS, STEPS)
    found = owners(world.ledger(tmp_path), Labels(tmp_path), Joins("none", nothing))
    assert paired(said(world, found))[1] < 0.5
