"""A call to a node, and the ways in which a node does not answer it."""

import re
from dataclasses import dataclass
from typing import Any

from cointrail.errors import InputError

BUSY_CODES = frozenset({-32005, -32603, 429})  # limit exceeded, internal error, what some write for "too many"
BUSY_WORDS = re.compile(r"rate.?limit|too many requests|capacity|throttl|try again|timed? ?out|overload", re.I)
ABSENT_CODE = -32601
ABSENT_WORDS = re.compile(
    r"(method|namespace|api|tracer)\b.*(not|n't)\b.*(found|support|available|exist|enabled|allowed|whitelisted)"
    r"|(unsupported|unknown) method|not supported",
    re.I,
)


@dataclass(frozen=True)
class Call:
    """One method call; `what` says in words what it asks for, e.g. "block 17"."""

    method: str
    params: tuple[Any, ...] = ()
    what: str = ""

    def __str__(self) -> str:
        return f"{self.method} for {self.what}" if self.what else self.method


class Unanswered(InputError):
    """The node stopped answering. `what` is the message without the remedy."""

    def __init__(self, what: str, remedy: str = "check the node and run the same command again") -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what


class Missing(InputError):
    """The node says that there is nothing where there must be something."""


class Refused(Exception):
    """The node answered a call with an error. `message` is safe to show."""

    def __init__(self, call: Call, code: int, message: str) -> None:
        super().__init__(message)
        self.call, self.code = call, code
        self.message = message or f"error {code}"

    @property
    def absent(self) -> bool:
        """Whether the node does not have the method at all."""
        return self.code == ABSENT_CODE or bool(ABSENT_WORDS.search(self.message))

    @property
    def passing(self) -> bool:
        """Whether asking again later may help."""
        return not self.absent and (self.code in BUSY_CODES or bool(BUSY_WORDS.search(self.message)))
