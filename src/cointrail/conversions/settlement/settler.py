"""Settlement of the transactions of a ledger: movements from its index, what it knows of assets as terms."""

from collections.abc import Callable, Collection
from fractions import Fraction
from functools import cached_property

from cointrail.chains import wrapped
from cointrail.chains.asset import NATIVE
from cointrail.conversions.settlement.movement import Movement
from cointrail.conversions.settlement.settle import Settled, Terms, settle
from cointrail.ledger import Ledger
from cointrail.ledger.marks import CLOSE

NOBODY = 0  # address id: fees go there and rewards come from there
ZERO = bytes(20)  # of tokens, issue comes from here and destruction goes here (ERC-20)

Row = tuple[int, int, int, int]  # row, sender and recipient as holdings, amount
Worth = Callable[[int, int], Fraction | None]


class Settler:
    """Settles transactions of one ledger that its index keeps close; addresses and assets by their ids in it.

    `counts` says of an asset's id whether it buys anything: by default, whether somebody vouches for it.
    """

    def __init__(self, ledger: Ledger, counts: Callable[[int], bool] | None = None) -> None:
        self._ledger, self._index = ledger, ledger.index
        self._counts = counts or (lambda asset: ledger.assets[asset].verified)
        self._issuers: dict[int, int | None] = {}
        self._read: tuple[int, list[Row]] = (-1, [])  # the transaction that was read last, by its first row

    @cached_property
    def zero(self) -> int | None:
        """The id of the zero address; None where the ledger does not have it."""
        return self._ledger.address_id(ZERO)

    def rows(self, first: int, behind: int) -> list[Row]:
        """The movements of a transaction, fees and rewards apart, in order."""
        if self._read[0] != first:  # bridges ask for what was just settled
            self._read = first, self._rows(first, behind)
        return self._read[1]

    def _rows(self, first: int, behind: int) -> list[Row]:
        index = self._index
        found = index.parties(first, behind) if index.mark[first] & CLOSE else self._plain(first, behind)
        amounts = index.amounts([row for row, _, _ in found])
        return [
            (row, sender, recipient, amount)
            for (row, sender, recipient), amount in zip(found, amounts, strict=True)
            if index.address(sender) != NOBODY and index.address(recipient) != NOBODY
        ]

    def _plain(self, first: int, behind: int) -> list[tuple[int, int, int]]:
        """Row, sender and recipient where the index does not keep them close: in transactions of one asset."""
        sides = self._ledger.sides(first, behind)
        held = [(self._index.holding(one, asset), self._index.holding(other, asset)) for one, other, asset in sides]
        amounts = self._index.amounts(list(range(first, behind)))
        return [
            (row, one, other)
            for row, amount, (one, other) in zip(range(first, behind), amounts, held, strict=True)
            if amount and one is not None and other is not None
        ]

    def movements(self, first: int, behind: int, without: Collection[int] = ()) -> list[Movement]:
        """The same by addresses, but for the rows `without`."""
        index = self._index
        return [
            Movement(index.address(sender), index.address(recipient), index.asset(sender), amount)
            for row, sender, recipient, amount in self.rows(first, behind)
            if row not in without
        ]

    def settle(
        self,
        first: int,
        behind: int,
        robbed: Collection[int] = (),
        value: Worth = lambda asset, amount: None,
        without: Collection[int] = (),
    ) -> Settled:
        """The transaction of the rows `first` to `behind`, settled; rows `without` are left out."""
        terms = Terms(self._counts, self.form, self.issuer, self.zero, value, self.wraps)
        return settle(self.movements(first, behind, without), terms, robbed)

    def issuer(self, asset: int) -> int | None:
        """The address id of an asset's contract; None where it is not in the ledger."""
        if asset not in self._issuers:
            contract = self._ledger.assets[asset].contract
            self._issuers[asset] = self._ledger.address_id(bytes.fromhex(contract[2:])) if contract else None
        return self._issuers[asset]

    def wraps(self, asset: int) -> int | None:
        """The coin that an asset wraps one for one, as WETH9 does; None for others."""
        return self._wraps.get(asset)

    @cached_property
    def _wraps(self) -> dict[int, int]:
        assets, known = self._ledger.assets, wrapped(self._ledger.chain)
        coin = next((n for n, asset in enumerate(assets) if asset.key == NATIVE), None)
        if coin is None:
            return {}
        return {
            n: coin
            for n, asset in enumerate(assets)
            if asset.contract
            and asset.form_of == assets[coin].symbol
            and (asset.origin == "user" or bytes.fromhex(asset.contract[2:]) in known)
        }

    def form(self, asset: int) -> str:
        """The coin that an asset is or stands for; "" where that is not known."""
        known = self._ledger.assets[asset]
        return known.form_of or (known.symbol if known.origin == "native" else "")
