"""Where the money of those who gain comes from, and where it goes. The thresholds are data (`exposed.csv`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

from cointrail.chains.data import table
from cointrail.guard.reason import RANK, Reason, Severity
from cointrail.guard.subject import Subject, show

if TYPE_CHECKING:
    from cointrail.exposure import Part

SAID = {  # (direction, way) -> how the share is told
    ("source", "direct"): "got {} straight from {}", ("source", "indirect"): "got {} over others from {}",
    ("destination", "direct"): "paid {} straight to {}", ("destination", "indirect"): "paid {} over others to {}",
}  # fmt: skip


@dataclass(frozen=True)
class Threshold:
    """From which share of all that came (or left) in one asset on some categories are worth a word."""

    direction: str
    way: str
    categories: frozenset[str]
    percent: int
    severity: Severity
    words: str

    def reached(self, parts: Sequence["Part"]) -> int:
        """How much of one asset these categories are, in smallest units; 0 below the threshold."""
        mine = [part for part in parts if part.direction == self.direction and part.category in self.categories]
        amount = sum(part.direct if self.way == "direct" else part.indirect for part in mine)
        return amount if mine and amount * 100 >= self.percent * mine[0].total else 0


def exposure(s: Subject) -> Iterator[Reason]:
    """Somebody who is paid or gets power deals with the sanctioned, with criminals or mixers. An intent allows no such
    thing: whoever asked for it need not have known."""
    for party in s.parties:
        if party.exposure is None:
            continue
        for asset in dict.fromkeys(part.asset for part in party.exposure.parts):
            parts = [part for part in party.exposure.parts if part.asset == asset]
            for one in _gravest(parts):
                yield _reason(s, party.address, one, asset, parts, party.exposure.policy)


def _gravest(parts: Sequence["Part"]) -> Iterator[Threshold]:
    """The thresholds that are reached; of the same of different severity the gravest."""
    met: set[tuple[str, str, frozenset[str]]] = set()
    for one in sorted(thresholds(), key=lambda one: -RANK[one.severity]):
        kind = one.direction, one.way, one.categories
        if kind not in met and one.reached(parts):
            met.add(kind)
            yield one


def _reason(s: Subject, who: bytes, one: Threshold, asset: str, parts: Sequence["Part"], policy: str) -> Reason:
    mine = [part for part in parts if part.direction == one.direction and part.category in one.categories]
    total, amount, key = mine[0].total, one.reached(parts), s.key(asset)
    share = f"{s.amount(amount, key)} of {s.amount(total, key)} ({amount * 100 // total} %)"
    text = f"{show(who)} {SAID[one.direction, one.way].format(share, one.words)}"
    least, most = _bounds(mine)
    if least is not None and most is not None and (least, most) != (amount, amount):
        text += f"; directly and over others at least {s.amount(least, key)}, at most {s.amount(most, key)}"
    where = {
        "address": show(who), "direction": one.direction, "way": one.way, "asset": asset,
        "categories": sorted(part.category for part in mine), "amount": str(amount), "total": str(total),
        "direct": str(sum(part.direct for part in mine)), "indirect": str(sum(part.indirect for part in mine)),
        "least": None if least is None else str(least), "most": None if most is None else str(most),
        "policy": policy, "threshold_percent": one.percent,
    }  # fmt: skip
    tail = ". Do not deal with it before that is explained." if one.severity == "stop" else ". Do you know why?"
    return Reason("exposure", one.severity, text + tail, where)


def _bounds(mine: Sequence["Part"]) -> tuple[int | None, int | None]:
    """Least and most of several categories together: sums bound a sum, and nothing is more than all."""
    least = [part.least for part in mine if part.least is not None]
    most = [part.most for part in mine if part.most is not None]
    if len(least) < len(mine) or len(most) < len(mine):
        return None, None
    return sum(least), min(sum(most), mine[0].total)


@cache
def thresholds() -> tuple[Threshold, ...]:
    """All thresholds. They are those with which screening starts, conventions that are fitted to no case."""
    return tuple(
        Threshold(
            row["direction"],
            row["way"],
            frozenset(row["categories"].split()),
            int(row["percent"]),
            cast(Severity, row["severity"]),
            row["words"],
        )
        for row in table("cointrail.guard", "exposed.csv")
    )
