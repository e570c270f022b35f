"""Attacks among honest business: what is found, and that one wallet alone, and again, is told the same."""

import json
from collections import Counter
from pathlib import Path

import pytest

from cointrail.chains import parse_address
from cointrail.drills.attacks import Play, Score, judge, spam
from cointrail.drills.attacks.spam import DIGITS
from cointrail.guard.protect import Report, content, protect
from cointrail.guard.protect.report import digits
from cointrail.ledger import open_ledger
from tests.cli.command import done, run

# honest business that the rules cannot tell apart
BLAMED = {"drain, something came back": {"migration"}, "emptied": {"gathering"}}


@pytest.fixture(scope="module")
def report(played: Play) -> Report:
    return protect(open_ledger(played.ledger))


def test_attacks_are_found_and_honest_business_is_not(played: Play, report: Report) -> None:
    scores: dict[str, Score] = {}
    judge(played, report.attacks, scores)
    assert {"approval", "drain", "emptied", "sweeper"} <= scores.keys()
    for kind, score in scores.items():
        assert set(score.wrong) <= BLAMED.get(kind, set()), (kind, score)
        assert score.recall >= (0.5 if kind == "emptied" else 0.75), (kind, score)
    returned = scores["drain, something came back"]
    assert returned.wrong["migration"] and not scores["drain"].wrong


def test_one_wallet_is_told_what_the_whole_ledger_says_of_it(played: Play, report: Report) -> None:
    ledger = open_ledger(played.ledger)
    wallets = list(dict.fromkeys(one.wallet for one in report.attacks))[::6]
    clean = [one for one in played.honest if one not in {some.wallet for some in report.attacks}][::40]
    for wallet in (*wallets, *clean):
        alone = protect(ledger, parse_address(wallet))
        assert alone.attacks == tuple(one for one in report.attacks if one.wallet == wallet)
        mine = [one for one in report.campaigns if wallet in one.wallets]
        assert list(alone.campaigns) == mine


def test_the_same_ledger_gives_the_same_bytes(played: Play, report: Report) -> None:
    again = protect(open_ledger(played.ledger))
    assert json.dumps(content(again)) == json.dumps(content(report))


def test_years_and_campaigns_add_up_to_the_attacks(report: Report) -> None:
    assert len(report.years) >= 2
    lost: Counter[str] = Counter()
    for one in report.attacks:
        lost.update(one.lost)
    counted: Counter[str] = Counter()
    for row in (row for kinds in report.years.values() for row in kinds.values()):
        counted.update(row.lost)
    assert counted == lost and sum(lost.values()) > 0
    assert sum(row.attempts for kinds in report.years.values() for row in kinds.values()) == len(report.attacks)
    for campaign in report.campaigns:
        mine = [one for one in report.attacks if one.kind == campaign.kind and campaign.by in one.campaigns]
        assert {one.wallet for one in mine} == set(campaign.wallets) and len(mine) == campaign.attempts


def test_losses_are_what_the_ledger_moved(played: Play, report: Report) -> None:
    """Every sum again from the rows of the transactions that the attack names."""
    ledger = open_ledger(played.ledger)
    for one in [some for some in report.attacks if some.kind in ("drain", "emptied")][:30]:
        moved: Counter[str] = Counter()
        for tx in one.transactions:
            facts = ledger.facts(ledger.transaction(bytes.fromhex(tx[2:])))
            texts = ledger.texts([max(int(side), 0) for side in (*facts.sender, *facts.recipient)])
            half = len(facts.sender)
            for place, amount in enumerate(facts.amount):
                if texts[place] == one.wallet and texts[half + place] is not None and amount:
                    moved[ledger.assets[int(facts.asset[place])].key or "native"] += amount
        assert moved == Counter(one.lost), one


def test_every_look_alike_with_enough_digits_at_both_ends_is_found(tmp_path: Path) -> None:
    made = spam(tmp_path / "ledger", 4_002, each=6)
    found = protect(open_ledger(made.ledger))
    expected = {pair for pair, (leading, trailing) in made.planted.items() if leading >= 3 and trailing >= 4}
    said = {(one.wallet, one.by): one for one in found.attacks if one.kind == "poisoning"}
    assert set(said) == expected and {digits(one) for one in said.values()} >= {7, max(DIGITS)}
    paid = {pair: lost for pair, lost in made.paid.items() if pair in expected}
    exact = {pair: dict(one.lost) for pair, one in said.items() if one.lost}
    assert exact == {pair: {"native": next(iter(lost.values()))} for pair, lost in paid.items()}


def test_the_command_says_it_in_words_and_as_json(played: Play, report: Report) -> None:
    said = json.loads(done("protect", played.ledger, "--json").out)
    assert said == json.loads(json.dumps(content(report)))
    words = done("protect", played.ledger).out
    assert all(f"\n{kind}: " in words for kind in ("drain", "approval", "emptied", "sweeper"))
    assert "campaigns against several wallets" in words and "by year" in words
    wallet = next(one.wallet for one in report.attacks if one.kind == "drain")
    assert f"{wallet}: taken by" in done("protect", played.ledger, wallet).out
    assert run("protect", played.ledger, "0x" + "12" * 20).refused
    assert run("protect", played.ledger, "nobody").refused
