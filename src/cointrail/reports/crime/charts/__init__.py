"""The charts of the crime report, drawn as SVG text: they need no script, follow the theme and print as lines."""

from cointrail.reports.crime.charts.bubbles import bubbles
from cointrail.reports.crime.charts.chart import Chart, Report
from cointrail.reports.crime.charts.curve import concentration
from cointrail.reports.crime.charts.ranges import headline, projected
from cointrail.reports.crime.charts.stacked import actors, attacks
from cointrail.reports.crime.charts.waterfall import waterfall

__all__ = ["Chart", "charts"]


def charts(report: Report) -> dict[str, Chart | None]:
    """The charts by name; None where there is nothing to draw."""
    return {
        "sums": headline(report, "dollars"), "parts": headline(report, "fraction"), "actors": actors(report),
        "waterfall": waterfall(report), "bubbles": bubbles(report), "attacks": attacks(report),
        "concentration": concentration(report), "projection": projected(report),
    }  # fmt: skip
