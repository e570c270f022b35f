"""Attacks on the wallets of a ledger: what was put before them, and what they lost by it."""

from cointrail.guard.protect.movements import movements
from cointrail.guard.protect.poisoned import Campaign, Poisoning, Report, content, poisoned

__all__ = ["Campaign", "Poisoning", "Report", "content", "movements", "poisoned"]
