"""CoinJoins on the way of a walk. Whose output is whose nobody can say, so a walk ends there, and for each output it is
told how much of it can be stolen."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from cointrail.chains import to_text
from cointrail.conversions.mixers import Join, Transaction, joined
from cointrail.conversions.mixers.coinjoin import TX0
from cointrail.conversions.mixers.spread import Share, spread
from cointrail.conversions.rate import rate
from cointrail.ledger.outputs import PREFIX_BYTES
from cointrail.ledger.rows import Kind
from cointrail.tracing.exit import Stop
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.walk import Flow

MIXER = "mixer"
FEW = 3  # people, and outputs of one value: with fewer it is often a trade or a payment that looks alike on purpose


@dataclass(frozen=True)
class Mix:
    """A CoinJoin: what it is, and the ids of the outputs that it spends and pays, in their order."""

    join: Join
    tx: Transaction
    spent: tuple[int, ...]
    paid: tuple[int, ...]


class Joins:
    """The CoinJoins among the transactions that a walk comes to; each is looked at once.

    The payment before a Whirlpool is none, as all it pays but its fee is its payer's; nor are joins of two.
    """

    def __init__(self, ledgers: Ledgers) -> None:
        self._ledgers = ledgers
        self._found: dict[int, Mix | None] = {}

    def __call__(self, holding: int) -> Stop | None:
        """Why value is not followed through a transaction, given as the holding that it is; None for most."""
        mix = self.mix(holding)
        if mix is None:
            return None
        told = f"CoinJoin, {mix.join.evidence}; whose output is whose is not known: see coinjoins"
        return Stop(MIXER, mix.join.kind, MIXER, told)

    def mix(self, holding: int) -> Mix | None:
        """The CoinJoin that a transaction is."""
        if holding not in self._found:
            number, own = self._ledgers.split(holding)
            _, incoming, amounts, _ = self._ledgers.all[number].index.movements(own)
            paid = sorted(amount for amount, comes in zip(amounts, incoming, strict=True) if not comes)
            alike = any(one == other for one, other in zip(paid, paid[FEW - 1 :], strict=False))
            self._found[holding] = self._look(number, own) if alike else None
        return self._found[holding]

    def _look(self, number: int, own: int) -> Mix | None:
        """The rules need all of a transaction, of which the index has only what carries value."""
        ledger = self._ledgers.all[number]
        index = ledger.index
        row = int(index.movements(own)[0][0])
        facts = ledger.facts(range(*index.transaction(row)))
        spent = [(int(s), a) for s, a, k in zip(facts.sender, facts.amount, facts.kind, strict=True) if k == Kind.INPUT]
        paid = [
            (int(r), a) for r, a, k in zip(facts.recipient, facts.amount, facts.kind, strict=True) if k == Kind.OUTPUT
        ]
        owner = {output: index.owner_of(output) for output, _ in (*spent, *paid)}
        dead = np.isin([owner[output] for output, _ in paid], index.lost).tolist()
        live = [each for each, lost in zip(paid, dead, strict=True) if not lost]
        told = Transaction(
            tuple(None if owner[output] == output and not amount else amount for output, amount in spent),
            tuple(owner[output] for output, _ in spent),
            tuple(amount for _, amount in live),
            tuple(owner[output] for output, _ in live),
            sum(dead),
        )
        join = joined(told)
        if join is None or join.kind == TX0 or join.people < FEW:
            return None
        return Mix(join, told, tuple(output for output, _ in spent), tuple(output for output, _ in live))

    def rows(self, policy: str, flow: Flow) -> list[dict[str, Any]]:
        """The CoinJoins that a walk ended in, as rows of trail.json in the order of its movements."""
        stolen: dict[int, dict[int, int]] = {}
        for move in flow.moves:
            if move.ended and self._ledgers.through(move.recipient) and self._found.get(move.recipient) is not None:
                into = stolen.setdefault(move.recipient, defaultdict(int))
                into[self._ledgers.address(move.sender)[1]] += move.came
        return [self._row(policy, holding, parts) for holding, parts in stolen.items()]

    def _row(self, policy: str, holding: int, parts: Mapping[int, int]) -> dict[str, Any]:
        mix = self._found[holding]
        assert mix is not None
        number, _ = self._ledgers.split(holding)
        ledger = self._ledgers.all[number]
        asset = self._ledgers.assets[self._ledgers.asset(holding)]
        by_place = {place: parts[output] for place, output in enumerate(mix.spent) if output in parts}
        shares: list[Share | None] = (
            list(spread(mix.tx, mix.join, by_place)) if mix.tx.known else [None] * len(mix.paid)
        )
        owners = ledger.texts([ledger.index.owner_of(output) for output in mix.paid])
        numbers = [int.from_bytes(key[PREFIX_BYTES:], "big") for key in ledger.addresses(list(mix.paid))]
        whole = sum(parts.values())
        told = rate(mix.join.kind)

        def text(units: int | Fraction) -> str:
            return to_text(round(units), asset.decimals)

        return {
            "policy": policy,
            "chain": ledger.chain,
            "tx": (self._ledgers.texts([holding])[holding] or "").removeprefix("tx:"),
            "kind": mix.join.kind,
            "evidence": mix.join.evidence,
            "rate": str(told) if told else None,
            "asset": self._ledgers.name(self._ledgers.asset(holding)),
            "stolen": text(whole),
            "outputs": [
                {
                    "address": owner,
                    "output": output,
                    "amount": text(value),
                    "least": text(share.least if share else 0),
                    "expected": text(share.expected) if share else None,
                    "most": text(share.most if share else min(value, whole)),
                }
                for owner, output, value, share in zip(owners, numbers, mix.tx.paid, shares, strict=True)
                if share is None or share.most
            ],
        }
