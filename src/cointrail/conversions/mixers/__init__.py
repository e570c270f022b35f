"""Mixers: transactions and contracts that hide whose value is whose. What comes out is a set of possibilities."""

from cointrail.conversions.mixers.coinjoin import Join, joined
from cointrail.conversions.mixers.transaction import Transaction

__all__ = ["Join", "Transaction", "joined"]
