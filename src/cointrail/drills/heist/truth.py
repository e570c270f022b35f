"""What became of the stolen value, first in first out, by a plain queue per wallet; and how well a tracer found it."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from cointrail.drills.columns import GIGA
from cointrail.drills.heist.moves import NOBODY, Moves
from cointrail.ledger.rows import Kind, Status

Lot = tuple[int, bool]  # amount, stolen
Place = tuple[int, int, str]  # address number (NOBODY for fees), asset number, reason
End = tuple[bytes | None, str, str]  # address, asset key, reason: "label", "unspent" or "fee"


@dataclass(frozen=True)
class Truth:
    """Exact amounts in smallest units under FIFO, with every labelled service as a stop."""

    stolen: dict[str, int]  # asset key -> amount
    endpoints: dict[End, int]
    tainted: frozenset[bytes]  # wallets that received stolen value; services where it stops are not among them


class Score(TypedDict):
    """Recall and precision of the tainted wallets, whether all agrees exactly, and errors by asset and reason."""

    recall: float
    precision: float
    exact: bool
    error: dict[str, dict[str, float]]


def follow(
    moves: Moves, own: set[int], assets: set[int], safe: int, theft: set[int], stops: set[int]
) -> tuple[dict[int, int], dict[Place, int], set[int]]:
    """Replay all movements of the `own` wallets in chain order: (stolen by asset, endpoints, tainted wallets).

    Only `assets` count: a fake token can say that it moved what nobody ever had. What leaves `safe` in the
    transactions `theft` is stolen. Raises AssertionError if a wallet spends what it lacks.
    """
    mine = np.array(sorted(own), np.int64)
    moved = (moves.status != int(Status.FAILED)) | (moves.kind == int(Kind.FEE))
    moved &= np.isin(moves.asset, sorted(assets))
    rows = np.flatnonzero((np.isin(moves.sender, mine) | np.isin(moves.recipient, mine)) & moved)
    lots: dict[tuple[int, int], deque[Lot]] = defaultdict(deque)
    stolen: dict[int, int] = defaultdict(int)
    ends: dict[Place, int] = defaultdict(int)
    tainted: set[int] = set()
    columns = (moves.tx, moves.sender, moves.recipient, moves.asset, moves.giga, moves.rest)
    for tx, sender, recipient, asset, giga, rest in zip(*(column[rows].tolist() for column in columns), strict=True):
        amount = giga * GIGA + rest
        moving = _take(lots[sender, asset], amount, sender) if sender in own else [(amount, False)]
        if sender == safe and tx in theft:
            moving = [(amount, True)]
            stolen[asset] += amount
        carried = sum(value for value, dirty in moving if dirty)
        if recipient in stops or recipient not in own:
            reason = "fee" if recipient == NOBODY else "label"
            assert not carried or reason == "fee" or recipient in stops, "stolen value reached a stranger"
            if carried:
                ends[recipient, asset, reason] += carried
            moving = [(amount, False)]  # the trail stops here; what the service does with it is its own business
        elif carried:
            tainted.add(recipient)
        if recipient in own:
            lots[recipient, asset].extend(moving)
    for (wallet, asset), queue in lots.items():
        held = sum(value for value, dirty in queue if dirty)
        if held:
            ends[wallet, asset, "unspent"] += held
    return dict(stolen), dict(ends), tainted


def _take(queue: deque[Lot], amount: int, wallet: int) -> list[Lot]:
    taken: list[Lot] = []
    while amount:
        assert queue, f"wallet {wallet} spends {amount} more than it has"
        value, dirty = queue.popleft()
        if value > amount:
            queue.appendleft((value - amount, dirty))
            value = amount
        taken.append((value, dirty))
        amount -= value
    return taken


def score(truth: Truth, endpoints: Iterable[tuple[bytes | None, str, str, int]], tainted: Iterable[bytes]) -> Score:
    """How well a trace agrees with the truth.

    `endpoints` are (address or None, asset key, reason, amount in smallest units); `tainted` the wallets found to have
    received stolen value. `error` is, by asset and reason, the sum of the differences over what was stolen.
    """
    found: dict[End, int] = defaultdict(int)
    for address, asset, reason, amount in endpoints:
        found[address, asset, reason] += amount
    wallets = set(tainted)
    hit = len(wallets & truth.tainted)
    error: dict[str, dict[str, float]] = {}
    for end in sorted(set(found) | set(truth.endpoints), key=str):
        _, asset, reason = end
        difference = abs(found.get(end, 0) - truth.endpoints.get(end, 0))
        part = error.setdefault(asset, {})
        part[reason] = part.get(reason, 0.0) + difference / max(truth.stolen.get(asset, 0), 1)
    return {
        "recall": hit / len(truth.tainted) if truth.tainted else 1.0,
        "precision": hit / len(wallets) if wallets else 1.0,
        "exact": dict(found) == truth.endpoints and wallets == truth.tainted,
        "error": error,
    }
