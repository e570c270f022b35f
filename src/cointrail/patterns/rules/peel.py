"""Peel chains: small parts are paid away, the large remainder moves on to the next wallet, again and again.

On UTXO chains the classical form is one input and two outputs, transaction after transaction (BlockSci, arXiv
1709.02489); on account chains the same is a wallet that pays a part or two and then the rest. Where two payments are
alike, size does not tell which is the remainder: then what came next decides, and where that does not either the chain
ends and the finding says so (the ambiguity is that of BlockSci's issue 279; Kappos et al., USENIX Security 2022).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from cointrail.patterns.finding import FAIR, STRONG, WEAK, Finding, once
from cointrail.patterns.record import Record, Spot, Step

RULE = "peel_chain"
REMAINDER = Fraction(2, 3)  # of what a wallet pays, that moves on at least; our choice, measured by `make accuracy`
PARTS = 3  # parts paid away by one wallet at most: more are a fan-out
LENGTH = 3  # wallets that peel in a row
PASSING = 2  # wallets in a row that only pass on, between those that peel
GAP = 14 * 86_400  # seconds between arrival and the first payment, at most


@dataclass(frozen=True)
class Link:
    """What one wallet did: the remainder, what was peeled off, and how the remainder was known."""

    on: Step
    peeled: tuple[Step, ...]
    by: str  # "size" or "what came next"


def peels(record: Record) -> Iterator[Finding]:
    """Chains of wallets that each pay away at most a third and pass the rest on."""
    sized = {spot: link for spot, paid in record.paid.items() if (link := _by_size(record, spot, paid))}
    reached = {link.on.target for link in sized.values()}
    done: set[Spot] = set()
    for spot in sorted(sized, key=lambda spot: (spot in reached, sized[spot].on.number)):
        if spot not in done:
            links, doubt = _follow(record, spot, sized, done)
            if sum(1 for link in links if link.peeled) >= LENGTH:
                yield _finding(record, links, doubt)


def _by_size(record: Record, spot: Spot, paid: tuple[Step, ...]) -> Link | None:
    """The step on from a wallet by size alone; None where nothing is large enough, or too many parts are paid."""
    if len(paid) > PARTS + 1 or not record.wallet(spot[1]):
        return None
    most = max(paid, key=lambda step: (step.amount, -step.number))
    if most.amount < REMAINDER * sum(step.amount for step in paid) or not _goes_on(record, most):
        return None
    peeled = tuple(step for step in paid if step is not most and step.recipient != most.recipient)
    return Link(most, peeled, "size") if len(peeled) == len(paid) - 1 else None


def _goes_on(record: Record, step: Step) -> bool:
    """Whether a payment is most of what its recipient got, and the recipient is a wallet that pays on in time."""
    came = record.came.get(step.target, ())
    if not record.wallet(step.recipient) or step.amount < REMAINDER * sum(one.amount for one in came):
        return False
    after = [one for one in record.paid.get(step.target, ()) if one.number > step.number]
    if not after or step.time is None or after[0].time is None:
        return bool(after)
    return after[0].time - step.time <= GAP


def _follow(
    record: Record, spot: Spot, sized: dict[Spot, Link], done: set[Spot]
) -> tuple[list[Link], tuple[Step, ...]]:
    """The links from a wallet on, and the payments between which nothing decided where the chain ends for that."""
    links: list[Link] = []
    passing = 0
    while spot not in done:
        link = sized.get(spot)
        if link is None and sum(1 for one in links if one.peeled) >= LENGTH - 1:
            link, doubt = _by_next(record, spot, sized)
            if doubt:
                return links, doubt
        if link is None:
            break
        done.add(spot)
        passing = 0 if link.peeled else passing + 1
        if passing > PASSING:
            break
        links.append(link)
        spot = link.on.target
    while links and not links[-1].peeled:
        links.pop()
    while links and not links[0].peeled:
        links.pop(0)
    return links, ()


def _by_next(record: Record, spot: Spot, sized: dict[Spot, Link]) -> tuple[Link | None, tuple[Step, ...]]:
    """Of payments alike in size, the one whose recipient peels on; all of them where several do."""
    paid = record.paid.get(spot, ())
    if not 2 <= len(paid) <= PARTS + 1:
        return None, ()
    fit = [s for s in paid if s.target in sized and sized[s.target].peeled and _goes_on(record, s)]
    if len(fit) == 1:
        return Link(fit[0], tuple(step for step in paid if step is not fit[0]), "what came next"), ()
    return None, tuple(fit)


def _finding(record: Record, links: list[Link], doubt: tuple[Step, ...]) -> Finding:
    first, last = links[0].on, links[-1].on
    peeled = [step for link in links for step in link.peeled]
    count = sum(1 for link in links if link.peeled)
    resolved = sum(1 for link in links if link.by != "size")
    off, began = sum(step.amount for step in peeled), sum(step.amount for step in (first, *links[0].peeled))
    services = once(step.recipient for step in peeled if not record.wallet(step.recipient))
    unclear = f"; at {doubt[0].sender} two payments are alike and both peel on: the chain ends there" if doubt else ""
    return Finding(
        RULE,
        once([*(link.on.sender for link in links), last.recipient]),
        once(step.tx for link in links for step in sorted((*link.peeled, link.on), key=lambda s: s.number)),
        first.time,
        f"{count} wallets in a row paid away {len(peeled)} parts, {record.said(off, first.asset)}"
        f" in all, and passed on the rest: {record.said(began, first.asset)} became"
        f" {record.said(last.amount, last.asset)}{unclear}",
        {
            "wallets": count,
            "parts": len(peeled),
            "peeled": record.text(off, first.asset),
            "began": record.text(began, first.asset),
            "remained": record.text(last.amount, last.asset),
            "largest_part": float(max(_part(link) for link in links)),
            "services_paid": len(services),
            "resolved_by_what_came_next": resolved,
            "ambiguous_at": doubt[0].sender if doubt else None,
        },
        WEAK if resolved or doubt else STRONG if count >= 2 * LENGTH else FAIR,
        record.share(sorted({first, *links[0].peeled}, key=lambda step: step.number)),
    )


def _part(link: Link) -> Fraction:
    off = sum(step.amount for step in link.peeled)
    return Fraction(off, off + link.on.amount)
