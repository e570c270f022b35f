"""Waiting between tries: longer and longer, shortened by chance so that many clients do not return together."""

import random
import time

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 20.0  # seconds; doubled from one to the other


class Pause:
    """Counts failures since the last progress; `patience` is how long, in seconds, there may be none."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.restart()

    def restart(self) -> None:
        """Progress was made."""
        self.failures = 0
        self._since = time.monotonic()

    def take(self, wait: float = 0.0) -> bool:
        """Sleep before the next try, at least `wait` seconds where patience allows; False when it has ended."""
        left = self._since + self.patience - time.monotonic()
        if left <= 0:
            return False
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**self.failures) * random.uniform(0.5, 1.0)
        self.failures += 1
        time.sleep(min(max(pause, wait), left))
        return True
