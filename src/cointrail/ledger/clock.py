"""The clock of a ledger: its times as a step function over the rows, which never runs backward."""

import numpy as np

from cointrail.ledger.columns import Integers


class Clock:
    """Collects the times of rows in order; `rows` are those at which the clock advances, `times` what it shows then.

    Seconds; a row without a time, or with one before that of an earlier row, keeps the time shown before it. So rows of
    several ledgers can be merged by time without changing the order within any of them. A block has one time: the
    steps are as few as the blocks.
    """

    def __init__(self) -> None:
        self._rows: list[Integers] = []
        self._times: list[Integers] = []
        self._seen, self._now = 0, 0

    def add(self, times: Integers) -> None:
        """The times of the next rows; negative where there is none."""
        shown = np.maximum.accumulate(np.maximum(times, self._now))
        steps = np.flatnonzero(np.diff(shown, prepend=self._now if self._seen else -1))
        self._rows.append(steps + self._seen)
        self._times.append(shown[steps])
        self._seen += len(times)
        self._now = int(shown[-1]) if len(shown) else self._now

    @property
    def rows(self) -> Integers:
        return np.concatenate([np.empty(0, np.int64), *self._rows])

    @property
    def times(self) -> Integers:
        return np.concatenate([np.empty(0, np.int64), *self._times])
