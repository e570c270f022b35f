"""A trail told: its files and its page."""

from pathlib import Path
from typing import Any

from cointrail.reports import write_page
from cointrail.tracing import Trail, tell
from cointrail.tracing.tracer import Step


def publish(trail: Trail, out: Path, step: Step) -> dict[str, Any]:
    """Write all files of a trail and its page into a folder; the content of trail.json.

    Nothing is written before all is made, the page last of it: what an earlier trace left there stays whole until then.
    """
    step("results", 0)
    told = tell(trail, step)
    out.mkdir(parents=True, exist_ok=True)
    write_page(told.content, told.movements, out)
    told.save(out)
    step("results", 1)
    return told.content
