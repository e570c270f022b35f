"""What others say of the addresses in a request. Which words are how grave is data (`labelled.csv`)."""

from collections.abc import Iterator
from functools import cache
from typing import cast

from cointrail.chains.data import table
from cointrail.guard.reason import INFO, Reason, Severity
from cointrail.guard.subject import Subject, show


def label(s: Subject) -> Iterator[Reason]:
    """Somebody has a word for an address in it: a bad one for anybody, or any for whom it pays or gives power to."""
    if s.labels is None:
        return
    from cointrail.labels.categories import category  # its libraries take a second to load: only where labels are

    gaining = [party.address for party in s.parties]
    met: dict[bytes, None] = dict.fromkeys(gaining)
    for call in s.calls.every:
        met |= dict.fromkeys((call.to, *(one for name in call.arguments for one in call.addresses(name))))
    for address in met:
        for found in s.labels(address) if any(address) else ():
            word = category(found.category) if found.category else None
            kind = word.name if word is not None else str(found.category or "")
            where = {"address": show(address), "entity": found.entity, "category": kind, "source": found.source}
            if (severity := grave(kind)) is not None:
                text = f"{show(address)} is said to be {_table()[kind][1]} ({found.entity}, says {found.source})."
                yield Reason("label", severity, text, where)
            elif address in gaining:
                text = f"{show(address)} is said to be {found.entity}{f', {kind}' if kind else ''}, by {found.source}."
                yield Reason("label", INFO, text, where)


def grave(category: str) -> Severity | None:
    """How grave it is to deal with an address of a category, by its canonical name; None where it is not."""
    known = _table().get(category)
    return known[0] if known is not None else None


@cache
def _table() -> dict[str, tuple[Severity, str]]:
    return {
        row["category"]: (cast(Severity, row["severity"]), row["words"])
        for row in table("cointrail.guard", "labelled.csv")
    }
