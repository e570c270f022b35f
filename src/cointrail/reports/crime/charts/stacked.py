"""Years as stacked columns: by actor in dollars, by attack type as parts of the year."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from cointrail.reports.crime.charts.chart import OTHERS, REST, UNKNOWN, Chart, Report, axis, order, shades
from cointrail.reports.crime.charts.svg import WIDTH, linear, picture, shape, text, ticks
from cointrail.reports.crime.words import dollars
from cointrail.reports.plain import plain

HEIGHT, LEFT, TOP, BOTTOM = 380, 96, 26, 34
FILLED = 0.68  # of the width that a year has


def actors(report: Report) -> Chart:
    """The years stacked by actor."""
    return stacked(
        report, "actors", "Stolen each year, by actor", "Dollars as counted under the rule set; without an "
        "attribution that counts, a theft is not attributed. Years other than the reported one may hold fewer thefts: "
        "see the gaps.", False,
    )  # fmt: skip


def attacks(report: Report) -> Chart:
    """Attack types over time."""
    return stacked(
        report, "attacks", "Attack types over time", "Part of each year's worth by how it was taken. A theft counts "
        "with the first of its attack types; what no source tells is unknown.", True,
    )  # fmt: skip


def stacked(report: Report, name: str, title: str, says: str, parts: bool) -> Chart:
    """Columns of the years: dollars, or parts of the whole."""
    years = [(str(row["year"]), {key: Decimal(one["value"]) for key, one in row[name].items()})
             for row in report["years"]]  # fmt: skip
    found = order(report, name)
    classes = shades(found)
    grey = sorted(key for key in found if key in UNKNOWN)
    names = [*classes, *([OTHERS] if set(found) - set(classes) - set(grey) else []), *grey]
    columns = [(year, _folded(row, classes, grey)) for year, row in years]
    return Chart(
        title, says, _draw(columns, names, classes, parts, title),
        [(classes.get(one, "others" if one == OTHERS else REST), plain(one)) for one in names],
        ("year", *(plain(one) for one in names), "total"),
        [(year, *(dollars(str(row[one])) if row.get(one) else "–" for one in names), dollars(str(sum(row.values()))))
         for year, row in columns],
    )  # fmt: skip


def _folded(row: dict[str, Decimal], classes: dict[str, str], grey: Sequence[str]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for name, value in row.items():
        found[name if name in classes or name in grey else OTHERS] += value
    return found


def _draw(
    columns: Sequence[tuple[str, dict[str, Decimal]]], names: Sequence[str], classes: dict[str, str], parts: bool,
    title: str,
) -> Markup:  # fmt: skip
    high = 1.0 if parts else float(max((sum(row.values()) for _, row in columns), default=0)) or 1.0
    up = linear(0, high, HEIGHT - BOTTOM, TOP)
    wide = (WIDTH - LEFT) / len(columns)
    drawn: list[Markup] = []
    for value in ticks(0, high):
        drawn.append(shape("line", class_="grid", x1=LEFT, x2=WIDTH, y1=up(value), y2=up(value)))
        drawn.append(text(LEFT - 8, up(value) + 4, f"{value:.0%}" if parts else axis(value), class_="end soft"))
    for place, (year, row) in enumerate(columns):
        total = sum(row.values(), Decimal(0))
        x, below = LEFT + wide * (place + (1 - FILLED) / 2), Decimal(0)
        for one in names:
            size = row.get(one, Decimal(0)) / (total if parts and total else Decimal(1))
            if not size:
                continue
            low, top = up(float(below)), up(float(below + size))
            below += size
            told = shape("title", f"{year}, {plain(one)}: {dollars(str(row[one]))}")
            style = classes.get(one, "others" if one == OTHERS else REST)
            drawn.append(shape("rect", told, class_=f"part {style}", x=x, y=top, width=wide * FILLED,
                               height=low - top))  # fmt: skip
        middle = x + wide * FILLED / 2
        drawn.append(text(middle, HEIGHT - 12, year, class_="middle"))
        if total and not parts:
            drawn.append(text(middle, up(float(below)) - 6, dollars(str(total)), class_="middle small"))
    return picture(HEIGHT, f"{title}: columns for {columns[0][0]} to {columns[-1][0]}; table below", *drawn)
