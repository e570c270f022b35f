"""Mixing pools of a ledger: what was paid in and out, and for one transaction what may belong together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from cointrail.chains import chain, format_address, format_time, to_text
from cointrail.conversions.mixers.pools import Pool
from cointrail.conversions.mixers.pools.history import Deposit, Withdrawal
from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.conversions.mixers.pools.links import linkings
from cointrail.conversions.mixers.pools.weights import TOLD, named
from cointrail.conversions.rate import rate
from cointrail.ledger import Ledger
from cointrail.ledger.assets import registry

SCHEMA = "cointrail/pools/1"
COLUMNS = (
    "pool", "address", "asset", "side", "tx", "block", "time", "party", "amount", "relayer", "fee", "by",
    "anonymity_set", "deposits_since",
)  # fmt: skip
MOST = 20  # candidates that are listed, the likeliest
LIKELY = 0.5
RULE = "pool-"  # before the name of a clue in the table of measured rates


class Pools:
    """The pools of one ledger as data that can be written as JSON."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.found = linkings(ledger)
        ids = {one.depositor for link in self.found.values() for one in link.history.deposits}
        paid = [one for link in self.found.values() for one in link.history.withdrawals]
        ids |= {who for one in paid for who in (one.recipient, one.relayer)}
        listed = sorted(ids)
        self._texts = dict(zip(listed, ledger.texts(listed), strict=True))
        self._known = registry(ledger.path, ledger.chain)

    def overview(self) -> dict[str, Any]:
        """Every pool with its counts, and all deposits and withdrawals in order."""
        return {
            "schema": SCHEMA,
            "chain": self._ledger.chain,
            "pools": [self._pool(pool, link) for pool, link in self.found.items()],
            "transactions": list(self.rows()),
        }

    def rows(self) -> Iterable[dict[str, Any]]:
        """The deposits and withdrawals of all pools, in the order of the ledger."""
        told: list[tuple[int, int, dict[str, Any]]] = []
        for pool, link in self.found.items():
            told += [(d.row, d.place, self._deposit(pool, link, n)) for n, d in enumerate(link.history.deposits)]
            told += [(w.row, w.place, self._withdrawal(pool, link, n)) for n, w in enumerate(link.history.withdrawals)]
        return (row for _, _, row in sorted(told, key=lambda one: one[:2]))

    def one(self, tx: bytes) -> dict[str, Any] | None:
        """One transaction's deposits and withdrawals with their candidates; None where it has none."""
        found = []
        for pool, link in self.found.items():
            for number, deposit in enumerate(link.history.deposits):
                if deposit.tx == tx:
                    chances = link.column(number)
                    found.append({**self._deposit(pool, link, number), **self._becomes(pool, link, number, chances)})
            for number, withdrawal in enumerate(link.history.withdrawals):
                if withdrawal.tx == tx:
                    found.append({**self._withdrawal(pool, link, number), **self._origins(pool, link, number)})
        if not found:
            return None
        return {"schema": SCHEMA, "chain": self._ledger.chain, "tx": f"0x{tx.hex()}", "transactions": found}

    def _pool(self, pool: Pool, link: Linking) -> dict[str, Any]:
        history = link.history
        likely = {number for number, _, chance in link.claims() if chance >= LIKELY}
        return {
            "pool": pool.name,
            "address": format_address(pool.address),
            "asset": self._asset(pool),
            "denomination": self._amount(pool, pool.denomination),
            "deposits": len(history.deposits),
            "depositors": len({one.depositor for one in history.deposits}),
            "withdrawals": len(history.withdrawals),
            "recipients": len({one.recipient for one in history.withdrawals}),
            "relayed": sum(one.relayed for one in history.withdrawals),
            "complete": history.whole,
            "unseen": max((window.unseen for window in link.windows), default=0),
            "likely": len(likely),
            "source": pool.source,
        }

    def _deposit(self, pool: Pool, link: Linking, number: int) -> dict[str, Any]:
        one = link.history.deposits[number]
        return {
            **self._told(pool, "deposit", one),
            "party": self._texts[one.depositor],
            "amount": self._amount(pool, pool.denomination),
            "relayer": None,
            "fee": None,
            "by": one.by,
            "anonymity_set": None,
            "deposits_since": len(link.history.deposits) - number - 1,
        }

    def _withdrawal(self, pool: Pool, link: Linking, number: int) -> dict[str, Any]:
        one, window = link.history.withdrawals[number], link.windows[number]
        return {
            **self._told(pool, "withdrawal", one),
            "party": self._texts[one.recipient],
            "amount": self._amount(pool, one.paid),
            "relayer": self._texts[one.relayer] if one.relayer else None,
            "fee": self._amount(pool, one.fee),
            "by": one.by,
            "anonymity_set": window.size,
            "deposits_since": len(link.history.deposits) - window.behind,
        }

    def _told(self, pool: Pool, side: str, one: Deposit | Withdrawal) -> dict[str, Any]:
        return {
            "pool": pool.name,
            "address": format_address(pool.address),
            "asset": self._asset(pool),
            "side": side,
            "tx": f"0x{one.tx.hex()}" if one.tx else None,
            "block": one.block,
            "time": None if one.time is None else format_time(one.time),
        }

    def _origins(self, pool: Pool, link: Linking, number: int) -> dict[str, Any]:
        """The depositors that a withdrawal may be of, the likeliest first."""
        chances, missing = link.row(number)
        window = link.windows[number]
        deposits = link.history.deposits[window.first : window.behind]
        by: dict[tuple[int, int], list[int]] = {}
        for place, one in enumerate(deposits):
            by.setdefault((one.depositor, 0 if one.depositor else place), []).append(place)
        ranked = sorted(by.values(), key=lambda places: (-float(chances[places].sum()), places[0]))
        listed = []
        for places in ranked[:MOST]:
            best = max(places, key=lambda place: (chances[place], place))
            one = deposits[best]
            bits = link.clues.who.get((number, one.depositor), 0)
            for place in places:
                bits |= link.clues.which.get((number, window.first + place), 0)
            listed.append(
                {
                    "depositor": self._texts[one.depositor],
                    "chance": float(chances[places].sum()),
                    "deposits": len(places),
                    "tx": f"0x{one.tx.hex()}" if one.tx else None,
                    "time": None if one.time is None else format_time(one.time),
                    "evidence": self._evidence(bits),
                }
            )
        rest = ranked[MOST:]
        return {
            "complete": link.history.whole,
            "unseen": window.unseen,
            "in_pool": window.left,
            "candidates": listed,
            "others": len(rest),
            "others_chance": float(sum(chances[places].sum() for places in rest)),
            "unseen_chance": missing,
        }

    def _becomes(self, pool: Pool, link: Linking, number: int, chances: Any) -> dict[str, Any]:
        """The withdrawals that a deposit may have become, the likeliest first."""
        ranked = [place for place in np.argsort(-chances, kind="stable").tolist() if chances[place] > 0]
        depositor = link.history.deposits[number].depositor
        listed = []
        for place in ranked[:MOST]:
            bits = link.clues.who.get((place, depositor), 0) | link.clues.which.get((place, number), 0)
            row = self._withdrawal(pool, link, place)
            kept = {name: row[name] for name in ("tx", "time", "party", "amount", "relayer")}
            listed.append({**kept, "chance": float(chances[place]), "evidence": self._evidence(bits)})
        return {
            "complete": link.history.whole,
            "candidates": listed,
            "others": len(ranked[MOST:]),
            "others_chance": float(chances[ranked[MOST:]].sum()),
        }

    def _evidence(self, bits: int) -> list[dict[str, Any]]:
        return [
            {"clue": clue, "says": TOLD[clue], "rate": str(told) if (told := rate(RULE + clue)) else None}
            for clue in named(bits)
        ]

    def _amount(self, pool: Pool, units: int) -> str:
        if pool.asset:
            known = self._known.get(pool.asset)
            return to_text(units, known.decimals if known else 0)
        return to_text(units, chain(pool.chain).decimals)

    def _asset(self, pool: Pool) -> str:
        if not pool.asset:
            return chain(pool.chain).native_symbol
        known = self._known.get(pool.asset)
        return known.symbol if known else pool.asset


def cells(rows: Iterable[Mapping[str, Any]]) -> Sequence[tuple[str, ...]]:
    """Rows as the cells of a CSV file."""
    return [tuple("" if row[name] is None else str(row[name]) for name in COLUMNS) for row in rows]
