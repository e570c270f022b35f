"""Drills: thefts with known truth, to attack and score everything below. See `heist` and `haystack`."""
