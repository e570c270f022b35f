"""A policy on what has happened: which withdrawals it would have stopped, and which of these were wanted.

Every withdrawal counts toward windows, also one that would have been stopped: the past is taken as it was. What is
known to be theft is told by its transactions, or by labels of those who were paid; everything else is taken as wanted,
so that a theft nobody knows of counts as a false alarm.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cointrail.guard.policy.policy import Policy, Rule

if TYPE_CHECKING:
    from cointrail.ledger import Ledger

DAY = 86_400


@dataclass(frozen=True)
class Withdrawal:
    """One payment out of a wallet. `balance` is what the wallet held of the asset before it."""

    row: int
    time: int
    wallet: bytes
    asset: str
    amount: int
    recipient: bytes
    balance: int


@dataclass
class Past:
    """What rules remember of one wallet's withdrawals so far."""

    recent: dict[tuple[int, str], deque[tuple[int, int]]] = field(default_factory=lambda: defaultdict(deque))
    sums: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    first: dict[bytes, int] = field(default_factory=dict)  # recipient -> first time
    small: dict[tuple[int, bytes, str], int] = field(default_factory=dict)  # rule, recipient -> time of a canary

    def within(self, number: int, window: int, one: Withdrawal) -> int:
        """What left in the window up to a withdrawal, itself included."""
        key = (number, one.asset)
        held = self.recent[key]
        held.append((one.time, one.amount))
        self.sums[key] += one.amount
        while held[0][0] <= one.time - window:
            self.sums[key] -= held.popleft()[1]
        return self.sums[key]


@dataclass(frozen=True)
class Decision:
    """A withdrawal on which a rule spoke, and whether it is known to be theft."""

    withdrawal: Withdrawal
    rule: Rule
    theft: bool


@dataclass(frozen=True)
class Result:
    """All decisions, how many withdrawals there were and how many of them were theft."""

    decisions: tuple[Decision, ...]
    withdrawals: int
    thefts: int


def backtest(
    policy: Policy, withdrawals: Iterable[Withdrawal], theft: Callable[[Withdrawal], bool] = lambda one: False
) -> Result:
    """Evaluate a policy on withdrawals in the order of time."""
    pasts: dict[bytes, Past] = defaultdict(Past)
    decisions, count, thefts = [], 0, 0
    for one in withdrawals:
        count += 1
        bad = theft(one)
        thefts += bad
        past = pasts[one.wallet]
        spoken = [rule for number, rule in enumerate(policy.rules) if _speaks(rule, number, one, past)]
        past.first.setdefault(one.recipient, one.time)
        if spoken:
            decisions.append(Decision(one, spoken[0], bad))
    return Result(tuple(decisions), count, thefts)


def _speaks(rule: Rule, number: int, one: Withdrawal, past: Past) -> bool:
    """Whether a rule is broken; every rule takes note of every withdrawal, whoever speaks first."""
    if rule.asset is not None and rule.asset != one.asset:
        return False
    if rule.kind == "velocity":
        return past.within(number, rule.window, one) > rule.most
    if rule.kind == "share":
        gone = past.within(number, rule.window, one)
        before = one.balance + gone - one.amount  # as if nothing had left or come in the window but this
        return gone > rule.share * before
    if rule.kind == "new_destination":
        first = past.first.get(one.recipient)
        return one.amount > rule.above and (first is None or one.time - first < rule.window)
    if rule.kind == "hours":
        clock = one.time % DAY
        night = rule.start <= clock < rule.end if rule.start <= rule.end else clock >= rule.start or clock < rule.end
        return night and one.amount > rule.above
    if rule.kind == "quorum":
        return one.amount > rule.above
    key = (number, one.recipient, one.asset)
    if one.amount <= rule.small:
        if one.recipient not in past.first:
            past.small[key] = one.time
        return False
    told = past.small.get(key)
    return told is not None and one.amount >= rule.most and one.time - told <= rule.window


def withdrawals_of(ledger: "Ledger", wallets: Sequence[bytes]) -> Iterator[Withdrawal]:
    """What left the wallets, in the order of the ledger. Payments between them are none."""
    index = ledger.index
    known = {number: wallet for wallet in wallets if (number := ledger.address_id(wallet)) is not None}
    found: list[tuple[int, int, int, int, int, int]] = []  # row, time, wallet, asset, amount, recipient, balance
    balances: list[int] = []
    for number in known:
        for holding in index.holdings(number):
            asset = index.asset(holding)
            rows, incoming, amounts, peers = index.movements(holding)
            least = running = 0
            for inward, amount in zip(incoming, amounts, strict=True):
                running += amount if inward else -amount
                least = min(least, running)
            balance = -least  # the opening balance: the least that keeps it from going negative
            times = index.clock(rows).tolist()
            for row, time, inward, amount, peer in zip(rows.tolist(), times, incoming, amounts, peers, strict=True):
                other = index.address(peer)
                if not inward and other not in known:
                    found.append((row, int(time), number, asset, amount, other))
                    balances.append(balance)
                balance += amount if inward else -amount
    people = dict(zip(numbers := sorted({one[5] for one in found}), ledger.addresses(numbers), strict=True))
    for place in sorted(range(len(found)), key=lambda place: found[place][0]):
        row, time, number, asset, amount, other = found[place]
        key = ledger.assets[asset].key
        yield Withdrawal(row, time, known[number], key, amount, people[other], balances[place])
