"""Rule files: what they may say, and that everything else is refused with its place."""

from pathlib import Path

import pytest

from cointrail.errors import InputError
from cointrail.screening import default_rules, read_rules
from cointrail.screening.reading import parse_rules

HEAD = 'schema: cointrail/rules/1\nname: mine\nversion: "1"\nrules:\n'
OWNED = "  - {id: a, kind: ownership, categories: [sanction], severity: high, action: block}\n"


def test_the_shipped_rules_are_well_formed() -> None:
    rules = default_rules()
    assert len(rules.rules) == len({rule.id for rule in rules.rules}) > 10
    assert {rule.kind for rule in rules.rules} == {"ownership", "counterparty", "indirect", "unknown"}


def test_rules_have_their_time() -> None:
    timed = OWNED.replace("action: block", "action: block, valid_from: 2024-01-01, valid_to: 2024-02-01")
    rules = parse_rules((HEAD.replace("rules:", "valid_to: 2024-01-20\nrules:") + timed).encode(), "x")
    day = 86_400
    start = 1_704_067_200
    assert [len(rules.at(time)) for time in (start - 1, start, start + 19 * day - 1, start + 19 * day)] == [0, 1, 1, 0]


def test_numbers_stay_exact() -> None:
    one = OWNED.replace("ownership", "counterparty").replace(
        "severity", "direction: both, at_least: {share: 0.1}, severity"
    )
    [rule] = parse_rules((HEAD + one).encode(), "x").rules
    assert rule.at_least.share is not None and rule.at_least.share * 10 == 1
    assert rule.directions == ("source", "destination")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file"),
        ("[" * 50, "nested"),
        ("a: *b", "reference"),
        ("a: &b [1]\nc: *b\n", "reference"),
        ("a: 'open", "not YAML"),
        ("--- 1\n--- 2\n", "second document"),
        (HEAD + OWNED + OWNED, "two of that id"),
        (HEAD + OWNED.replace("sanction", "nonsense"), "no category"),
        (HEAD + OWNED.replace("high", "dire"), "rule a.severity"),
        (HEAD + OWNED.replace("kind: ownership", "kind: ownership, direction: both"), "rule a.direction"),
        (HEAD + OWNED.replace("ownership", "counterparty"), "direction"),
        (HEAD + OWNED.replace("action: block", "action: block, valid_from: never"), "valid_from"),
        (HEAD + OWNED.replace("severity", "valid_from: 2024-02-01, valid_to: 2024-01-01, severity"), "ends before"),
        (HEAD + OWNED.replace("ownership", "unknown"), "rule a"),
        (HEAD + OWNED.replace("action: block", "action: block, confidence: 101"), "confidence"),
        (HEAD + OWNED.replace("id: a", "id: 'a<script>'"), "rule"),
        (HEAD + OWNED.replace("severity", "color: red, severity"), "color"),
        ("name: \x00", "not YAML"),
    ],
)  # fmt: skip
def test_refused(text: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        parse_rules(text.encode(), "mine.yaml")
    assert told in str(error.value) and "mine.yaml" in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read rules"):
        read_rules(tmp_path / "none.yaml")
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (1 << 21))
    with pytest.raises(InputError, match="too many"):
        read_rules(large)
