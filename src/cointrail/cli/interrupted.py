"""What is said when somebody stops a command: that nothing was changed, where that is known."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

NOTHING = "nothing was changed"


@contextmanager
def unchanged(state: Callable[[], object] = lambda: None) -> Iterator[None]:
    """A command that changes nothing but what `state` tells, and that only at its end; an interrupt says so, unless the
    state became another."""
    before = state()
    try:
        yield
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(*([NOTHING] if state() == before else [])) from stop


def content(path: Path) -> bytes | None:
    """A file's bytes, None where there is none."""
    return path.read_bytes() if path.is_file() else None


def said(stop: KeyboardInterrupt) -> str:
    """The line for an interrupt."""
    return "; ".join(["cointrail: interrupted", *map(str, stop.args)])
