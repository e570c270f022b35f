"""Which events are kept beside the movements. What they mean is for the rooms above to say."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

SELECTOR_BYTES = 4
FIRST_PRINTABLE, LAST_PRINTABLE = 0x20, 0x7E


@dataclass(frozen=True)
class Wanted:
    """A log is kept whose first topic is in `topics`. The input of a transaction is kept that begins with one of
    `selectors`, or that is printable ASCII text and begins with one of `memos` (lower case; the text's case is free).
    """

    topics: frozenset[bytes] = frozenset()
    selectors: frozenset[bytes] = frozenset()
    memos: tuple[bytes, ...] = ()

    @staticmethod
    def none() -> "Wanted":
        """Nothing is kept."""
        return NONE

    def also(self, topics: frozenset[bytes]) -> "Wanted":
        """The same, and logs whose first topic is in `topics`."""
        return replace(self, topics=self.topics | topics)

    def __bool__(self) -> bool:
        return bool(self.topics or self.inputs)

    @property
    def inputs(self) -> bool:
        """Whether some inputs are kept."""
        return bool(self.selectors or self.memos)

    @cached_property
    def digest(self) -> str:
        """A short name of what is wanted; "" for nothing."""
        if not self:
            return ""
        parts = (sorted(self.topics), sorted(self.selectors), sorted(self.memos))
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def takes(self, content: bytes) -> bool:
        """Whether an input is kept."""
        return content[:SELECTOR_BYTES] in self.selectors or self._memo(content)

    def may_take(self, head: bytes) -> bool:
        """Whether an input that begins with `head` (`reach` bytes of it) could be kept."""
        return head[:SELECTOR_BYTES] in self.selectors or head.lower().startswith(self.memos)

    @cached_property
    def reach(self) -> int:
        """How many bytes of an input tell whether it could be kept."""
        return max([SELECTOR_BYTES, *map(len, self.memos)])

    def _memo(self, content: bytes) -> bool:
        if not content.lower().startswith(self.memos):
            return False
        return bool(content) and min(content) >= FIRST_PRINTABLE and max(content) <= LAST_PRINTABLE


NONE = Wanted()
