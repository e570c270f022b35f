"""Findings and candidates as the page shows them."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from cointrail.reports.amounts import exact
from cointrail.reports.conversions import RATE, UNMEASURED
from cointrail.reports.plain import plain
from cointrail.reports.totals import coin
from cointrail.reports.trail.links import explorer

SHOWN = 200
DETAIL, KIND = 300, 40  # characters


class Finding(NamedTuple):
    """Something strange."""

    kind: str
    chain: str
    tx: str
    link: str
    time: str
    address: str
    detail: str


class Candidate(NamedTuple):
    """Value that came out of a contract that stolen value had been paid into."""

    chain: str
    contract: str
    share: str
    into_tx: str
    into_link: str
    tx: str
    link: str
    time: str
    address: str
    amount: str
    symbol: str


class Side(NamedTuple):
    """A deposit into a bridge or a withdrawal from it: who paid or was paid."""

    address: str
    amount: str
    symbol: str
    chain: str
    tx: str
    link: str
    time: str


class Pair(NamedTuple):
    """A deposit at which the trail stops, and a withdrawal that may be its other side; or the other way round.

    `ambiguous`: how many other candidates of either are plausible; `rule`: what agrees;
    `rate`: how often that was right.
    """

    bridge: str
    deposit: Side
    withdrawal: Side
    confidence: str
    ambiguous: int
    rule: str
    rate: str


class Recipient(NamedTuple):
    """Somebody whom a mixing pool or a CoinJoin paid, and how much of that may be stolen."""

    address: str
    expected: str
    least: str
    most: str
    withdrawals: str
    pool: str
    chain: str
    policy: str


def pairs(trail: Mapping[str, Any]) -> list[Pair]:
    """The possible other sides of deposits, in the order of the trail."""
    return [
        Pair(
            plain(one["bridge"]),
            _side(trail, one, ""),
            _side(trail, one, "to_"),
            f"{one['confidence']:.2f}",
            one["ambiguous"],
            plain(one["rule"].replace("-", " ")),
            plain(one["rate"] or UNMEASURED, RATE),
        )
        for one in trail["bridge_candidates"][:SHOWN]
    ]


def _side(trail: Mapping[str, Any], one: Mapping[str, Any], which: str) -> Side:
    said = {name: one[which + name] for name in ("address", "amount", "asset", "chain", "tx", "time")}
    known = said["asset"] in trail["assets"]
    return Side(
        address=plain(said["address"] or ""),
        amount=exact(Decimal(said["amount"])),
        symbol=coin(trail, said["asset"]).symbol if known else plain(said["asset"] or ""),
        chain=plain(said["chain"]),
        tx=plain(said["tx"]),
        link=explorer(said["chain"], said["tx"]),
        time=said["time"] or "",
    )


def recipients(trail: Mapping[str, Any]) -> list[Recipient]:
    """Who may have got stolen value out of mixing pools and CoinJoins, in the order of the trail."""
    found = [
        Recipient(
            address=plain(one["address"] or ""),
            expected=exact(Decimal(one["expected"])),
            least=exact(Decimal(one["least"])),
            most=exact(Decimal(one["most"])),
            withdrawals=f"{one['withdrawals']:,}",
            pool=plain(pool["pool"]),
            chain=plain(pool["chain"]),
            policy=plain(pool["policy"]),
        )
        for pool in trail["mixers"]
        for one in pool["recipients"]
    ]
    found += [
        Recipient(
            address=plain(one["address"] or ""),
            expected=exact(Decimal(one["expected"])) if one["expected"] is not None else "not known",
            least=exact(Decimal(one["least"])),
            most=exact(Decimal(one["most"])),
            withdrawals=f"output {one['output']}",
            pool=plain(f"CoinJoin, {_words(join['kind'])}"),
            chain=plain(join["chain"]),
            policy=plain(join["policy"]),
        )
        for join in trail["coinjoins"]
        for one in join["outputs"]
    ]
    return found[:SHOWN]


def findings(trail: Mapping[str, Any]) -> list[Finding]:
    """The findings, those of the rarest kind first, in each kind in the order of the trail."""
    count = Counter(one["kind"] for one in trail["findings"])
    ranked = sorted(trail["findings"], key=lambda one: (count[one["kind"]], one["kind"]))
    return [
        Finding(
            kind=_words(one["kind"]),
            chain=plain(one["chain"]),
            tx=plain(one["tx"] or ""),
            link=explorer(one["chain"], one["tx"] or ""),
            time=one["time"] or "",
            address=plain(one["address"] or ""),
            detail=plain(one["detail"], DETAIL),
        )
        for one in ranked[:SHOWN]
    ]


def finding_kinds(trail: Mapping[str, Any]) -> list[tuple[str, int]]:
    """How many findings there are of each kind, most frequent first."""
    count = Counter(_words(one["kind"]) for one in trail["findings"])
    return sorted(count.items(), key=lambda one: (-one[1], one[0]))


def candidates(trail: Mapping[str, Any]) -> list[Candidate]:
    """The candidates in the order of the trail."""
    return [
        Candidate(
            chain=plain(one["chain"]),
            contract=plain(one["contract"]),
            share=coin(trail, one["share_asset"]).symbol,
            into_tx=plain(one["into_tx"] or ""),
            into_link=explorer(one["chain"], one["into_tx"] or ""),
            tx=plain(one["tx"] or ""),
            link=explorer(one["chain"], one["tx"] or ""),
            time=one["time"] or "",
            address=plain(one["address"] or ""),
            amount=exact(Decimal(one["amount"])),
            symbol=coin(trail, one["asset"]).symbol,
        )
        for one in trail["candidates"][:SHOWN]
    ]


def _words(kind: str) -> str:
    return plain(kind.replace("_", " "), KIND)
