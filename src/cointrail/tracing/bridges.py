"""Bridges for a trace: where value that reached a bridge came out again, or which chain and address it went to."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from cointrail.chains import chain, format_address
from cointrail.conversions.bridges import Crossings, Leg
from cointrail.conversions.bridges.leg import DEPOSIT, INTERNAL, REFUND, WITHDRAWAL
from cointrail.conversions.bridges.orders import ORDER_ID
from cointrail.conversions.bridges.unkeyed import evidence
from cointrail.ledger.marks import EVENT, FIRST
from cointrail.ledger.outputs import output_key
from cointrail.tracing.exit import Exit, Stop
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.orders import Paid, Row, paid

BRIDGE, ORDER = "bridge", "order"
REMEMBERED = 4096  # transactions
ZERO = bytes(20)
FIRST_OF_EVENT = FIRST | EVENT  # marks of the first row of a transaction of which events tell

Ends = Callable[[int, int, int, int], list[Exit]]


class Crossed(NamedTuple):
    """A bridge link as results show it."""

    bridge: str
    confidence: float | None
    ambiguous: int
    evidence: str


class Bridges:
    """The bridge legs of all ledgers of a trace, and the links between them; decoded when the first is asked for.

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
        self._ledgers, self._backward, self._find, self._rows, self._ends = ledgers, backward, find, rows, ends
        self._numbers = {ledger.chain: number for number, ledger in enumerate(ledgers.all)}
        self._kept = kept
        self._paid: dict[tuple[int, int], list[Paid]] = {}  # by ledger and first row
        self._parties: dict[tuple[int, int], int | None] = {}
        self._ids: dict[tuple[int, bytes], int | None] = {}
        self._wallets, self._gates = wallets, gates
        self.used: dict[int, None] = {}  # links that were followed
        # legs with candidates: where the trail stops for them, and why; None: for what is known of the address
        self.open: dict[int, tuple[int, Stop | None]] = {}

    @property
    def asked(self) -> bool:
        """Whether the trace came upon events, so that legs and links were looked for."""
        return "crossings" in self.__dict__

    @cached_property
    def crossings(self) -> Crossings:
        """All legs and links of the ledgers."""
        return self._find()

    def takes(self, holding: int) -> bool:
        """Whether what reaches a holding may have gone over a bridge or through a swapper, though no event tells."""
        return holding in self._wallets or holding in self._gates

    def paid(self, key: int) -> list[Paid]:
        """The payments of orders in a transaction, in the order of their events; most transactions have none."""
        number, first, _ = self._ledgers.transaction(key)
        if not self._ledgers.all[number].index.mark[first] & EVENT or (number, first) not in self._told:
            return []
        found = self._paid.get((number, first))
        if found is None:
            if len(self._paid) >= REMEMBERED:
                self._paid.clear()
            links, legs = self.crossings.link_of, self.crossings.legs
            places = [
                place
                for place in self._legs[self._told[number, first]]
                if legs[place].side == WITHDRAWAL and legs[place].order and place in links
            ]
            rows = self._rows(key) if places else []
            found = self._paid[number, first] = paid(self._ledgers, number, rows, [(n, legs[n]) for n in places])
        return found

    def before(self, one: Paid, first: int, behind: int, out: Exit) -> list[Exit]:
        """Backward: where the units [first, behind) of an order's payment came from; they are the outflow `out`."""
        return self._go(one.place, 0, one.amount, first, behind, out.start, out.start + out.size, out, first)

    @cached_property
    def _legs(self) -> dict[tuple[int, bytes], list[int]]:
        """The legs by ledger and transaction, in order of position."""
        found: dict[tuple[int, bytes], list[int]] = {}
        legs = self.crossings.legs
        for place in sorted(range(len(legs)), key=lambda place: legs[place].position):
            leg = legs[place]
            if leg.status != INTERNAL and leg.chain in self._numbers:
                found.setdefault((self._numbers[leg.chain], leg.tx), []).append(place)
        return found

    @cached_property
    def _told(self) -> dict[tuple[int, int], tuple[int, bytes]]:
        """Ledger and transaction of every leg, by ledger and the transaction's first row; read all at once."""
        found: dict[tuple[int, int], tuple[int, bytes]] = {}
        for number, ledger in enumerate(self._ledgers.all):
            facts = ledger.facts(np.flatnonzero(ledger.index.mark & FIRST_OF_EVENT == FIRST_OF_EVENT).tolist())
            for row, tx in zip(facts.row.tolist(), facts.tx, strict=True):
                if tx is not None and (number, tx) in self._legs:
                    found[number, row] = number, tx
        return found

    @cached_property
    def _first(self) -> dict[tuple[int, bytes], int]:
        """The first row of every leg's transaction, by ledger and transaction."""
        return {place: row for (_, row), place in self._told.items()}

    @cached_property
    def _paying(self) -> dict[tuple[int, int, str], int]:
        """The legs of output-based chains, by ledger, the row that pays the output, and side."""
        found: dict[tuple[int, int, str], int] = {}
        for (number, tx), places in self._legs.items():
            ledger = self._ledgers.all[number]
            if ledger.index.outputs:
                facts = ledger.facts(ledger.transaction(tx))
                rows = {int(k): row for k, row in zip(facts.recipient, facts.row.tolist(), strict=True)}
                for place in places:
                    output = ledger.address_id(output_key(tx, self.crossings.legs[place].position))
                    if output in rows:
                        found[number, rows[output], self.crossings.legs[place].side] = place
        return found

    @cached_property
    def _payer(self) -> dict[int, int]:
        """The row that pays the output of a leg, by the leg's place."""
        return {place: row for (_, row, _), place in self._paying.items()}

    @property
    def _side(self) -> str:
        """The side of a bridge that a walk comes to."""
        return WITHDRAWAL if self._backward else DEPOSIT

    def over(self, out: Exit) -> list[Exit]:
        """An exit that leads to a bridge, led on over it; any other as it is."""
        if self._ledgers.by_outputs(out.holding):
            return self._over_output(out)
        number, first, _ = self._ledgers.transaction(out.key)
        known = self._told.get((number, first))
        if known is None and self.takes(out.holding):
            known = number, self._ledgers.all[number].facts([first]).tx[0] or b""
        if known is None:
            return [out]
        places = [place for place in self._legs.get(known, ()) if self.crossings.legs[place].side == self._side]
        spans = self._spans(number, out.key, out.holding, places)
        if not spans:
            return [self._beside(out, places)]
        base = out.at if out.rule else self._before(out)
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
        place = self._paying.get((*self._ledgers.row(out.key), self._side))
        if place is None:
            return [out]
        return self._go(place, 0, out.amount, 0, out.amount, 0, out.size, out, 0)

    def _beside(self, out: Exit, places: Sequence[int]) -> Exit:
        """What is paid to a bridge in another asset than that of the deposit is the price of the deposit."""
        number, address = self._ledgers.address(out.holding)
        for place in places:
            leg = self.crossings.legs[place]
            own = {self._known(number, one) for one in (leg.contract, leg.vault) if one is not None}
            beside = address in own and not leg.custodial
            if beside and self._asset(number, leg) != self._ledgers.asset(out.holding):
                return out._replace(stop=Stop(BRIDGE, leg.bridge, BRIDGE, f"{leg.bridge}: paid beside a deposit"))
        if name := self._wallets.get(out.holding):
            way = "came from" if self._backward else "went to"
            return out._replace(stop=Stop(BRIDGE, name, BRIDGE, f"{name}: {way} another chain, which is not told"))
        return out

    def crossed(self, link: int) -> Crossed:
        """What is to be said of a link."""
        joined = self.crossings.links[link]
        out, into = self.crossings.legs[joined.deposit], self.crossings.legs[joined.withdrawal]
        if joined.said:
            said = f"{out.bridge}: confirmed by {joined.said}; the chains do not show it"
            return Crossed(out.bridge, joined.confidence or None, joined.ambiguous, said)
        sides = map(self._told_by, (out, into))
        if out.order:
            way = "given back" if into.status == REFUND else "settled"
            said = f"{out.bridge}: order {out.key}, placed in 0x{out.tx.hex()}, told by {next(sides)}"
            said += f"; {way} in 0x{into.tx.hex()}, told by {next(sides)}"
            return Crossed(out.bridge, joined.confidence, joined.ambiguous, said)
        key = f", key {out.key}" if out.key and out.key == into.key else ""
        said = f"{out.bridge}: deposit told by {next(sides)}, withdrawal by {next(sides)}{key}"
        shown = "; ".join(filter(None, (said, evidence(joined, out, into))))
        return Crossed(out.bridge, joined.confidence, joined.ambiguous, shown)

    def _told_by(self, leg: Leg) -> str:
        """Where it is told of a leg: by whom on which chain."""
        number = self._numbers.get(leg.chain)
        if number is not None and self._ledgers.all[number].index.outputs:
            return f"the text of {leg.tx.hex()} on {leg.chain}, which {self._ledgers.text(leg.contract)} paid"
        return f"{chain(leg.chain).address(leg.contract)} on {leg.chain} ({leg.place})"

    def _go(
        self, place: int, first: int, behind: int, low: int, high: int, start: int, end: int, out: Exit, base: int
    ) -> list[Exit]:
        """The part [low, high) of what a bridge took for one leg, [first, behind), led on."""
        link = self.crossings.link_of.get(place)
        landed = [] if link is None else self._landing(link)
        if link is None or not landed:
            custodial = link is None and self.crossings.legs[place].custodial
            stop = None if custodial else self._stop(place)  # None: whatever is known of the address
            if custodial or (link is None and place in self.crossings.candidates_of):
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
            rule = self.crossings.links[link].rule
            found.append(
                Exit(cut, behind_cut - cut, span.holding, span.key, span.at + left, right - left, rule, None, link)
            )
        return found

    def _landing(self, link: int) -> list[Exit]:
        """Where the other leg of a link is in its ledger, in order; empty where its movement is not there."""
        joined = self.crossings.links[link]
        place = joined.deposit if self._backward else joined.withdrawal
        leg = self.crossings.legs[place]
        number = self._numbers.get(leg.chain)
        if joined.rule == ORDER_ID and not self._backward:
            return [] if number is None else self._payment(number, place)
        if number is not None and self._ledgers.all[number].index.outputs:
            return self._output(number, place)
        if number is None:
            return []
        first = self._first.get((number, leg.tx))
        if first is None:  # a leg that is a movement, of which no event tells
            first = next(iter(self._ledgers.all[number].transaction(leg.tx)), None)
        if first is None:
            return []
        _, behind = self._ledgers.all[number].index.transaction(first)
        key = self._ledgers.key(number, behind - 1) * (-1 if self._backward else 1)
        party = self._party(number, key, place)
        if party is None:
            return []
        asset = self._asset(number, leg)
        legs = [p for p in self._legs[number, leg.tx] if self.crossings.legs[p].side == leg.side]
        mine = next(((first, behind) for p, first, behind in self._spans(number, key, party, legs) if p == place), None)
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
        first = self._first.get((number, self.crossings.legs[place].tx))
        if first is None:
            return []
        key = self._ledgers.key(number, first)
        return next((self._kept(one, key) for one in self.paid(key) if one.place == place), [])

    def _output(self, number: int, place: int) -> list[Exit]:
        """The output of a leg on an output-based chain (backward: the transaction that pays it)."""
        row = self._payer.get(place)
        if row is None:
            return []
        ledger = self._ledgers.all[number]
        facts = ledger.facts([row])
        side = int((facts.sender if self._backward else facts.recipient)[0])
        holding = self._ledgers.holding(number, side, int(facts.asset[0]))
        key = self._ledgers.key(number, row) * (-1 if self._backward else 1)
        amount = facts.amount[0]
        return [] if holding is None else [Exit(0, amount, holding, key, 0, amount)]

    def _spans(self, number: int, key: int, holding: int, places: Sequence[int]) -> list[tuple[int, int, int]]:
        """Which units of what a bridge's party took or paid in a transaction each leg is: (leg, first, behind).

        Legs follow each other as their events do. What is left of all of it is the last one's, as a fee.
        """
        mine = [place for place in places if self._party(number, key, place) == holding]
        if not mine:
            return []
        side = self.crossings.legs[mine[0]].side
        whole = self._total(key, holding, side)
        found, at = [], 0
        for place in mine:
            amount = self.crossings.legs[place].amount
            behind = whole if place == mine[-1] or amount is None else min(whole, at + amount)
            found.append((place, at, behind))
            at = behind
        return [one for one in found if one[1] < one[2]]

    def _total(self, key: int, holding: int, side: str) -> int:
        """What a party took or paid in a transaction: net where it is settled, else all of it."""
        asset = self._ledgers.asset(holding)
        rows = [row for row in self._rows(key) if self._ledgers.asset(row.sender) == asset]
        came = sum(row.amount for row in rows if row.recipient == holding)
        went = sum(row.amount for row in rows if row.sender == holding)
        if self._ledgers.netted(key):
            return max(0, came - went if side == DEPOSIT else went - came)
        return came if side == DEPOSIT else went

    def _party(self, number: int, key: int, place: int) -> int | None:
        """The holding that took (or paid) the value of a leg for the bridge; None where no movement of it is seen."""
        last = self._ledgers.last_key(abs(key))
        if (last, place) not in self._parties:
            self._parties[last, place] = self._look(number, key, self.crossings.legs[place])
        return self._parties[last, place]

    def _look(self, number: int, key: int, leg: Leg) -> int | None:
        asset = self._asset(number, leg)
        if asset is None:
            return None
        rows = [row for row in self._rows(key) if self._ledgers.asset(row.sender) == asset]
        taking = leg.side == DEPOSIT
        held = {(row.recipient if taking else row.sender): row for row in reversed(rows)}
        for known in (leg.vault, leg.contract, ZERO):
            address = self._known(number, known) if known is not None else None
            found = next((h for h in held if address is not None and self._ledgers.address(h)[1] == address), None)
            if found is not None:
                return found
        equal = [row for row in rows if row.amount == leg.amount]
        if not taking and len(leg.recipient) == 42 and leg.recipient.startswith("0x"):
            to = self._known(number, bytes.fromhex(leg.recipient[2:]))
            equal = [row for row in equal if self._ledgers.address(row.recipient)[1] == to] or equal
        if not equal:
            return None
        return equal[-1].recipient if taking else equal[-1].sender

    def _known(self, number: int, address: bytes) -> int | None:
        """The id of an address; None where it is not in the ledger. Bridges have few, so they are remembered."""
        if (number, address) not in self._ids:
            self._ids[number, address] = self._ledgers.all[number].address_id(address)
        return self._ids[number, address]

    def _asset(self, number: int, leg: Leg) -> int | None:
        """The number of a leg's asset in all ledgers; None where the ledger has none of it."""
        return None if leg.token is None else self._ledgers.asset_of(number, leg.token)

    def _before(self, out: Exit) -> int:
        """How much of the same asset had reached the bridge's party in the transaction before a movement."""
        asset, total = self._ledgers.asset(out.holding), 0
        for row in self._rows(out.key):
            if row.key == abs(out.key):
                break
            side = row.sender if self._backward else row.recipient
            total += row.amount if side == out.holding and self._ledgers.asset(row.sender) == asset else 0
        return total

    def _possible(self, place: int) -> list[Leg]:
        """The legs that may be the other side of a leg, the likeliest first."""
        legs, found = self.crossings.legs, self.crossings.candidates_of.get(place, ())
        return [legs[one.withdrawal if place == one.deposit else one.deposit] for one in found]

    def _stop(self, place: int) -> Stop:
        """The endpoint of a deposit whose other side is not in the ledgers: it says where the value went."""
        leg, other = self.crossings.legs[place], self.crossings.other(place)
        if leg.order:
            return self._open_order(leg, other)
        possible = self._possible(place)
        chain = leg.other_chain or (other.chain if other else "")
        if not chain and len({one.chain for one in possible}) == 1:
            chain = possible[0].chain
        whom = (leg.sender and format_address(leg.sender)) if self._backward else leg.recipient
        target = " ".join(part for part in (chain, whom) if part) or None
        way = "came from" if self._backward else "went to"
        where = f"{way} {chain or 'another chain'}" + (f", {whom}" if whom else "")
        lacking = "the other side is not in these ledgers"
        if other is not None:
            lacking = f"paid out in 0x{other.tx.hex()} on {other.chain}, but that movement is not in its ledger"
        elif possible:
            lacking = "no key says which is the other side, and none is sure"
        return Stop(BRIDGE, leg.bridge, BRIDGE, f"{leg.bridge}: {where}; {lacking}", target)

    def _open_order(self, leg: Leg, other: Leg | None) -> Stop:
        """The endpoint of an order of which no payment is seen (backward: whose placing is not seen)."""
        told = f"{leg.bridge}: order {leg.key} at {chain(leg.chain).address(leg.contract)}"
        if other is None:
            lacking = "neither settled nor given back in this ledger: open, or settled later"
        elif self._backward:
            lacking = f"placed in 0x{other.tx.hex()}, but what was paid for it is not in the ledger"
        else:
            lacking = (
                f"settled in 0x{other.tx.hex()}, but what it paid is not in the ledger, or in an asset not followed"
            )
        return Stop(ORDER, leg.bridge, None, f"{told}, {lacking}", None)


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
