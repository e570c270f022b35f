"""Joining legs by the bridge's own key, and what the legs that stay alone mean."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from cointrail.conversions.bridges.leg import DEPOSIT, INTERNAL, REFUND, Crossing, Finding, Leg
from cointrail.conversions.bridges.table import Table
from cointrail.conversions.findings import DISAGREEING, EARLY, NO_DEPOSIT, REPLAYED, UNCLAIMED
from cointrail.conversions.keyed import SHARED

KEY = "key"
CROWDED = "crowded_key"
FAR = 1 << 64  # seconds

EVIDENCE = {
    REPLAYED: "the deposit with this key was paid out by another withdrawal; a key pays once",
    DISAGREEING: "the deposit with this key has another recipient, token, amount or chain",
    EARLY: "the deposit with this key came later than this withdrawal, or too short before it",
    NO_DEPOSIT: "no deposit with this key is in the ledgers that should hold it",
    CROWDED: f"more than {SHARED} that differ have this key, or name it in memos: it identifies nothing",
    UNCLAIMED: "no withdrawal with this key is in the ledger that it went to: not paid out yet, or never",
}


def join(table: Table, legs: Sequence[Leg], chains: Sequence[str]) -> tuple[list[Crossing], list[Finding]]:
    """Pair deposits and withdrawals of one bridge with one key: each once, the earliest with the earliest. A key of
    very many deposits that differ, or that very many memos name, joins nothing: anybody may have written it on purpose.
    Orders are joined by `orders`.

    `chains` are those whose legs are all here: only there is a leg without its other side worth a word.
    """
    groups: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
    for place, leg in enumerate(legs):
        if leg.key and leg.status != INTERNAL and not leg.order:
            sides = groups.setdefault((leg.bridge, leg.key), ([], []))
            sides[leg.side != DEPOSIT].append(place)
    links: list[Crossing] = []
    findings: list[Finding] = []
    for (bridge, _), (deposits, withdrawals) in groups.items():
        queues = _queues(legs, deposits)
        if len(queues) > SHARED or (max(len(deposits), len(withdrawals)) > SHARED and _written(legs, withdrawals)):
            firsts = (min(side, key=lambda place: _when(legs[place])) for side in (deposits, withdrawals) if side)
            findings += [_finding(CROWDED, legs[place]) for place in firsts]
            continue
        finality = table.bridges[bridge].finality
        for w in sorted(withdrawals, key=lambda place: _when(legs[place])):
            fits = [queue for queue in queues if agree(table, legs[queue.places[0]], legs[w])]
            ready = [queue.ready(legs[w].time, finality) for queue in fits]
            free = [max(0, count - queue.taken) for queue, count in zip(fits, ready, strict=True)]
            if any(free):
                first = min(
                    (q for q, count in zip(fits, free, strict=True) if count), key=lambda q: _when(legs[q.next])
                )
                links.append(Crossing(first.next, w, KEY, 1.0, sum(free) - 1))
                first.taken += 1
            elif any(ready):
                findings.append(_finding(REPLAYED, legs[w]))
            elif fits:
                findings.append(_finding(EARLY, legs[w]))
            elif deposits:
                findings.append(_finding(DISAGREEING, legs[w]))
            elif legs[w].other_chain in chains:
                findings.append(_finding(NO_DEPOSIT, legs[w]))
        waiting = [place for queue in queues for place in queue.places[queue.taken :]]
        findings += [_finding(UNCLAIMED, legs[d]) for d in sorted(waiting) if legs[d].other_chain in chains]
    return links, findings


def _written(legs: Sequence[Leg], places: Sequence[int]) -> bool:
    """Whether a key stands in memos, and is no number that a contract gave out."""
    return any(legs[place].memo for place in places)


@dataclass
class _Queue:
    """Deposits with one key that differ in time alone, the earliest first: any amount of them is asked about once."""

    places: list[int]
    times: list[int]
    taken: int = 0

    @property
    def next(self) -> int:
        return self.places[self.taken]

    def ready(self, time: int | None, finality: int) -> int:
        """How many of them had come long enough before a time; all of them if it is not known."""
        return len(self.times) if time is None else bisect_right(self.times, time - finality)


def _queues(legs: Sequence[Leg], deposits: Sequence[int]) -> list[_Queue]:
    alike: dict[tuple[object, ...], list[int]] = {}
    for place in sorted(deposits, key=lambda place: _when(legs[place])):
        one = legs[place]
        said = (one.chain, one.other_chain, one.recipient, one.token, one.amount, one.other_token, one.other_amount)
        alike.setdefault(said, []).append(place)
    return [_Queue(places, [_time(legs[place]) for place in places]) for places in alike.values()]


def _time(leg: Leg) -> int:
    """Before all others where it is not known: nothing then says that it was too late."""
    return -FAR if leg.time is None else leg.time


def agree(table: Table, deposit: Leg, withdrawal: Leg) -> bool:
    """Whether two legs with one key can be the two sides of one transfer: nothing that both tell contradicts."""
    if withdrawal.status == REFUND or withdrawal.other_chain == withdrawal.chain:
        return _gives_back(deposit, withdrawal)
    if withdrawal.chain != deposit.other_chain and (deposit.other_chain or withdrawal.chain == deposit.chain):
        return False
    if withdrawal.other_chain not in ("", deposit.chain):
        return False
    if deposit.recipient and withdrawal.recipient and deposit.recipient != withdrawal.recipient:
        return False
    if _is_address(deposit.other_token) and withdrawal.token not in (None, deposit.other_token):
        return False
    if _is_address(withdrawal.other_token) and deposit.token not in (None, withdrawal.other_token):
        return False
    if withdrawal.other_amount is not None and deposit.amount not in (None, withdrawal.other_amount):
        return False
    if deposit.other_amount is not None and withdrawal.amount is not None:
        kept, whole = table.bridges[deposit.bridge].fee.as_integer_ratio()
        enough = withdrawal.amount * whole >= deposit.other_amount * (whole - kept)
        return enough and withdrawal.amount <= max(deposit.other_amount, deposit.amount or 0)
    return True


def _gives_back(deposit: Leg, withdrawal: Leg) -> bool:
    """A refund pays the deposit's own token on the deposit's own chain, and no more than was paid in."""
    if withdrawal.chain != deposit.chain or withdrawal.other_chain not in ("", deposit.chain):
        return False
    if deposit.token is not None and withdrawal.token not in (None, deposit.token):
        return False
    return deposit.amount is None or withdrawal.amount is None or withdrawal.amount <= deposit.amount


def _is_address(token: str | None) -> bool:
    """Whether a token is told as ledgers name it: by its contract, or as the native coin."""
    return token is not None and (token == "" or token.startswith("0x"))


def _when(leg: Leg) -> tuple[int, int, bytes, int]:
    return _time(leg), leg.block or 0, leg.tx, leg.position


def _finding(kind: str, leg: Leg) -> Finding:
    return Finding(kind, leg.chain, leg.tx, leg.time, leg.position, leg.contract, leg.bridge, EVIDENCE[kind])
