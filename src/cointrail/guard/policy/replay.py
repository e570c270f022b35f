"""A policy replayed on a ledger: the withdrawals, what is known of theft, and the result as data."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cointrail.chains import to_text
from cointrail.guard.policy.backtest import Result, Withdrawal, backtest, withdrawals_of
from cointrail.guard.policy.policy import Policy
from cointrail.guard.reason import STOP

if TYPE_CHECKING:
    from cointrail.ledger import Ledger


def replay(policy: Policy, ledger: "Ledger", stolen: Sequence[bytes] = ()) -> dict[str, Any]:
    """What a policy would have done. Theft is what the `stolen` transactions paid, and what went to those whom a label
    of the time calls thieves, frauds or the like."""
    from cointrail.guard.rules.labels import grave
    from cointrail.labels import Labels
    from cointrail.labels.categories import category

    labels = Labels(ledger.path)
    rows = {row for digest in stolen for row in ledger.transaction(digest)}
    assets = {asset.key: asset for asset in ledger.assets}

    def theft(one: Withdrawal) -> bool:
        words = (category(label.category or "") for label in labels.at(one.recipient, one.time))
        return one.row in rows or any(word is not None and grave(word.name) == STOP for word in words)

    def shown(one: Withdrawal) -> str:
        asset = assets[one.asset]
        known = asset.verified
        return f"{to_text(one.amount, asset.decimals)} {asset.symbol}" if known else f"{one.amount} smallest units"

    found = backtest(policy, withdrawals_of(ledger, policy.wallets), theft)
    told = [one.withdrawal.row for one in found.decisions]
    hashes = ledger.facts(told).tx if told else []
    named = {row: "0x" + raw.hex() for row, raw in zip(told, hashes, strict=True) if raw is not None}
    return content(found, named, shown)


def content(result: Result, transactions: dict[int, str], shown: Callable[[Withdrawal], str]) -> dict[str, Any]:
    """A result as JSON; `transactions` are hashes by row, `shown` writes an amount."""
    alarms = [one for one in result.decisions if not one.theft]
    by_rule: dict[str, dict[str, int]] = {}
    for one in result.decisions:
        counts = by_rule.setdefault(one.rule.name, {"theft": 0, "false_alarm": 0})
        counts["theft" if one.theft else "false_alarm"] += 1
    return {
        "withdrawals": result.withdrawals,
        "thefts": result.thefts,
        "stopped_thefts": len(result.decisions) - len(alarms),
        "false_alarms": len(alarms),
        "rules": by_rule,
        "decisions": [
            {
                "transaction": transactions.get(one.withdrawal.row),
                "time": one.withdrawal.time,
                "wallet": "0x" + one.withdrawal.wallet.hex(),
                "recipient": "0x" + one.withdrawal.recipient.hex(),
                "asset": one.withdrawal.asset or "native",
                "amount": str(one.withdrawal.amount),
                "amount_text": shown(one.withdrawal),
                "rule": one.rule.name,
                "action": one.rule.action,
                "theft": one.theft,
            }
            for one in result.decisions
        ],
    }
