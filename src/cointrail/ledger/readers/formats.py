"""The known file formats, as data, and how a file's columns are matched to one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa
import yaml

APART = ("tron-node", "trongrid")  # JSON that is read record by record, see `readers.tron`
HEADING_ENDS = "(@$"  # what follows in a heading is a unit, a zone or the price of the day


@dataclass(frozen=True)
class Format:
    """One row of formats.yaml; the meaning of each part is described there."""

    name: str
    container: str
    reader: str
    required: Mapping[str, tuple[str, ...]]
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    float: tuple[str, ...] = ()
    headings: bool = False

    @property
    def family(self) -> str:
        """The part of the name that --format takes for all of one tool's files."""
        return self.name.partition("/")[0]

    def match(self, container: str, types: Mapping[str, Any]) -> dict[str, str] | None:
        """Our column names to those of the file, None when the file is something else."""
        if container != self.container:
            return None
        names = {self._heading(name): name for name in reversed(list(types))}
        if any(name in names for name in self.without):
            return None
        found: dict[str, str] = {}
        for wanted, choices in (*self.required.items(), *self.optional.items()):
            written = next((names[choice] for choice in choices if choice in names), None)
            if written is not None:
                found[wanted] = written
            elif wanted in self.required:
                return None
        if not all(pa.types.is_floating(types[found[name]]) for name in self.float):
            return None
        return found

    def missing(self, types: Iterable[str]) -> list[str]:
        """The required columns that a file lacks."""
        names = {self._heading(name) for name in types}
        return [choices[0] for choices in self.required.values() if not any(choice in names for choice in choices)]

    def _heading(self, name: str) -> str:
        if not self.headings:
            return name
        lower = name.lower()
        if "(usd)" in lower:
            return lower  # the same column in dollars
        for end in HEADING_ENDS:
            lower = lower.partition(end)[0]
        return lower.strip()


@cache
def formats() -> Sequence[Format]:
    """All known formats, in the order in which they are tried."""
    text = files("cointrail.ledger.readers").joinpath("formats.yaml").read_text(encoding="utf-8")
    return tuple(_format(entry) for entry in yaml.load(text, Loader=yaml.CSafeLoader))


def families() -> list[str]:
    """What --format takes beside "auto"."""
    return [*dict.fromkeys(form.family for form in formats()), *APART, "csv"]


def _format(entry: Mapping[str, Any]) -> Format:
    return Format(
        name=entry["name"],
        container=entry["container"],
        reader=entry["reader"],
        required={name: tuple(text.split("|")) for name, text in entry["required"].items()},
        optional={name: tuple(text.split("|")) for name, text in entry.get("optional", {}).items()},
        without=tuple(entry.get("without", ())),
        float=tuple(entry.get("float", ())),
        headings=entry.get("headings", False),
    )
