"""CoinJoins of a ledger as rows, and in the terminal."""

from typing import Any

import numpy as np
from rich.console import Console

from cointrail.conversions.mixers.entropy import entropy
from cointrail.conversions.mixers.find import Sides, find
from cointrail.conversions.rate import rate
from cointrail.ledger import Ledger
from cointrail.owners.moment import cited
from cointrail.owners.payments import payments
from cointrail.words import counted

COLUMNS = ("tx", "block", "kind", "people", "denominations", "entropy_least", "entropy_most", "evidence", "rate")
SHOWN = 25


def rows(ledger: Ledger, wanted: bytes | None = None) -> list[dict[str, Any]]:
    """The CoinJoins of a ledger in chain order, as they are written."""
    found = []
    for number in range(len(ledger.manifest.segments)):
        told = payments(ledger, number)
        spent, paid = told.inputs, told.outputs
        who, whom = (side.owner.astype(np.int64) for side in (spent, paid))
        sides = Sides(told.count, spent.tx, who, spent.value, paid.tx, whom, paid.value, told.dead)
        found += [(told.first + place, one, join) for place, one, join in find(sides)]
    facts = cited(ledger, [place for place, _, _ in found])
    listed = []
    for place, one, join in found:
        fact, told_rate = facts[place], rate(join.kind)
        if wanted not in (None, fact.hash):
            continue
        hidden = entropy(one).bits if one.known else (None, None)
        listed.append(
            {
                "tx": fact.hash.hex(),
                "block": fact.block,
                "kind": join.kind,
                "people": join.people,
                "denominations": " ".join(f"{count}x{value}" for value, count in sorted(join.denominations.items())),
                "entropy_least": hidden[0],
                "entropy_most": hidden[1],
                "evidence": join.evidence,
                "rate": str(told_rate) if told_rate else None,
            }
        )
    return listed


def show(found: list[dict[str, Any]], console: Console) -> None:
    counts: dict[str, int] = {}
    for row in found:
        counts[row["kind"]] = counts.get(row["kind"], 0) + 1
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in counts.items()) or "none"
    console.print(f"{counted(len(found), 'CoinJoin')}: {kinds}")
    for row in found[:SHOWN]:
        least, most = row["entropy_least"], row["entropy_most"]
        bits = "not known" if least is None else f"{least:.2f}" if least == most else f"{least:.1f} to {most:.1f}"
        what = f"{row['kind']}, {counted(row['people'], 'participant')} at least, entropy {bits} bits"
        console.print(f"{row['tx']}  block {row['block']}", markup=False, soft_wrap=True)  # nobody copies half a hash
        console.print(f"  {what}; {row['evidence']}", markup=False, soft_wrap=True)
    if len(found) > SHOWN:
        console.print(f"and {len(found) - SHOWN:,} more: write them with --out FILE")
    for kind in counts:
        told = rate(kind)
        console.print(f"  {kind}: {told or 'how often this rule is right has not been measured'}", markup=False)
