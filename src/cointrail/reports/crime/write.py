"""Writes a report into a folder: report.json, report.md, report.html and the tables, each whole or not at all."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cointrail.errors import InputError
from cointrail.reports.crime.markdown import markdown
from cointrail.reports.crime.page import page
from cointrail.reports.crime.tables import tables


def write_report(report: Mapping[str, Any], folder: Path) -> list[Path]:
    """Writes the files and returns them. Raises InputError when the folder cannot be written to."""
    content = {
        "report.json": json.dumps(report, indent=1, ensure_ascii=False) + "\n", "report.md": markdown(report),
        "report.html": page(report), **tables(report),
    }  # fmt: skip
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in content.items():
            fresh = folder / f".{name}.new"
            fresh.write_text(text, "utf-8")
            fresh.replace(folder / name)
    except OSError as error:
        raise InputError(f"cannot write the report to {folder}: {error.strerror}") from error
    return [folder / name for name in content]
