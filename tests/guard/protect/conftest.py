"""Plays that all tests of protection look at: made once."""

from pathlib import Path

import pytest

from cointrail.drills.attacks import Play, play


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Play:
    """One play with one of each attack and each business."""
    folder: Path = tmp_path_factory.mktemp("play")
    return play(folder / "ledger", 4_001, attacks=2, business=1)
