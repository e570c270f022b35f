"""Tables of labels that others publish under headings of their own; `layouts.yaml` says what stands where."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from cointrail.labels.categories import guess
from cointrail.labels.networks import network_of
from cointrail.labels.table import Row, records

TABLE = "layouts.yaml"


@dataclass(frozen=True)
class Layout:
    """One part of layouts.yaml; the meaning of each field is described there."""

    name: str
    heading: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    same: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, str] = field(default_factory=dict)

    def read(self, path: Path) -> Iterator[Row]:
        """The rows of a file of this layout: line, lines it takes, and its fields, why it is bad, or None."""
        network = network_of(path)
        same = {name: text.format(file=path.stem) for name, text in self.same.items()}
        names: list[str] = []
        for line, lines, cells in records(path, ","):
            if not names:
                names = cells
            elif lines > 1:
                yield line, lines, f"it runs over {lines} lines: is a quote missing?"
            elif len(cells) > len(names):
                yield line, lines, f"it has {len(cells)} cells for {len(names)} columns"
            else:
                said = dict(zip(names, cells, strict=False))
                if all(said.get(name) == text for name, text in self.only.items()):
                    yield line, lines, {"network": network} | same | self._fields(said)
                else:
                    yield line, lines, None

    def _fields(self, said: Mapping[str, str]) -> dict[str, str]:
        found = {}
        for name, columns in self.fields.items():
            texts = [text for column in columns if (text := said.get(column, "").strip())]
            if texts:
                found[name] = guess(texts) if name == "category" else texts[0]
        return found


@cache
def layouts() -> tuple[Layout, ...]:
    """Every known layout, the one with the longest heading first."""
    read = yaml.load(files("cointrail.labels").joinpath(TABLE).read_bytes(), Loader=yaml.CSafeLoader)
    found = [
        Layout(
            name,
            tuple(part["heading"]),
            {field: tuple(columns) for field, columns in part["fields"].items()},
            part.get("same", {}),
            part.get("only", {}),
        )
        for name, part in read.items()
    ]
    return tuple(sorted(found, key=lambda layout: -len(layout.heading)))


def layout(line: str) -> Layout | None:
    """The layout whose heading a line is; None where it is none's."""
    cells = {cell.strip() for cell in next(csv.reader([line.lstrip("\ufeff")]), [])}
    return next((one for one in layouts() if cells.issuperset(one.heading)), None)
