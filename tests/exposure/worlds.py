"""Small ledgers with labels for tests of exposures."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import strategies as st

from cointrail.exposure import Exposure
from cointrail.exposure.said import UNKNOWN, categories
from cointrail.labels import Label, Labels
from cointrail.ledger import Ledger
from tests.exposure.naive import Answer, Row
from tests.making import START, address, ledger, row

PEOPLE = 5
SOME = (0, 4, 22)  # categories that meet each other often, the last one too


@dataclass(frozen=True)
class Claim:
    """A label: an address is of a category, from a row on and up to one (not included)."""

    address: int
    category: int
    since: int | None = None
    until: int | None = None

    def label(self) -> Label:
        since, until = (None if place is None else START + 12 * (place + 1) for place in (self.since, self.until))
        name = categories()[self.category]
        return Label(
            address(self.address), None, f"{name} {self}", name, None, None, "test", None, since, until, None, "t"
        )


@dataclass(frozen=True)
class World:
    """Rows, one a block, and what is said."""

    rows: list[Row]
    claims: list[Claim]

    def said(self, one: int, place: int) -> int | None:
        """The gravest category that holds."""
        valid = (
            claim.category
            for claim in self.claims
            if claim.address == one and (claim.since or 0) <= place and (claim.until is None or place < claim.until)
        )
        return min(valid, default=None)

    def opened(self) -> tuple[Ledger, Labels]:
        folder = Path(mkdtemp()) / "ledger"
        made = ledger(folder, [row(n + 1, *one) for n, one in enumerate(self.rows)])
        labels = Labels(folder)
        labels.add([claim.label() for claim in self.claims])
        return made, labels


def answers(exposure: Exposure) -> dict[str, Answer]:
    """An exposure in the words of the reference, by direction."""
    found = {direction: Answer() for direction in ("source", "destination")}
    for part in exposure.parts:
        answer = found[part.direction]
        answer.total = part.total
        if part.category == UNKNOWN:
            answer.unknown = part.amount
            continue
        code = categories().index(part.category)
        answer.direct[code], answer.indirect[code] = part.direct, part.indirect
        answer.hops[code] = part.hops
    return found


def plain(answer: Answer) -> Answer:
    """An answer without categories of nothing."""
    direct, indirect = (+counts for counts in (answer.direct, answer.indirect))
    hops = {one: hop for one, hop in answer.hops.items() if direct[one] or indirect[one]}
    return Answer(answer.total, answer.unknown, direct, indirect, hops)


def worlds(largest: int = 12, most: int = 30) -> st.SearchStrategy[World]:
    """Random ledgers; nobody (0) takes part too."""
    people = st.integers(0, PEOPLE)
    rows = st.lists(
        st.tuples(people, people, st.integers(0, largest)).filter(lambda r: r[0] or r[1]), min_size=1, max_size=most
    )
    place = st.none() | st.integers(0, most)
    claim = st.builds(_claim, st.integers(1, PEOPLE), st.sampled_from(SOME), place, place)
    return st.builds(World, rows, st.lists(claim, min_size=1, max_size=4))


def _claim(one: int, category: int, since: int | None, until: int | None) -> Claim:
    if since is not None and until is not None and until <= since:
        until = None
    return Claim(one, category, since, until)
