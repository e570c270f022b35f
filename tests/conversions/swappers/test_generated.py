"""Generated swaps with known truth: candidates are right as often as they are said to be."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cointrail.conversions.legs import Codes, Floats
from cointrail.conversions.swappers import chances
from cointrail.conversions.swappers.weighing import AMOUNT, TIME, VALUE
from cointrail.drills.reliability import Said, levels
from cointrail.drills.swapping import OTHERWISE, Habits, World, world
from cointrail.drills.swapping.habits import DAY
from cointrail.drills.swapping.judging import judged
from cointrail.ledger import Ledger
from cointrail.prices import Prices

HELD_OUT = 701  # a seed that the model was not developed on
EDGES = (0.02, 0.2, 0.5, 0.8, 0.95, 1.0)
ERRORS = 3.5  # standard errors; there are five levels for each of four cases
Kept = tuple[World, list[Ledger], Prices]


def made(folder: Path, habits: Habits) -> Kept:
    known = world(HELD_OUT, habits)
    ledgers = known.keep(folder)
    return known, ledgers, known.prices(folder)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return made(tmp_path_factory.mktemp("usual"), replace(Habits(), span=3 * DAY))


@pytest.fixture(scope="module")
def otherwise(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return made(tmp_path_factory.mktemp("otherwise"), replace(OTHERWISE, span=4 * DAY))


def wrong(said: Sequence[Said]) -> list[str]:
    """The levels whose candidates are not right as often as they are said to be."""
    found = []
    for level in levels(said, EDGES):
        error = max(level.error, (level.said * (1 - level.said) / level.links) ** 0.5, 1 / level.links)
        if abs(level.right - level.said) > ERRORS * error:
            found.append(str(level))
    return found


@pytest.mark.parametrize("habits", ["usual", "otherwise"])
@pytest.mark.parametrize("priced", [True, False])
def test_candidates_are_right_as_often_as_they_are_said_to_be(
    habits: str, priced: bool, request: pytest.FixtureRequest
) -> None:
    known, ledgers, prices = request.getfixturevalue(habits)
    found = judged(known, ledgers, prices if priced else Prices())
    assert {one.rule for one in found.candidates} == {AMOUNT, VALUE if priced else TIME} and not found.notes
    assert not wrong([one.said for one in found.candidates])
    whole: dict[int, float] = {}
    for one in found.candidates:
        whole[one.deposit] = whole.get(one.deposit, 0.0) + one.said.chance
    assert max(whole.values()) < 1 + 1e-6
    likely = [one.said.right for one in found.candidates if one.said.chance >= 0.8]
    assert len(likely) > (0.4 if priced else 0.05) * found.deposits
    assert sum(likely) > (0.9 if priced else 0.8) * len(likely)


def test_chances_that_boast_are_noticed(usual: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of the levels can fail: as if hardly any payout were a stranger's, and every deposit had one."""

    def boast(size: Codes, ends: Codes, chance: Floats, turn: int) -> Floats:
        return np.full(len(size), 0.999)

    monkeypatch.setattr(chances, "_shares", boast)
    assert wrong([one.said for one in judged(*usual).candidates])
