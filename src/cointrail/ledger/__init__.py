"""Transfers on disk: exact, in chain order, the same however they were imported."""

from cointrail.ledger.ledger import Ledger, open_ledger

__all__ = ["Ledger", "open_ledger"]
