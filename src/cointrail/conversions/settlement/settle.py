"""Net settlement of one transaction: whose loss became whose gain, without knowing any protocol.

Everybody's movements are netted first, so that pools, routers and settlement contracts that keep nothing vanish, and
refunds and change are subtracted. Who lost one asset and gained another has swapped: the taint of the lost one is
theirs still, in the asset gained; the pool on the other side swapped too, the other way round, and keeps its own
past. Who only lost has paid, and who only gained was paid: in the same asset directly, in another through the swappers
in between. The idea of netting a transaction by party and asset: BlockchainSpider's TTRRedirect (Wu et al. 2023).
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from cointrail.conversions.settlement.blend import Stake, Value, blend
from cointrail.conversions.settlement.books import Books
from cointrail.conversions.settlement.movement import Movement, Position, issued, mint, positions
from cointrail.conversions.settlement.piece import (
    CONVERTING,
    MIXED,
    NET,
    ORDER,
    PAYEE,
    SWAP,
    UNSEEN,
    VAULT,
    WRAP,
    Piece,
)  # fmt: skip
from cointrail.conversions.settlement.windows import windows
from cointrail.conversions.settlement.wrapping import completed, unseen

FAIR = Fraction(1, 2)  # of the one side's value that the other must be worth: else it was a payment, and no swap
ODD_RATE = "odd_rate"
UNVERIFIED = "paid_in_unverified"


@dataclass(frozen=True)
class Terms:
    """What settlement has to know of assets and addresses, by their numbers.

    `counts`: whether somebody vouches for an asset; others buy nothing. `form`: the coin that an asset is or stands
    for ("" if none). `issuer`: the address of its contract, None where it is not known. `nobody`: the zero address.
    `value`: what an amount is worth, None where it is not known. `wraps`: the coin that a contract like WETH9 gives
    its asset for, one for one; None for other assets.
    """

    counts: Callable[[int], bool]
    form: Callable[[int], str] = lambda asset: ""
    issuer: Callable[[int], int | None] = lambda asset: None
    nobody: int | None = None
    value: Value = lambda asset, amount: None
    wraps: Callable[[int], int | None] = lambda asset: None


@dataclass
class Settled:
    """A transaction settled: the pieces by loss, and what is strange, as (party, kind, asset).

    `visible` are the net positions that the movements show by themselves, where others had to be added to them.
    """

    pieces: list[Piece]
    notes: list[tuple[int, str, int]] = field(default_factory=list)
    visible: Position | None = None


def settle(movements: Sequence[Movement], terms: Terms, robbed: Collection[int] = ()) -> Settled:
    """Settle the movements of one transaction, given in order, fees apart.

    `robbed` parties got nothing for what they lost, whatever else the transaction gave them: victims of a theft.
    Every unit that was lost is in one piece; a unit gained may be in none, where nobody is seen to have paid for it.
    In the pieces a party below 0 is the zero address, as `movement.mint` counts it.
    """
    every = issued(movements, terms.nobody)
    seen = [one for one in every if terms.counts(one.asset)]
    counted = completed(seen, terms.wraps, terms.issuer)
    nets = positions(counted)
    if len(counted) == len(every) == len(seen) and (paid := _payment(nets)):
        return Settled([paid])
    notes: list[tuple[int, str, int]] = []
    traders = _traders(nets, robbed, terms, notes)
    pieces = _pieces(counted, nets, traders, terms)
    if any(one.rule == MIXED for one in pieces):
        apart = windows(counted, nets, _owners(traders, terms))
        if len(apart) > 1:
            pieces = _joined([_alone(window, robbed, terms) for window in apart])
    visible = positions(seen) if len(counted) > len(seen) else None
    if visible is not None:
        pieces = [unseen(one, visible, seen, terms.wraps) for one in pieces]
    shares = _shares(every, terms)
    notes += _junk(every, nets, terms, traders)
    return Settled(sorted(_named(one, shares) for one in pieces), notes, visible)


def _payment(nets: Position) -> Piece | None:
    """All there is where one party lost an asset to another; None where it is more than that."""
    if len(nets) != 2 or any(len(of) > 1 for of in nets.values()):
        return None
    (one, [(asset, net)]), (other, _) = ((who, list(of.items())) for who, of in nets.items())
    loser, gainer = (one, other) if net < 0 else (other, one)
    return Piece(loser, asset, 0, abs(net), gainer, asset, 0, abs(net), NET)


def _pieces(movements: Sequence[Movement], nets: Position, traders: dict[int, list[int]], terms: Terms) -> list[Piece]:
    books = Books(nets, traders)
    _direct(books, movements)
    for parties in _owners(traders, terms):
        _swap(books, parties, terms)
    _through(books, traders, terms)
    books.rest(UNSEEN, traders)
    return books.pieces


def _alone(movements: Sequence[Movement], robbed: Collection[int], terms: Terms) -> list[Piece]:
    """One window of a transaction, settled as if it were all of it."""
    nets = positions(movements)
    return _pieces(movements, nets, _traders(nets, robbed, terms, []), terms)


def _joined(parts: Sequence[Sequence[Piece]]) -> list[Piece]:
    """The pieces of several windows, counted from the first unit of the whole loss and gain."""
    lost: Counter[tuple[int, int]] = Counter()
    gained: Counter[tuple[int, int]] = Counter()
    found = []
    for pieces in parts:
        for one in pieces:
            rule = ORDER if one.rule in (SWAP, PAYEE) else one.rule
            start, at = one.start + lost[one.loser, one.asset], one.at + gained[one.gainer, one.got]
            found.append(one._replace(start=start, at=at if one.rule != UNSEEN else 0, rule=rule))
        for one in pieces:
            lost[one.loser, one.asset] += one.size
            gained[one.gainer, one.got] += one.amount if one.rule != UNSEEN else 0
    return found


def _traders(
    nets: Position, robbed: Collection[int], terms: Terms, notes: list[tuple[int, str, int]]
) -> dict[int, list[int]]:
    """Who lost something and gained something else for it, and which assets; what an asset's contract issues is a loss
    of its own."""
    whole = {who: of for who, of in nets.items() if who >= 0}
    mints = {who: contract for who in nets if who < 0 and (contract := terms.issuer(-1 - who)) is not None}
    for who, contract in mints.items():
        both = [*whole.get(contract, {}).items(), *nets[who].items()]
        whole[contract] = {asset: sum(net for of, net in both if of == asset) for asset, _ in both}
    bought = {asset for who, of in nets.items() if who not in robbed for asset, net in of.items() if net > 0}
    found: dict[int, list[int]] = {}
    for who, every in whole.items():
        of = {asset: net for asset, net in every.items() if net > 0 or asset in bought}  # what victims got buys nothing
        if who in robbed or not of or min(of.values()) >= 0 or max(of.values()) <= 0:
            continue
        sold = _sum([terms.value(asset, -net) for asset, net in of.items() if net < 0])
        got = _sum([terms.value(asset, net) for asset, net in of.items() if net > 0])
        if sold is not None and got is not None and not sold * FAIR <= got <= sold / FAIR:
            notes += [(who, ODD_RATE, asset) for asset, net in of.items() if net < 0]
        else:
            parties = (who, *(one for one, contract in mints.items() if contract == who))
            found |= {one: sorted(of) for one in parties if one in nets}
    return found


def _sum(values: Sequence[Fraction | None]) -> Fraction | None:
    return None if None in values else sum((value for value in values if value is not None), Fraction(0))


def _direct(books: Books, movements: Sequence[Movement]) -> None:
    """Losses of who only lost to gains of who only gained, in the same asset: first along movements between the two,
    then whatever passed through others."""
    for one in movements:
        if one.sender in books.payers and one.recipient in books.payees:
            books.pay(one.sender, one.recipient, one.asset, one.amount)
    for asset in books.assets():
        losses, gains = books.open_losses(books.payers, [asset]), books.open_gains(books.payees, [asset])
        size = min(sum(loss.size for loss in losses), sum(gain.size for gain in gains))
        for loss in _cut(losses, size):  # unit for unit: of one asset nothing is rounded on the way
            for gain in _cut(books.open_gains(books.payees, [asset]), loss.size):
                books.pay(loss.who, gain.who, asset, gain.size)


def _cut(stakes: list[Stake], size: int) -> list[Stake]:
    """The stakes in proportion, so that they sum to `size`."""
    total, kept, so_far, given = sum(stake.size for stake in stakes), [], 0, 0
    for stake in stakes:
        so_far += stake.size
        part = so_far * size // total - given
        given += part
        kept.append(stake._replace(size=part))
    return [stake for stake in kept if stake.size]


def _owners(traders: Collection[int], terms: Terms) -> list[list[int]]:
    """The traders, a contract together with what it issues."""
    found: dict[int, list[int]] = {}
    for who in traders:
        contract = terms.issuer(-1 - who) if who < 0 else who
        found.setdefault(who if contract is None else contract, []).append(who)
    return list(found.values())


def _swap(books: Books, parties: Sequence[int], terms: Terms) -> None:
    """What one trader lost became what it gained, less what it paid to others who gave nothing for it."""
    gains = books.open_gains(parties)
    for loss in books.open_losses(parties):
        paid = books.open_gains(books.payees, [loss.asset])
        given = sum(gain.size for gain in paid)
        if given < loss.size:  # had all of it gone to those, they would be the other side of the swap
            for gain in paid:
                books.pay(loss.who, gain.who, loss.asset, gain.size)
    losses = books.open_losses(parties)
    for sold, bought in books.groups(losses, gains, parties):
        rule = SWAP if len(sold) == 1 else MIXED
        if len(sold) == len(bought) == 1 and terms.form(sold[0].asset) == terms.form(bought[0].asset) != "":
            rule = WRAP
        books.match(blend(sold, bought, terms.value), rule)
    for loss in books.open_losses(parties):  # it swapped other assets; this one it paid
        for gain in books.open_gains(books.payees, [loss.asset]):
            books.pay(loss.who, gain.who, loss.asset, gain.size)


def _through(books: Books, traders: Collection[int], terms: Terms) -> None:
    """What is left of the losses went through the traders to who only gained another asset."""
    losses, gains = books.open_losses([*books.payers, *traders]), books.open_gains(books.payees)
    for sold, bought in books.groups(losses, gains):
        books.match(blend(sold, bought, terms.value), PAYEE if len(sold) == 1 else MIXED)


def _named(one: Piece, shares: Collection[int]) -> Piece:
    """A piece by the name of what it really was: paid for a share."""
    if one.rule in (NET, PAYEE, MIXED) and one.gainer in shares:
        return one._replace(rule=VAULT)
    return one


def _shares(movements: Sequence[Movement], terms: Terms) -> set[int]:
    """Contracts that issued an asset of their own which nobody vouches for, to somebody who is not themselves."""
    contracts = {
        one.recipient: terms.issuer(one.asset)
        for one in movements
        if not terms.counts(one.asset) and one.sender == mint(one.asset)
    }
    return {contract for to, contract in contracts.items() if contract is not None and contract != to}


def _junk(
    movements: Sequence[Movement], nets: Position, terms: Terms, fair: Collection[int]
) -> list[tuple[int, str, int]]:
    """Who lost something and got only an asset that nobody vouches for, and not as the share of a vault."""
    found: dict[tuple[int, str, int], None] = {}
    for one in movements:
        issued_here = one.sender == mint(one.asset) or terms.issuer(one.asset) == one.recipient
        if terms.counts(one.asset) or one.recipient in fair or issued_here:
            continue
        lost = nets.get(one.recipient, {})
        if lost and max(lost.values()) < 0:
            found[one.recipient, UNVERIFIED, one.asset] = None
    return list(found)


__all__ = ["CONVERTING", "ODD_RATE", "UNVERIFIED", "Settled", "Terms", "settle"]
