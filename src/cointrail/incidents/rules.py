"""Rule sets: which claim wins where sources differ. They are named, and changing the name changes every figure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

from cointrail.chains.data import table
from cointrail.errors import InputError
from cointrail.incidents import vocabulary
from cointrail.incidents.claim import Claim
from cointrail.incidents.incident import Incident
from cointrail.incidents.source import Node, read_yaml
from cointrail.incidents.vocabulary import CONFIDENCE, PACKAGE

FILE = "rules.yaml"
DEFAULT = "primary"
RANK = {"chain": 0, "authority": 1, "victim": 1, "analyst": 2, "list": 3, "press": 4}
Key = Callable[[Claim, Incident], Decimal]


@dataclass(frozen=True, slots=True)
class Rules:
    """A rule set: its name, what it means, what it compares, and the least confidence of attributions that count."""

    name: str
    meaning: str
    order: tuple[str, ...]
    least: str

    def winner(self, claims: Iterable[Claim], incident: Incident) -> Claim | None:
        """The claim that wins; None where there is none."""
        keys = [KEYS[name] for name in self.order]
        return min(claims, key=lambda claim: [key(claim, incident) for key in keys], default=None)  # first of equals

    def counts(self, confidence: str) -> bool:
        """Whether an attribution of that confidence counts."""
        return CONFIDENCE.index(confidence) <= CONFIDENCE.index(self.least)


def grade(by: str, incident: Incident) -> str:
    """Who says so: the chain itself, authority, victim, analyst, list, or press, where the name is in no table."""
    names = {incident.name.lower(), *(claim.value.lower() for claim in incident.about("victim"))}
    if by.lower() in names:
        return "victim"
    said = f" {re.sub(r'[^a-z0-9]+', ' ', by.lower())} "
    if by.lower() in vocabulary.networks():
        return "chain"
    for row in table_of_sources():
        if f" {row['name']} " in said:
            return row["grade"]
    return "press"


def rule_sets(path: Path | None = None) -> dict[str, Rules]:
    """The rule sets that ship with the package, and over them those of a file of the same form."""
    shipped = read_yaml(Path(FILE), files(PACKAGE).joinpath(FILE).read_text("utf-8"))
    found = _read(shipped, Path(FILE))
    return found | _read(read_yaml(path), path) if path else found


def rules(name: str, path: Path | None = None) -> Rules:
    """The rule set of that name. Raises InputError when there is none."""
    known = rule_sets(path)
    if name not in known:
        raise InputError(f"no rule set {name!r}: there are {', '.join(known)}")
    return known[name]


@cache
def table_of_sources() -> list[dict[str, str]]:
    """Words in the names of sources, with the grade they stand for."""
    return table(PACKAGE, "sources.csv")


def _read(top: Node, path: Path) -> dict[str, Rules]:
    found = {}
    for name, node in (top.keys or {}).items():
        keys = node.keys or {}
        where = f"{path}, line {node.line}"
        order = tuple(item.text or "" for item in keys["order"].items) if "order" in keys else ()
        least = (keys["least"].text or "") if "least" in keys else CONFIDENCE[-1]
        meaning = (keys["meaning"].text or "") if "meaning" in keys else ""
        if set(keys) - {"meaning", "order", "least"} or not meaning or not order:
            raise InputError(f"{where}: a rule set has meaning, order and perhaps least, and nothing else")
        if strange := [word for word in order if word not in KEYS]:
            raise InputError(f"{where}: {strange[0]!r} cannot be compared: use {', '.join(KEYS)}")
        if least not in CONFIDENCE:
            raise InputError(f"{where}: least is one of {', '.join(CONFIDENCE)}")
        found[name] = Rules(name, meaning, order, least)
    return found


def _time(claim: Claim, incident: Incident) -> Decimal:
    """The day it was said, as a number."""
    return Decimal((claim.said or incident.when).last.toordinal())


KEYS: Mapping[str, Key] = {
    "first": _time,
    "latest": lambda claim, incident: -_time(claim, incident),
    "grade": lambda claim, incident: Decimal(RANK[grade(claim.by, incident)]),
    "lowest": lambda claim, incident: claim.number or Decimal(0),
    "highest": lambda claim, incident: -(claim.number or Decimal(0)),
}
