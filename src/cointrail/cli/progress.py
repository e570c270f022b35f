"""Progress on the terminal: on stderr, and only where somebody looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

COUNTED = {"reading": "rows read", "reach": "movements reached"}


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """A `step(what, share)` that draws one bar for each thing done; a share below 0 is a count with no end known."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def step(what: str, share: float) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=None if share < 0 else 1.0)
            if share < 0:
                bars.update(tasks[what], description=f"{what}: {int(-share):,} {COUNTED.get(what, 'movements')}")
            else:
                bars.update(tasks[what], total=1.0, completed=share)

        yield step
