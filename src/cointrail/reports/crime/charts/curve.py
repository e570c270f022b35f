"""The concentration curve: how much of the worth the largest thefts make up."""

from collections.abc import Sequence

from markupsafe import Markup

from cointrail.reports.crime.charts.chart import Chart, Report
from cointrail.reports.crime.charts.svg import WIDTH, decades, linear, logarithmic, picture, shape, text, ticks
from cointrail.reports.crime.words import percent

HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 360, 60, 14, 44, 20
KINDS = (("all", "all thefts", "c0"), ("services", "service compromises", "c1"))
TOLD = (1, 3, 10, 30, 100, 300)  # ranks of the table


def concentration(report: Report) -> Chart | None:
    """The curves of all thefts and of service compromises; None where no worth is known."""
    curves = {name: [(int(n), share) for n, share in report["concentration"][name]["curve"]] for name, *_ in KINDS}
    drawn = [(name, says, style) for name, says, style in KINDS if curves[name]]
    if not drawn:
        return None
    ranks = [rank for rank in TOLD if any(rank <= curves[name][-1][0] for name, *_ in drawn)]
    return Chart(
        "How much the largest make up", "Thefts with a known worth from the largest on, against the part of the total "
        "that they have together. The scale of ranks is logarithmic.",
        _draw([(curves[name], says, style) for name, says, style in drawn]),
        [(style, says) for _, says, style in drawn],
        ("the largest", *(says for _, says, _ in drawn)),
        [(f"{rank:,}", *(_at(curves[name], rank) for name, *_ in drawn)) for rank in ranks],
    )  # fmt: skip


def _at(curve: Sequence[tuple[int, str]], rank: int) -> str:
    """The part of the largest so many; curves leave out ranks of the tail, where the one before is a lower end."""
    exact = dict(curve).get(rank)
    return percent(exact) if exact else "all" if rank > curve[-1][0] else "–"


def _draw(curves: Sequence[tuple[Sequence[tuple[int, str]], str, str]]) -> Markup:
    last = max(10, *(curve[-1][0] for curve, *_ in curves))
    across = logarithmic(1, last, LEFT, WIDTH - RIGHT)
    up = linear(0, 1, HEIGHT - BOTTOM, TOP)
    drawn: list[Markup] = []
    for value in ticks(0, 1, 5):
        drawn.append(shape("line", class_="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=up(value), y2=up(value)))
        drawn.append(text(LEFT - 8, up(value) + 4, f"{value:.0%}", class_="end soft"))
    for tick in sorted({*decades(1, last), *(3 * one for one in decades(1, last) if 3 * one <= last)}):
        drawn.append(text(across(tick), HEIGHT - 24, f"{tick:,.0f}", class_="middle soft"))
    drawn.append(text((LEFT + WIDTH) / 2, HEIGHT - 5, "largest thefts, counted from the first", class_="middle soft"))
    for curve, says, style in curves:
        points = " ".join(f"{across(n):.1f},{up(float(share)):.1f}" for n, share in curve)
        drawn.append(shape("polyline", class_=f"line {style}", points=points))
        for n, share in curve:
            if n in TOLD:
                told = shape("title", f"the {n} largest, {says}: {percent(share)}")
                drawn.append(shape("circle", told, class_=f"dot {style}", cx=across(n), cy=up(float(share)), r=4.5))
    return picture(HEIGHT, "Concentration curve; its main points are in the table", *drawn)
