"""Back-tests against a count by hand."""

from pathlib import Path

import pytest

from cointrail.chains import format_address
from cointrail.errors import InputError
from cointrail.labels import Labels
from cointrail.screening import Sources
from cointrail.screening.backtest import backtest, read_truth
from tests.making import START, address
from tests.screening.arithmetic import Arithmetic
from tests.screening.world import CLEAN, DEALER, MIXED, SANCTIONED, STRANGE, label, make


def truth(path: Path, *rows: tuple[bytes, str], name: str = "illicit") -> Path:
    path.write_text(f"address,{name}\n" + "".join(f"{format_address(raw)},{word}\n" for raw, word in rows))
    return path


def test_counted_by_hand(tmp_path: Path) -> None:
    make(tmp_path / "ledger")
    file = truth(tmp_path / "truth.csv", (DEALER, "yes"), (MIXED, "no"), (STRANGE, "yes"), (CLEAN, "no"))
    done = backtest(Sources(tmp_path / "ledger", Arithmetic).snapshot, read_truth(file))
    every = done.every
    # by hand: mixer and sanctioned address by their own labels, DEALER, MIXED, BETWEEN, whom the mixer paid, and the
    # two who paid all that they paid to the mixer and to the sanctioned address
    assert (done.known, every.alerts, every.right, every.wrong, every.unknown) == (4, 7, 1, 1, 5)
    assert done.missed == 1  # STRANGE
    assert done.tallies["indirect-mixer"].wrong_ones == [format_address(MIXED)]
    assert done.content()["by_rule"][5]["precision"] == "1.0000"
    assert done.addresses == sum(done.verdicts.values()) == 13


def test_an_alert_that_a_label_gave_for_a_while(tmp_path: Path) -> None:
    made = tmp_path / "ledger"
    make(made)
    Labels(made).add([label(CLEAN, "sanction", valid_from=START + 200, valid_to=START + 300)])
    done = backtest(Sources(made, Arithmetic).snapshot, {CLEAN: False})
    assert done.tallies["sanctioned"].wrong_ones == [format_address(CLEAN)]
    assert done.tallies["sanctioned"].wrong == 1
    alone = backtest(Sources(made, Arithmetic).snapshot, {SANCTIONED: True})
    assert alone.tallies["sanctioned"].right == 1


def test_truth_by_category(tmp_path: Path) -> None:
    file = truth(tmp_path / "t.csv", (CLEAN, "exchange"), (DEALER, "hack"), name="category")
    assert read_truth(file) == {CLEAN: False, DEALER: True}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([(CLEAN, "maybe")], "line 2"),
        ([(CLEAN, "yes"), (CLEAN, "no")], "line 3"),
        ([(address(1)[:5], "yes")], "line 2"),
    ],
)
def test_truth_that_is_none(tmp_path: Path, rows: list[tuple[bytes, str]], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_truth(truth(tmp_path / "t.csv", *rows))


def test_a_file_that_is_no_truth(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="header"):
        read_truth(tmp_path / "t.csv")
    with pytest.raises(InputError, match="cannot read"):
        read_truth(tmp_path / "none.csv")
