"""The command as a user runs it: a table for reading, JSON that keeps to its schema, the same bytes every time."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cointrail.drills.demo import LEDGER, run
from cointrail.drills.heist import Heist
from cointrail.patterns import schema
from cointrail.patterns.fingerprint import kinds
from cointrail.patterns.rules import RULES
from cointrail.tracing import write
from tests.cli.command import done
from tests.patterns.test_reading import good as good  # the fixture
from tests.test_documents import table


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Heist]:
    out = tmp_path_factory.mktemp("demo") / "demo"
    made = run(6_000, 3, out)
    write(made.trail, out)
    return out, made.heist


def told(*arguments: object) -> Any:
    content = json.loads(done("patterns", *arguments, "--json").out)
    Draft202012Validator(schema()).validate(content)
    return content


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())
    assert schema()["$defs"]["rule"]["enum"] == list(RULES)


def test_json_keeps_to_the_schema_and_is_the_same_twice(demo: tuple[Path, Heist]) -> None:
    out, _ = demo
    first = told(out, "--ledger", out / LEDGER)
    assert first == told(out, "--ledger", out / LEDGER)
    assert [one["id"] for one in first["features"]] == [f"F{n:02}" for n in range(1, 29)]
    assert {one["rule"] for one in first["rules"]} == set(RULES)
    assert all(one["value"] is not None or one["why"] for one in first["features"])


def test_the_ledger_adds_what_the_folder_lacks(demo: tuple[Path, Heist]) -> None:
    out, heist = demo
    without, with_ = told(out), told(out, "--ledger", out / LEDGER)
    lacking = {one["rule"]: one["not_computed"] for one in without["rules"]}
    assert "--ledger" in lacking["address_poisoning"] and "--ledger" in lacking["fee_overpayment"]
    pairs = {tuple(one["addresses"][:2]) for one in with_["findings"] if one["rule"] == "address_poisoning"}
    true = {(f"0x{a.hex()}", f"0x{b.hex()}") for a, b in heist.planted.poisoned}
    assert pairs and pairs <= true
    value = {one["id"]: one["value"] for one in with_["features"]}
    assert value["F25"] == 1.0  # the thief's first coin came out of a mixer
    assert value["F01"] is not None and value["F04"] is not None and value["F08"] is not None


def test_the_heist_is_found_as_its_script_has_it(demo: tuple[Path, Heist]) -> None:
    out, heist = demo
    found = told(out)["findings"]
    by_rule = {rule: {one["addresses"][0] for one in found if one["rule"] == rule} for rule in RULES}
    assert {f"0x{one.hex()}" for one in heist.planted.tranches} <= by_rule["equal_tranches"]
    resting = {f"0x{one.hex()}" for one in heist.planted.resting}
    assert len(resting & by_rule["dormancy"]) >= 0.6 * len(resting) > 0
    assert len(resting & by_rule["dormancy"]) >= 0.9 * len(by_rule["dormancy"])


def test_dollars_come_from_prices(demo: tuple[Path, Heist], tmp_path: Path) -> None:
    out, _ = demo
    days = [f"ETH,2025-{month:02}-{day:02}T00:00:00Z,2700" for month in (2, 3) for day in range(1, 29)]
    (tmp_path / "prices.csv").write_text("\n".join(["asset,time,price", *days, "ETH,2025-03-30,2700"]) + "\n")
    priced = {one["id"]: one for one in told(out, "--prices", tmp_path / "prices.csv")["features"]}
    bare = {one["id"]: one for one in told(out)["features"]}
    assert bare["F07"]["value"] is None and "--prices" in bare["F07"]["why"]
    assert 0 <= priced["F07"]["value"] <= 1 and priced["F07"]["share"] > 0.5


def test_it_can_be_read(demo: tuple[Path, Heist], good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    out, _ = demo
    said = done("patterns", out).out
    for words in (
        "Fan-out in equal tranches (",
        "How often this rule is right",
        "Fingerprint",
        "not computed",
        "Beside",
    ):
        assert words in said
    assert "strongest contradiction" in said and "names nobody" in " ".join(said.split())
    small = done("patterns", good / "out", "--theft-time", "2024-05-01").out
    assert "Dormancy and wake-up (1)" in small and "refused" in small
    assert len(done("patterns", out, "--all").out) > len(said)


def test_hostile_text_stays_text(good: Path, tmp_path: Path) -> None:
    for name in ("trail.json", "movements.csv"):
        (tmp_path / name).write_bytes((good / "out" / name).read_bytes())
    content = json.loads((tmp_path / "trail.json").read_text())
    content["assets"]["USD"]["symbol"] = "[red]\u202e\x1b[2J"
    for one in content["policies"]["fifo"]["endpoints"]:
        one["category"], one["reason"] = "[bold]\x1b]0;", "label"
    (tmp_path / "trail.json").write_text(json.dumps(content))
    said = done("patterns", tmp_path).out
    assert "\x1b" not in said and "\u202e" not in said


def test_the_document_names_every_rule_and_feature() -> None:
    assert tuple(table("docs/patterns.md", "Findings")) == RULES
    told_of = {name for name in table("docs/patterns.md", "Fingerprint") if name.startswith("F")}
    assert told_of == set(kinds())
