"""Withdrawal policies of hot wallets, and what they would have done."""

from cointrail.guard.policy.backtest import Result, Withdrawal, backtest, withdrawals_of
from cointrail.guard.policy.policy import Policy, Rule, parse_policy, read_policy
from cointrail.guard.policy.replay import replay

__all__ = [
    "Policy", "Result", "Rule", "Withdrawal", "backtest", "parse_policy", "read_policy", "replay", "withdrawals_of",
]  # fmt: skip
