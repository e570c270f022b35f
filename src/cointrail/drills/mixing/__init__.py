"""Mixing pools with known truth: people who are careful or not pay in, and everybody's withdrawals are known."""

from cointrail.drills.mixing.habits import Habits
from cointrail.drills.mixing.world import World, world

__all__ = ["Habits", "World", "world"]
