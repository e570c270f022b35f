"""Ranges: from the least to the most, what counts, and what others said of the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from cointrail.reports.crime.charts.chart import Chart, Report, axis
from cointrail.reports.crime.charts.svg import WIDTH, Scale, decades, linear, logarithmic, picture, shape, text, ticks
from cointrail.reports.crime.words import between, dollars, percent
from cointrail.reports.plain import plain

ROW, BAR, LEFT, RIGHT, TOP, BOTTOM = 52, 12, 20, 40, 6, 30
MARK = 6.0
OTHER_WORDS = "published by others, of the same year"


@dataclass(frozen=True)
class Range:
    """A row: a name, its ends, what counts, and marks with their words."""

    name: str
    low: float
    value: float
    high: float
    says: str
    marks: tuple[tuple[float, str], ...] = ()


def headline(report: Report, unit: str) -> Chart | None:
    """The figures of the headline in dollars or as fractions; None where none is known."""
    year = str(report["report"]["year"])
    read = percent if unit == "fraction" else dollars
    rows = [
        Range(
            one["says"], float(one["least"]), float(one["value"]), float(one["most"]),
            f"{one['says']}: {between(one['least'], one['most'], unit)}, {read(one['value'])} counts",
            tuple((float(said["value"]), f"{plain(said['by'])}: {plain(said['printed'])}")
                  for said in one["published"] if said["window"] == year and said["unit"] == unit),
        )
        for one in report["headline"] if one["unit"] == unit and one["value"] is not None and one["least"] is not None
    ]  # fmt: skip
    high = max((max(one.high, *(mark for mark, _ in one.marks), 0) for one in rows), default=0)
    if not high:
        return None
    across = linear(0, high, LEFT, WIDTH - RIGHT)
    at = [(one, f"{one:.0%}" if unit == "fraction" else axis(one)) for one in ticks(0, high)]
    title = "Parts, with their ranges" if unit == "fraction" else "Sums, with their ranges"
    key = [("c0", "from the least to the most that sources say; the line is what counts")]
    if any(one.marks for one in rows):
        key.append(("c1", OTHER_WORDS))
    return Chart(title, "The figures are in the table below.", _draw(rows, across, at, title), key)


def projected(report: Report) -> Chart | None:
    """The projection and what the same method gave for earlier years; None without one."""
    found = report["projection"]
    if found is None:
        return None
    years = [*found["backtest"], found]
    positive = [float(one[part]) for one in years for part in ("low", "middle", "high") if float(one[part]) > 0]
    came = [float(one["came"]) for one in found["backtest"] if float(one["came"]) > 0]
    low = 10.0 ** (len(str(int(min(positive + came)))) - 1)
    high = max(positive + came) * 1.1
    rows = [
        Range(
            str(one["year"]), max(float(one["low"]), low), max(float(one["middle"]), low), float(one["high"]),
            f"{one['year']}: {dollars(one['low'])} to {dollars(one['high'])}, {dollars(one['middle'])} in the middle",
            ((max(float(one["came"]), low), f"{one['year']} came to {dollars(one['came'])}"),) if "came" in one else (),
        )
        for one in years
    ]  # fmt: skip
    across = logarithmic(low, high, 70, WIDTH - RIGHT)
    at = [(one, axis(one)) for one in decades(low, high)]
    title = "What the method gives for each year"
    return Chart(
        title, f"Nine in ten simulated years lie in the bar. The scale is logarithmic; ends below {axis(low)} are "
        "drawn there.",
        _draw(rows, across, at, title, 70), [("c0", "nine of ten; the line is the middle"), ("c1", "what came")],
        ("year", "from", "middle", "to", "came", "inside"),
        [(str(one["year"]), dollars(one["low"]), dollars(one["middle"]), dollars(one["high"]),
          dollars(one["came"]) if "came" in one else "not known yet",
          "–" if "came" not in one else "yes" if one["inside"] else "no") for one in years],
    )  # fmt: skip


def _draw(
    rows: Sequence[Range], across: Scale, at: Sequence[tuple[float, str]], title: str, left: float = LEFT
) -> Markup:
    height = TOP + ROW * len(rows) + BOTTOM
    drawn: list[Markup] = []
    for value, says in at:
        drawn.append(shape("line", class_="grid", x1=across(value), x2=across(value), y1=TOP, y2=height - BOTTOM))
        drawn.append(text(across(value), height - 10, says, class_="middle soft"))
    for place, one in enumerate(rows):
        y = TOP + ROW * (place + 0.6)
        start, end = across(one.low), across(one.high)
        # Long names stand above their bars, so that a narrow screen shows both.
        if left == LEFT:
            drawn.append(text(left, y - BAR, plain(one.name, 44), class_="halo"))
        else:
            drawn.append(text(left - 12, y + 4, plain(one.name, 44), class_="end"))
        drawn.append(shape("rect", shape("title", one.says), class_="c0 band", x=start, y=y - BAR / 2,
                           width=max(end - start, 2.0), height=float(BAR), rx=2))  # fmt: skip
        drawn.append(shape("line", class_="counts", x1=across(one.value), x2=across(one.value), y1=y - BAR, y2=y + BAR))
        for value, says in one.marks:
            x = across(value)
            points = f"{x:.1f},{y - MARK:.1f} {x + MARK:.1f},{y:.1f} {x:.1f},{y + MARK:.1f} {x - MARK:.1f},{y:.1f}"
            drawn.append(shape("polygon", shape("title", says), class_="c1 mark", points=points))
    return picture(height, f"{title}; table below", *drawn)
