"""Which deposits something speaks for, withdrawal by withdrawal.

The rules and their thresholds: Tutela (2022) for the address, the gas price, three direct transfers and the portfolio;
KuCoin's theft of 2020, withdrawn through two relayers of the thief's own, for whoever sent the withdrawal.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.conversions.mixers.pools import gas
from cointrail.conversions.mixers.pools.foreign import Foreign
from cointrail.conversions.mixers.pools.history import Deposit, History, Window, Withdrawal
from cointrail.conversions.mixers.pools.sessions import matched, sessions
from cointrail.conversions.mixers.pools.ties import ties
from cointrail.conversions.mixers.pools.weights import (
    ADDRESS,
    BIT,
    FOREIGN,
    GAS,
    LATE,
    LINKED,
    OPERATOR,
    PORTFOLIO,
    RELAYED,
    RIVALS,
    TOUCHED,
)
from cointrail.ledger import Ledger

INTERACTIONS = 3  # direct transfers from which two addresses are taken to be linked
Pair = tuple[int, int]
Ties = Callable[[Iterable[int], Iterable[int]], Mapping[Pair, int]]


@dataclass(frozen=True)
class Clues:
    """Sets of clues as bits (`weights.BIT`): `who` by withdrawal and depositor, `which` by withdrawal and deposit.

    Withdrawals and deposits by their places in the history, depositors by address id.
    """

    who: Mapping[Pair, int]
    which: Mapping[Pair, int]


def clues(ledger: Ledger, histories: Sequence[History], windows: Sequence[Sequence[Window]]) -> list[Clues]:
    """The clues in several pools of a ledger, pool by pool."""
    limit = gas.LAST_BLOCK.get(ledger.chain, 0)
    return found(histories, windows, lambda ones, others: ties(ledger, ones, others), limit)


def found(histories: Sequence[History], windows: Sequence[Sequence[Window]], tied: Ties, gas_until: int) -> list[Clues]:
    """The same, with direct transfers by `tied`, and prices of gas looked at in blocks before `gas_until`."""
    depositors = {one.depositor for history in histories for one in history.deposits} - {0}
    parties = {one.recipient for history in histories for one in history.withdrawals}
    senders = {one.sender for history in histories for one in history.withdrawals}
    counts = tied(sorted(parties | senders), sorted(depositors))
    by: dict[int, dict[int, int]] = {}
    for (one, other), number in counts.items():
        by.setdefault(one, {})[other] = number
    together, foreign = _portfolios(histories), Foreign(histories)
    return [
        Clues(_who(history, seen, by, foreign), _which(history, seen, gas_until, together[place]))
        for place, (history, seen) in enumerate(zip(histories, windows, strict=True))
    ]


def same(depositors: Collection[bytes], recipients: Collection[bytes]) -> set[bytes]:
    """The addresses that both deposited and were paid: the rule that needs addresses alone."""
    return set(depositors) & set(recipients)


def _who(
    history: History, windows: Sequence[Window], tied: Mapping[int, Mapping[int, int]], foreign: Foreign
) -> dict[Pair, int]:
    """Clues that hold for all deposits of a depositor who has one in the window."""
    made: dict[int, list[int]] = {}
    for place, deposit in enumerate(history.deposits):
        made.setdefault(deposit.depositor, []).append(place)
    found: dict[Pair, int] = {}
    for number, (one, window) in enumerate(zip(history.withdrawals, windows, strict=True)):
        for who, told in _parties(one, made.keys(), tied).items():
            place = bisect_left(made[who], window.behind) - 1
            if place < 0 or made[who][place] < window.first:
                continue
            last = history.deposits[made[who][place]].time
            age = 0 if one.time is None or last is None else one.time - last
            others = foreign.before(one, who)
            qualifiers = [RELAYED] * one.relayed + [FOREIGN] * others
            qualifiers += [late for late, least in LATE.items() if age > least]
            qualified = (clue + each for clue in told for each in qualifiers)
            found[number, who] = sum({BIT[clue] for clue in (*told, *qualified) if clue in BIT})
    return found


def _parties(
    one: Withdrawal, depositors: Collection[int], tied: Mapping[int, Mapping[int, int]]
) -> dict[int, dict[str, None]]:
    """The depositors that something about the parties of a withdrawal speaks for."""
    found: dict[int, dict[str, None]] = {}

    def add(who: int, clue: str) -> None:
        if who and who in depositors:
            found.setdefault(who, {})[clue] = None

    add(one.recipient, ADDRESS)
    for who, count in tied.get(one.recipient, {}).items():
        add(who, LINKED if count >= INTERACTIONS else TOUCHED)
    for sender in {one.sender, one.relayer} - {0, one.recipient}:
        for who in (sender, *tied.get(sender, {})):
            add(who, OPERATOR)
    return found


def _which(
    history: History, windows: Sequence[Window], gas_until: int, portfolios: Collection[Pair]
) -> dict[Pair, int]:
    """Clues that speak for one deposit."""
    found: Counter[Pair] = Counter()
    costs = _costs(history.deposits, gas_until)
    for number, (one, window) in enumerate(zip(history.withdrawals, windows, strict=True)):
        if one.gas and not one.relayed and one.block is not None and one.block < gas_until:
            place = gas.only(costs[window.first : window.behind], one.gas)
            if place is not None:
                found[number, window.first + place] |= BIT[GAS]
    inside = [(n, place) for n, place in portfolios if windows[n].first <= place < windows[n].behind]
    rivals = Counter(n for n, _ in {(n, history.deposits[place].depositor) for n, place in inside})
    for n, place in inside:
        found[n, place] |= BIT[PORTFOLIO] | (BIT[PORTFOLIO + RIVALS] if rivals[n] > 1 else 0)
    return dict(found)


def _costs(deposits: Sequence[Deposit], gas_until: int) -> npt.NDArray[np.int64]:
    known = (
        one.gas if one.block is not None and one.block < gas_until and one.gas <= gas.LARGEST else 0 for one in deposits
    )
    return np.fromiter(known, np.int64, len(deposits))


def _portfolios(histories: Sequence[History]) -> list[set[Pair]]:
    """Pairs of withdrawal and deposit in each pool whose sessions have one portfolio."""
    found: list[set[Pair]] = [set() for _ in histories]
    made = sessions(
        (one.depositor, one.time, pool, place)
        for pool, history in enumerate(histories)
        for place, one in enumerate(history.deposits)
        if one.time is not None
    )
    taken = sessions(
        (one.recipient, one.time, pool, place)
        for pool, history in enumerate(histories)
        for place, one in enumerate(history.withdrawals)
        if one.time is not None
    )
    for before, after in matched(made, taken):
        for pool, place in before.items:
            found[pool] |= {(number, place) for other, number in after.items if other == pool}
    return found
