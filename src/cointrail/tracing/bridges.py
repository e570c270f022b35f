"""Bridges for a trace: where value that reached a bridge came out again, or which chain and address it went to."""

from collections.abc import Callable, Collection, Mapping, Sequence

from cointrail.conversions.bridges import Crossings
from cointrail.conversions.bridges.leg import DEPOSIT, WITHDRAWAL
from cointrail.conversions.bridges.orders import ORDER_ID
from cointrail.ledger.marks import EVENT
from cointrail.tracing.exit import Exit, Stop
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.legs import Legs
from cointrail.tracing.orders import Paid, Row, paid
from cointrail.tracing.telling import BRIDGE, Crossed, Telling

REMEMBERED = 4096  # transactions

Ends = Callable[[int, int, int, int], list[Exit]]


class Bridges:
    """Where value goes on from a bridge, an order or a swapper.

    `rows(key)` gives the movements of a transaction, `ends(number, key, party, asset)` the other side of what a party
    took in it (forward: paid in it), as exits that the walk can go on from; `kept(payment, key)` where the payment of
    an order went in its transaction, empty where its asset is not followed. `wallets`: holdings whose movements are
    legs, though no event tells of them, and of which bridge. `gates`: holdings at which some movements are legs of a
    swapper's: what no link leads on from there goes where it went.
    """

    def __init__(
        self,
        ledgers: Ledgers,
        backward: bool,
        find: Callable[[], Crossings],
        rows: Callable[[int], list[Row]],
        ends: Ends,
        kept: Callable[[Paid, int], list[Exit]],
        wallets: Mapping[int, str],
        gates: Collection[int],
    ) -> None:
        self._ledgers, self._backward, self._rows, self._ends, self._kept = ledgers, backward, rows, ends, kept
        self.legs = Legs(ledgers, backward, find, rows, {*wallets, *gates})
        self._telling = Telling(ledgers, self.legs, backward)
        self._paid: dict[tuple[int, int], list[Paid]] = {}  # by ledger and first row
        self._wallets, self._gates = wallets, gates
        self.used: dict[int, None] = {}  # links that were followed
        # legs with candidates: where the trail stops for them, and why; None: for what is known of the address
        self.open: dict[int, tuple[int, Stop | None]] = {}

    @property
    def asked(self) -> bool:
        """Whether the trace came upon events, so that legs and links were looked for."""
        return self.legs.asked

    @property
    def crossings(self) -> Crossings:
        """All legs and links of the ledgers."""
        return self.legs.crossings

    def crossed(self, link: int) -> Crossed:
        """What is to be said of a link."""
        return self._telling.crossed(link)

    def takes(self, holding: int) -> bool:
        """Whether what reaches a holding may have gone over a bridge or through a swapper, though no event tells."""
        return holding in self._wallets or holding in self._gates

    def paid(self, key: int) -> list[Paid]:
        """The payments of orders in a transaction, in the order of their events; most transactions have none."""
        number, first, _ = self._ledgers.transaction(key)
        if not self._ledgers.all[number].index.mark[first] & EVENT or (number, first) not in self.legs.told:
            return []
        found = self._paid.get((number, first))
        if found is None:
            if len(self._paid) >= REMEMBERED:
                self._paid.clear()
            links, legs = self.legs.crossings.link_of, self.legs.crossings.legs
            places = [
                place
                for place in self.legs.of[self.legs.told[number, first]]
                if legs[place].side == WITHDRAWAL and legs[place].order and place in links
            ]
            rows = self._rows(key) if places else []
            found = self._paid[number, first] = paid(self._ledgers, number, rows, [(n, legs[n]) for n in places])
        return found

    def before(self, one: Paid, first: int, behind: int, out: Exit) -> list[Exit]:
        """Backward: where the units [first, behind) of an order's payment came from; they are the outflow `out`."""
        return self._go(one.place, 0, one.amount, first, behind, out.start, out.start + out.size, out, first)

    @property
    def _side(self) -> str:
        """The side of a bridge that a walk comes to."""
        return WITHDRAWAL if self._backward else DEPOSIT

    def over(self, out: Exit) -> list[Exit]:
        """An exit that leads to a bridge, led on over it; any other as it is."""
        if self._ledgers.by_outputs(out.holding):
            return self._over_output(out)
        number, first, _ = self._ledgers.transaction(out.key)
        known = self.legs.told.get((number, first))
        if known is None:
            return [self._beside(out, ())] if self.takes(out.holding) else [out]
        places = [place for place in self.legs.of.get(known, ()) if self.legs.crossings.legs[place].side == self._side]
        spans = self.legs.spans(number, out.key, out.holding, places)
        if not spans:
            return [self._beside(out, places)]
        base = out.at if out.rule else self.legs.before(out)
        found: list[Exit] = []
        for place, first, behind in spans:
            low, high = max(first, base), min(behind, base + out.amount)
            if low >= high:
                continue
            start, end = (out.start + (at - base) * out.size // out.amount for at in (low, high))
            found += self._go(place, first, behind, low, high, start, end, out, base)
        return _whole(found, out)

    def _over_output(self, out: Exit) -> list[Exit]:
        """The same where value is paid between outputs: an output is one leg, or none."""
        place = self.legs.paying.get((*self._ledgers.row(out.key), self._side))
        if place is None:
            return [out]
        return self._go(place, 0, out.amount, 0, out.amount, 0, out.size, out, 0)

    def _beside(self, out: Exit, places: Sequence[int]) -> Exit:
        """What is paid to a bridge in another asset than that of the deposit is the price of the deposit."""
        number, address = self._ledgers.address(out.holding)
        for place in places:
            leg = self.legs.crossings.legs[place]
            own = {self.legs.known(number, one) for one in (leg.contract, leg.vault) if one is not None}
            beside = address in own and not leg.custodial
            if beside and self.legs.asset(number, leg) != self._ledgers.asset(out.holding):
                return out._replace(stop=Stop(BRIDGE, leg.bridge, BRIDGE, f"{leg.bridge}: paid beside a deposit"))
        if name := self._wallets.get(out.holding):
            way = "came from" if self._backward else "went to"
            return out._replace(stop=Stop(BRIDGE, name, BRIDGE, f"{name}: {way} another chain, which is not told"))
        return out

    def _go(
        self, place: int, first: int, behind: int, low: int, high: int, start: int, end: int, out: Exit, base: int
    ) -> list[Exit]:
        """The part [low, high) of what a bridge took for one leg, [first, behind), led on."""
        link = self.legs.crossings.link_of.get(place)
        landed = [] if link is None else self._landing(link)
        if link is None or not landed:
            custodial = link is None and self.legs.crossings.legs[place].custodial
            stop = None if custodial else self._telling.stop(place)  # None: whatever is known of the address
            if custodial or (link is None and place in self.legs.crossings.candidates_of):
                self.open[place] = out.holding, stop
            return [out._replace(start=start, size=end - start, at=out.at + low - base, amount=high - low, stop=stop)]
        self.used[link] = None
        whole, size = sum(span.size for span in landed), behind - first
        found, so_far = [], 0
        for span in landed:
            begins, ends = (first + (so_far + at) * size // whole for at in (0, span.size))
            so_far += span.size
            near, far = max(begins, low), min(ends, high)
            if near >= far:
                continue
            cut, behind_cut = (start + (at - low) * (end - start) // (high - low) for at in (near, far))
            left, right = ((at - begins) * span.amount // (ends - begins) for at in (near, far))
            rule = self.legs.crossings.links[link].rule
            found.append(
                Exit(cut, behind_cut - cut, span.holding, span.key, span.at + left, right - left, rule, None, link)
            )
        return found

    def _landing(self, link: int) -> list[Exit]:
        """Where the other leg of a link is in its ledger, in order; empty where its movement is not there."""
        joined = self.legs.crossings.links[link]
        place = joined.deposit if self._backward else joined.withdrawal
        leg = self.legs.crossings.legs[place]
        number = self.legs.numbers.get(leg.chain)
        if joined.rule == ORDER_ID and not self._backward:
            return [] if number is None else self._payment(number, place)
        if number is not None and self._ledgers.all[number].index.outputs:
            return self._output(number, place)
        if number is None:
            return []
        first = self.legs.first.get((number, leg.tx))
        if first is None:  # a leg that is a movement, of which no event tells
            first = next(iter(self._ledgers.all[number].transaction(leg.tx)), None)
        if first is None:
            return []
        _, behind = self._ledgers.all[number].index.transaction(first)
        key = self._ledgers.key(number, behind - 1) * (-1 if self._backward else 1)
        party = self.legs.party(number, key, place)
        if party is None:
            return []
        asset = self.legs.asset(number, leg)
        legs = [p for p in self.legs.of[number, leg.tx] if self.legs.crossings.legs[p].side == leg.side]
        mine = next(
            ((first, behind) for p, first, behind in self.legs.spans(number, key, party, legs) if p == place), None
        )
        if mine is None or asset is None:
            return []
        found = []
        for span in self._ends(number, key, party, asset):
            low, high = max(span.start, mine[0]), min(span.start + span.size, mine[1])
            if low < high:
                at, behind = ((x - span.start) * span.amount // span.size for x in (low, high))
                found.append(span._replace(start=low, size=high - low, at=span.at + at, amount=behind - at))
        return found

    def _payment(self, number: int, place: int) -> list[Exit]:
        """Where the payment of an order went; empty where its movement is not there."""
        first = self.legs.first.get((number, self.legs.crossings.legs[place].tx))
        if first is None:
            return []
        key = self._ledgers.key(number, first)
        return next((self._kept(one, key) for one in self.paid(key) if one.place == place), [])

    def _output(self, number: int, place: int) -> list[Exit]:
        """The output of a leg on an output-based chain (backward: the transaction that pays it)."""
        row = self.legs.payer.get(place)
        if row is None:
            return []
        ledger = self._ledgers.all[number]
        facts = ledger.facts([row])
        side = int((facts.sender if self._backward else facts.recipient)[0])
        holding = self._ledgers.holding(number, side, int(facts.asset[0]))
        key = self._ledgers.key(number, row) * (-1 if self._backward else 1)
        amount = facts.amount[0]
        return [] if holding is None else [Exit(0, amount, holding, key, 0, amount)]


def _whole(found: list[Exit], out: Exit) -> list[Exit]:
    """The exits with what they leave out of the outflow going where it went before."""
    kept, at = [], out.start
    for one in [*sorted(found, key=lambda one: one.start), Exit(out.start + out.size, 0, out.holding, out.key, 0, 0)]:
        if one.start > at:
            place, behind = ((x - out.start) * out.amount // out.size for x in (at, one.start))
            kept.append(out._replace(start=at, size=one.start - at, at=out.at + place, amount=behind - place))
        if one.size:
            kept.append(one)
        at = max(at, one.start + one.size)
    return kept
