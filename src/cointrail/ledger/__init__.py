"""Transfers on disk: exact, in chain order, the same however they were imported."""

from cointrail.ledger.ledger import Ledger, check_chains, open_ledger

__all__ = ["Ledger", "check_chains", "open_ledger"]
