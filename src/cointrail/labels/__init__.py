"""Sourced claims about addresses: who is said to hold them, by whom, how sure, and from when to when."""

from cointrail.labels.categories import stops
from cointrail.labels.importer import Imported, import_labels
from cointrail.labels.label import Label
from cointrail.labels.store import Labels

__all__ = ["Imported", "Label", "Labels", "import_labels", "stops"]
