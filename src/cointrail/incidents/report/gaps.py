"""How far the ledger's yearly figures are from published ones, and why, as far as that can be computed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from cointrail.chains.data import table
from cointrail.incidents import statistics
from cointrail.incidents.aggregate import ALL, Aggregate, pick
from cointrail.incidents.entry import Entry
from cointrail.incidents.money import plain
from cointrail.incidents.report.plain import published, text
from cointrail.incidents.vocabulary import CONFIDENCE, PACKAGE
from cointrail.incidents.window import window

PUBLISHER = "Chainalysis"  # the one whose yearly figures are quoted the most
PERSONAL = "personal wallets"
NATION = "north korea"
OPEN = ("at least", "more than", "at most", "less than")


def gap(
    year: int, entries: Sequence[Entry], everything: Sequence[Entry], figures: Sequence[Aggregate]
) -> dict[str, Any]:
    """Total and North Korea of a year beside what was published first and last, with the differences and causes."""
    when = window(str(year))
    mine = statistics.during(entries, when)
    nation = statistics.by_actor(mine, NATION)
    return {
        "year": year,
        "coverage": coverage(year),
        "total": _against(statistics.total(mine).value, ALL, year, figures),
        "north_korea": _against(statistics.total(nation).value, NATION, year, figures),
        "causes": [
            *_kinds(mine, year, figures), *_uncertain(nation), *_nominal(mine),
            *_left_out(statistics.during(everything, when)), *_unknown(mine), *_fewer(mine, year, figures),
            *_small(year, mine, entries), *_others(year, figures),
        ],
    }  # fmt: skip


def coverage(year: int) -> str:
    """What the catalogue holds of a year."""
    row = _covered().get(year)
    return row["meaning"] if row else "nothing is promised of this year"


def _covered() -> dict[int, dict[str, str]]:
    return {int(row["year"]): row for row in table(PACKAGE, "coverage.csv")}


def _against(mine: Decimal, of: str, year: int, figures: Sequence[Aggregate]) -> dict[str, Any]:
    subject = ("stolen", of, "", str(year))
    found: dict[str, Any] = {"value": plain(mine), "publisher": PUBLISHER}
    for time in ("first", "latest"):
        one = pick(figures, PUBLISHER, subject, time)
        found[time] = None
        if one is not None:
            open_end = one.bound in OPEN  # how far one is from "more than" says nothing
            off = None if open_end else statistics.growth(mine, one.figure.value)
            difference = None if open_end else plain(mine - one.figure.value)
            found[time] = published(one) | {"difference": difference, "off": text(off)}
    return found


def _kinds(mine: Sequence[Entry], year: int, figures: Sequence[Aggregate]) -> list[dict[str, Any]]:
    """Personal wallets and the rest on both sides, where the publisher tells them apart."""
    whole = pick(figures, PUBLISHER, ("stolen", ALL, "", str(year)), "latest")
    persons = pick(figures, PUBLISHER, ("stolen", PERSONAL, "", str(year)), "latest")
    if whole is None or persons is None:
        return []
    own = statistics.total(statistics.of_kind(mine, "personal", "physical")).value
    rest = statistics.total(mine).value - own
    theirs = whole.figure.value - persons.figure.value
    return [
        _cause(
            "personal wallets: few large thefts that were reported here, clusters of wallets there",
            own - persons.figure.value, f"{plain(own)} here, {plain(persons.figure.value)} there",
        ),
        _cause("all other thefts", rest - theirs, f"{plain(rest)} here, {plain(theirs)} there"),
    ]  # fmt: skip


def _uncertain(nation: Sequence[Entry]) -> list[dict[str, Any]]:
    low = [one for one in nation if one.confidence == CONFIDENCE[-1]]
    whole = statistics.total(low)
    if not low:
        return []
    return [
        _cause(
            f"{len(low)} attributions of low confidence or denied by a source are in North Korea's figure", whole.value
        )
    ]


def _nominal(mine: Sequence[Entry]) -> list[dict[str, Any]]:
    more = [(one.numbers["nominal"] - one.usd, one) for one in mine if "nominal" in one.numbers and one.usd is not None]
    wide = [(value, one) for value, one in more if value > 0]
    if not wide:
        return []
    names = ", ".join(one.incident.name for _, one in sorted(wide, key=lambda item: -item[0])[:5])
    said = "thefts that others count at a nominal worth are here at what could be realised: a difference of"
    return [_cause(said, -sum((value for value, _ in wide), Decimal(0)), names)]


def _left_out(everything: Sequence[Entry]) -> list[dict[str, Any]]:
    return [
        _cause(f"left out: {one.incident.name}", -one.usd, one.left_out)
        for one in everything if one.left_out and one.usd is not None
    ]  # fmt: skip


def _unknown(mine: Sequence[Entry]) -> list[dict[str, Any]]:
    missing = sum(one.usd is None for one in mine)
    return [_cause(f"{missing} thefts whose sources give no worth in dollars", None)] if missing else []


def _fewer(mine: Sequence[Entry], year: int, figures: Sequence[Aggregate]) -> list[dict[str, Any]]:
    """That the publisher counts more thefts, where it says how many."""
    theirs = pick(figures, PUBLISHER, ("incidents", ALL, "", str(year)), "latest")
    if theirs is None or theirs.figure.value <= len(mine):
        return []
    detail = f"{len(mine)} here, {plain(theirs.figure.value)} there"
    return [_cause("the publisher counts thefts that the catalogue does not hold", None, detail)]


def _small(year: int, mine: Sequence[Entry], entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """What thefts below the catalogue's floor may come to: the part they are of the years that have them all."""
    covered = _covered()
    floor = Decimal(covered[year]["least"]) if year in covered else Decimal(0)
    whole = {past for past, row in covered.items() if not int(row["least"])}
    sums = [one.usd for one in entries if one.usd is not None and one.when.year in whole]
    large = sum((value for value in sums if value >= floor), Decimal(0))
    part = statistics.ratio(sum(sums, Decimal(0)) - large, large)
    if not floor or part is None:
        return []
    known = [one.usd for one in mine if one.usd is not None]
    above = sum((value for value in known if value >= floor), Decimal(0))
    missing = (above * part).quantize(Decimal(1)) - (sum(known, Decimal(0)) - above)
    if missing <= 0:
        return []
    told = f"in {', '.join(map(str, sorted(whole)))} they add {part * 100:.1f} % to the larger ones"
    says = "smaller thefts that the catalogue lacks, if they were as many as where it has them all"
    return [_cause(says, -missing, told)]


def _others(year: int, figures: Sequence[Aggregate]) -> list[dict[str, Any]]:
    """That publishers do not agree about North Korea: what each of the others said last."""
    subject = ("stolen", NATION, "", str(year))
    names = sorted({one.by for one in figures if one.subject == subject} - {PUBLISHER})
    said = [f"{name} {one.figure.text}" for name in names if (one := pick(figures, name, subject, "latest"))]
    return [_cause("others publish other figures of North Korea", None, ", ".join(said))] if said else []


def _cause(says: str, value: Decimal | None, detail: str = "") -> dict[str, Any]:
    return {"says": says, "value": text(value), "detail": detail or None}
