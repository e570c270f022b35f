"""The page of the crime report: one file that opens offline, reads without scripts, and prints."""

from functools import cache, partial
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cointrail import __version__
from cointrail.reports.crime import sentences
from cointrail.reports.crime.charts import charts
from cointrail.reports.crime.page.rows import (
    Report,
    claimed,
    digits,
    field,
    figures,
    hinges,
    largest,
    linked,
    mark,
    verdicts,
)
from cointrail.reports.crime.words import between, dollars, number, percent, signed, under, when, worth
from cointrail.reports.plain import plain
from cointrail.reports.trail.parts import script, security, sheet

__all__ = ["page"]

SECTIONS = {
    "figures": ("Figures", "The figures, their ranges and their sources"),
    "years": ("Years", "Year by year"),
    "gaps": ("Gaps", "How far from the published figures, and why"),
    "waterfall": ("Claims to total", "From the claims to the total"),
    "groups": ("Who and how", "Who, from whom, and how"),
    "largest": ("Largest", "The thefts, and how much the largest make up"),
    "persons": ("Persons, speed, recovery", "Persons, speed, and what came back"),
    "projection": ("Next year", "The next year"),
    "sensitivity": ("Other rules", "What other rules make of it"),
    "contradictions": ("Contradictions", "Contradictions"),
    "checks": ("Checks", "What others said, computed"),
    "thefts": ("Thefts", "All thefts with all claims"),
    "method": ("Method", "Method"),
}


def page(report: Report) -> str:
    """The whole page as text. The same report gives the same text."""
    own = script("sort")
    style = sheet() + resources.files(__name__).joinpath("page.css").read_text("utf-8")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            told=report["report"],
            version=__version__,
            csp=security(own),
            style=Markup(style),  # noqa: S704 - our own style sheet
            script=Markup(own),  # noqa: S704 - our own script
            sections=SECTIONS,
            charts=charts(report),
            figures=figures(report),
            hinges=hinges(report),
            largest=largest(report),
            verdicts=verdicts(report),
            sentences=sentences,
            basis=sentences.basis(report, partial(plain, longest=400)),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__name__, package_path="."), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "plain": plain, "dollars": dollars, "percent": percent, "signed": signed, "number": number, "digits": digits,
        "field": field, "href": linked, "claimed": claimed, "mark": mark, "when": when, "worth": worth,
    }  # fmt: skip
    environment.globals |= {"between": between, "under": under}
    return environment
