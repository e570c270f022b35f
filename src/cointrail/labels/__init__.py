"""Sourced claims about addresses: who is said to hold them, by whom, how sure, and from when to when."""

from cointrail.labels.categories import native, stops
from cointrail.labels.decision import Action, Decision, Status
from cointrail.labels.importer import Imported, import_labels
from cointrail.labels.label import Label
from cointrail.labels.standing import Standing
from cointrail.labels.store import Labels

__all__ = [
    "Action",
    "Decision",
    "Imported",
    "Label",
    "Labels",
    "Standing",
    "Status",
    "import_labels",
    "native",
    "stops",
]
