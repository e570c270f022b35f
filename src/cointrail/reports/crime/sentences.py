"""Sentences of the report, the same in Markdown and on the page."""

from collections.abc import Callable, Mapping
from typing import Any

from cointrail.reports.crime.words import dollars, number, percent
from cointrail.reports.plain import plain

Report = Mapping[str, Any]
TITLES = {
    "actors": "Who", "kinds": "From whom", "platforms": "Which platforms", "attacks": "How",
    "chains": "On which chains",
}  # fmt: skip
MOMENTS = {"first_move": "first movement", "disclosed": "disclosure", "cashed_out": "cash-out"}
UNTOLD = "They are those that somebody looked at, not a sample: medians do not speak for the rest."
CHAINS = "A theft on several chains counts with each of them."


def basis(report: Report, shown: Callable[[object], str]) -> str:
    """What the report is computed from; names pass through `shown`, which the form needs to show them as they are."""
    told = report["report"]
    known = f"as it was known on {told['as_of']}" if told["as_of"] else "as is known now"
    return (
        f"Computed from {report['methods']['claims']:,} claims about {len(report['incidents']):,} thefts, {known}, "
        f"under the rule set “{shown(told['rules']['name'])}”: {shown(told['rules']['meaning'])}. "
        f"The catalogue holds of this year: {shown(told['coverage'])}."
    )


def personal(report: Report) -> str:
    """What was taken from persons."""
    row = report["personal"]
    return (
        f"{row['total']['n']:,} thefts of {dollars(row['total']['value'])} dollars, {row['physical']['n']:,} of them "
        f"by force ({dollars(row['physical']['value'])}); {row['total']['missing']:,} without a known worth. They are "
        f"{percent(row['share'])} of the year, and {percent(row['share_without_largest'])} without the year's largest "
        f"theft. Only thefts that somebody reported one by one are here."
    )


def told(report: Report, so_far: bool = False) -> str:
    """Of how few thefts the times are told, and by whom: one who tells most of them chose which."""
    speed = report["speed"]["so_far"] if so_far else report["speed"]
    parts = []
    for name, title in MOMENTS.items():
        row = speed[name]["days"]
        first = next(iter(row["sources"].items()), None)
        most = f", {first[1]} of them by {plain(first[0])}" if first and 2 * first[1] > row["n"] > 1 else ""
        parts.append(f"{title} of {row['n']:,} with {percent(row['share'])} of the value{most}")
    part = speed["moved_before_disclosure"]
    moved = f" Of {part['n']:,} where it can be told, the value of {part['yes']:,} moved before the disclosure."
    return f"Of {speed['disclosed']['days']['of']:,} thefts sources tell the {'; the '.join(parts)}.{moved} {UNTOLD}"


def recovered(report: Report) -> str:
    """Of how few thefts it is told what came back, and what may be counted twice."""
    rows = report["recovery"]
    thefts = rows["recovered"]["n"] + rows["recovered"]["missing"]
    return (
        f"Of {thefts:,} thefts, sources say of {rows['recovered']['n']:,} what came back and of "
        f"{rows['frozen']['n']:,} what was frozen; of the rest nobody says that it was nothing. Up to "
        f"{dollars(rows['frozen_and_recovered'])} dollars of what was frozen may be in what came back."
    )


def projection(row: Mapping[str, Any]) -> str:
    """What the next year may bring, and why that is so uncertain."""
    return (
        f"In thefts of {dollars(row['floor'])} dollars or more, {row['year']} comes to between {dollars(row['low'])} "
        f"and {dollars(row['high'])} in nine of ten simulated years, {dollars(row['middle'])} in the middle. The "
        f"chance that it exceeds the year before is {percent(row['last_exceeded'], 0)}, that it breaks the record of "
        f"{row['record_year']} ({dollars(row['record'])}) {percent(row['record_broken'], 0)}, and that a theft larger "
        f"than any before comes {percent(row['largest_broken'], 0)}. The tail has the exponent "
        f"{number(row['exponent'])} (standard error {number(row['exponent_error'])}, {row['tail']} thefts); with 2 or "
        f"less no mean exists, which is why the interval is so wide."
    )


def backtest(row: Mapping[str, Any]) -> str:
    """How the method did before."""
    return f"The same method for earlier years; {row['backtest_inside']} of {row['backtest_n']} came inside."


def pace(report: Report) -> str:
    """What the year would come to at its pace."""
    rate = report["run_rate"]
    return f"Run rate of {rate['day']}: {dollars(rate['value'])} a year; at mid-year it was {dollars(rate['at_half'])}."


def claims(report: Report) -> str:
    """How many claims there are, and how many do not say when they were made."""
    told = report["methods"]
    return (
        f"{told['claims']:,} claims of {told['sources']:,} sources on {told['pages']:,} pages; {told['undated']:,} of "
        "them do not say when they were made and count as said at the theft."
    )
