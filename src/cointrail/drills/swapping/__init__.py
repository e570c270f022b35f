"""Custodial swappers with known truth: people swap, strangers and hidden wallets disturb, and every payout is known."""

from cointrail.drills.swapping.habits import DESKS, OTHERWISE, Desk, Habits
from cointrail.drills.swapping.world import World, world

__all__ = ["DESKS", "OTHERWISE", "Desk", "Habits", "World", "world"]
