"""What reading some files gave, in plain rows."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cointrail.ledger.readers import Problems, Reading


@dataclass
class Read:
    """Everything that came out of some files."""

    rows: list[dict[str, Any]]
    reading: Reading

    @property
    def problems(self) -> Problems:
        """Of the first file."""
        return self.reading.problems[self.reading.sources[0]]

    @property
    def bad(self) -> list[tuple[int, str]]:
        """Line and reason of the bad rows of the first file."""
        return [(problem.line, problem.reason) for problem in self.problems.rows]


Reader = Callable[..., Read]
Write = Callable[..., Path]
