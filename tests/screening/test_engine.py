"""Verdicts on a ledger that was computed by hand, and what they rest on."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from cointrail.chains import Asset, format_time
from cointrail.cli.exposing import apart
from cointrail.errors import InputError
from cointrail.exposure import Exposure, Part
from cointrail.labels import Labels
from cointrail.ledger import open_ledger
from cointrail.prices import read_prices
from cointrail.reports.screening import lines
from cointrail.screening import Snapshot, Sources
from cointrail.screening.reading import parse_rules
from cointrail.screening.worth import Worth
from tests.making import START, address, ledger, row
from tests.screening.arithmetic import Arithmetic
from tests.screening.world import (
    CLEAN,
    DEALER,
    DUSTED,
    END,
    EXCHANGE,
    MIXED,
    MIXER,
    NOBODY,
    SANCTIONED,
    STRANGE,
    THIEF,
    label,
    make,
)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    make(tmp_path / "ledger")
    return Sources(tmp_path / "ledger", Arithmetic)


@pytest.fixture
def snapshot(sources: Sources) -> Snapshot:
    return sources.snapshot


@pytest.mark.parametrize(
    ("who", "verdict", "score", "codes"),
    [
        (SANCTIONED, "block", 10, ["ownership.sanctioned", "ownership.doubtful"]),
        (THIEF, "block", 10, ["ownership.criminal", "ownership.doubtful"]),
        (MIXER, "review", 8, ["ownership.mixes"]),
        (EXCHANGE, "clear", None, []),
        (DEALER, "block", 10, ["counterparty.sanctioned-counterparty", "counterparty.some-sanctioned-counterparty"]),
        (MIXED, "review", 5, ["indirect.indirect-mixer"]),
        (CLEAN, "clear", None, []),
        (DUSTED, "clear", None, []),
        (STRANGE, "unknown", None, ["unknown.unknown-source"]),
        (NOBODY, "unknown", None, ["unknown.unknown-source"]),
    ],
)
def test_verdicts(snapshot: Snapshot, who: bytes, verdict: str, score: int | None, codes: list[str]) -> None:
    said = snapshot.screen(who, END).content()
    assert (said["verdict"], said["risk_score"]) == (verdict, score)
    assert [reason["code"] for reason in said["reasons"]] == codes


def test_a_reason_carries_its_amounts(snapshot: Snapshot) -> None:
    [reason] = snapshot.screen(MIXED, END).content()["reasons"]
    assert (reason["share"], reason["hops"], reason["direction"]) == ("0.300000", 2, "source")
    assert reason["amounts"] == [{"asset": "COIN", "symbol": "COIN", "amount": "300"}]
    assert reason["categories"] == ["mixer"]


def test_what_would_change_it(snapshot: Snapshot) -> None:
    changes = snapshot.screen(MIXED, END).content()["changes"]
    assert changes[0]["verdict"] == "clear"
    assert changes[0]["text"] == (
        "Below 5 % indirect mixer share of what came in (now 30 %): it would be clear, not review"
    )
    [first, second] = snapshot.screen(DUSTED, END).content()["changes"]
    assert {first["verdict"], second["verdict"]} == {"review", "block"}
    assert "at 1 % or more direct sanction share" in first["text"].lower()


def test_changes_are_true(snapshot: Snapshot) -> None:
    """Just below the threshold that the answer names the verdict is the one it foretold."""

    def mixed(indirect: int) -> str:
        part = Part("source", "COIN", "mixer", 0, indirect, 1000, 2)
        rest = Part("source", "COIN", "exchange", 1000 - indirect, 0, 1000, 1)
        exposure = Exposure(MIXED, "haircut", (part, rest), "", "")
        return (
            replace(snapshot, exposures=type("Fixed", (), {"of": lambda self, who: exposure})())
            .screen(MIXED, END)
            .verdict
        )

    assert (mixed(49), mixed(50)) == ("clear", "review")


def test_a_label_counts_only_in_its_time(tmp_path: Path) -> None:
    made = tmp_path / "ledger"
    make(made)
    Labels(made).add([label(CLEAN, "sanction", valid_from=END + 10, valid_to=END + 20)])
    snapshot = Sources(made, Arithmetic).snapshot
    assert [snapshot.screen(CLEAN, END + n).verdict for n in (9, 10, 19, 20)] == ["clear", "block", "block", "clear"]


def test_an_entity_is_not_the_worst_of_its_addresses(tmp_path: Path) -> None:
    made = tmp_path / "ledger"
    make(made)
    bad = address(77)
    Labels(made).add(
        [label(bad, "sanction", entity="Example exchange", actor="ex"), label(CLEAN, "exchange", actor="ex")]
    )
    snapshot = Sources(made, Arithmetic).snapshot
    assert snapshot.screen(bad, END).verdict == "block"
    assert snapshot.screen(CLEAN, END).verdict == "clear"


USD = b"""
schema: cointrail/rules/1
name: dear
version: "1"
rules:
  - {id: dear, kind: counterparty, categories: [sanction], direction: source, at_least: {usd: "1000"}, severity: high, action: block}
  - {id: many, kind: counterparty, categories: [sanction], direction: source, at_least: {units: {COIN: "500"}}, severity: low, action: review}
"""  # noqa: E501


def test_dollars_need_a_price(tmp_path: Path, snapshot: Snapshot) -> None:
    said = replace(snapshot, rules=parse_rules(USD, "dear")).screen(DEALER, END).content()
    assert [reason["code"] for reason in said["reasons"]] == ["counterparty.many", "counterparty.dear.undecided"]
    assert said["verdict"] == "review"
    assert "price" in said["reasons"][1]["text"]


@pytest.mark.parametrize(("price", "verdict"), [("2", "block"), ("1.999999999999999999", "review")])
def test_dollars_are_exact(tmp_path: Path, price: str, verdict: str) -> None:
    """500 COIN at just below 2 dollars are not 1,000; rates are exact fractions."""
    file = tmp_path / "prices.csv"
    file.write_text(f"asset,time,price\nETH,{START},{price}\n")
    exposure = Exposure(DEALER, "haircut", (Part("source", "ETH", "sanction", 500 * 10**18, 0, 10**21, 1),), "", "")
    rules = USD.replace(b"COIN", b"ETH")
    made = tmp_path / "eth"

    ledger(made, [row(1, 1, 2, 5, asset="")])
    fixed = type("Fixed", (Arithmetic,), {"of": lambda self, who: exposure})(made)
    snapshot = Sources(made, lambda path: fixed, None, read_prices([file])).snapshot
    said = replace(snapshot, rules=parse_rules(rules, "dear")).screen(DEALER, START + 5)
    assert said.verdict == verdict
    assert said.judged.fired[0].amount == 500 * Fraction(price)


def test_a_token_nobody_vouches_for_says_nothing(tmp_path: Path, snapshot: Snapshot) -> None:
    part = Part("source", "0x" + "ab" * 20, "sanction", 10**30, 0, 10**30, 1)
    good = Part("source", "COIN", "exchange", 10, 0, 10, 1)
    exposure = Exposure(CLEAN, "haircut", (good, part), "", "")
    fixed = type("Fixed", (Arithmetic,), {"of": lambda self, who: exposure})(tmp_path / "ledger")
    said = replace(snapshot, exposures=fixed).screen(CLEAN, END).content()
    assert said["verdict"] == "clear"
    assert [one["judged"] for one in said["exposures"]] == [True, False]


def test_a_new_label_is_seen(tmp_path: Path, sources: Sources) -> None:
    assert sources.snapshot.screen(CLEAN, END).verdict == "clear"
    Labels(tmp_path / "ledger").add([label(CLEAN, "sanction")])
    assert sources.changed()
    assert sources.refresh().screen(CLEAN, END).verdict == "block"


def test_new_transfers_are_seen_once_they_are_ready(tmp_path: Path, sources: Sources) -> None:
    """Until then answers are those of before, and say so: nobody waits for a whole ledger."""
    assert sources.snapshot.screen(NOBODY, END).content()["stale"] is False
    before = sources.snapshot.ledger.digest
    ledger(tmp_path / "ledger", [row(50, 1, 2, 5)])
    assert sources.changed()
    late = sources.refresh().screen(NOBODY, END).content()
    assert late["stale"] is True
    assert late["digests"]["ledger"] == before
    sources.renew()
    now = sources.snapshot.screen(NOBODY, END).content()
    assert now["stale"] is False
    assert now["digests"]["ledger"] == open_ledger(tmp_path / "ledger").digest != before


def test_exposures_are_made_by_another_process(tmp_path: Path, sources: Sources) -> None:
    """What is stored by it is of the ledger and the labels of now."""
    made = apart(tmp_path / "ledger")
    Labels(tmp_path / "ledger").add([label(NOBODY, "sanction")])
    again = apart(tmp_path / "ledger")
    assert made.digests[0] == again.digests[0] == sources.snapshot.ledger.digest
    assert made.digests[1] != again.digests[1] == Labels(tmp_path / "ledger").digest


def test_why_another_process_could_not_make_them_is_told(tmp_path: Path, sources: Sources) -> None:
    """Here a file stands where their folder has to be."""
    (tmp_path / "ledger" / "exposure").write_text("in the way")
    with pytest.raises(InputError, match="exposure: the table of its exposures has to be made, but Not a directory"):
        apart(tmp_path / "ledger")


def test_without_a_rule_in_force_nobody_has_looked(snapshot: Snapshot) -> None:
    """Neither the thief nor the exchange is clear by rules that begin later."""
    later = replace(snapshot, rules=replace(snapshot.rules, valid_from=END + 1))
    for who in (THIEF, EXCHANGE):
        said = later.screen(who, END).content()
        assert (said["verdict"], said["reasons"], said["rules"]["in_force"]) == ("unknown", [], 0)
        assert "  unknown  no rule of" in "\n".join(lines(said))


NARROW = b"""
schema: cointrail/rules/1
name: narrow
version: "1"
rules: [{id: m, kind: counterparty, categories: [mixer], direction: source, severity: high, action: review}]
"""


def test_rules_that_look_at_little_say_so_and_clear_nobody_of_whom_nothing_is_known(snapshot: Snapshot) -> None:
    narrow = parse_rules(NARROW, "narrow.yaml")
    assert [gap.partition(":")[0] for gap in narrow.gaps] == [
        "no rule looks at an address's own labels of sanction, perpetrator, crime, fraud",
        "no rule is of the kind unknown",
    ]
    assert not snapshot.rules.gaps
    said = replace(snapshot, rules=narrow).screen(NOBODY, END).content()
    assert (said["verdict"], said["reasons"]) == ("unknown", [])
    assert "  unknown  nothing is known of it" in "\n".join(lines(said))
    assert replace(snapshot, rules=narrow).screen(CLEAN, END).content()["verdict"] == "clear"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "Bitcoin or its kin"),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "Tron"),
    ],
)
def test_an_address_of_another_kind_of_chain_is_not_taken_for_one_of_this(
    snapshot: Snapshot, text: str, kind: str
) -> None:
    with pytest.raises(InputError, match=f"{text} is an address of {kind}, and this is ethereum"):
        snapshot.screen_text(text, END)


def test_exposures_of_later_than_the_time_asked_for_are_said_to_be(snapshot: Snapshot) -> None:
    note = f"exposures are of the whole ledger, to {format_time(snapshot.end or 0)}"
    assert note in "\n".join(lines(snapshot.screen(MIXED, START).content()))
    later = "\n".join(lines(snapshot.screen(MIXED, END + 10**6).content()))
    assert note not in later
    assert f"the ledger ends at {format_time(snapshot.end or 0)}; what came later is not in the exposures" in later


def test_dollars_that_a_ledger_counts_in_need_no_price() -> None:
    own = Asset("USD", "USD", 2, "user")
    assert Worth("ethereum", [own]).rate("USD", END) == Fraction(1, 100)


def test_what_a_label_bears_falls_with_it(snapshot: Snapshot) -> None:
    """Two rules look at the one label: without it neither would fire, and nothing would be known."""
    [first, *_] = snapshot.screen(THIEF, END).content()["changes"]
    assert (first["verdict"], first["rules"]) == ("unknown", ["criminal"])
    without = snapshot.screen(NOBODY, END)
    assert without.verdict == first["verdict"]
