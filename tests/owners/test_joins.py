"""Real CoinJoins: none of them says that its inputs have one owner."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from cointrail.owners.joins import alike
from cointrail.owners.payments import Payments, Side
from tests.owners.emulated import RUNS

SETS = {
    "Wasabi 1": RUNS / "real_ww1_202405" / "WasabiCoinJoins.txt",
    "Whirlpool": RUNS / "real_sw_202403" / "SamouraiCoinJoins.txt",
    "JoinMarket": RUNS / "real_jm_202406" / "OtherCoinJoins.txt",
}


def read(path: Path) -> Payments:
    """One transaction a line: id, block, place, time, inputs and outputs, each with value and script."""
    rows: tuple[list[tuple[int, ...]], list[tuple[int, ...]]] = ([], [])
    scripts: dict[str, int] = {}
    lines = [line.split(":::") for line in path.read_text().splitlines() if line]
    for place, fields in enumerate(lines):
        for side, cell in zip(rows, fields[4:6], strict=True):
            for item in cell.strip().split("}{"):
                value, script, _ = item.strip("{}").split("+")
                owner = scripts.setdefault(script, len(scripts) + 1)
                side.append((place, len(side) + 1, owner, int(value.rpartition("-")[2])))
    spent, paid = (_side(side) for side in rows)
    count, unknown = len(lines), np.full(len(lines), -1)
    return Payments(0, count, spent, paid, np.zeros(count, bool), np.zeros(len(paid), bool), *[unknown] * 4)


def _side(rows: Sequence[tuple[int, ...]]) -> Side:
    tx, coin, owner, value = np.array(rows, np.int64).T
    return Side(tx, coin.astype(np.uint32), owner.astype(np.uint32), value, np.full(len(rows), -1))


@pytest.mark.parametrize("name", list(SETS))
def test_every_real_round_may_be_a_join(name: str) -> None:
    if not SETS[name].is_file():
        pytest.skip("no real CoinJoins here (COINTRAIL_DATA names the data)")
    told = read(SETS[name])
    assert told.count >= 100
    assert alike(told).all()


def test_payments_of_one_person_are_none() -> None:
    rows = [(0, 1, 1, 50), (0, 2, 1, 60), (1, 3, 2, 70), (1, 4, 3, 80)]
    paid = [(0, 5, 4, 50), (0, 6, 5, 50), (1, 7, 6, 100), (1, 8, 7, 50)]
    unknown = np.full(2, -1)
    told = Payments(0, 2, _side(rows), _side(paid), np.zeros(2, bool), np.zeros(4, bool), *[unknown] * 4)
    assert alike(told).tolist() == [False, False]
