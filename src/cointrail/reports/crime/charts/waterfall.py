"""From the most that is claimed to the total: every step, and the thefts that make the largest of them."""

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from cointrail.reports.crime.charts.chart import Chart, Report, axis
from cointrail.reports.crime.charts.svg import WIDTH, linear, picture, shape, text, ticks
from cointrail.reports.crime.words import dollars
from cointrail.reports.plain import plain

ROW, BAR, LEFT, RIGHT, TOP, BOTTOM = 34, 20, 290, 110, 8, 30
CLOSE = Decimal("0.6")  # where all bars end above this part of the highest, the scale does not start at nothing
ROOM = Decimal("0.35")  # and starts below the lowest by this part of what the steps come to
NAMED = 5  # thefts that are named in the step of claims that do not win
LOWER = "claims that win are lower than the most"


def waterfall(report: Report) -> Chart | None:
    """The waterfall; None where nothing is claimed."""
    first, *steps, last = report["waterfall"]
    if not Decimal(first["value"]):
        return None
    bars: list[tuple[str, Decimal, Decimal]] = [(first["step"], Decimal(0), Decimal(first["value"]))]
    level = Decimal(first["value"])
    for step in steps:
        for name, value in _split(report, step["step"], Decimal(step["value"])):
            bars.append((name, level, level + value))
            level += value
    bars.append((last["step"], Decimal(0), Decimal(last["value"])))
    start = _start(bars)
    cut = f" The scale starts at {axis(float(start))}, not at nothing." if start else ""
    return Chart(
        "Step by step", "The highest claim of every theft, added up, and what takes it to the total "
        f"that counts.{cut}",
        _draw(bars, float(start)), (), ("step", "dollars", "thefts"),
        [(plain(one["step"]), dollars(one["value"]), f"{one['n']:,}") for one in report["waterfall"]],
    )  # fmt: skip


def _split(report: Report, step: str, value: Decimal) -> list[tuple[str, Decimal]]:
    """A step, or the thefts that make it; steps of nothing are not drawn."""
    if step != LOWER or not value:
        return [(step, value)] if value else []
    lowered = [(one["name"], Decimal(one["counts"]) - Decimal(one["most"])) for one in report["sensitivity"]["hinges"]
               if one["counts"] is not None]  # fmt: skip
    named = sorted((one for one in lowered if one[1] < 0), key=lambda one: (one[1], one[0]))[:NAMED]
    rest = value - sum((one[1] for one in named), Decimal(0))
    return [*((f"lower claim: {plain(name, 26)}", less) for name, less in named),
            *([("lower claims of other thefts", rest)] if rest else [])]  # fmt: skip


def _start(bars: Sequence[tuple[str, Decimal, Decimal]]) -> Decimal:
    """Where the scale starts: at nothing, unless steps would be too thin to see."""
    high, low = max(end for *_, end in bars), min(end for *_, end in bars)
    if low < CLOSE * high or low == high:
        return Decimal(0)
    rough = low - ROOM * (high - low)
    unit = Decimal(10) ** (high - low).adjusted()
    return max(rough // unit * unit, Decimal(0))


def _draw(bars: Sequence[tuple[str, Decimal, Decimal]], start: float) -> Markup:
    high = float(max(max(one[1:]) for one in bars))
    height = TOP + ROW * len(bars) + BOTTOM
    across = linear(start, high, LEFT, WIDTH - RIGHT)
    drawn: list[Markup] = []
    for value in ticks(start, high, 5):
        drawn.append(shape("line", class_="grid", x1=across(value), x2=across(value), y1=TOP, y2=height - BOTTOM))
        drawn.append(text(across(value), height - 10, axis(value), class_="middle soft"))
    for place, (name, begin, end) in enumerate(bars):
        y = TOP + ROW * place + (ROW - BAR) / 2
        whole = not begin
        left, right = sorted((across(max(float(begin), start)), across(float(end))))
        style = "c0" if whole else "c1"
        told = shape("title", f"{name}: {end - begin:+,}" if not whole else f"{name}: {end:,}")
        drawn.append(shape("rect", told, class_=style, x=left, y=y, width=max(right - left, 1.0), height=BAR))
        if whole and start:
            zigzag = " ".join(f"{left + 14 + (4 if n % 2 else -4):.1f},{y + n * BAR / 4:.1f}" for n in range(5))
            drawn.append(shape("polyline", class_="cut", points=zigzag))
        if place + 1 < len(bars):
            drawn.append(shape("line", class_="link", x1=across(float(end)), x2=across(float(end)), y1=y + BAR,
                               y2=y + ROW))  # fmt: skip
        drawn.append(text(LEFT - 10, y + 15, plain(name, 44), class_="end"))
        amount = dollars(str(end)) if whole else f"−{dollars(str(begin - end))}"
        drawn.append(text(right + 8, y + 15, amount, class_="strong"))
    return picture(height, "Waterfall from the most that is claimed to the total; table below", *drawn)
