"""Conversions as readers see them: what they are called, how sure they are, and their sums."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cointrail.reports.amounts import EXACT, ZERO, percent
from cointrail.reports.plain import plain

UNMEASURED = "never measured"
WORD = 40  # characters of a rule or bridge that are shown
RATE = 160  # characters of a measured rate


@dataclass
class Sum:
    """All conversions by one rule (and bridge) from one asset into another, under one policy.

    Amounts are of stolen value, in whole units. `least` is the lowest confidence (None: none has one); `rates` what
    was measured of the rule; `unmeasured` how many have no confidence.
    """

    what: str
    rule: str
    asset: str
    to_asset: str
    chain: str
    to_chain: str
    count: int = 0
    stolen: Decimal = ZERO
    came: Decimal = ZERO
    least: Decimal | None = None
    unmeasured: int = 0
    ambiguous: int = 0
    rates: dict[str, None] = field(default_factory=dict)

    def add(self, one: Mapping[str, Any]) -> None:
        """Count one conversion in."""
        self.count += 1
        self.stolen = EXACT.add(self.stolen, Decimal(one["stolen"]))
        self.came = EXACT.add(self.came, Decimal(one["to_stolen"]))
        self.ambiguous += bool(one["ambiguous"])
        if one["confidence"] is None:
            self.unmeasured += 1
        else:
            sure = Decimal(str(one["confidence"]))
            self.least = sure if self.least is None else min(self.least, sure)
        if one["rate"]:
            self.rates.setdefault(plain(one["rate"], RATE))

    @property
    def sure(self) -> str:
        """The lowest confidence in words, and how many have none."""
        more = f", {self.unmeasured:,} not measured" if self.unmeasured and self.least is not None else ""
        return certainty(self.least) + more


def what(one: Mapping[str, Any]) -> str:
    """What a conversion is called: its bridge, or the rule of a swap."""
    return plain((one["bridge"] or one["rule"]).replace("_", " "), WORD)


def certainty(confidence: Decimal | float | None) -> str:
    """A confidence from 0 to 1 as '99.95 %'; only certainty reads 100."""
    return "not measured" if confidence is None else percent(Decimal(str(confidence)), Decimal(1))


def sums(trail: Mapping[str, Any], policy: str) -> list[Sum]:
    """The conversions of a policy summed, most frequent first."""
    found: dict[tuple[str, ...], Sum] = {}
    for one in trail["policies"][policy]["conversions"]:
        rule = plain(one["rule"].replace("_", " "), WORD)
        key = (what(one), rule, one["asset"], one["to_asset"], one["chain"], one["to_chain"])
        found.setdefault(key, Sum(*key)).add(one)
    return [found[key] for key in sorted(found, key=lambda key: (-found[key].count, key))]
