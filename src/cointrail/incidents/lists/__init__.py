"""Lists of thefts that others keep, read into claims, with what is odd about each caught by its name."""

from cointrail.incidents.lists.reading import Reading, read_list

__all__ = ["Reading", "read_list"]
