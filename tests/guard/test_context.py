"""What a ledger says of those who gain by a request: labels and exposure, stored or computed, and what is unknown."""

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cointrail.chains import checksum_address
from cointrail.cli import asking
from cointrail.cli.main import commands
from cointrail.exposure import Part, build
from cointrail.guard.rules.exposures import thresholds
from cointrail.guard.rules.labels import grave
from cointrail.labels import Labels
from cointrail.screening import default_rules
from tests.guard.safes import NOBODY, call
from tests.screening.world import CLEAN, DEALER, DUSTED, EXCHANGE, MIXED, SANCTIONED, STRANGE, THIEF, make

SAFE, NEVER_SEEN = "0x" + "5a" * 20, "0x" + "99" * 20
TOKEN = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("context") / "ledger"
    make(folder)
    return folder


def text(raw: bytes) -> str:
    return "0x" + raw.hex()


def run(ledger: Path, tmp_path: Path, *more: str, **fields: Any) -> Any:
    document = {"safe": SAFE, "chainId": 1, "nonce": 1, "version": "1.3.0", "value": "0"} | fields
    file = tmp_path / "tx.json"
    file.write_text(json.dumps(document))
    done = CliRunner().invoke(commands, ["guard", "check", str(file), "--ledger", str(ledger), *more])
    assert done.exit_code in (3, 4), (done.output, done.exception)
    return done


def judged(ledger: Path, tmp_path: Path, **fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(ledger, tmp_path, "--json", **fields).stdout)
    return found


def paid(ledger: Path, tmp_path: Path, to: bytes | str) -> dict[str, Any]:
    return judged(ledger, tmp_path, to=to if isinstance(to, str) else text(to), value="5")


def said(found: dict[str, Any], rule: str = "exposure") -> list[str]:
    return [one["severity"] for one in found["reasons"] if one["rule"] == rule]


def test_where_the_money_of_a_payee_comes_from_decides(ledger: Path, tmp_path: Path) -> None:
    dealer = paid(ledger, tmp_path, DEALER)
    assert dealer["verdict"] == "stop" and said(dealer) == ["stop"]
    [reason] = [one for one in dealer["reasons"] if one["rule"] == "exposure"]
    evidence = reason["evidence"]
    assert (evidence["amount"], evidence["total"], evidence["least"], evidence["most"]) == ("500", "1000", "500", "500")
    assert evidence["categories"] == ["sanction"] and evidence["way"] == "direct" and evidence["policy"] == "haircut"
    mixed = paid(ledger, tmp_path, MIXED)
    assert said(mixed) == ["review"] and mixed["verdict"] == "review"
    for harmless in (CLEAN, DUSTED):
        assert said(paid(ledger, tmp_path, harmless)) == []


def test_parts_are_exact_and_bounded(ledger: Path, tmp_path: Path) -> None:
    [party] = paid(ledger, tmp_path, MIXED)["parties"]
    assert party["roles"] == ["is paid"] and party["paid_before"] is False and party["labels"] == []
    parts = {one["category"]: one for one in party["exposure"]["parts"]}
    assert parts["mixer"] == {
        "direction": "source", "asset": "COIN", "category": "mixer", "direct": "0", "indirect": "300", "total": "1000",
        "least": "300", "most": "300", "hops": 2,
    }  # fmt: skip
    assert parts["exchange"]["direct"] == "700"


def test_labels_of_all_kinds_are_told(ledger: Path, tmp_path: Path) -> None:
    assert said(paid(ledger, tmp_path, SANCTIONED), "label") == ["stop"]
    known = paid(ledger, tmp_path, EXCHANGE)
    assert said(known, "label") == ["info"]
    assert known["parties"][0]["labels"] == [
        {"entity": "Example exchange", "category": "exchange", "confidence": "authority_data", "source": "a list"}
    ]


@pytest.mark.parametrize(
    ("function", "values", "role"),
    [
        ("approve(address,uint256)", (text(DEALER), 5), "may spend"),
        ("transfer(address,uint256)", (text(DEALER), 5), "is paid"),
        ("transferOwnership(address)", (text(DEALER),), "gets power"),
        ("grantRole(bytes32,address)", (bytes(32), text(DEALER)), "gets power"),
        ("swapExactETHForTokens(uint256,address[],address,uint256)", (1, [TOKEN], text(DEALER), 9), "gets what a swap"),
    ],
)  # fmt: skip
def test_whoever_gains_is_looked_at(
    ledger: Path, tmp_path: Path, function: str, values: Sequence[Any], role: str
) -> None:
    found = judged(ledger, tmp_path, to=TOKEN, data="0x" + call(function, *values).hex())
    party = next(one for one in found["parties"] if one["address"] == checksum_address(DEALER))
    assert party["roles"][0].startswith(role) and "stop" in said(found)


def test_owners_modules_refunds_and_foreign_code(ledger: Path, tmp_path: Path) -> None:
    own = {"to": SAFE, "data": "0x" + call("addOwnerWithThreshold(address,uint256)", text(DEALER), 1).hex()}
    old = {"to": SAFE, "data": "0x" + call("swapOwner(address,address,address)", NOBODY, text(DEALER), SAFE).hex()}
    refund = {"to": SAFE, "gasPrice": "1", "baseGas": "1", "refundReceiver": text(DEALER)}
    assert said(judged(ledger, tmp_path, **own)) == said(judged(ledger, tmp_path, **refund)) == ["stop"]
    assert said(judged(ledger, tmp_path, to=text(DEALER), operation=1)) == ["stop"]
    assert said(judged(ledger, tmp_path, **old)) == []  # who loses power gains nothing


def test_an_intent_does_not_silence_it(ledger: Path, tmp_path: Path) -> None:
    wish = tmp_path / "intent.yaml"
    wish.write_text(f'pay: {{asset: ETH, units: "5", to: "{text(DEALER)}"}}\n')
    found = json.loads(
        run(ledger, tmp_path, "--json", "--intent", str(wish), to=text(DEALER), value="5").stdout
    )  # fmt: skip
    assert said(found, "intent_met") == ["info"] and said(found) == ["stop"]


def test_what_is_not_known_is_said(ledger: Path, tmp_path: Path) -> None:
    strange = paid(ledger, tmp_path, STRANGE)
    assert any("100 % of all token COIN" in one and "no label says" in one for one in strange["unknown"])
    never = paid(ledger, tmp_path, NEVER_SEEN)
    assert never["parties"][0]["exposure"] is None
    assert any(NEVER_SEEN[2:] in one.lower() and "no transfer of this address" in one for one in never["unknown"])
    assert not any("no label says" in one for one in paid(ledger, tmp_path, CLEAN)["unknown"])


def test_stored_and_computed_are_the_same(tmp_path: Path) -> None:
    opened = make(tmp_path / "ledger")
    fresh = {who: paid(tmp_path / "ledger", tmp_path, who)["parties"] for who in (DEALER, MIXED, STRANGE, THIEF)}
    assert not (tmp_path / "ledger" / "exposure").exists()  # a check writes nothing
    build(opened, Labels(tmp_path / "ledger"))
    assert {who: paid(tmp_path / "ledger", tmp_path, who)["parties"] for who in fresh} == fresh


def test_what_would_take_too_long_is_unknown_with_the_command_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = make(tmp_path / "ledger")
    monkeypatch.setattr(asking, "MOVEMENTS", 1)
    found = paid(tmp_path / "ledger", tmp_path, MIXED)
    command = f"cointrail exposure {tmp_path / 'ledger'} --all"
    assert any(command in one and "more than 1 movements" in one for one in found["unknown"]) and said(found) == []
    build(opened, Labels(tmp_path / "ledger"))
    assert said(paid(tmp_path / "ledger", tmp_path, MIXED)) == ["review"]
    monkeypatch.setattr(asking, "ASKED", 0)
    [party] = paid(tmp_path / "ledger", tmp_path, MIXED)["parties"]
    assert party["exposure"]["parts"][0]["least"] is None  # stored amounts remain, bounds are not computed


def test_only_so_many_are_computed(ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ASKED", 0)
    found = paid(ledger, tmp_path, DEALER)
    assert any("only 0 addresses" in one for one in found["unknown"])


def test_a_ledger_of_another_chain_is_refused(ledger: Path, tmp_path: Path) -> None:
    file = tmp_path / "tx.json"
    file.write_text(json.dumps({"safe": SAFE, "chainId": 137, "to": text(CLEAN), "value": "5", "nonce": 1}))
    done = CliRunner().invoke(commands, ["guard", "check", str(file), "--ledger", str(ledger)])
    assert done.exit_code == 1


def test_a_signer_can_read_it(ledger: Path, tmp_path: Path) -> None:
    out = run(ledger, tmp_path, to=text(DEALER), value="5").output.splitlines()
    assert out[0].startswith("STOP")
    assert any("got 500 " in one and "(50 %) straight from sanctioned addresses" in one for one in out[1:4])
    assert any(one.startswith("Who gains") for one in out)


def part(category: str, direction: str, direct: int, indirect: int, total: int) -> Part:
    way: Any = direction
    return Part(way, "ETH", category, direct, indirect, total, 1)


def test_every_threshold_speaks_at_its_share_and_not_below() -> None:
    for one in thresholds():
        for category in one.categories:
            total = 10**20
            enough = total * one.percent // 100
            for amount, spoken in ((enough, enough), (enough - 1, 0)):
                amounts = (amount, 0) if one.way == "direct" else (0, amount)
                assert one.reached([part(category, one.direction, *amounts, total)]) == spoken
            other = "destination" if one.direction == "source" else "source"
            assert one.reached([part(category, other, total, total, total)]) == 0


EXPOSED = """
source direct sanction 10 stop, destination direct sanction 10 stop, source direct sanction 1 review,
destination direct sanction 1 review, source direct perpetrator 25 stop, source direct crime 25 stop,
source direct perpetrator 5 review, destination direct perpetrator 5 review, source direct crime 5 review,
destination direct crime 5 review, source direct fraud 10 review, source direct mixer 10 review,
destination direct mixer 10 review, source indirect sanction 10 review, source indirect perpetrator 10 review,
source indirect crime 10 review, source indirect mixer 5 review
"""


@pytest.mark.parametrize("row", [one.strip() for one in EXPOSED.split(",")])
def test_what_is_grave_is_what_screening_starts_with(row: str) -> None:
    direction, way, category, percent, severity = row.split()
    found = {(one.percent, one.severity) for one in thresholds()
             if (one.direction, one.way) == (direction, way) and category in one.categories}  # fmt: skip
    assert (int(percent), severity) in found
    kind = "counterparty" if way == "direct" else "indirect"
    fitting = [rule for rule in default_rules().rules if rule.kind == kind and category in rule.categories]
    same = [rule for rule in fitting if rule.at_least.share == Fraction(int(percent), 100)]
    action = "block" if severity == "stop" else "review"
    assert any(direction in rule.directions and rule.action == action for rule in same)


def test_categories_of_one_threshold_count_together() -> None:
    parts = [part("perpetrator", "source", 3, 0, 100), part("crime", "source", 2, 0, 100)]
    assert sum(bool(one.reached(parts)) for one in thresholds()) == 1


@pytest.mark.parametrize(
    ("word", "severity"),
    [("sanction", "stop"), ("perpetrator", "stop"), ("crime", "stop"), ("fraud", "stop"), ("mixer", "review"),
     ("exchange", None)],
)  # fmt: skip
def test_which_labels_are_grave(word: str, severity: str | None) -> None:
    assert grave(word) == severity
