"""Custodial swappers with known truth: people swap, strangers and hidden wallets disturb, and every payout is known."""

from cointrail.drills.swapping.habits import DESKS, Desk, Habits
from cointrail.drills.swapping.world import World, world

__all__ = ["DESKS", "Desk", "Habits", "World", "world"]
