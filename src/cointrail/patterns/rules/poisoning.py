"""Address poisoning: after a payment to B a look-alike of B turns up, so that it is copied for the next one.

The forms are a zero-value transfer, a tiny one, and one of a counterfeit token (Tsuchiya et al., USENIX Security 2025,
arXiv 2501.16681). The thresholds of that paper are not used: two addresses agree by chance in p leading and s trailing
hex digits with probability 16^-(p+s).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from cointrail.chains.likeness import HEX, LEADING, TRAILING, same_ends
from cointrail.patterns.finding import FAIR, STRONG, Finding, once
from cointrail.patterns.record import Record
from cointrail.patterns.surroundings import Approach, Surroundings

RULE = "address_poisoning"
TINY = 1_000  # a payment is tiny beside one so many times larger
SURE = 10  # digits in all from which chance is out of the question: 16**-10

Pair = tuple[str, str]  # payer, payee


def poisonings(record: Record, around: Surroundings) -> Iterator[Finding]:
    """Look-alikes of those that a wallet had dealt with, by what they sent or were made to seem to receive."""
    met: dict[str, Met] = defaultdict(Met)
    paid: dict[Pair, list[Approach]] = defaultdict(list)
    ordered = sorted(around.approaches, key=lambda one: (one.time, one.block))
    for one in ordered:
        for wallet, other in ((one.sender, one.recipient), (one.recipient, one.sender)):
            if len(other) == HEX + 2 and wallet != other and (wallet in record.victims or record.wallet(wallet)):
                met[wallet].look(one, other)
        if one.amount and not one.fake:
            paid[one.sender, one.recipient].append(one)
    for wallet, seen in met.items():
        for twin, (original, steps) in seen.twins.items():
            yield _finding(record, wallet, twin, original, steps, paid.get((wallet, twin), ()))


class Met:
    """Whom one wallet had to do with: those it dealt with, and their look-alikes."""

    def __init__(self, leading: int = LEADING, trailing: int = TRAILING) -> None:
        self._leading, self._trailing = leading, trailing
        self._known: dict[tuple[str, str], dict[str, int]] = {}  # ends -> address -> largest sum
        self.twins: dict[str, tuple[str, list[Approach]]] = {}  # look-alike -> original, and how it turned up

    def look(self, one: Approach, other: str) -> None:
        """Take note of a movement between the wallet and another address."""
        known = self._known.setdefault((other[2 : 2 + self._leading], other[-self._trailing :]), {})
        spam = one.fake or not one.amount
        if other in self.twins:
            if spam or one.amount * TINY <= max(known.values()):
                self.twins[other][1].append(one)
        elif other not in known and known and (spam or one.amount * TINY <= max(known.values())):
            self.twins[other] = (next(iter(known)), [one])
        elif not spam:
            known[other] = max(known.get(other, 0), one.amount)


def _finding(
    record: Record, wallet: str, twin: str, original: str, steps: Sequence[Approach], paid: Sequence[Approach]
) -> Finding:
    lead, trail = same_ends(twin, original)
    forms = once("counterfeit token" if s.fake else "tiny" if s.amount else "zero value" for s in steps)
    fallen = [one for one in paid if one.sender == wallet and one.amount and not one.fake and one.time > steps[0].time]
    lost = f"; the wallet then paid the look-alike {len(fallen)} times" if fallen else ""
    return Finding(
        RULE,
        (wallet, twin, original),
        once(step.tx for step in (*steps, *fallen)),
        steps[0].time,
        f"{twin} looks like {original}, with which {wallet} had dealt before ({lead} leading and {trail} trailing"
        f" digits agree), and turned up {len(steps)} times: {', '.join(forms)}{lost}",
        {
            "leading": lead,
            "trailing": trail,
            "times": len(steps),
            "forms": ", ".join(forms),
            "imitated": next((step.imitates for step in steps if step.imitates), None),
            "paid_later": len(fallen),
            "chance": float(16.0 ** -(lead + trail)),
        },
        STRONG if lead + trail >= SURE or len(steps) > 1 else FAIR,
        None,
    )
