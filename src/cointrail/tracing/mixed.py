"""Stolen value that went into mixing pools, and who may have got it out again. Listed, not followed.

Which withdrawal is whose nobody can say; what each recipient has got at least and at most follows from counting alone,
and what may be expected from the chances of the links.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from cointrail.chains import format_address, format_time, to_text
from cointrail.conversions.mixers.pools import Pool
from cointrail.conversions.mixers.pools.history import Withdrawal
from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.conversions.mixers.pools.links import linkings
from cointrail.conversions.mixers.pools.weights import TOLD, named
from cointrail.ledger import Ledger
from cointrail.tracing.tracer import Trail

MIXER = "mixer"  # the category of labels of pools and routers
MOST = 20  # candidates of a deposit, and recipients of a pool, that are listed: the likeliest
UNLIKELY = 1e-6  # chances below this are not worth a line


@dataclass
class Stolen:
    """What of a pool's deposits is stolen, in smallest units, by their places."""

    pool: Pool
    linking: Linking
    parts: dict[int, int] = field(default_factory=dict)


class Mixed:
    """The pools that a trail ends at."""

    def __init__(self, trail: Trail) -> None:
        self._trail, self._ledgers = trail, trail.ledgers
        self._known: dict[int, dict[Pool, Linking]] = {}

    def rows(self) -> list[dict[str, Any]]:
        """The pools as rows of trail.json, policy by policy; none where the walk went backward."""
        if self._trail.theft.backward:
            return []
        return [
            self._row(policy, self._ledgers.all[number], one)
            for policy in self._trail.flows
            for number, ended in sorted(self._ended(policy).items())
            for one in self._stolen(number, ended)
        ]

    def _ended(self, policy: str) -> dict[int, dict[bytes, dict[int, int]]]:
        """What ended at mixers: by ledger and transaction, by whoever paid it, in smallest units."""
        flow = self._trail.flows[policy]
        mixers = {end.holding for end in flow.endpoints.values() if end.stop.category == MIXER}
        found: dict[int, dict[bytes, dict[int, int]]] = {}
        for move in flow.moves:
            tx = self._trail.facts[abs(move.key)].tx
            if move.ended and move.recipient in mixers and tx:
                number, who = self._ledgers.address(move.sender)
                by = found.setdefault(number, {}).setdefault(tx, defaultdict(int))
                by[who] += move.came if move.rule else move.stolen
        return found

    def _stolen(self, number: int, ended: Mapping[bytes, Mapping[int, int]]) -> list[Stolen]:
        """The stolen deposits of each pool. Of one payer's in one transaction the first are filled first."""
        if number not in self._known:
            self._known[number] = linkings(self._ledgers.all[number])
        found = [Stolen(pool, linking) for pool, linking in self._known[number].items()]
        left = {tx: dict(by) for tx, by in ended.items()}
        for one in found:
            for place, deposit in enumerate(one.linking.history.deposits):
                by = left.get(deposit.tx or b"")
                if not by:
                    continue
                who = deposit.depositor if deposit.depositor in by else next(iter(by))
                part = min(by[who], one.pool.denomination)
                if part:
                    one.parts[place] = part
                    by[who] -= part
        return [one for one in found if one.parts]

    def _row(self, policy: str, ledger: Ledger, one: Stolen) -> dict[str, Any]:
        pool, linking = one.pool, one.linking
        columns = {place: linking.column(place) for place in one.parts}
        recipients = self._recipients(ledger, one, columns)
        return {
            "policy": policy,
            "chain": pool.chain,
            "pool": pool.name,
            "address": format_address(pool.address),
            "complete": linking.history.whole,
            "stolen": self._amount(ledger, pool, sum(one.parts.values())),
            "deposits": [self._deposit(ledger, one, place, columns[place]) for place in sorted(one.parts)],
            "recipients": recipients[:MOST],
            "more_recipients": len(recipients[MOST:]),
        }

    def _deposit(self, ledger: Ledger, one: Stolen, place: int, chances: Any) -> dict[str, Any]:
        linking = one.linking
        deposit = linking.history.deposits[place]
        ranked = [n for n in np.argsort(-chances, kind="stable").tolist() if chances[n] >= UNLIKELY]
        listed = [linking.history.withdrawals[n] for n in ranked[:MOST]]
        texts = ledger.texts([deposit.depositor, *(each.recipient for each in listed)])
        return {
            "tx": f"0x{deposit.tx.hex()}" if deposit.tx else None,
            "time": _time(deposit.time),
            "depositor": texts[0],
            "stolen": self._amount(ledger, one.pool, one.parts[place]),
            "candidates": [
                {
                    "tx": f"0x{each.tx.hex()}" if each.tx else None,
                    "time": _time(each.time),
                    "recipient": text,
                    "amount": self._amount(ledger, one.pool, each.paid),
                    "chance": round(float(chances[n]), 6),
                    "evidence": [TOLD[clue] for clue in named(_bits(linking, n, deposit.depositor, place))],
                }
                for n, each, text in zip(ranked[:MOST], listed, texts[1:], strict=True)
            ],
            "more_candidates": len(ranked[MOST:]),
        }

    def _recipients(self, ledger: Ledger, one: Stolen, columns: Mapping[int, Any]) -> list[dict[str, Any]]:
        """Who may have got some of it, most expected first."""
        paid: dict[int, list[int]] = {}
        some = np.sum([column >= UNLIKELY for column in columns.values()], axis=0)
        for n in np.flatnonzero(some).tolist():
            paid.setdefault(one.linking.history.withdrawals[n].recipient, []).append(n)
        found = []
        for who, numbers in paid.items():
            least, most = bounds(one, numbers)
            expected = round(sum((self._expected(one, n, columns) for n in numbers), Fraction(0)))
            found.append((who, numbers, least, most, min(max(expected, least), most)))
        texts = dict(zip(paid, ledger.texts(list(paid)), strict=True))
        ranked = sorted(found, key=lambda row: (-row[4], -row[3], texts[row[0]] or ""))
        return [
            {
                "address": texts[who],
                "withdrawals": len(numbers),
                "least": self._amount(ledger, one.pool, least),
                "expected": self._amount(ledger, one.pool, expected),
                "most": self._amount(ledger, one.pool, most),
            }
            for who, numbers, least, most, expected in ranked
        ]

    def _expected(self, one: Stolen, number: int, columns: Mapping[int, Any]) -> Fraction:
        paid = one.linking.history.withdrawals[number].paid
        chance = sum((Fraction(float(columns[d][number])) * part for d, part in one.parts.items()), Fraction(0))
        return chance * paid / one.pool.denomination

    def _amount(self, ledger: Ledger, pool: Pool, units: int) -> str:
        number = next(place for place, asset in enumerate(ledger.manifest.assets) if asset.key.lower() == pool.asset)
        return to_text(units, ledger.assets[number].decimals)


def bounds(one: Stolen, numbers: Sequence[int]) -> tuple[int, int]:
    """What a recipient of some withdrawals can have got of the stolen deposits at least and at most, in smallest units.

    At least what is left if every deposit that is not stolen whole, and could be one of these withdrawals, is; which
    can only be said where all deposits are known. At most as many of the stolen ones as there are withdrawals.
    """
    linking, denomination = one.linking, one.pool.denomination
    windows = [linking.windows[n] for n in numbers]
    paid = sorted(_paid(linking.history.withdrawals, numbers))
    able = [part for d, part in one.parts.items() if any(window.first <= d < window.behind for window in windows)]
    largest = sorted((min(part, paid[-1]) for part in able), reverse=True)[: len(paid)]
    most = min(sum(largest), sum(paid))
    if not linking.history.whole:
        return 0, most
    reach = range(min(window.first for window in windows), max(window.behind for window in windows))
    clean = sum(one.parts.get(place, 0) < denomination for place in reach)
    return min(sum(paid[: max(0, len(paid) - clean)]), most), most


def _paid(withdrawals: Sequence[Withdrawal], numbers: Sequence[int]) -> list[int]:
    return [withdrawals[n].paid for n in numbers]


def _bits(linking: Linking, withdrawal: int, depositor: int, deposit: int) -> int:
    return linking.clues.who.get((withdrawal, depositor), 0) | linking.clues.which.get((withdrawal, deposit), 0)


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else format_time(seconds)
