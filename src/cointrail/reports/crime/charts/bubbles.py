"""Thefts of the year as bubbles: when, worth how much, and how they were taken."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from cointrail.reports.crime.charts.chart import OTHERS, UNKNOWN, Chart, Report, axis, order, shades
from cointrail.reports.crime.charts.svg import LETTER, WIDTH, decades, linear, logarithmic, picture, shape, text
from cointrail.reports.crime.words import dollars
from cointrail.reports.plain import plain

HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 480, 96, 52, 30, 20
LARGEST, SMALLEST = 46.0, 2.5  # radius that no bubble exceeds; below the smallest nothing could be seen
FILLED = 13_000.0  # what all bubbles cover together, in square units: more would hide each other
FLOOR = 10_000  # dollars; thefts of less are drawn at this height
HOLLOW = "hollow"  # the class of what is unknown
NAMED = 12  # the largest are named where there is room
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MIDDLE = 15  # the day of the month at which a theft is drawn that is known to the month
COVERED = 7.0  # radius from which on a bubble is not to be written over
Theft = Mapping[str, Any]
Place = tuple[Theft, float, float, float]  # a theft with the middle and the radius of its bubble


def bubbles(report: Report) -> Chart | None:
    """The thefts that count and have a worth; None where there is none."""
    counted = [one for one in report["incidents"] if not one["left_out"]]
    known = sorted((one for one in counted if float(one["usd"] or 0) > 0),
                   key=lambda one: (-float(one["usd"]), one["id"]))  # fmt: skip
    if not known:
        return None
    used = {one["attack"] for one in known}
    classes = {name: style for name, style in shades(order(report, "attacks")).items() if name in used}
    others, grey = used - set(classes) - UNKNOWN, sorted(used & UNKNOWN)
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
    widest = min(LARGEST, (FILLED * most / sum(float(one["usd"]) for one in known) / math.pi) ** 0.5)
    drawn: list[Markup] = []
    for value in decades(FLOOR, max(most, 10 * FLOOR)):
        drawn.append(shape("line", class_="grid", x1=LEFT, x2=WIDTH, y1=up(value), y2=up(value)))
        drawn.append(text(LEFT - 8, up(value) + 4, axis(value), class_="end soft"))
    for month, name in enumerate(MONTHS, 1):
        drawn.append(text(across(date(year, month, MIDDLE).toordinal()), HEIGHT - 6, name, class_="middle soft"))
    places: list[Place] = []
    for one in known:
        coarse = one["precision"] != "day"
        x = across(_day(one["date"]).toordinal())
        y, radius = up(float(one["usd"])), max(SMALLEST, widest * (float(one["usd"]) / most) ** 0.5)
        style = classes.get(one["attack"], HOLLOW if one["attack"] in UNKNOWN else "others")
        told = shape("title", f"{plain(one['name'])}, {one['date']}: {dollars(one['usd'])}, {plain(one['attack'])}")
        drawn.append(shape("circle", told, class_=f"bubble {style}{' coarse' if coarse else ''}", cx=x, cy=y, r=radius))
        places.append((one, x, y, radius))
    return picture(
        HEIGHT, "Bubbles of thefts by date, worth and attack type; the table of thefts has all of them",
        *drawn, *_names(places),
    )  # fmt: skip


def _day(told: str) -> date:
    """The day, or the middle of the month or the year where no more is known."""
    year, month, day = (*map(int, told.split("-")), 0, 0)[:3]
    return date(year, month, day or MIDDLE) if month else date(year, 7, 1)


def _names(places: Sequence[Place]) -> list[Markup]:
    """Names of the largest beside their bubbles; one that would cover another or a large bubble is left out."""
    drawn: list[Markup] = []
    taken = [(x - radius, y - radius, x + radius, y + radius) for _, x, y, radius in places if radius > COVERED]
    for one, x, y, radius in places[:NAMED]:
        name = plain(one["name"], 28)
        wide = len(name) * LETTER
        own = (x - radius, y - radius, x + radius, y + radius)
        for at, left, base, anchor in (
            (x + radius + 4, x + radius + 4, y + 4, ""), (x - radius - 4, x - radius - 4 - wide, y + 4, " end"),
            (x, x - wide / 2, y - radius - 4, " middle"), (x, x - wide / 2, y + radius + 13, " middle"),
        ):  # fmt: skip
            box = (left, base - 11, left + wide, base + 3)
            free = all(
                box[2] < a or box[0] > c or box[3] < b or box[1] > d for a, b, c, d in taken if (a, b, c, d) != own
            )
            if free and box[0] > LEFT and box[2] < WIDTH:
                taken.append(box)
                drawn.append(text(at, base, name, class_=f"halo{anchor}"))
                break
    return drawn
