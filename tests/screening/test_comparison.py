"""Why a verdict changed: by label, path, rule or time."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cointrail.exposure import Exposure, Part
from cointrail.labels import Labels
from cointrail.labels.decision import Status
from cointrail.labels.standing import Standing
from cointrail.screening import Snapshot, Sources, default_rules
from cointrail.screening.comparison import compare
from cointrail.screening.reading import parse_rules
from tests.screening.arithmetic import Arithmetic
from tests.screening.world import CLEAN, DEALER, END, MIXED, SANCTIONED, label, make


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    make(tmp_path / "ledger")
    return Sources(tmp_path / "ledger", Arithmetic).snapshot


class Decided:
    """A label store in which the labels of one address have a status that somebody decided."""

    def __init__(self, store: Labels, who: bytes, status: str) -> None:
        self._store, self._who, self._status = store, who, status

    def standing(self, address: bytes, time: int | None) -> list[Any]:
        status = Status(self._status if address == self._who else "valid")
        return [Standing(one, one.identity().hex(), status, (), None) for one in self._store.at(address, time)]


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("valid", "block"), ("under appeal", "review"), ("revoked", "unknown"), ("expired", "unknown")],
)
def test_a_decision_about_a_label(snapshot: Snapshot, status: str, verdict: str) -> None:
    before = snapshot.screen(SANCTIONED, END).content()
    decided: Any = Decided(snapshot.labels, SANCTIONED, status)
    after = replace(snapshot, labels=decided).screen(SANCTIONED, END).content()
    assert (after["verdict"], after["labels"][0]["status"]) == (verdict, status)
    told = compare(before, after, snapshot.rules, snapshot.rules)
    assert told["changed"] is (status != "valid")
    if status != "valid":
        assert {one["cause"] for one in told["causes"]} >= {"label"}
        assert any(f"is {status}, it was valid" in one["text"] for one in told["causes"])


def test_money_moved(snapshot: Snapshot) -> None:
    before = snapshot.screen(MIXED, END).content()
    parts = (Part("source", "COIN", "exchange", 980, 0, 1000, 1), Part("source", "COIN", "mixer", 0, 20, 1000, 2))
    exposure = Exposure(MIXED, "haircut", parts, "another ledger", before["digests"]["exposure_labels"])
    moved: Any = type("Moved", (), {"of": lambda self, who: exposure})()
    after = replace(snapshot, exposures=moved).screen(MIXED, END).content()
    told = compare(before, after, snapshot.rules, snapshot.rules)
    assert told["verdict"] == {"before": "review", "after": "clear"}
    [cause] = told["causes"]
    assert cause["cause"] == "path" and "indirect-mixer" in cause["text"]


def test_the_rule_changed(snapshot: Snapshot) -> None:
    text = default_rules().text
    milder = parse_rules(
        text.replace(
            'at_least: {share: "0.05"}\n    severity: medium', 'at_least: {share: "0.5"}\n    severity: medium'
        ).encode(),
        "x",
    )
    assert milder.digest != snapshot.rules.digest
    before = snapshot.screen(MIXED, END).content()
    after = replace(snapshot, rules=milder).screen(MIXED, END).content()
    told = compare(before, after, snapshot.rules, milder)
    assert told["rules"]["changed"] == ["indirect-mixer"]
    assert told["causes"] == [{"cause": "rule", "text": "rule indirect-mixer was changed"}]


def test_nothing_changed(snapshot: Snapshot) -> None:
    before = snapshot.screen(DEALER, END).content()
    told = compare(before, snapshot.screen(DEALER, END).content(), snapshot.rules, snapshot.rules)
    assert told["changed"] is False and told["causes"] == []


def test_time_went_by(tmp_path: Path) -> None:
    made = tmp_path / "timed"
    make(made)
    Labels(made).add([label(CLEAN, "sanction", valid_to=END + 10)])
    snapshot = Sources(made, Arithmetic).snapshot
    before, after = (snapshot.screen(CLEAN, time).content() for time in (END, END + 10))
    told = compare(before, after, snapshot.rules, snapshot.rules)
    assert told["verdict"] == {"before": "block", "after": "clear"}
    assert any("it was valid" in one["text"] for one in told["causes"])
