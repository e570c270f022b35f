"""One way that value took between an address and a labelled one: the evidence behind an exposure.

The search goes back in time from what came (or forward from what went), breadth first, through swaps and through
addresses without a label, so that what it finds first has the fewest hops. Of a swap it shows the movement by which the
trader gained (or lost). It says that there is a way, and which
transactions it consists of; how much of the value took it is the exposure's to say.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cointrail.chains import format_time
from cointrail.chains.chain import chain
from cointrail.exposure import Deals
from cointrail.ledger.columns import NONE
from cointrail.ledger.marks import CLOSE
from cointrail.screening.rule import Direction
from cointrail.screening.sources import Snapshot
from cointrail.screening.standing import claims

MOST_ADDRESSES = 500  # that are looked at; a way beyond them is not found, and the answer says so
MOST_MOVEMENTS = 1_000  # of one holding, the nearest in time
DEEPEST = 10  # hops
MOST_SETTLED = 2_000  # transactions of several assets that are settled for one way


@dataclass(frozen=True)
class Step:
    """One movement on the way: an end of it, and its row in the ledger."""

    holding: int
    row: int
    before: "Step | None"


@dataclass(frozen=True)
class Way:
    """What was found; without movements nothing was, and `complete` says whether everything was looked at."""

    rows: tuple[int, ...]  # in the order of time
    complete: bool


def way(snapshot: Snapshot, address: bytes, direction: Direction, categories: frozenset[str], asset: str) -> Way:
    """The way with the fewest hops from (or to) an address of these categories, of what came (left) in one asset."""
    ledger, index = snapshot.ledger, snapshot.ledger.index
    start = ledger.address_id(address)
    if start is None or index.outputs:  # between outputs ways are transactions': not told here
        return Way((), not index.outputs)
    begin = [
        holding for holding in index.holdings(start)
        if snapshot.worth.name(ledger.assets[index.asset(holding)].key) == asset
    ]  # fmt: skip
    waiting: deque[tuple[int, Step | None, int]] = deque((holding, None, 0) for holding in begin)
    seen, complete = set(begin), True
    looked = 0
    traded = _Traded(snapshot, direction)
    while waiting:
        holding, last, hops = waiting.popleft()
        looked += 1
        if looked > MOST_ADDRESSES or hops >= DEEPEST:
            return Way((), False)
        rows, whole = _movements(snapshot, holding, direction, last)
        complete = complete and whole
        for row in rows:
            for peer in traded.others(holding, row):
                if peer in seen:
                    continue
                seen.add(peer)
                step = Step(peer, row, last)
                found = _categories(snapshot, peer, row) if index.address(peer) != start else set()
                if found & categories:
                    return Way(tuple(sorted(_rows(step))), True)
                if not found:
                    waiting.append((peer, step, hops + 1))
    return Way((), complete and traded.complete)


class _Traded:
    """Whose value came to a holding by a movement (or whose it became): through a swap that of who gave for it."""

    def __init__(self, snapshot: Snapshot, direction: Direction) -> None:
        self._index, self._deals = snapshot.ledger.index, Deals(snapshot.ledger)
        self._backward = direction == "destination"
        self._settled: set[int] = set()
        self.complete = True

    def others(self, holding: int, row: int) -> list[int]:
        """Holdings at the other end; none where what came is not seen to be anybody's."""
        peer = int(self._index.link[row]) ^ holding
        if not self._index.mark[row] & CLOSE or not self._index.address(peer):
            return [peer]
        last = self._index.transaction(row)[1]
        if last not in self._settled and len(self._settled) == MOST_SETTLED:
            self.complete = False
            return []
        self._settled.add(last)
        deal = self._deals.at(-row if self._backward else row, self._backward)
        return deal.payers(holding) if deal else [peer]


def evidence(snapshot: Snapshot, address: bytes, reasons: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A way for every reason of a screening, given as data, that rests on exposure, in each of its assets."""
    return [
        {
            "rule": reason["rule"],
            "direction": reason["direction"],
            "asset": amount["asset"],
            "complete": found.complete,
            "movements": content(snapshot, found),
        }
        for reason in reasons
        if reason["kind"] in ("counterparty", "indirect")
        for amount in reason["amounts"]
        for found in [way(snapshot, address, reason["direction"], frozenset(reason["categories"]), amount["asset"])]
    ]


def content(snapshot: Snapshot, found: Way) -> list[dict[str, Any]]:
    """The movements of a way as data."""
    ledger = snapshot.ledger
    known = chain(ledger.chain)
    facts = ledger.facts(found.rows)
    parties = ledger.texts([*facts.sender.tolist(), *facts.recipient.tolist()])
    number = len(found.rows)
    return [
        {
            "transaction": known.hash(tx) if (tx := facts.tx[n]) is not None else None,
            "time": format_time(int(facts.time[n])) if facts.time[n] != NONE else None,
            "from": parties[n],
            "to": parties[number + n],
            "amount": snapshot.worth.text(ledger.assets[int(facts.asset[n])].key, facts.amount[n]),
            "symbol": ledger.assets[int(facts.asset[n])].symbol,
        }
        for n in range(number)
    ]


def _movements(snapshot: Snapshot, holding: int, direction: Direction, last: Step | None) -> tuple[list[int], bool]:
    """The rows by which value came before (or left after) the last step, the nearest in time first; whether all."""
    index = snapshot.ledger.index
    entries = index.entries[int(index.start[holding]) : int(index.start[holding + 1])]
    coming = 1 if direction == "source" else 0
    mine = entries[(entries & 1) == coming] >> 1
    if last is not None:
        mine = mine[mine < last.row] if coming else mine[mine > last.row]
    near = mine[::-1] if coming else mine
    return [int(row) for row in near[:MOST_MOVEMENTS]], len(near) <= MOST_MOVEMENTS


def _categories(snapshot: Snapshot, holding: int, row: int) -> set[str]:
    ledger = snapshot.ledger
    [raw] = ledger.addresses([ledger.index.address(holding)])
    if not raw:
        return {"nobody"}
    time = ledger.time(row)
    found = claims(snapshot.labels, raw, time if time != NONE else snapshot.end or 0)
    return {claim.category or "unknown" for claim in found if claim.stands}


def _rows(step: Step | None) -> Iterator[int]:
    while step is not None:
        yield step.row
        step = step.before
