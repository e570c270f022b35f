"""What is strange in the transactions that stolen value went through, said with where it was seen."""

from collections.abc import Mapping
from typing import Any

from cointrail.chains import chain, format_time
from cointrail.conversions.settlement.piece import PAYEE
from cointrail.conversions.settlement.settle import ODD_RATE, UNVERIFIED
from cointrail.tracing.ledgers import Fact
from cointrail.tracing.tracer import Trail

OTHER = "swap_pays_another"
DETAILS = {
    OTHER: "a swap was paid out to another address than the one that paid for it; it is not said that one owns both",
    ODD_RATE: "what came back was worth less than half or more than twice of what was given: a payment, not a swap",
    UNVERIFIED: "what came back for it is a token that nobody vouches for: it counts as a payment, not as a swap",
}


class Findings:
    """The findings of a trail, as rows of trail.json."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail

    def rows(self) -> list[dict[str, Any]]:
        """Each finding once, in order of chain, time and kind."""
        rows = [*self._noted(), *self._others(), *self._bridged()]
        found = {tuple(row.values()): row for row in rows}
        return sorted(found.values(), key=lambda row: tuple(str(cell or "") for cell in _order(row)))

    def _noted(self) -> list[dict[str, Any]]:
        passages, ledgers = self._trail.passages, self._trail.ledgers
        if passages is None:
            return []
        facts = ledgers.facts([key for key, _, _, _ in passages.notes])
        texts = ledgers.texts([holding for _, holding, _, _ in passages.notes])
        return [
            self._row(kind, asset, facts[key], texts[holding], f"{DETAILS[kind]} ({ledgers.name(asset)})")
            for key, holding, kind, asset in passages.notes
        ]

    def _others(self) -> list[dict[str, Any]]:
        ledgers = self._trail.ledgers
        moves = [move for flow in self._trail.flows.values() for move in flow.moves if move.rule == PAYEE]
        texts = ledgers.texts(sorted({side for move in moves for side in (move.sender, move.recipient)}))
        return [
            self._row(
                OTHER,
                ledgers.asset(move.sender),
                self._trail.facts[abs(move.key)],
                texts[move.recipient],
                f"{DETAILS[OTHER]} ({texts[move.sender]})",
            )
            for move in moves
        ]

    def _bridged(self) -> list[dict[str, Any]]:
        """What the bridges' events show in transactions that the trail touched."""
        passages = self._trail.passages
        if passages is None or passages.bridges is None or not passages.bridges.asked:
            return []
        touched = {fact.tx for fact in self._trail.facts.values() if fact.tx}
        return [
            {
                "kind": one.kind,
                "chain": one.chain,
                "tx": chain(one.chain).hash(one.tx),
                "time": None if one.time is None else format_time(one.time),
                "address": chain(one.chain).address(one.contract),
                "detail": one.detail,
            }
            for one in passages.bridges.crossings.findings
            if one.tx in touched
        ]

    def _row(self, kind: str, asset: int, fact: Fact, address: str | None, detail: str) -> dict[str, Any]:
        return {
            "kind": kind,
            "chain": self._trail.ledgers.chain_of(asset),
            "tx": chain(self._trail.ledgers.chain_of(asset)).hash(fact.tx) if fact.tx else None,
            "time": None if fact.time is None else format_time(fact.time),
            "address": address,
            "detail": detail,
        }


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["chain"], row["time"], row["kind"], row["tx"], row["address"], row["detail"]
