"""Tables that come with the package."""

import csv
from importlib.resources import files


def rows(package: str, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file in `package`."""
    return list(csv.DictReader(files(package).joinpath(name).read_text("utf-8").splitlines()))
