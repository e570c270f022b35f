"""`cointrail incidents`, `claims` and `report`, as they are typed."""

import json
from pathlib import Path

import pytest

from tests.cli.command import done, run

LIST = "date,victim,usd_stolen\n2025-02-21,Bybit,1500000000\n2024-03-01,Somewhere Else,120000\n2025,Marine Chain,\n"
SAID = ("--by", "A Paper", "--url", "https://paper.example/1")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "list.csv").write_text(LIST)
    told = done("incidents", "import", tmp_path / "list.csv", "--out", tmp_path / "store").out
    assert "dprk, 3 rows, 3 records" in told and "year-precision: 1" in told and "no-amount: 1" in told
    return tmp_path / "store"


def test_import_list_show_match_and_decide(store: Path, tmp_path: Path) -> None:
    again = done("incidents", "import", tmp_path / "list.csv", "--into", store).out
    assert "known already" in again
    assert "dprk/somewhere-else-2024-03-01" in done("incidents", "list", "--claims", store, "--year", "2024").out
    shown = done("incidents", "show", "bybit-2025", "--claims", store).out
    assert "T. Monahan" in shown and "FBI" in shown and "→" in shown
    pair = ("bybit-2025-02", "dprk/bybit-2025-02-21")
    assert "joined" in done("incidents", "match", store, "--least", "0.9").out
    assert "decided: different" in done("incidents", "match", store, "--different", *pair, "--why", "a test").out
    assert "dprk/bybit-2025-02-21" in done("incidents", "list", "--claims", store, "--year", "2025").out
    assert "joined" in done("incidents", "match", store, "--undo", *pair).out
    assert run("incidents", "match", store, "--same", "nobody", pair[1]).refused


def test_list_by_actor_and_day() -> None:
    now = done("incidents", "list", "--year", "2025", "--actor", "north korea").out
    then = done("incidents", "list", "--year", "2025", "--actor", "north korea", "--as-of", "2025-03-01").out
    assert "bybit-2025-02" in then and len(then.splitlines()) < len(now.splitlines())


def test_add_claims_and_check_with_them(store: Path, tmp_path: Path) -> None:
    done(
        "claims",
        "add",
        store,
        *SAID,
        "--incident",
        "bybit-2025-02",
        "--field",
        "usd",
        "--value",
        "1600000000",
        "--said",
        "2026",
    )
    assert "A Paper" in done("incidents", "show", "bybit-2025-02", "--claims", store).out
    done(
        "claims",
        "add",
        store,
        *SAID,
        "--metric",
        "incidents",
        "--of",
        "personal wallets",
        "--window",
        "2022",
        "--value",
        "54000",
    )
    (tmp_path / "mine.yaml").write_text(
        "- {id: M1, says: three times as many, by: a paper, about: X, value: 3, scope: s, ways: [{name: both, formula: "
        '\'said("Chainalysis", "incidents", "personal wallets", "2025") / said("A Paper", "incidents", '
        '"personal wallets", "2022")\'}]}\n'
    )
    assert "agrees" in done("claims", "check", tmp_path / "mine.yaml", "--claims", store).out
    assert "cannot be checked" in done("claims", "check", tmp_path / "mine.yaml").out


def test_checks_as_json() -> None:
    found = json.loads(done("claims", "check", "--json").out)
    assert {one["id"]: one["verdict"] for one in found}["I6"] == "agrees"
    assert all(one["ways"] for one in found)


def test_report_writes_its_files(tmp_path: Path) -> None:
    told = done("report", 2025, "--out", tmp_path / "r").out
    assert "Chainalysis said 3.40 billion" in told
    assert {path.name for path in (tmp_path / "r").iterdir()} == {
        "report.html", "report.json", "report.md", "years.csv", "groups.csv", "incidents.csv", "claims.csv",
        "published.csv", "checks.csv", "contradictions.csv", "sensitivity.csv",
    }  # fmt: skip
    first = (tmp_path / "r" / "report.json").read_bytes()
    done("report", 2025, "--out", tmp_path / "r")
    assert (tmp_path / "r" / "report.json").read_bytes() == first


def test_report_of_another_day_and_rule_set(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("mine:\n  meaning: the highest\n  order: [highest]\n  least: medium\n")
    done("report", 2025, "--rules", "mine", "--rules-file", tmp_path / "rules.yaml", "--out", tmp_path / "a")
    done("report", 2025, "--as-of", "2025-03-01", "--out", tmp_path / "b")
    totals = [json.loads((tmp_path / name / "report.json").read_text())["headline"][0] for name in "ab"]
    assert int(totals[0]["value"]) > 3_400_000_000 and totals[1]["n"] < totals[0]["n"]


@pytest.mark.parametrize(
    "words",
    [
        ("report", "2025", "--rules", "none"), ("report", "2025", "--as-of", "soon"),
        ("report", "2025", "--claims", "/nowhere"),
        ("incidents", "show", "nobody"), ("incidents", "import", "/nowhere.csv", "--out", "x"),
        ("claims", "check", "/nowhere.yaml"), ("incidents", "match", "/nowhere"),
    ],
)  # fmt: skip
def test_wrong_input_is_refused_in_one_line(words: tuple[str, ...]) -> None:
    assert run(*words).refused


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--incident", "bibyt-2025-02", "--field", "usd", "--value", "1"), "no incident is named bibyt-2025-02; near"),
        (("--incident", "bybit-2025-02", "--field", "usd", "--value", "-1"), "negative"),
        (("--incident", "Not An Id", "--field", "date", "--value", "2024"), "no id"),
        (("--metric", "nonsense", "--of", "all theft", "--window", "2022", "--value", "1"), "nonsense"),
    ],
)
def test_a_claim_that_cannot_be_kept_makes_no_store(tmp_path: Path, more: tuple[str, ...], said: str) -> None:
    ended = run("claims", "add", tmp_path / "new", *SAID, *more)
    assert ended.refused and said in ended.err
    assert not (tmp_path / "new").exists()


def test_ids_near_an_unknown_one_are_named() -> None:
    assert "near are bybit-2025-02" in run("incidents", "show", "bibyt-2025-02").err
    assert "no incident is named x; such ids begin so: x" in run("incidents", "show", "x").err
    assert "no incident is named zzzzzz; `cointrail" in run("incidents", "show", "zzzzzz").err


def test_import_says_where_to_and_refuses_what_is_no_list(store: Path, tmp_path: Path) -> None:
    assert run("incidents", "import", tmp_path / "list.csv").refused
    assert run("incidents", "import", tmp_path / "list.csv", "--out", store).refused
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    before = sorted(path.name for path in (store / "imports").iterdir())
    assert run("incidents", "import", tmp_path / "list.csv", tmp_path / "bad.csv", "--into", store).refused
    assert sorted(path.name for path in (store / "imports").iterdir()) == before
    assert run("claims", "add", store, *SAID, "--incident", "bybit-2025-02", "--field", "usd", "--value", "-1").refused
    assert run("claims", "add", store, *SAID, "--value", "1").refused
