"""Passages: where value goes on in another way than from a sender to a recipient of the same movement.

In a transaction of several assets settlement says so, see `conversions.settlement`; where value reached a bridge it is
the link to the other side, see `tracing.bridges`.
"""

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction

from cointrail.conversions.bridges import Crossings
from cointrail.conversions.settlement import Movement, Piece, Settled
from cointrail.conversions.settlement.movement import Position, mint
from cointrail.conversions.settlement.piece import UNSEEN, UNWRAP, VAULT
from cointrail.conversions.settlement.settler import Settler
from cointrail.prices import Prices
from cointrail.tracing.account import SETTLED, Account
from cointrail.tracing.bridges import Bridges
from cointrail.tracing.exit import Exit, Stop
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.orders import Paid, Row

REMEMBERED = 4096  # transactions: settled, and read
LED = 1 << 16  # outflows of which it is remembered where they go
NO_PRICES = Prices()
NO_WALLETS: Mapping[int, str] = {}


class Passages:
    """Settlement and bridges for the walks of one trace, in one direction.

    `followed`: whether an asset (by its number in all ledgers) is vouched for or named by the user. `robbed`: the
    victims, as (key of the last row of a transaction of the theft, address id). `find` gives the bridge legs and links
    of the ledgers; without it no bridge is crossed. `wallets`: holdings that are a bridge's; `gates`: those at which
    some movements are a swapper's legs. In what settlement says, addresses and assets have the numbers of their own
    ledger.
    """

    def __init__(
        self,
        ledgers: Ledgers,
        backward: bool,
        followed: Callable[[int], bool],
        robbed: Collection[tuple[int, int]] = (),
        find: Callable[[], Crossings] | None = None,
        prices: Prices = NO_PRICES,
        wallets: Mapping[int, str] = NO_WALLETS,
        gates: Collection[int] = frozenset(),
    ) -> None:
        self._ledgers, self._backward, self.followed = ledgers, backward, followed
        self._robbed, self._prices = frozenset(robbed), prices
        self._settled: dict[int, Settled] = {}
        self._rows: dict[tuple[int, int], list[Row]] = {}  # by ledger and first row
        self._exits: dict[tuple[int, int], list[Exit] | None] = {}  # every walk of a trace asks again
        self.notes: dict[tuple[int, int, str, int], None] = {}  # key, holding, kind, asset: what was strange on the way
        self.bridges: Bridges | None = None
        if find is not None:
            self.bridges = Bridges(ledgers, backward, find, self.rows, self.ends, self.kept, wallets, gates)
        self.settlers = [
            Settler(ledger, lambda asset, number=number: followed(ledgers.asset_number(number, asset)))  # type: ignore[misc]
            for number, ledger in enumerate(ledgers.all)
        ]

    def __call__(self, account: Account, place: int) -> list[Exit] | None:
        """Where an outflow goes, in walking direction; None where it goes to the other side of its movement."""
        key = account.keys[place]
        peer = account.peers[place]
        if peer != SETTLED and not self._bridged(account, key, peer):
            return None
        outflow = (account.holding, key)  # of one transaction a holding has one net outflow, or plain ones by key
        if outflow not in self._exits:
            if len(self._exits) >= LED:
                self._exits.clear()
            self._exits[outflow] = self._lead(account, place)
        return self._exits[outflow]

    def _bridged(self, account: Account, key: int, holding: int) -> bool:
        """Whether what arrives at a holding may have gone over a bridge: events tell of it, or the holding is one's."""
        return self.bridges is not None and (abs(key) in account.told or self.bridges.takes(holding))

    def _lead(self, account: Account, place: int) -> list[Exit] | None:
        """The same, looked up."""
        key = account.keys[place]
        settled = self._settlement(account, place) if account.peers[place] == SETTLED else None
        plain = Exit(0, account.amounts[place], account.peers[place], key, 0, account.amounts[place])
        led = [
            one
            for out in ([plain] if settled is None else settled)
            for one in (self.bridges.over(out) if self._leads_over(account, out) else [out])  # type: ignore[union-attr]
        ]
        return None if led == [plain] else led

    def _leads_over(self, account: Account, out: Exit) -> bool:
        return out.stop is None and out.crossing < 0 and self._bridged(account, out.key, out.holding)

    def _settlement(self, account: Account, place: int) -> list[Exit]:
        """Where the net loss of a transaction went (backward: whose the net gain was)."""
        key, own = account.keys[place], account.holding
        number, who, asset = self._party(own)
        settled = self.settled(key)
        for party, kind, noted in settled.notes:
            if party == who:
                self.notes[abs(key), own, kind, self._ledgers.asset_number(number, noted)] = None
        orders = self._orders(key, own)
        if self._backward:
            mine = [one for one in settled.pieces if (one.gainer, one.got) == (who, asset)]
            found = [self._back(number, key, one, settled.visible) for one in mine]
            found += self._ordered(key, own, orders)
        else:
            mine = [one for one in settled.pieces if (one.loser, one.asset) == (who, asset)]
            found = [self._forth(number, key, one, settled.visible) for one in mine]
            if orders:  # what orders paid leaves first
                found = _behind(found, sum(one.amount for one in orders))
        return _covered([one for one in found if one is not None], account.amounts[place], own, key)

    def _orders(self, key: int, holding: int) -> list[Paid]:
        """What orders paid to a holding in a transaction."""
        return [one for one in self._paid(key) if one.holding == holding]

    def _paid(self, key: int) -> list[Paid]:
        return self.bridges.paid(key) if self.bridges is not None else []

    def _beside(self, key: int, holding: int, orders: Collection[Paid]) -> tuple[int, int]:
        """What a holding gained in a transaction beside orders, and how much of what these paid it passed on in it."""
        apart = {row for one in self._paid(key) for row in one.rows}
        rows = [row for row in self.rows(key) if row.key not in apart]
        came = sum(row.amount for row in rows if row.recipient == holding)
        went = sum(row.amount for row in rows if row.sender == holding)
        return max(0, came - went), min(max(0, went - came), sum(one.amount for one in orders))

    def _ordered(self, key: int, holding: int, orders: Collection[Paid]) -> list[Exit]:
        """Backward: where what a holding kept of the payments of orders came from."""
        more, passed = self._beside(key, holding, orders) if orders else (0, 0)
        found = []
        for one in orders:
            low = max(one.at, passed)
            size = one.at + one.amount - low
            if size > 0 and self.bridges is not None:
                start = more + low - passed
                out = Exit(start, size, holding, key, start, size)
                found += self.bridges.before(one, low - one.at, one.amount, out)
        return found

    def kept(self, one: Paid, key: int) -> list[Exit]:
        """Where the payment of an order went in its transaction: to whom it was paid, or on from there.

        Empty where its asset is not followed: what nobody vouches for is no price.
        """
        if not self.followed(self._ledgers.asset(one.holding)):
            return []
        if not self._ledgers.netted(key):
            return [Exit(0, one.amount, one.holding, self._sign(one.key), 0, one.amount)]
        last, orders = self._ledgers.last_key(abs(key)), self._orders(key, one.holding)
        more, passed = self._beside(key, one.holding, orders)
        found = []
        if one.at < passed:
            number, who, asset = self._party(one.holding)
            for piece in self.settled(key).pieces:
                low, high = max(piece.start, one.at), min(piece.start + piece.size, one.at + one.amount, passed)
                if (piece.loser, piece.asset) == (who, asset) and low < high and piece.rule not in STOPS:
                    out = self._forth(number, last, piece, None)
                    if out is not None:
                        at, end = ((unit - piece.start) * out.amount // out.size for unit in (low, high))
                        found.append(out._replace(start=low - one.at, size=high - low, at=out.at + at, amount=end - at))
        low = max(one.at, passed)
        if low < one.at + one.amount:
            size = one.at + one.amount - low
            found.append(Exit(low - one.at, size, one.holding, last, more + low - passed, size))
        return found

    def settled(self, key: int) -> Settled:
        """The transaction of a movement, settled."""
        last = self._ledgers.last_key(abs(key))
        found = self._settled.get(last)
        if found is None:
            if len(self._settled) >= REMEMBERED:
                self._settled.clear()
            robbed = {address for tx, address in self._robbed if tx == last}
            found = self._settled[last] = self._settle(key, robbed)
        return found

    def _settle(self, key: int, robbed: Collection[int]) -> Settled:
        number, first, behind = self._ledgers.transaction(key)
        time = self._ledgers.time(key) if len(self._prices) else None
        base = self._ledgers.asset_number(number, 0)
        orders = {self._ledgers.row(row)[1] for one in self._paid(key) for row in one.rows}
        return self.settlers[number].settle(
            first, behind, robbed, lambda asset, amount: self.worth(base + asset, amount, time), orders
        )

    def rows(self, key: int) -> list[Row]:
        """The movements of a transaction, fees and rewards apart, in order."""
        ledgers = self._ledgers
        number, first, behind = ledgers.transaction(key)
        found = self._rows.get((number, first))
        if found is None:
            if len(self._rows) >= REMEMBERED:
                self._rows.clear()
            found = self._rows[number, first] = [
                Row(ledgers.key(number, row), ledgers.joined(number, sender), ledgers.joined(number, recipient), amount)
                for row, sender, recipient, amount in self.settlers[number].rows(first, behind)
            ]
        return found

    def movements(self, key: int) -> list[Movement]:
        """The same by addresses and assets of their ledger."""
        number, first, behind = self._ledgers.transaction(key)
        return self.settlers[number].movements(first, behind)

    def ends(self, number: int, key: int, party: int, asset: int) -> list[Exit]:
        """The other side of what a party paid of an asset in a transaction (backward: took), in order."""
        if not self._ledgers.netted(key):
            return self._plainly(key, party, asset)
        _, who, own = self._party(party)
        found = []
        settled = self._settle(key, (who,))
        for one in settled.pieces:
            if self._backward:
                mine = (one.gainer, one.got) == (who, own)
                out = self._back(number, key, one, settled.visible) if mine else None
            else:
                mine = (one.loser, one.asset) == (who, own) and one.rule not in STOPS
                out = self._forth(number, key, one, None) if mine else None
            if out is not None and out.size and out.amount:
                found.append(Exit(out.start, out.size, out.holding, self._sign(out.key), out.at, out.amount))
        return sorted(found, key=lambda one: one.start)

    def _plainly(self, key: int, party: int, asset: int) -> list[Exit]:
        """The same in a transaction that is not settled: movement by movement."""
        found, at = [], 0
        for row in self.rows(key):
            side, other = (row.recipient, row.sender) if self._backward else (row.sender, row.recipient)
            if side == party and self._ledgers.asset(side) == asset:
                found.append(Exit(at, row.amount, other, self._sign(row.key), 0, row.amount))
                at += row.amount
        return found

    def _sign(self, key: int) -> int:
        return -abs(key) if self._backward else abs(key)

    def is_zero(self, holding: int) -> bool:
        """Whether a holding is the zero address's: what it sends is issued, what it gets destroyed."""
        number, address = self._ledgers.address(holding)
        return address == self.settlers[number].zero

    def worth(self, asset: int, amount: int, time: int | None) -> Fraction | None:
        """What an amount of an asset was worth in USD at a time; None without a time or a price."""
        if time is None or not len(self._prices):
            return None
        return self._prices.value(self._ledgers.chain_of(asset), self._ledgers.assets[asset], amount, time)

    def _party(self, holding: int) -> tuple[int, int, int]:
        """Ledger, party of a settlement and asset of a holding."""
        number, address = self._ledgers.address(holding)
        asset = self._ledgers.asset(holding) - self._ledgers.asset_number(number, 0)
        return number, mint(asset) if address == self.settlers[number].zero else address, asset

    def _forth(self, number: int, key: int, one: Piece, visible: Position | None) -> Exit | None:
        """A piece forward; None where the ledger has no movement that shows its end."""
        shown = visible is None or visible.get(one.gainer, {}).get(one.got, 0) >= one.at + one.amount
        holding = self._place(number, one.gainer, one.got) if shown or one.gainer < 0 else None
        if holding is None:
            return None
        return Exit(one.start, one.size, holding, key, one.at, one.amount, one.rule, STOPS.get(one.rule))

    def _back(self, number: int, key: int, one: Piece, visible: Position | None) -> Exit | None:
        """A piece backward; None where the ledger has no movement that shows its beginning."""
        shown = visible is None or -visible.get(one.loser, {}).get(one.asset, 0) >= one.start + one.size
        holding = self._place(number, one.loser, one.asset) if shown else None
        if holding is None or not one.amount:
            return None
        return Exit(one.at, one.amount, holding, key, one.start, one.size, one.rule)

    def _place(self, number: int, party: int, asset: int) -> int | None:
        """The holding of a party of a settlement."""
        zero = self.settlers[number].zero
        return self._ledgers.holding(number, zero if party < 0 and zero is not None else party, asset)


def _behind(found: Collection[Exit | None], units: int) -> list[Exit | None]:
    """Exits of an outflow of which the first units are another's."""
    kept: list[Exit | None] = []
    for one in found:
        if one is None or one.start + one.size <= units:
            continue
        low = max(one.start, units)
        at = (low - one.start) * one.amount // one.size
        size = one.start + one.size - low
        kept.append(one._replace(start=low - units, size=size, at=one.at + at, amount=one.amount - at))
    return kept


def _covered(found: list[Exit], amount: int, holding: int, key: int) -> list[Exit]:
    """The exits with the gaps between them filled: of those units the other side is not seen.

    Of exits that say the same units the first counts: backward, what was taken without a visible return does not say
    which units of all that its taker gained it is.
    """
    out, at = [], 0
    for one in sorted([*found, Exit(amount, 0, holding, key, 0, 0)], key=lambda one: (one.start, one.rule in STOPS)):
        start = min(one.start, amount)
        if start < at:
            continue
        if start > at:
            out.append(Exit(at, start - at, holding, key, at, start - at, UNSEEN, HIDDEN))
        if one.size and one.start < amount:
            out.append(one)
        at = max(at, start + one.size)
    return out


STOPS = {
    VAULT: Stop("vault", detail="paid into a contract that issued a share for it: liquidity, lending or a vault"),
    UNWRAP: Stop("swap", detail="swapped for a wrapped coin and unwrapped; who got the coin is not in the ledger"),
    UNSEEN: Stop("swap", detail="exchanged here; who got what for it is not in the ledger"),
}
HIDDEN = Stop("swap", detail="exchanged; the other side is not in the ledger")
