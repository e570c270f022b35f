"""What the shapes of vendors have in common: one pool of dollars for each category and way."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid5

import orjson

from cointrail.exposure import Part
from cointrail.screening.pool import UNATTRIBUTED
from cointrail.screening.screening import Screening
from cointrail.screening.worth import dollars

SPACE = UUID("5d2f0f3e-6c1b-4c55-9f3a-0f1f9f5f7a11")  # of ids that are derived from names, the same everywhere


@dataclass
class Sum:
    """What is of one category in one direction, over all assets that have a price."""

    direction: str
    category: str
    hops: int
    direct: Fraction = Fraction(0)
    indirect: Fraction = Fraction(0)
    parts: list[Part] = field(default_factory=list)
    priced: bool = False

    @property
    def usd(self) -> Fraction | None:
        """None where no part has a price."""
        return self.direct + self.indirect if self.priced else None


def sums(screened: Screening) -> list[Sum]:
    """By direction and category."""
    found: dict[tuple[str, str], Sum] = {}
    for part in screened.exposure.parts if screened.exposure else ():
        if part.category in UNATTRIBUTED or not screened.worth.vouched(part.asset):
            continue
        key = part.direction, part.category
        one = found.setdefault(key, Sum(part.direction, part.category, part.hops))
        rate = screened.worth.rate(part.asset, screened.worth_time)
        one.hops = min(one.hops, part.hops)
        one.parts.append(part)
        if rate is not None:
            one.priced = True
            one.direct += part.direct * rate
            one.indirect += part.indirect * rate
    return [one for _, one in sorted(found.items())]


def totals(screened: Screening) -> dict[str, Fraction | None]:
    """Dollars that came and went; None where an asset has no price."""
    out: dict[str, Fraction | None] = {}
    for direction in ("source", "destination"):
        units = {p.asset: p.total for p in _judged(screened) if p.direction == direction}
        rates = {asset: screened.worth.rate(asset, screened.worth_time) for asset in units}
        told = [units[asset] * rate for asset, rate in rates.items() if rate is not None]
        out[direction] = sum(told, Fraction(0)) if len(told) == len(units) and units else None
    return out


def name_id(kind: str, name: str) -> str:
    """An id for a name, the same wherever it is computed."""
    return str(uuid5(SPACE, f"{kind} {name}"))


def number(value: Fraction | None) -> Any:
    """Dollars as a JSON number with exactly its two decimals, for shapes that want a number."""
    return None if value is None else orjson.Fragment(dollars(value).encode())


def text(value: Fraction | None) -> str | None:
    """Dollars as text."""
    return None if value is None else dollars(value)


def percentage(part: Fraction, whole: Fraction | None) -> Any:
    """How many of a hundred, as a JSON number of four decimals; null where the whole is not known."""
    if not whole:
        return None
    parts = int(part * 1_000_000 / whole)
    return orjson.Fragment(f"{parts // 10_000}.{parts % 10_000:04d}".encode())


def _judged(screened: Screening) -> Iterable[Part]:
    parts = screened.exposure.parts if screened.exposure else ()
    return (part for part in parts if screened.worth.vouched(part.asset))
