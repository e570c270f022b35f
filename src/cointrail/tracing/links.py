"""What leads a trace from one ledger into another: bridges, swappers' confirmed payouts, and candidates for others."""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property

from cointrail.conversions.bridges import Crossing, Crossings, Leg, Table, crossings_of, unkeyed
from cointrail.conversions.bridges.leg import WITHDRAWAL
from cointrail.conversions.bridges.unkeyed import coin
from cointrail.conversions.bridges.wallets import held
from cointrail.conversions.swappers import (
    ConfirmedFile,
    Placed,
    Swapper,
    gates,
    legs_of,
    place,
    swappers_of,
    weighed,
)
from cointrail.labels import Labels
from cointrail.ledger.outputs import output_key, transaction_key
from cointrail.prices import Prices
from cointrail.tracing.ledgers import Ledgers


class Links:
    """The legs and links of the ledgers of a trace; found when the first is asked for, or at once with `confirmed`.

    `followed`: whether an asset, by its number in all ledgers, is followed. `wallets` are the holdings of bridges that
    tell nothing by events, `gates` those at which a swapper's legs arrive (backward: which they left). Raises
    InputError where a confirmed link is none.
    """

    def __init__(
        self,
        ledgers: Ledgers,
        labels: Sequence[Labels],
        backward: bool,
        followed: Callable[[int], bool],
        table: Table,
        keyed_only: bool,
        prices: Prices,
        confirmed: Sequence[ConfirmedFile],
    ) -> None:
        self._ledgers, self._backward, self._followed = ledgers, backward, followed
        self._table, self._keyed_only, self._prices = table, keyed_only, prices
        self._confirmed = [row for file in confirmed for row in file.rows]
        self._swappers: list[dict[int, Swapper]] = [
            swappers_of(ledger, said, table) for ledger, said in zip(ledgers.all, labels, strict=True)
        ]
        self.wallets = {} if keyed_only else _wallets(ledgers, table)
        self.gates = self._gates()
        self.notes = self._placed.notes if self._confirmed else []

    def find(self) -> Crossings:
        """All legs, the links between them, and the candidates for other links of bridges."""
        return self._placed.crossings

    def weigh(self, legs: Collection[int]) -> tuple[list[Crossing], list[str]]:
        """The candidates of swappers' legs, by their places, and what there is to know about them."""
        names = {one.name for swappers in self._swappers for one in swappers.values()}
        known = {place for place in legs if self._placed.crossings.legs[place].bridge in names}
        if self._keyed_only or not known:
            return [], []
        return weighed(self._placed.crossings, known, self._coin, self._worth)

    @cached_property
    def _placed(self) -> Placed:
        found = crossings_of(self._ledgers.all, self._table)
        if not self._keyed_only:
            found = unkeyed(self._ledgers.all, found, self._table)
        legs, notes = list(found.legs), list(found.notes)
        for number, swappers in enumerate(self._swappers):
            more, said = legs_of(
                self._ledgers.all[number],
                swappers,
                lambda asset, number=number: self._follows(number, asset),  # type: ignore[misc]
            )
            legs += more
            notes += said
        whole = Crossings(legs, found.links, found.findings, found.candidates, notes)
        return place(self._ledgers.all, whole, self._confirmed, self._follows)

    def _follows(self, number: int, asset: int) -> bool:
        return self._followed(self._ledgers.asset_number(number, asset))

    def _gates(self) -> set[int]:
        found = {
            self._ledgers.joined(number, holding)
            for number, swappers in enumerate(self._swappers)
            for holding in gates(self._ledgers.all[number], swappers, self._backward)
        }
        if self._confirmed:
            legs = self._placed.crossings.legs
            found |= {holding for side in self._placed.sides for holding in self._gate(legs[side])}
        return found

    def _gate(self, leg: Leg) -> list[int]:
        """The holding at which a walk comes to a leg that was confirmed."""
        number = next(n for n, ledger in enumerate(self._ledgers.all) if ledger.chain == leg.chain)
        ledger = self._ledgers.all[number]
        known = leg.vault or leg.contract
        if ledger.index.outputs:
            known = transaction_key(leg.tx) if leg.side == WITHDRAWAL else output_key(leg.tx, leg.position)
        own = ledger.address_id(known)
        return [] if own is None else [self._ledgers.joined(number, one) for one in ledger.index.holdings(own)]

    def _coin(self, leg: Leg) -> tuple[str, float] | None:
        """What a leg's asset is one with on other chains, and how many of it: by the symbol that somebody vouches
        for."""
        asset = self._asset(leg)
        if asset is None or not self._ledgers.assets[asset].verified:
            return None
        known = self._ledgers.assets[asset]
        return coin(known), (leg.amount or 0) / 10**known.decimals

    def _worth(self, leg: Leg) -> float | None:
        asset = self._asset(leg)
        if asset is None or leg.time is None or not len(self._prices):
            return None
        worth = self._prices.value(leg.chain, self._ledgers.assets[asset], leg.amount or 0, leg.time)
        return None if worth is None else float(worth)

    def _asset(self, leg: Leg) -> int | None:
        number = next((n for n, ledger in enumerate(self._ledgers.all) if ledger.chain == leg.chain), None)
        return None if number is None or leg.token is None else self._ledgers.asset_of(number, leg.token)


def _wallets(ledgers: Ledgers, table: Table) -> dict[int, str]:
    """The holdings whose movements are legs, and of which bridge."""
    return {
        ledgers.joined(number, holding): wallet.bridge
        for number, ledger in enumerate(ledgers.all)
        for holding, wallet in held(ledger, table).items()
    }
