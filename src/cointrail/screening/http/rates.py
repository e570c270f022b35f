"""How often a key may ask: a bucket that fills at the key's rate."""

import math
import time
from collections import OrderedDict
from dataclasses import dataclass

REMEMBERED = 10_000  # buckets; the one unused the longest goes, which is full by then


@dataclass(slots=True)
class Bucket:
    """Requests that may still be made, as of a time."""

    left: float
    time: float


@dataclass(frozen=True, slots=True)
class Taken:
    """What is left after a request, and whether it may be answered."""

    allowed: bool
    limit: int
    left: int
    wait: int  # seconds until there is room again, at least 1 where there is none

    def headers(self) -> dict[str, str]:
        """As the drafts of the IETF write it, and as vendors do."""
        said = {
            "ratelimit-policy": f'"key";q={self.limit};w=1',
            "ratelimit": f'"key";r={self.left};t={self.wait}',
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.left),
            "x-ratelimit-reset": str(self.wait),
        }
        return said if self.allowed else said | {"retry-after": str(self.wait)}


class Rates:
    """Buckets by whoever asks; each holds what one second allows."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, who: str, rate: int) -> Taken:
        """Count one request."""
        now = time.monotonic()
        bucket = self._buckets.get(who)
        if bucket is None:
            bucket = self._buckets[who] = Bucket(float(rate), now)
            if len(self._buckets) > REMEMBERED:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(who)
            bucket.left = min(float(rate), bucket.left + (now - bucket.time) * rate)
            bucket.time = now
        allowed = bucket.left >= 1
        if allowed:
            bucket.left -= 1
        wait = 0 if bucket.left >= 1 else max(1, math.ceil((1 - bucket.left) / rate))
        return Taken(allowed, rate, int(bucket.left), wait)
