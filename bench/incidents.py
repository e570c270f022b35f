"""How often thefts in several lists are rightly taken for one: judged by hand on pairs drawn from the public lists.

`pairs.csv` holds the judgements. Pairs were drawn from all candidates by how sure the first version of the rule was
(column `drawn`: the least confidence of the stratum), each stratum in the order of a digest of its rows; so each pair
stands for as many as its stratum had for each that was drawn, and precision and recall are of the candidates.

    python -m bench.incidents       measures, prints, and replaces the section in docs/accuracy.md
"""

import csv
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from bench.machine import commit
from cointrail.incidents.lists import read_list
from cointrail.incidents.lists.comparing import compared
from cointrail.incidents.lists.reading import Reading
from cointrail.incidents.matching import LIKELY, SURE, Sketch, clusters, compare, matches, sketch

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("COINTRAIL_DATA", ROOT.parent / "shared" / "data")) / "incidents"
PAGE = ROOT / "docs" / "accuracy.md"
PAIRS = Path(__file__).parent / "pairs.csv"
TITLE = "## The same theft in several lists"
FILES = {
    "defillama-json": "defillama/defillama_hacks_nexus.json",
    "defihacklabs": "defihacklabs/incidents.csv",
    "dn-institute": "dn_institute/incidents.csv",
    "dprk": "dprk/dprk_incidents_tayvano.csv",
    "bridge-hacks": "bridge_hacks_sok/data/all_bridge_hacks.csv",
    "merged": "incidents.csv",
}
POOLS = {"0.95": 574, "0.7": 103, "0.2": 52, "0": 499}  # candidates of each stratum when the pairs were drawn
SAME = "same"

TEXT = """{title}

`cointrail incidents match` on six public lists; measured by `python -m bench.incidents` on {date}, commit {commit}.
{n} pairs were judged by hand, drawn from {pool:,} candidates (a part of the name or a sum in common, and near dates),
more of the hard ones; two exports of one list are not compared with each other. Each judged pair stands for those of
its stratum, so the rates are of all candidates; what is no candidate was not looked for. Judgements with reasons are in
`bench/pairs.csv`.
The splitting of names written as one word was added after the judgements were made, on the same pairs.

| what | pairs judged same | joined | rightly | precision | recall |
|---|---|---|---|---|---|
{lines}
Wrongly joined: {wrong}. Missed: {missed}.

"""


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged pair: the keys of its two rows, whether it is one theft, and for how many candidates it stands."""

    left: str
    right: str
    names: str
    same: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Rate:
    """How a way of joining did on the judged pairs."""

    what: str
    same: int
    joined: int
    rightly: int
    precision: float
    recall: float


def judged() -> list[Judged]:
    """The judged pairs with their weights."""
    with PAIRS.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    drawn = Counter(row["drawn"] for row in rows)
    return [
        Judged(
            f"{row['left']}:{row['left_row']}", f"{row['right']}:{row['right_row']}",
            f"{row['left_name']} / {row['right_name']}", row["judgement"] == SAME,
            POOLS[row["drawn"]] / drawn[row["drawn"]],
        )
        for row in rows
    ]  # fmt: skip


@cache
def sketches() -> tuple[Sketch, ...]:
    """What is compared of every row of the lists."""
    today = date(2026, 11, 28)  # the lists do not change; a fixed day keeps the figures the same
    readings: list[Reading] = [compared(read_list(DATA / name, today), {}, today) for name in FILES.values()]
    return tuple(
        sketch(f"{one.origin}:{one.line}", one.origin, one.name, one.claims)
        for reading in readings
        for one in reading.records
        if one.dated
    )


def rates() -> tuple[list[Rate], list[str], list[str]]:
    """Rates of pairs that are sure, of those that are joined, and of clusters; wrongly joined and missed ones."""
    found = sketches()
    by_key = {one.key: one for one in found}
    pairs = judged()
    confidence = {(one.left, one.right): compare(by_key[one.left], by_key[one.right]).confidence for one in pairs}
    cluster = {key: place for place, group in enumerate(clusters(found, matches(found))) for key in group}
    ways: dict[str, Callable[[Judged], bool]] = {
        f"pairs of confidence {SURE:g} or more": lambda one: confidence[one.left, one.right] >= SURE,
        f"pairs that are joined ({LIKELY:g} or more)": lambda one: confidence[one.left, one.right] >= LIKELY,
        "in one cluster, each list at most once": lambda one: cluster[one.left] == cluster[one.right],
    }
    rated = []
    for what, joined in ways.items():
        taken = [one for one in pairs if joined(one)]
        right = sum(one.weight for one in taken if one.same)
        rated.append(
            Rate(
                what, sum(one.same for one in pairs), len(taken), sum(one.same for one in taken),
                right / sum(one.weight for one in taken), right / sum(one.weight for one in pairs if one.same),
            )
        )  # fmt: skip
    last = list(ways.values())[-1]
    wrong = [one.names for one in pairs if last(one) and not one.same]
    return rated, wrong, [one.names for one in pairs if one.same and not last(one)]


def section() -> str:
    """The section of docs/accuracy.md."""
    if not DATA.is_dir():
        return f"{TITLE}\n\nNot measured: the lists are not here.\n\n"
    rated, wrong, missed = rates()
    return TEXT.format(
        title=TITLE, date=datetime.now(UTC).date(), commit=commit(), n=len(judged()), pool=sum(POOLS.values()),
        lines="\n".join(_lines(rated)) + "\n", wrong="; ".join(wrong) or "none", missed="; ".join(missed) or "none",
    )  # fmt: skip


def _lines(rated: list[Rate]) -> Iterator[str]:
    for one in rated:
        yield f"| {one.what} | {one.same} | {one.joined} | {one.rightly} | {one.precision:.4f} | {one.recall:.4f} |"


def main() -> None:
    """Measure, print, and replace the section."""
    text = section()
    page = PAGE.read_text("utf-8")
    old = re.search(rf"^{re.escape(TITLE)}$.*?(?=^## )", page, re.MULTILINE | re.DOTALL)
    if old:
        page = page[: old.start()] + text + page[old.end() :]
    else:
        end = page.index("## Parameters of the haystacks")
        page = page[:end] + text + page[end:]
    PAGE.write_text(page, "utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
