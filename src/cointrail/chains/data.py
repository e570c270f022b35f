"""The CSV tables that are shipped with the package: facts are data, not code."""

import csv
from importlib.resources import files


def table(package: str, name: str) -> list[dict[str, str]]:
    """The rows of the shipped CSV file `name` of `package`, by column; empty when the package has no such file."""
    file = files(package).joinpath(name)
    if not file.is_file():
        return []
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
