"""How often clues and links are right in generated pools, for `make accuracy`."""

from collections.abc import Iterator, Mapping, Sequence

from cointrail.conversions.mixers.pools import Pool
from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.conversions.mixers.pools.weights import TOLD, named
from cointrail.conversions.rate import Rate
from cointrail.drills.mixing.world import World
from cointrail.ledger import Ledger

LIKELY = 0.8
SET = "generated pools"
Case = tuple[Ledger, World, Mapping[Pool, Linking]]


def rates(cases: Sequence[Case], date: str) -> Iterator[Rate]:
    """For each clue how many of the depositors that it names are right, and of how many withdrawals it names the right
    one; and the same of links that are said to be likely."""
    said: dict[str, list[bool]] = {clue: [] for clue in (*TOLD, "link")}
    count = 0
    for ledger, made, linkings in cases:
        for linking in linkings.values():
            history = linking.history
            count += len(history.withdrawals)
            people = sorted({one.depositor for one in history.deposits})
            who = dict(zip(people, ledger.addresses(people), strict=True))
            for clue, number, depositor in _named(linking):
                true = made.depositors[made.truth[history.withdrawals[number].tx or b""]]
                said[clue].append(who[depositor] == true)
    for clue, right in said.items():
        if right:
            yield Rate(f"pool-{clue}", SET, count, sum(right) / len(right), sum(right) / count, date)


def _named(linking: Linking) -> set[tuple[str, int, int]]:
    """Clue, withdrawal, depositor; each once."""
    found = {(clue, number, who) for (number, who), bits in linking.clues.who.items() for clue in named(bits)}
    for (number, place), bits in linking.clues.which.items():
        found |= {(clue, number, linking.history.deposits[place].depositor) for clue in named(bits)}
    return found | {("link", number, who) for number, who, chance in linking.claims() if chance >= LIKELY}
