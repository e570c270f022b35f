"""Peel chains: small parts are paid away, the large remainder moves on to the next wallet, again and again.

On UTXO chains the classical form is one input and two outputs, transaction after transaction (BlockSci, arXiv
1709.02489); on account chains the same is a wallet that pays a part or two and then the rest. Where two payments are
alike, size does not tell which is the remainder: then what came next decides, and where that does not either the chain
ends and the finding says so (the ambiguity is that of BlockSci's issue 279; Kappos et al., USENIX Security 2022).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from cointrail.patterns.finding import FAIR, STRONG, WEAK, Finding, once
from cointrail.patterns.record import Record, Spell, Step

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


Links = Mapping[int, Link]  # by the number of the first movement into the spell that they are of


def peels(record: Record) -> Iterator[Finding]:
    """Chains of wallets that each pay away at most a third and pass the rest on."""
    spells = {spell.came[0].number: spell for spell in record.spells.values()}
    sized = {first: link for first, spell in spells.items() if (link := _by_size(record, spell))}
    reached = {_next(record, link) for link in sized.values()}
    done: set[int] = set()
    for first in sorted(sized, key=lambda first: (first in reached, first)):
        if first not in done:
            links, doubt = _follow(record, first, sized, done)
            if sum(1 for link in links if link.peeled) >= LENGTH:
                yield _finding(record, links, doubt)


def _next(record: Record, link: Link) -> int:
    """The spell that a remainder arrived in."""
    return record.spells[link.on.number].came[0].number


def _by_size(record: Record, spell: Spell) -> Link | None:
    """The step on from a wallet by size alone; None where nothing is large enough, or too many parts are paid."""
    paid = spell.paid
    if not 1 <= len(paid) <= PARTS + 1 or not record.wallet(spell.spot[1]):
        return None
    most = max(paid, key=lambda step: (step.amount, -step.number))
    peeled = tuple(step for step in paid if step is not most)
    if most.amount < REMAINDER * sum(step.amount for step in paid) or not _goes_on(record, most):
        return None
    if any(step.recipient == most.recipient or _splits(record, step) for step in peeled):
        return None
    return Link(most, peeled, "size")


def _goes_on(record: Record, step: Step) -> bool:
    """Whether a payment is most of what its recipient got, and the recipient is a wallet that pays on in time."""
    spell = record.spells[step.number]
    if not record.wallet(step.recipient) or step.amount < REMAINDER * sum(one.amount for one in spell.came):
        return False
    after = [one for one in spell.paid if one.number > step.number]
    if not after or step.time is None or after[0].time is None:
        return bool(after)
    return after[0].time - step.time <= GAP


def _splits(record: Record, step: Step) -> bool:
    """Whether what was peeled off was split on by a wallet: then it was no part paid away, but one branch of two."""
    if not record.wallet(step.recipient):
        return False
    return len({one.recipient for one in record.spells[step.number].paid}) > 1


def _follow(record: Record, first: int, sized: Links, done: set[int]) -> tuple[list[Link], tuple[Step, ...]]:
    """The links from a wallet on, and the payments between which nothing decided where the chain ends for that."""
    links: list[Link] = []
    doubt: tuple[Step, ...] = ()
    passing = 0
    while first not in done:
        link = sized.get(first)
        if link is None and links and sum(1 for one in links if one.peeled) >= LENGTH - 1:
            link, doubt = _by_next(record, record.spells[links[-1].on.number], sized)
        if link is None:
            break
        done.add(first)
        passing = 0 if link.peeled else passing + 1
        if passing > PASSING:
            break
        links.append(link)
        first = _next(record, link)
    while links and not links[-1].peeled:
        links.pop()
    while links and not links[0].peeled:
        links.pop(0)
    return links, doubt


def _by_next(record: Record, spell: Spell, sized: Links) -> tuple[Link | None, tuple[Step, ...]]:
    """Of payments alike in size, the one whose recipient peels on; none, and all of these, where several do."""
    paid = spell.paid
    if not 2 <= len(paid) <= PARTS + 1 or not record.wallet(spell.spot[1]):
        return None, ()
    fit = [
        step
        for step in paid
        if record.wallet(step.recipient) and _goes_on(record, step) and _peels(record, step, sized)
    ]
    if len(fit) == 1:
        return Link(fit[0], tuple(step for step in paid if step is not fit[0]), "what came next"), ()
    return None, tuple(fit)


def _peels(record: Record, step: Step, sized: Links) -> bool:
    """Whether the recipient of a payment peels in its turn."""
    link = sized.get(record.spells[step.number].came[0].number)
    return link is not None and bool(link.peeled)


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
