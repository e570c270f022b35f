"""Files and page of a trail, made at the same time."""

from contextlib import closing
from pathlib import Path

from cointrail.aside import Aside
from cointrail.reports import write_page
from cointrail.tracing import Told, save

LARGE = 10_000  # movements


def publish(told: Told, out: Path) -> None:
    """Write all files of a trail and its page into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    with closing(Aside(lambda: save(told, out), len(told.movements) >= LARGE)) as files:
        write_page(told.content, told.movements, out)
        files.result()
