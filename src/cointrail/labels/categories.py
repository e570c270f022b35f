"""What a category means for a walk: which of the words that sources use name a service at which the money mixes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from cointrail.chains.data import table
from cointrail.labels.label import Label

TABLE = "categories.csv"
TAXONOMY = "taxonomy.csv"
UNKNOWN = "unknown"  # the native name of what no table explains
SEPARATORS = re.compile(r"[\s\-/]+")


@dataclass(frozen=True)
class Category:
    """One word for what an entity is: the name it goes by here, and whether a walk stops at such an address."""

    name: str
    stop: bool
    native: str = UNKNOWN  # its kind of risk, a name of the taxonomy; finer than `name`, and never asked by a walk


@dataclass(frozen=True)
class Kind:
    """One kind of risk, and what others call it. The pairing is this project's; the names are theirs."""

    native: str
    chainalysis: tuple[int, ...]  # category ids
    arkham: tuple[str, ...]  # scores
    aadapt: tuple[str, ...]  # MITRE AADAPT techniques
    fatf: str  # group of red flag indicators; "" for none
    tagpack: str  # concept of the TagPack taxonomy


@cache
def categories() -> dict[str, Category]:
    """Every known word, in lower case with underscores."""
    rows = table("cointrail.labels", TABLE)
    return {row["category"]: Category(row["canonical"], row["stop"] == "true", row["native"]) for row in rows}


@cache
def category(word: str) -> Category | None:
    """What `word` means; None when it is not in the table. Case, blanks, hyphens and a plural s do not matter."""
    plain = SEPARATORS.sub("_", word.strip().lower())
    return categories().get(plain) or categories().get(plain.removesuffix("s"))


def stops(label: Label) -> str | None:
    """The canonical category when a walk stops at an address with this label, None when it goes on.

    Only the category decides, never the name of the entity; a category that nobody knows does not stop a walk.
    """
    known = category(label.category) if label.category else None
    return known.name if known is not None and known.stop else None


def native(label: Label) -> str:
    """The kind of risk that a label speaks of, by the taxonomy; "unknown" where no table explains its category."""
    known = category(label.category) if label.category else None
    return known.native if known is not None else UNKNOWN


@cache
def taxonomy() -> dict[str, Kind]:
    """Every kind of risk by its native name, with the names that others have for it."""
    return {
        row["native"]: Kind(
            row["native"],
            tuple(map(int, row["chainalysis"].split())),
            tuple(row["arkham"].split()),
            tuple(row["aadapt"].split()),
            row["fatf"],
            row["tagpack"],
        )
        for row in table("cointrail.labels", TAXONOMY)
    }


def best(words: Iterable[str]) -> str:
    """Of several words for one entity the first that names a service, else the first that is known, else the first."""
    given = [word for word in words if word.strip()]
    known = [(word, found) for word in given if (found := category(word)) is not None]
    return next((word for word, found in known if found.stop), next((word for word, _ in known), next(iter(given), "")))


def guess(texts: Iterable[str]) -> str:
    """The category in what a source wrote about an entity.

    A text that is a known word counts first, then one of a list with commas, then a single word in it; single words
    that name services do not, as "exchange phishing" is no exchange.
    """
    given = list(texts)
    for part in [*given, *(part for text in given for part in text.split(","))]:
        if category(part) is not None:
            return part.strip()
    for word in (word for text in given for word in SEPARATORS.split(text)):
        known = category(word)
        if known is not None and not known.stop:
            return word
    return given[0] if given else ""
