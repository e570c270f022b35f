"""A trail told: its files and its page."""

from pathlib import Path
from typing import Any

from cointrail.reports import write_page
from cointrail.tracing import Trail, write
from cointrail.tracing.tracer import Step


def publish(trail: Trail, out: Path, step: Step) -> dict[str, Any]:
    """Write all files of a trail and its page into a folder; the content of trail.json."""
    step("results", 0)
    content, movements = write(trail, out, step)
    write_page(content, movements, out)
    step("results", 1)
    return content
