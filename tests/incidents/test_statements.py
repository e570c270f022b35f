"""Statements that come as a table: each gets ways to compute it and an answer."""

from functools import cache
from pathlib import Path

import pytest

from cointrail.errors import InputError
from cointrail.incidents import catalogue
from cointrail.incidents.ledger import ledger
from cointrail.incidents.report import report
from cointrail.incidents.statements import read_statements, templates
from tests.incidents.test_lists import DATA, needs_data

HEAD = "id,outlet,about,metric,scope,period,value,unit,wording\n"
ROW = "X1,a paper,Chainalysis,actor_total,North Korea,2024,1.34,billion_usd,it took so much\n"
CLEAR = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "B1", "B2", "B3", "B4", "B5", "B6", "B7", "C1", "C3", "C5", "C6"]


@cache
def answers(path: Path) -> dict[str, str]:
    asked = read_statements(path, catalogue())
    return {one["id"]: one["verdict"] for one in report(ledger(), 2025, asked=asked)["checks"]}


@needs_data
def test_every_statement_of_the_press_has_an_answer() -> None:
    found = answers(DATA / "press_claims.csv")
    assert len(found) == 26
    assert [name for name in CLEAR if found[name] == "agrees"] == CLEAR
    assert found["A8"] == found["A9"] == "cannot be checked"
    assert {found[name] for name in ("A10", "B8", "B10", "C4")} == {"compares different scopes"}


def test_other_years_thefts_and_wrong_figures(tmp_path: Path) -> None:
    rows = [
        ROW,
        "X2,a paper,TRM,incident_amount,DMM Bitcoin,2024-05,308,million_usd,lost\n",
        "X3,a paper,TRM,incident_amount,DMM Bitcoin,2024-05,30,million_usd,lost\n",
        "X4,a paper,Chainalysis,actor_share,North Korea of all theft,2024,61,percent,of all\n",
        "X5,a paper,Chainalysis,stolen_total,all theft,2023,18,billion_usd,in all\n",
        "X6,a paper,FBI,attribution,DMM Bitcoin,2024-05,North Korea,actor,quickly\n",
        "X7,a paper,TRM,incident_amount,Nobody At All,2024-05,30,million_usd,lost\n",
    ]
    (tmp_path / "s.csv").write_text(HEAD + "".join(rows))
    found = answers(tmp_path / "s.csv")
    assert found["X2"] == "agrees" and found["X3"] == found["X5"] == found["X6"] == "contradicts"
    assert found["X4"].startswith("within") and found["X7"] == "cannot be checked"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("actor_total", "weather"), ("billion_usd", "bushels"), ("1.34", "lots"), ("2024", "soon"),
        (",it took so much", ""), ("X1,", "X1,,"), ("id,", "name,"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_read_are_told(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "s.csv").write_text((HEAD + ROW).replace(old, new, 1))
    with pytest.raises(InputError, match=r"s\.csv"):
        read_statements(tmp_path / "s.csv", catalogue())


def test_no_row_can_add_to_a_formula(tmp_path: Path) -> None:
    row = 'X1,a paper,"Chain"", ""x",incident_amount,"A"") + 9 + counted(""stolen",2024,5,million_usd,lost\n'
    (tmp_path / "s.csv").write_text(HEAD + row)
    (one,) = read_statements(tmp_path / "s.csv", catalogue())
    assert one.ways[0].formula == 'incident("A) + 9 + counted(stolen")'
    assert answers(tmp_path / "s.csv") == {"X1": "cannot be checked"}


def test_templates_ask_for_what_is_there() -> None:
    ways = [one for found in templates().values() for one in found]
    assert len(templates()) >= 15 and all(one["name"] and one["formula"] for one in ways)
