"""Rule sets: which claim wins, who counts as the thief, and what was known when."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cointrail.errors import InputError
from cointrail.incidents import statistics
from cointrail.incidents.rules import grade, rule_sets, rules
from tests.incidents.making import read, said, theft

MANY = theft(
    "some-exchange",
    "2025-02-21",
    said("usd", 1_400, "some-exchange", said="2025-02-21"),
    said("usd", 1_500, "FBI", said="2025-02-26"),
    said("usd", 1_460, "MSMT", said="2025-10-22"),
    said("usd", 1_300, "a newspaper"),
)


@pytest.mark.parametrize(
    ("rule", "value"),
    [("primary", 1_460), ("latest", 1_460), ("first-published", 1_400), ("lowest", 1_300), ("highest", 1_500)],
)
def test_the_rule_set_decides_which_claim_wins(rule: str, value: int) -> None:
    (found,) = read(MANY, rule=rule)
    assert [found.usd, found.least, found.most] == [value, 1_300, 1_500]


def test_what_is_known_depends_on_the_day() -> None:
    worth = [read(MANY, day=day)[0].usd for day in (date(2025, 2, 22), date(2025, 3, 1), date(2025, 12, 1))]
    assert worth == [1_400, 1_500, 1_460]
    assert read(MANY, day=date(2025, 2, 20)) == []


def test_a_unit_is_its_state_and_the_surest_attribution_counts() -> None:
    one = theft(
        "a", "2025", said("actor", "unknown", confidence="low"), said("actor", "tradertraitor", confidence="high")
    )
    (found,) = read(one)
    assert (found.actor, found.confidence) == ("tradertraitor", "high") and found.by("north korea")


def test_an_attribution_that_is_denied_is_of_low_confidence() -> None:
    one = theft(
        "a", "2025", said("usd", 7), said("actor", "north korea", "MSMT", confidence="high"),
        said("actor", "north korea", "T. Monahan", denies="true"),
    )  # fmt: skip
    (found,) = read(one)
    assert (found.actor, found.confidence, found.disputed) == ("north korea", "low", True)
    (strict,) = read(one, rule="confident")
    assert (strict.actor, strict.disputed) == ("not attributed", True)
    assert statistics.total(statistics.by_actor([strict], "north korea")).value == 0


def test_parts_and_disputed_thefts_are_left_out_with_a_reason() -> None:
    whole = theft("both", "2023-07-22", said("usd", 97))
    part = theft("one", "2023-07-22", said("usd", 60), said("part_of", "both"))
    odd = theft("odd", "2020-12-28", said("usd", 3_500), said("disputed", "nobody knew of it"))
    found = read(whole, part, odd)
    assert {one.id: one.left_out for one in found} == {"odd": "nobody knew of it", "both": "", "one": "part of both"}
    assert [one.left_out for one in read(part)] == [""]  # without the whole it counts itself


def test_the_kind_follows_from_the_platform_where_nobody_says_it() -> None:
    told = [
        theft("a", "2025", said("platform", "personal wallet")),
        theft("b", "2025", said("attack", "coercion")),
        theft("c", "2025", said("platform", "bridge")),
        theft("d", "2025", said("kind", "physical"), said("platform", "personal wallet")),
    ]
    assert [one.kind for one in read(*told)] == ["personal", "physical", "service", "physical"]


@pytest.mark.parametrize(
    ("by", "word"),
    [("FBI", "authority"), ("US DOJ, with the FBI", "authority"), ("some-exchange", "victim"), ("Ethereum", "chain"),
     ("T. Monahan", "analyst"), ("DefiLlama", "list"), ("Some Paper", "press"), ("Fbinder", "press")],
)  # fmt: skip
def test_who_says_so(by: str, word: str) -> None:
    assert grade(by, MANY) == word


def test_own_rule_sets_and_what_is_wrong_with_them(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text('mine:\n  meaning: "the highest of the first"\n  order: [first, highest]\n')
    assert "primary" in rule_sets(path) and rule_sets(path)["mine"].order == ("first", "highest")
    assert read(MANY)[0].usd == Decimal(1_460)
    for wrong in ("order: [newest]", "order: []", "order: [first]\n  least: sure", "order: [first]\n  more: x"):
        path.write_text(f"mine:\n  meaning: m\n  {wrong}\n")
        with pytest.raises(InputError, match=r"r\.yaml, line"):
            rule_sets(path)
    with pytest.raises(InputError, match="no rule set 'none'"):
        rules("none")
