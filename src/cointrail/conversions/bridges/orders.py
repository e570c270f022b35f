"""Orders: swaps that one transaction pays for and others settle on the same chain, joined by the order's id.

One settlement may fill a part of an order and later ones the rest; what is not filled is given back. So what was paid
in is cut into parts, one for each payment: a fill has the units that it says it sold, in order of time, and what is
given back is all that is left by then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cointrail.chains import format_address
from cointrail.conversions.bridges.leg import DEPOSIT, INTERNAL, REFUND, Crossing, Finding, Leg
from cointrail.conversions.findings import DISAGREEING, EARLY, NO_DEPOSIT, REPLAYED, REUSED, UNCLAIMED

ORDER_ID = "order_id"

EVIDENCE = {
    REUSED: "an order with this id was placed before; the id belongs to the first",
    REPLAYED: "more was settled of the order with this id than was paid for it",
    DISAGREEING: "the order with this id asks for another token or recipient, or for more",
    EARLY: "the order with this id was placed after this",
    NO_DEPOSIT: "no order with this id is placed in the ledger",
    UNCLAIMED: "neither settled nor given back in the ledger, or not all of it: still open, or later than the ledger",
}


def cut(legs: Sequence[Leg], chains: Sequence[str]) -> tuple[list[Leg], list[Crossing], list[Finding]]:
    """The legs with those of orders cut into parts, the links between each part and its payment, what is strange.

    Places of legs stay as they are; further parts come after all others. `chains` are those whose legs are all here.
    """
    whole, links, findings = list(legs), list[Crossing](), list[Finding]()
    groups: dict[tuple[str, str, str], list[int]] = {}
    for place, leg in enumerate(legs):
        if leg.order and leg.key and leg.status != INTERNAL:
            groups.setdefault((leg.bridge, leg.chain, leg.key), []).append(place)
    for places in groups.values():
        placed = sorted((n for n in places if legs[n].side == DEPOSIT), key=lambda n: _when(legs[n]))
        paid = sorted((n for n in places if legs[n].side != DEPOSIT), key=lambda n: _when(legs[n]))
        findings += [_finding(REUSED, legs[n]) for n in placed[1:]]
        if placed:
            _settle(whole, placed[0], paid, links, findings)
        elif legs[places[0]].chain in chains:
            findings += [_finding(NO_DEPOSIT, legs[n]) for n in paid]
    return whole, links, findings


def _settle(
    whole: list[Leg], place: int, payments: Iterable[int], links: list[Crossing], findings: list[Finding]
) -> None:
    """Cut one order, placed by the leg at `place`, by its payments in order of time."""
    order = whole[place]
    rest, parts = order.amount or 0, list[tuple[int, Leg]]()  # payments, and what of the order each is for
    for n in payments:
        paid = whole[n]
        back = paid.status == REFUND
        if back and not rest:
            continue  # taken back when nothing was left
        size = rest if back or paid.other_amount is None else paid.other_amount
        if wrong := _wrong(order, paid, size, rest):
            findings.append(_finding(wrong, paid))
            continue
        to = format_address(order.sender) if back and order.sender else order.recipient
        whole[n] = replace(paid, recipient=paid.recipient or to, amount=size if paid.amount is None else paid.amount)
        parts.append((n, replace(order, amount=size)))
        rest -= size
    if parts and rest < len(parts):  # each fill rounds its share of the fee down
        n, last = parts[-1]
        parts[-1], rest = (n, replace(last, amount=(last.amount or 0) + rest)), 0
    open_part = [replace(order, amount=rest)] if rest else []
    places = [place, *range(len(whole), len(whole) + len(parts) + len(open_part) - 1)]
    links += [Crossing(at, n, ORDER_ID, 1.0, 0) for at, (n, _) in zip(places, parts, strict=False)]
    findings += [_finding(UNCLAIMED, part) for part in open_part]
    cuts = [*(part for _, part in parts), *open_part]
    whole[place] = cuts[0] if cuts else order
    whole += cuts[1:]


def _wrong(order: Leg, paid: Leg, size: int, rest: int) -> str:
    """Why a payment cannot be one for `size` units of an order of which `rest` are left; "" where it can."""
    if order.time is not None and paid.time is not None and paid.time < order.time:
        return EARLY
    asked = order.token if paid.status == REFUND else order.other_token
    if asked is not None and paid.token not in (None, asked):
        return DISAGREEING
    if paid.status == REFUND:
        return ""
    if not size or (paid.recipient and order.recipient and paid.recipient != order.recipient):
        return DISAGREEING
    if size > rest:
        return REPLAYED
    least = (order.other_amount or 0) * size
    return DISAGREEING if paid.amount is not None and paid.amount * (order.amount or 0) < least else ""


def _when(leg: Leg) -> tuple[int, int, bool, bytes, int]:
    """In order of time; what is given back comes last of a block, as an order is over then."""
    return leg.time or 0, leg.block or 0, leg.status == REFUND, leg.tx, leg.position


def _finding(kind: str, leg: Leg) -> Finding:
    return Finding(kind, leg.chain, leg.tx, leg.time, leg.position, leg.contract, leg.bridge, EVIDENCE[kind])
