"""Thefts of the year as bubbles: when, worth how much, and how they were taken."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from cointrail.reports.crime.charts.chart import OTHERS, UNKNOWN, Chart, Report, axis, shades
from cointrail.reports.crime.charts.svg import LETTER, WIDTH, decades, linear, logarithmic, picture, shape, text
from cointrail.reports.crime.words import dollars
from cointrail.reports.plain import plain

HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 480, 96, 52, 30, 20
LARGEST, SMALLEST = 46.0, 2.5  # radius of the largest bubble; below the smallest nothing could be seen
FLOOR = 10_000  # dollars; thefts of less are drawn at this height
HOLLOW = "hollow"  # the class of what is unknown
NAMED = 12  # the largest are named where there is room
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MIDDLE = 15  # the day of the month at which a theft is drawn that is known to the month
Theft = Mapping[str, Any]


def bubbles(report: Report) -> Chart | None:
    """The thefts that count and have a worth; None where there is none."""
    counted = [one for one in report["incidents"] if not one["left_out"]]
    known = sorted((one for one in counted if float(one["usd"] or 0) > 0),
                   key=lambda one: (-float(one["usd"]), one["id"]))  # fmt: skip
    if not known:
        return None
    worth: dict[str, float] = defaultdict(float)
    for one in known:
        worth[one["attack"]] += float(one["usd"])
    classes = shades(sorted(worth, key=lambda name: (-worth[name], name)), 7)
    others = any(name not in classes and name not in UNKNOWN for name in worth)
    grey = sorted(set(worth) & UNKNOWN)
    missing = len(counted) - len(known)
    return Chart(
        "The thefts of the year", f"Each bubble is one theft: its day, its worth on a logarithmic scale, its area in "
        f"proportion to the worth, its colour for how it was taken. What is worth less than "
        f"{FLOOR:,} is drawn at the lowest line. Dashed ones are known to the month at best. "
        f"{missing:,} thefts without a known worth are not drawn. All are in the table of thefts.",
        _draw(report["report"]["year"], known, classes),
        [*((style, plain(name)) for name, style in classes.items()), *([("others", OTHERS)] if others else []),
         *((HOLLOW, name) for name in grey)],
    )  # fmt: skip


def _draw(year: int, known: Sequence[Theft], classes: Mapping[str, str]) -> Markup:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    most = float(known[0]["usd"])
    across = linear(first, last, LEFT + 8, WIDTH - RIGHT)
    up = logarithmic(FLOOR, max(most, 10 * FLOOR), HEIGHT - BOTTOM, TOP)
    drawn: list[Markup] = []
    for value in decades(FLOOR, max(most, 10 * FLOOR)):
        drawn.append(shape("line", class_="grid", x1=LEFT, x2=WIDTH, y1=up(value), y2=up(value)))
        drawn.append(text(LEFT - 8, up(value) + 4, axis(value), class_="end soft"))
    for month, name in enumerate(MONTHS, 1):
        drawn.append(text(across(date(year, month, MIDDLE).toordinal()), HEIGHT - 6, name, class_="middle soft"))
    places: list[tuple[Theft, float, float, float]] = []
    for one in known:
        coarse = one["precision"] != "day"
        x = across(_day(one["date"]).toordinal())
        y, radius = up(float(one["usd"])), max(SMALLEST, LARGEST * (float(one["usd"]) / most) ** 0.5)
        style = classes.get(one["attack"], HOLLOW if one["attack"] in UNKNOWN else "others")
        told = shape("title", f"{plain(one['name'])}, {one['date']}: {dollars(one['usd'])}, {plain(one['attack'])}")
        drawn.append(shape("circle", told, class_=f"bubble {style}{' coarse' if coarse else ''}", cx=x, cy=y, r=radius))
        places.append((one, x, y, radius))
    return picture(
        HEIGHT, "Bubbles of thefts by date, worth and attack type; the table of thefts has all of them",
        *drawn, *_names(places[:NAMED]),
    )  # fmt: skip


def _day(told: str) -> date:
    """The day, or the middle of the month or the year where no more is known."""
    year, month, day = (*map(int, told.split("-")), 0, 0)[:3]
    return date(year, month, day or MIDDLE) if month else date(year, 7, 1)


def _names(places: Sequence[tuple[Theft, float, float, float]]) -> list[Markup]:
    """Names of the largest beside their bubbles; one that would cover another is left out."""
    drawn: list[Markup] = []
    taken: list[tuple[float, float, float, float]] = []
    for one, x, y, radius in places:
        name = plain(one["name"], 28)
        wide = len(name) * LETTER
        for start in (x + radius + 4, x - radius - 4 - wide):
            box = (start, y - 9, start + wide, y + 5)
            free = all(box[2] < a or box[0] > c or box[3] < b or box[1] > d for a, b, c, d in taken)
            if free and box[0] > LEFT and box[2] < WIDTH:
                taken.append(box)
                drawn.append(text(start, y + 4, name, class_="halo"))
                break
    return drawn
