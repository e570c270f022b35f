"""Emulated CoinJoin runs: no two wallets become one owner through a round."""

from pathlib import Path

import numpy as np
import pytest

from cointrail.labels import Labels
from cointrail.ledger import Ledger
from cointrail.owners import Joins, Owners, owners
from cointrail.owners.joins import alike, nothing
from cointrail.owners.moment import cited
from cointrail.owners.payments import payments
from tests.owners import emulated
from tests.owners.emulated import NAMES, Run, needs_runs


@pytest.fixture(scope="module", params=list(NAMES) or ["none"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Ledger]:
    if request.param not in NAMES:
        pytest.skip("no emulated CoinJoin runs here (COINTRAIL_DATA names the data)")
    run = emulated.run(request.param)
    return run, emulated.ledger(run, tmp_path_factory.mktemp("run") / "ledger")


def mixed(run: Run, found: Owners) -> int:
    """How many clusters hold addresses of two wallets."""
    whose: dict[int, set[str]] = {}
    for cluster, wallet in emulated.said(run, found):
        whose.setdefault(cluster, set()).add(wallet)
    return sum(len(wallets) > 1 for wallets in whose.values())


@needs_runs
def test_no_two_wallets_become_one_owner_through_a_round(made: tuple[Run, Ledger]) -> None:
    run, ledger = made
    assert mixed(run, owners(ledger, Labels(ledger.path))) == 0


@needs_runs
def test_without_a_guard_wallets_are_mixed(made: tuple[Run, Ledger]) -> None:
    run, ledger = made
    assert mixed(run, owners(ledger, Labels(ledger.path), Joins("none", nothing))) > 0


@needs_runs
def test_what_wallets_gather_afterwards_joins_their_own_coins_and_no_others(
    made: tuple[Run, Ledger], tmp_path: Path
) -> None:
    run, _ = made
    ledger = emulated.ledger(run, tmp_path, emulated.gathered(run))
    found = owners(ledger, Labels(tmp_path))
    assert mixed(run, found) == 0
    precision, recall = emulated.score(run, found)
    assert precision == 1
    assert recall > 0.1


@needs_runs
def test_every_round_that_the_run_names_is_seen(made: tuple[Run, Ledger]) -> None:
    run, ledger = made
    assert len(ledger.manifest.segments) == 1
    told = payments(ledger, 0)
    hashes = cited(ledger, list(range(told.count)))
    seen = {hashes[n].hash for n in np.flatnonzero(alike(told)).tolist()}
    assert run.joins and run.joins <= seen
