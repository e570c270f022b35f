"""Deposit addresses of exchanges on account chains: who pays into the same one is one customer.

An exchange gives each customer an address of his own, and sweeps what is paid there into its wallets soon after, gas
apart. Two addresses that pay into one deposit address belong to the customer. The thresholds and the confidence are
those of Tutela ("Tutela: An Open-Source Tool for Assessing User-Privacy on Ethereum and Tornado Cash", 2022), after
Victor ("Address Clustering Heuristics for Ethereum", 2020). Asked beyond it, since a wrong merge spreads: that a
deposit address pays nobody but one exchange, that it was swept more than once, that who pays into very many is a
service and no customer, and that somebody's usual deposit address outweighs another at the same exchange.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

WINDOW = 3_200  # blocks within which a payment is swept: tau
DIFFERENCE = 100  # 1/DIFFERENCE of a coin: what the amounts may differ by: alpha
USED = 2  # payments that a deposit address swept at least: a wallet that once passed on a friend's looks the same
MOST_DEPOSITS = 20  # deposit addresses that one customer pays into; who pays more of them is a service itself


@dataclass(frozen=True)
class Payment:
    """A movement into or out of what may be a deposit address: the other side, amount, block, row and transaction."""

    other: int
    amount: int
    block: int
    row: int


@dataclass(frozen=True)
class Sweep:
    """A customer's first payment into a deposit address that was swept, and the payment that took it to the exchange.

    `times` is how many of the customer's payments there were swept.
    """

    customer: int
    deposit: int
    exchange: str
    paid: Payment
    swept: Payment
    confidence: float
    times: int = 1


def confidence(difference: int, blocks: int, allowed: int) -> float:
    """1 - (difference / allowed + blocks / WINDOW) / 2: 1 where everything is swept at once, 0 at both thresholds."""
    return 1 - (difference / allowed + blocks / WINDOW) / 2


def sweeps(deposit: int, exchange: str, paid: Iterable[Payment], swept: Sequence[Payment], allowed: int) -> list[Sweep]:
    """The sweeps of one address, of each customer one; none where it was swept only once.

    `swept` are the payments to the exchange, in order; `allowed` is what amounts may differ by, in smallest units.
    """
    blocks = [one.block for one in swept]
    found: dict[int, Sweep] = {}
    for one in paid:
        for after in swept[bisect_right(blocks, one.block) :]:
            if after.block - one.block > WINDOW:
                break
            if abs(after.amount - one.amount) <= allowed:
                known = found.get(one.other)
                sure = confidence(abs(after.amount - one.amount), after.block - one.block, allowed)
                first = known or Sweep(one.other, deposit, exchange, one, after, sure, 0)
                found[one.other] = replace(first, times=first.times + 1)
                break
    return list(found.values()) if sum(one.times for one in found.values()) >= USED else []


def customers(found: Iterable[Sweep], paid: int = 1) -> tuple[list[Sweep], set[int]]:
    """The sweeps of customers, and who is none: pays into more than MOST_DEPOSITS addresses.

    Where a customer pays into several deposit addresses of one exchange, those that he pays less often than another
    belong to somebody else. `paid` is how often a customer must have paid into one: who pays twice into a stranger's is
    rare.
    """
    listed = list(found)
    count = Counter(sweep.customer for sweep in listed)  # one sweep for each customer and deposit address
    services = {one for one, times in count.items() if times > MOST_DEPOSITS}
    most: Counter[tuple[int, str]] = Counter()
    for one in listed:
        most[one.customer, one.exchange] = max(most[one.customer, one.exchange], one.times)
    usual = [one for one in listed if one.times == max(paid, most[one.customer, one.exchange])]
    return [one for one in usual if one.customer not in services], services
