"""Ways behind exposures, on a ledger whose ways are known."""

from itertools import pairwise
from pathlib import Path

import pytest

from cointrail.chains import format_address
from cointrail.labels import Labels
from cointrail.screening import Snapshot, Sources
from cointrail.screening.paths import content, way
from cointrail.screening.rule import Direction
from tests.making import address, ledger, row
from tests.screening.arithmetic import Arithmetic
from tests.screening.world import BETWEEN, CLEAN, DEALER, EXCHANGE, MIXED, MIXER, NOBODY, STRANGE, label, make

MIXERS = frozenset({"mixer"})


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    make(tmp_path / "ledger")
    return Sources(tmp_path / "ledger", Arithmetic).snapshot


def parties(snapshot: Snapshot, who: bytes, side: Direction, categories: frozenset[str]) -> list[tuple[str, str]]:
    found = way(snapshot, who, side, categories, "COIN")
    return [(one["from"], one["to"]) for one in content(snapshot, found)]


def test_over_a_wallet(snapshot: Snapshot) -> None:
    names = [format_address(raw) for raw in (MIXER, BETWEEN, MIXED)]
    assert parties(snapshot, MIXED, "source", MIXERS) == list(pairwise(names))


def test_forward(snapshot: Snapshot) -> None:
    found = parties(snapshot, CLEAN, "destination", frozenset({"exchange"}))
    assert found == [(format_address(CLEAN), format_address(EXCHANGE))]


def test_direct(snapshot: Snapshot) -> None:
    [only] = parties(snapshot, DEALER, "source", frozenset({"sanction"}))
    assert only[1] == format_address(DEALER)


@pytest.mark.parametrize("who", [STRANGE, NOBODY, CLEAN])
def test_none(snapshot: Snapshot, who: bytes) -> None:
    found = way(snapshot, who, "source", MIXERS, "COIN")
    assert (found.rows, found.complete) == ((), True)


def test_never_against_time(tmp_path: Path) -> None:
    """The mixer paid the wallet in between only after that had paid."""
    ledger(tmp_path / "late", [row(1, 9, 10, 5), row(2, 10, 11, 5), row(3, 1, 10, 5)])

    Labels(tmp_path / "late").add([label(MIXER, "mixer")])
    snapshot = Sources(tmp_path / "late", Arithmetic).snapshot
    assert way(snapshot, address(11), "source", MIXERS, "COIN").rows == ()
    assert way(snapshot, address(10), "source", MIXERS, "COIN").rows == (2,)


def test_a_service_is_not_walked_through(tmp_path: Path) -> None:

    ledger(tmp_path / "through", [row(1, 1, 3, 5), row(2, 3, 11, 5)])
    Labels(tmp_path / "through").add([label(MIXER, "mixer"), label(EXCHANGE, "exchange")])
    snapshot = Sources(tmp_path / "through", Arithmetic).snapshot
    assert way(snapshot, address(11), "source", MIXERS, "COIN").rows == ()
