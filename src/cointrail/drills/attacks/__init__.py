"""Attacks on wallets with known truth, among honest business that looks like them."""

from cointrail.drills.attacks.judging import Score, judge
from cointrail.drills.attacks.play import Play, play
from cointrail.drills.attacks.spam import Spam, spam

__all__ = ["Play", "Score", "Spam", "judge", "play", "spam"]
