"""Attacks on the wallets of a ledger: what was put before them, and what they lost by it."""

from cointrail.guard.protect.approvals import topics
from cointrail.guard.protect.attack import KINDS, Attack, Campaign, Year
from cointrail.guard.protect.engine import protect
from cointrail.guard.protect.report import Report, content, rated

__all__ = ["KINDS", "Attack", "Campaign", "Report", "Year", "content", "protect", "rated", "topics"]
