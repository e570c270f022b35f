"""What a category means for a walk: which of the words that sources use name a service at which the money mixes."""

import re
from dataclasses import dataclass
from functools import cache

from cointrail.chains.data import table
from cointrail.labels.label import Label

TABLE = "categories.csv"
SEPARATORS = re.compile(r"[\s\-/]+")


@dataclass(frozen=True)
class Category:
    """One word for what an entity is: the name it goes by here, and whether a walk stops at such an address."""

    name: str
    stop: bool


@cache
def categories() -> dict[str, Category]:
    """Every known word, in lower case with underscores."""
    rows = table("cointrail.labels", TABLE)
    return {row["category"]: Category(row["canonical"], row["stop"] == "true") for row in rows}


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
