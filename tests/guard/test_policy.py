"""Withdrawal policies: each rule by hand, windows against a naive count, and the command on a small ledger."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cointrail.chains import Registry
from cointrail.cli.main import commands
from cointrail.errors import InputError
from cointrail.guard.policy import Policy, Rule, Withdrawal, backtest, parse_policy

HOT, ONE, TWO = b"h" * 20, b"1" * 20, b"2" * 20
ETH = 10**18


def paid(*payments: tuple[int, int, bytes], balance: int = 1_000) -> list[Withdrawal]:
    """Payments of ETH: time, amount in whole units, recipient."""
    found, left = [], balance
    for row, (time, amount, to) in enumerate(payments):
        found.append(Withdrawal(row, time, HOT, "", amount * ETH, to, left * ETH))
        left -= amount
    return found


def rows(rule: dict[str, Any], withdrawals: list[Withdrawal]) -> list[int]:
    policy = parse_policy({"wallets": ["0x" + HOT.hex()], "rules": [rule]}, "policy", Registry("ethereum"))
    return [one.withdrawal.row for one in backtest(policy, withdrawals).decisions]


def test_velocity_counts_what_left_in_its_window() -> None:
    rule = {"velocity": {"asset": "ETH", "most": "100", "window": "1h"}}
    assert rows(rule, paid((0, 60, ONE), (1800, 40, TWO), (3599, 1, ONE), (3600, 1, ONE), (9000, 100, ONE))) == [2]


def test_share_is_of_what_there_was_before_the_window() -> None:
    rule = {"share": {"most": "20%", "window": "10m"}}
    assert rows(rule, paid((0, 200, ONE), (1, 1, ONE), (601, 159, TWO), (602, 2, TWO))) == [1, 3]


def test_a_new_destination_is_asked_about_once_or_for_its_first_days() -> None:
    assert rows({"new_destination": {"asset": "ETH", "above": "5"}}, paid((0, 6, ONE), (1, 6, ONE), (2, 5, TWO))) == [0]
    rule = {"new_destination": {"asset": "ETH", "above": "5", "known": "1d"}}
    assert rows(rule, paid((0, 1, ONE), (86_399, 6, ONE), (86_400, 6, ONE))) == [1]


def test_hours_may_go_over_midnight() -> None:
    rule = {"hours": {"from": "22:00", "to": "06:00"}}
    times = [(hour * 3600, 1, ONE) for hour in (5, 6, 21, 22, 23)]
    assert rows(rule, paid(*times)) == [0, 3, 4]


def test_quorum_is_a_limit_for_one_payment() -> None:
    assert rows({"quorum": {"asset": "ETH", "above": "10", "action": "ask"}}, paid((0, 10, ONE), (1, 11, ONE))) == [1]


def test_a_canary_is_a_small_first_payment_and_a_large_one_soon_after() -> None:
    rule = {"canary": {"asset": "ETH", "small": "1", "large": "100", "within": "1h"}}
    assert rows(rule, paid((0, 1, ONE), (1620, 300, ONE))) == [1]  # 27 minutes, as in September 2026
    assert rows(rule, paid((0, 1, ONE), (3601, 300, ONE))) == []
    assert rows(rule, paid((0, 50, ONE), (1, 1, ONE), (2, 300, ONE))) == []  # known before it was small


PAYMENTS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 9), st.sampled_from([b"a" * 20, b"b" * 20])), max_size=40
)


@given(PAYMENTS, st.integers(1, 12), st.integers(1, 30))
def test_windows_are_those_of_a_naive_count(payments: list[tuple[int, int, bytes]], window: int, most: int) -> None:
    withdrawals, time = [], 0
    for row, (gap, amount, wallet) in enumerate(payments):
        time += gap // 8
        withdrawals.append(Withdrawal(row, time, wallet, "", amount, ONE, 100))
    velocity = Rule("velocity", "velocity", "stop", None, most=most, window=window)
    share = Rule("share", "share", "stop", None, share=Fraction(most, 31), window=window)
    for rule in (velocity, share):
        found = {d.withdrawal.row for d in backtest(Policy((), (rule,)), withdrawals).decisions}
        for one in withdrawals:
            gone = sum(
                other.amount
                for other in withdrawals
                if other.row <= one.row and other.wallet == one.wallet and one.time - window < other.time
            )
            limit = most if rule is velocity else Fraction(most, 31) * (one.balance + gone - one.amount)
            assert (one.row in found) == (gone > limit)


@pytest.mark.parametrize(
    "rule",
    [
        {"velocity": {"most": "1"}}, {"what": {}}, {"share": {"most": "0%", "window": "1h"}},
        {"quorum": {"above": "1"}}, {"share": {"most": "1/0", "window": "1h"}},
        {"hours": {"from": "24:00", "to": "1:00"}}, {"quorum": {"asset": "NOPE", "above": "1"}}, 3, {}, {"quorum": 3},
        {"velocity": {"asset": "ETH", "most": "-1", "window": "1h"}},
        {"quorum": {"asset": "ETH", "above": "1", "x": 1}},
        {"velocity": {"asset": "ETH", "most": "1", "window": "1y"}},
        {"quorum": {"asset": "ETH", "above": "1", "action": "shout"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_rule_that_cannot_be_read_is_refused(rule: Any) -> None:
    with pytest.raises(InputError, match=r"rule 1|mapping"):
        rows(rule, [])


def test_the_command_tells_theft_from_false_alarms(tmp_path: Path) -> None:
    hot, customer, thief = ("0x" + digit * 40 for digit in "123")
    lines = ["when,tx,payer,payee,usd"]
    for day in range(1, 8):
        lines.append(f"2024-05-0{day} 10:00:00,0x{day:064x},{hot},{customer},100")
    lines += [f"2024-05-08 03:00:0{n},0x{n + 90:064x},{hot},{thief},400" for n in range(5)]
    flows, ledger, policy = tmp_path / "flows.csv", tmp_path / "ledger", tmp_path / "policy.yaml"
    flows.write_text("\n".join(lines))
    policy.write_text(
        f"wallets: [{hot}]\n"
        "rules:\n"
        "  - hours: {from: 22:00, to: 06:00, name: night}\n"
        "  - velocity: {asset: USD, most: 99, window: 1h, action: ask}\n"
    )
    columns = "time=when,tx=tx,from=payer,to=payee,amount=usd"
    run = ["ledger", "import", str(flows), "--into", str(ledger), "--format", "csv", "--map", columns, "--asset", "USD"]
    assert CliRunner().invoke(commands, [*run, "--decimals", "2"]).exit_code == 0
    asked = ["guard", "policy", "backtest", str(policy), "--ledger", str(ledger)]
    stolen = tmp_path / "stolen.txt"
    stolen.write_text("\n".join(f"0x{n + 90:064x}" for n in range(5)))
    done = CliRunner().invoke(commands, [*asked, "--stolen", f"@{stolen}", "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    content = json.loads(done.stdout)
    assert (content["withdrawals"], content["thefts"]) == (12, 5)
    assert (content["stopped_thefts"], content["false_alarms"]) == (5, 7)
    assert content["rules"] == {"velocity": {"theft": 0, "false_alarm": 7}, "night": {"theft": 5, "false_alarm": 0}}
    assert content["decisions"][-1]["amount_text"] == "400 USD"
    shown = CliRunner().invoke(commands, asked)
    assert "12 withdrawals, 0 of them" in shown.stdout
    assert "velocity: 7 alarms (whether false is not known)" in shown.stdout and "false alarm" not in shown.stdout
    known = CliRunner().invoke(commands, [*asked, "--stolen", f"@{stolen}"]).stdout
    assert "velocity: 0 thefts, 7 false alarms" in known and "night: 5 thefts, 0 false alarms" in known
    assert "not in this ledger" not in shown.output
    other = "0x" + "77" * 20
    policy.write_text(policy.read_text().replace(f"[{hot}]", f"[{other}]"))
    none = CliRunner().invoke(commands, asked)
    assert none.exit_code == 0 and "0 withdrawals" in none.stdout
    assert other in none.stderr and "not in this ledger" in none.stderr
