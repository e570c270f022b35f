"""Figures as they are printed: `3.40 billion`, `59 %`, `158000`; exact to the last digit that was written."""

import re
from dataclasses import dataclass
from decimal import Decimal

from cointrail.errors import InputError

UNITS = {
    "": Decimal(1), "%": Decimal("0.01"), "thousand": Decimal(10**3), "million": Decimal(10**6),
    "billion": Decimal(10**9), "trillion": Decimal(10**12),
}  # fmt: skip
FORM = re.compile(r"(?P<digits>-?\d{1,20}(?:\.(?P<behind>\d{1,9}))?)\s*(?P<unit>%|thousand|million|billion|trillion)?")
BOUNDS = ("exactly", "about", "at least", "more than", "at most", "less than")


@dataclass(frozen=True, slots=True)
class Range:
    """Everything from `least` to `most`, both included; None is without end."""

    least: Decimal | None
    most: Decimal | None

    def meets(self, other: "Range") -> bool:
        """Whether the two have a number in common."""
        return not (_above(self.least, other.most) or _above(other.least, self.most))


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed number: its value, and half a unit of its last digit, which is what rounding can have taken."""

    text: str
    value: Decimal
    half: Decimal

    def range(self, bound: str = "") -> Range:
        """The numbers that can have been printed so. `at least` and the like leave one end open."""
        least, most = self.value - self.half, self.value + self.half
        if bound in ("at least", "more than"):
            return Range(self.value - (0 if bound == "more than" else self.half), None)
        if bound in ("at most", "less than"):
            return Range(None, self.value + (0 if bound == "less than" else self.half))
        return Range(least, most)


def figure(text: str) -> Figure:
    """Reads a printed number.

    The last digit behind the point counts as rounded; of a whole number the last that is not nought, as 158000 is
    said of thousands. Numbers with a unit are rounded in that unit: 2 billion may be anything from 1.5 to 2.5.
    Raises InputError when it is none.
    """
    found = FORM.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{text!r} is no figure: write a number, with %, thousand, million, billion or trillion")
    unit = UNITS[found["unit"] or ""]
    digits = Decimal(found["digits"])
    step = Decimal(1).scaleb(-len(found["behind"] or ""))
    if not found["behind"] and digits and found["unit"] in (None, "%"):
        while digits % (step * 10) == 0:
            step *= 10
    return Figure(text.strip(), digits * unit, step * unit / 2)


def _above(low: Decimal | None, high: Decimal | None) -> bool:
    return low is not None and high is not None and low > high
