"""What is measured, and how it is shown."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: str
    note: str = ""
    target: str = ""
    met: bool | None = None  # None: no target

    @property
    def verdict(self) -> str:
        """The target, and whether it was reached."""
        if self.met is None:
            return self.target
        return f"{self.target} {'yes' if self.met else 'NO'}"


@dataclass
class Part:
    """One table: its name for --only, a title, how it was measured, and its lines."""

    name: str
    title: str
    note: str
    figures: list[Figure] = field(default_factory=list)

    def add(self, what: str, value: str, note: str = "", target: str = "", met: bool | None = None) -> None:
        """Add a line."""
        self.figures.append(Figure(what, value, note, target, met))

    def markdown(self) -> str:
        """The table as Markdown."""
        lines = [f"## {self.title}", "", self.note, "", "| what | measured | target | remarks |", "|---|---|---|---|"]
        lines += [f"| {f.what} | {f.value} | {f.verdict} | {f.note} |" for f in self.figures]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Times:
    """Seconds of repeated work, by the clock and of the processor (all threads)."""

    wall: list[float]
    cpu: list[float]

    @property
    def median(self) -> float:
        return median(self.wall)

    def __str__(self) -> str:
        """The median, with the least and the most in brackets."""
        scale, unit = (1, "s") if self.median >= 0.5 else (1e3, "ms") if self.median >= 5e-4 else (1e6, "us")
        shown = f"{self.median * scale:.3g} {unit}"
        if len(self.wall) > 1:
            shown += f" ({min(self.wall) * scale:.3g} to {max(self.wall) * scale:.3g})"
        return shown

    def rate(self, count: int) -> str:
        """How many a second: by the median, and by the slowest and the fastest."""
        shown = _short(count / self.median)
        if len(self.wall) > 1:
            shown += f" ({_short(count / max(self.wall))} to {_short(count / min(self.wall))})"
        return shown

    @property
    def processor(self) -> str:
        return f"{median(self.cpu):.3g} s of processor time"

    def each(self, count: int) -> "Times":
        """The times of one, where work did `count`."""
        return Times([t / count for t in self.wall], [t / count for t in self.cpu])


def timed(work: Callable[[], Any], times: int, prepare: Callable[[], Any] = lambda: None) -> Times:
    """Do `work` several times, each time after `prepare`, which does not count."""
    wall, cpu = [], []
    for _ in range(times):
        prepare()
        began, spent = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - spent)
    return Times(wall, cpu)


def _short(value: float) -> str:
    return f"{value / 1e6:.2f} M/s" if value >= 1e5 else f"{value:,.0f}/s"
