"""Whether others than a depositor must have had an address paid: evidence against what ties the two.

Each deposit is withdrawn once. So of an address that a pool had paid more often than somebody had deposited there until
then, at least one payment was of other people's money. Whoever had it paid before may well do so again.
"""

from bisect import bisect_left
from collections.abc import Sequence

from cointrail.conversions.mixers.pools.history import History, Withdrawal

NEVER = 1 << 62


class Foreign:
    """The payments of several pools of one ledger, by recipient, and the deposits, by depositor; in rows."""

    def __init__(self, histories: Sequence[History]) -> None:
        self._paid: dict[int, dict[int, list[int]]] = {}
        self._made: dict[tuple[int, int], list[int]] = {}
        for pool, history in enumerate(histories):
            for taken in history.withdrawals:
                self._paid.setdefault(taken.recipient, {}).setdefault(pool, []).append(taken.row)
            for made in history.deposits:
                self._made.setdefault((pool, made.depositor), []).append(made.row)
        self._since: dict[tuple[int, int], int] = {}

    def before(self, one: Withdrawal, depositor: int) -> bool:
        """Whether others had the recipient of a withdrawal paid before it, in any of the pools."""
        pair = one.recipient, depositor
        if pair not in self._since:
            self._since[pair] = min(
                (self._first(rows, pool, depositor) for pool, rows in self._paid[one.recipient].items()), default=NEVER
            )
        return self._since[pair] < one.row

    def _first(self, rows: Sequence[int], pool: int, depositor: int) -> int:
        """The row of the first payment that proves it in one pool."""
        made = self._made.get((pool, depositor), [])
        return next((row for count, row in enumerate(rows) if bisect_left(made, row) <= count), NEVER)
