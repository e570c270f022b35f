"""The page: one file that opens offline, with everything a person needs to see and to check a trail."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cointrail.aside import Aside
from cointrail.ledger.files import write_bytes
from cointrail.reports.amounts import exact, places, rounded
from cointrail.reports.plain import oddities, plain
from cointrail.reports.policies import ordered
from cointrail.reports.totals import Coin, coin, figure, is_backward
from cointrail.reports.trail.conversions import lines as conversion_sums
from cointrail.reports.trail.conversions import turns
from cointrail.reports.trail.data import data, group_names, timed, undrawn
from cointrail.reports.trail.endpoints import lines
from cointrail.reports.trail.headline import answer, sources
from cointrail.reports.trail.listed import candidates, finding_kinds, findings, pairs, recipients
from cointrail.reports.trail.method import command, parameters
from cointrail.reports.trail.movements import moves
from cointrail.reports.trail.parts import embedded, library, script, security, style
from cointrail.reports.trail.sections import sections
from cointrail.reports.trail.sheet import Sheet, sheet
from cointrail.reports.trail.tally import Row

NAME = "report.html"
LISTED = 150  # rows of the smaller tables
LARGE = 5_000  # movements of a policy, from which its sheet is made beside those of others


def write_page(trail: dict[str, Any], movements: Iterable[Row], out: Path) -> Path:
    """Write report.html into the folder `out` and return its path.

    :param trail: the content of trail.json.
    :param movements: the rows of movements.csv in their order; amounts in whole units, as text. Read once.
    """
    target = out / NAME
    write_bytes(target, page(trail, movements).encode())
    return target


def page(trail: Mapping[str, Any], movements: Iterable[Row]) -> str:
    """The whole page as text. The same trail and movements give the same text."""
    begun = _begun(trail, movements)
    template = _environment().get_template("page.html.j2")
    shown, count = lines(trail)
    chains = {ledger["chain"] for ledger in trail["ledgers"]}
    sheets = {name: work.result() for name, work in begun.items()}
    names, moved = list(sheets), {asset for one in sheets.values() for asset in one.times}
    drawn = timed(trail, moved)
    unpictured, untimed = undrawn(trail, drawn)
    assets = {line.coin.key for line in shown} | moved
    answers = [answer(trail, name, one.thefts) for name, one in sheets.items()]
    listed = {name: moves(trail, one.largest) for name, one in sheets.items()}
    return template.render(
        trail=trail,
        title=_title(answers[0].stolen if answers else []),
        backward=is_backward(trail),
        csp=security(library(), script()),
        style=Markup(style()),  # noqa: S704 - our own style sheet
        script=Markup(script()),  # noqa: S704 - our own script
        plotly=Markup(library()),  # noqa: S704 - the library's script
        data=Markup(embedded(data(trail, drawn, sheets))),  # noqa: S704 - escaped by `embedded`
        answers=answers,
        sources=sources(trail),
        ledger_end=max((ledger["last_time"] or "" for ledger in trail["ledgers"]), default=""),
        sections=sections(trail),
        groups=group_names(trail),
        unpictured=unpictured,
        timed=drawn,
        untimed=untimed,
        turns={name: turns(trail, name) for name in names},
        turn_sums={name: conversion_sums(trail, name) for name in names},
        findings=findings(trail),
        finding_kinds=finding_kinds(trail),
        candidates=candidates(trail),
        pairs=pairs(trail),
        recipients=recipients(trail),
        lines=shown,
        all_lines=count,
        several_assets=len(assets) > 1,
        several_chains=len(chains) > 1,
        several_ledgers=len(trail["ledgers"]) > 1,
        shares=any(line.share for line in shown),
        values=any(line.value for line in shown),
        netted=any(move.rule for rows in listed.values() for move in rows),
        moves=listed,
        counts={name: one.count for name, one in sheets.items()},
        holdings=_holdings(trail),
        listed_most=LISTED,
        command=command(trail),
        parameters=parameters(trail),
    )


def _begun(trail: Mapping[str, Any], movements: Iterable[Row]) -> dict[str, Aside[Sheet]]:
    """The sheet of each policy, in their order; of a large trail they are made beside each other."""
    rows: dict[str, list[Row]] = {name: [] for name in ordered(trail)}
    for row in movements:
        rows[row["policy"]].append(row)
    return {name: Aside(partial(sheet, trail, name, own), len(own) >= LARGE) for name, own in rows.items()}


def _holdings(trail: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The books of the theft addresses, with figures to print."""
    rows = []
    for one in trail["holdings"][:LISTED]:
        amounts = {key: Decimal(one[key]) for key in ("opening", "received", "sent", "held")}
        known = coin(trail, one["asset"])
        shown = replace(known, places=places(max(amounts.values()), known.decimals))
        figures = {key: figure(amount, shown) for key, amount in amounts.items()}
        rows.append({**one, **figures, "coin": shown})
    return rows


def _title(stolen: list[tuple[Coin, Any]]) -> str:
    sums = " + ".join(f"{amount.text} {shown.symbol}" for shown, amount in stolen[:3])
    return f"Trail of {sums}" if sums else "Trail"


def _grouped(amount: str) -> str:
    """A claimed amount with separators; it comes from a token that nobody vouches for, so it may be anything."""
    value = Decimal(amount)
    return exact(value) if len(amount) < 24 else rounded(value, 2)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cointrail.reports.trail", package_path="."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters |= {"plain": plain, "oddities": oddities, "grouped": _grouped}
    return environment
