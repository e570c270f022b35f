"""Where confirmed links are in the ledgers: which movement is the deposit of each, and which was paid out for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain as chained

from cointrail.chains import chain, format_time, parse_any
from cointrail.conversions.bridges.leg import DEPOSIT, INTERNAL, WITHDRAWAL, Crossing, Crossings, Leg
from cointrail.conversions.swappers.confirmed import CONFIRMED, Confirmed
from cointrail.conversions.swappers.legs import by_output
from cointrail.errors import InputError
from cointrail.ledger import Ledger
from cointrail.ledger.carried import between
from cointrail.ledger.columns import NONE
from cointrail.ledger.rows import Kind

UNNAMED = "unnamed swapper"  # what a swapper is called that no label names
SHOWN = 5  # addresses in a message
COLUMNS = {DEPOSIT: ("deposit_tx", "deposit_address"), WITHDRAWAL: ("withdrawal_tx", "withdrawal_address")}

Followed = Callable[[int, int], bool]  # number of a ledger, and an asset of it


@dataclass
class Placed:
    """Legs with the links that the user confirmed; no leg of a confirmed link is in another link or candidate.

    `sides` are the places of the legs that were linked. `notes` say which links are not in the ledgers.
    """

    crossings: Crossings
    sides: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def place(ledgers: Sequence[Ledger], found: Crossings, links: Sequence[Confirmed], followed: Followed) -> Placed:
    """Put confirmed links among legs that are known; where none is known at a link's end, the movements there are one.

    Raises InputError where a link's end is not one movement, where two links share one, where one contradicts a
    bridge's own key, and where a payout is older than its deposit.
    """
    finder = _Finder(ledgers, list(found.legs), followed)
    new: dict[tuple[int, int], Confirmed] = {}
    taken: dict[int, Confirmed] = {}
    notes: list[str] = []
    keyed = {(link.deposit, link.withdrawal) for link in found.links if link.confidence == 1}
    for one in links:
        here = [finder.ledger(tx) for tx in (one.deposit_tx, one.withdrawal_tx)]
        if None in here:
            lost = [name for name, number in zip(("deposit", "payout"), here, strict=True) if number is None]
            notes.append(f"{one.where}: its {' and its '.join(lost)} {'is' if len(lost) == 1 else 'are'} not in these"
                         " ledgers, so that it is not followed")  # fmt: skip
            continue
        pair = (finder.leg(one, DEPOSIT), finder.leg(one, WITHDRAWAL))
        for leg in pair:
            if leg in taken and (pair not in new):
                raise InputError(f"{one.where}: {taken[leg].where} has the same movement; leave the wrong one out")
            taken[leg] = one
        _check(finder.legs, pair, one)
        new[pair] = one
    for link in found.links:
        mine = (link.deposit, link.withdrawal)
        if mine in keyed and mine not in new and (clash := next((p for p in mine if p in taken), None)) is not None:
            raise InputError(f"{taken[clash].where}: the bridge's own key says otherwise; leave the row out")
    rest = [link for link in found.links if not {link.deposit, link.withdrawal} & taken.keys()]
    told = [
        Crossing(deposit, withdrawal, CONFIRMED, one.confidence, one.ambiguous, one.said)
        for (deposit, withdrawal), one in new.items()
        if (deposit, withdrawal) not in keyed
    ]
    kept = [link for link in found.links if (link.deposit, link.withdrawal) in keyed and link not in rest]
    open_ = [one for one in found.candidates if not {one.deposit, one.withdrawal} & taken.keys()]
    whole = Crossings(finder.legs, [*rest, *kept, *told], found.findings, open_, found.notes)
    return Placed(whole, list(chained.from_iterable(new)), notes)


def _check(legs: Sequence[Leg], pair: tuple[int, int], one: Confirmed) -> None:
    out, into = (legs[leg] for leg in pair)
    if out.time is not None and into.time is not None and into.time < out.time:
        raise InputError(
            f"{one.where}: paid out at {format_time(into.time)}, before the deposit at {format_time(out.time)};"
            " a payout follows its deposit"
        )


class _Finder:
    """The legs that are known, with those that confirmed links need."""

    def __init__(self, ledgers: Sequence[Ledger], legs: list[Leg], followed: Followed) -> None:
        self.legs, self._ledgers, self._followed = legs, ledgers, followed
        self._at: dict[tuple[str, bytes], list[int]] = {}
        for number, leg in enumerate(legs):
            if leg.status != INTERNAL:
                self._at.setdefault((leg.side, leg.tx), []).append(number)

    def ledger(self, tx: bytes) -> int | None:
        """The number of the ledger that has a transaction."""
        return next((number for number, ledger in enumerate(self._ledgers) if ledger.transaction(tx)), None)

    def leg(self, one: Confirmed, side: str) -> int:
        """The place of the leg at one end of a link."""
        tx, wanted = (
            (one.deposit_tx, one.deposit_address) if side == DEPOSIT else (one.withdrawal_tx, one.withdrawal_address)
        )
        known = self._at.get((side, tx), [])
        fit = [number for number in known if wanted is None or wanted in _ends(self.legs[number])]
        if not fit:
            known = self._read(tx, side, wanted, one)
            fit = [number for number in known if wanted is None or wanted in _ends(self.legs[number])]
        if len(fit) != 1:
            raise InputError(self._unclear(tx, side, one, fit, wanted))
        return fit[0]

    def _read(self, tx: bytes, side: str, wanted: bytes | None, one: Confirmed) -> list[int]:
        """New legs from the movements of a transaction, put with the others."""
        number = self.ledger(tx)
        assert number is not None, "the caller knows that a ledger has it"
        ledger = self._ledgers[number]
        read = _outputs if ledger.index.outputs else _movements
        first = len(self.legs)
        told = {(self.legs[place].position, self.legs[place].contract) for place in self._at.get((side, tx), ())}
        found = read(ledger, tx, side, wanted, lambda asset: self._followed(number, asset))
        self.legs += (leg for leg in found if (leg.position, leg.contract) not in told)
        places = list(range(first, len(self.legs)))
        self._at.setdefault((side, tx), []).extend(places)
        return places

    def _unclear(self, tx: bytes, side: str, one: Confirmed, fit: Sequence[int], wanted: bytes | None) -> str:
        column, address = COLUMNS[side]
        number = self.ledger(tx)
        assert number is not None
        written = chain(self._ledgers[number].chain).hash(tx)
        if not fit:
            what = "pays nobody an asset that is followed" if wanted is None else f"does not pay the row's {address}"
            return f"{one.where}: {column} {written} {what}; correct the row or leave it out"
        whom = sorted({_written(self._ledgers[number], self.legs[place]) for place in fit})
        listed = ", ".join(whom[:SHOWN]) + (", ..." if len(whom) > SHOWN else "")
        return (
            f"{one.where}: {column} {written} pays several ({listed}), and which is meant is not told; name it in a"
            f" column {address}"
        )


def _written(ledger: Ledger, leg: Leg) -> str:
    own = ledger.address_id(leg.contract) if leg.side == DEPOSIT else None
    text = ledger.texts([own])[0] if own is not None else leg.recipient
    return text or leg.recipient


def _ends(leg: Leg) -> tuple[bytes, ...]:
    """The addresses that a row may name a leg by: who took a deposit, who was paid by a withdrawal."""
    if leg.side == DEPOSIT:
        return tuple(one for one in (leg.contract, leg.vault) if one is not None)
    try:
        return (parse_any(leg.recipient),)
    except InputError:
        return ()


def _outputs(ledger: Ledger, tx: bytes, side: str, wanted: bytes | None, followed: Callable[[int], bool]) -> list[Leg]:
    one = between(ledger, ledger.transaction(tx)[0])
    payer = next(iter(one.payers.values()), b"")
    return [
        by_output(side, UNNAMED, paid.key if side == DEPOSIT else payer, ledger.chain, one, paid)
        for paid in one.paid
        if paid.amount and paid.owner not in one.payers and paid.text
    ]


def _movements(
    ledger: Ledger, tx: bytes, side: str, wanted: bytes | None, followed: Callable[[int], bool]
) -> list[Leg]:
    """A deposit is all that one address took of an asset; of a payout every movement counts, since a service may pay
    many at once and each is a leg of its own."""
    facts = ledger.facts(ledger.transaction(tx))
    rows = [
        at
        for at in range(len(facts.row))
        if facts.kind[at] != Kind.FEE
        and facts.sender[at]
        and facts.recipient[at]
        and facts.amount[at]
        and followed(int(facts.asset[at]))
    ]
    given = {(int(facts.sender[at]), int(facts.asset[at])) for at in rows}
    first = ledger.index.transaction(int(facts.row[0]))[0]
    legs: dict[tuple[int, ...], Leg] = {}
    for at in rows:
        sender, recipient, asset = (int(column[at]) for column in (facts.sender, facts.recipient, facts.asset))
        into = side == DEPOSIT
        if wanted is None and (recipient, asset) in given:
            continue  # passed on in the same transaction
        key = (recipient, asset) if into else (at,)
        raw_sender, raw_recipient = ledger.addresses([sender, recipient])
        so_far = (legs[key].amount or 0) if key in legs else 0
        block, time = int(facts.block[at]), int(facts.time[at])
        legs[key] = Leg(
            side,
            UNNAMED,
            ledger.chain,
            tx,
            None if block == NONE else block,
            None if time == NONE else time,
            int(facts.row[at]) - first,
            raw_recipient if into else raw_sender,
            token=ledger.assets[asset].key,
            amount=facts.amount[at] + so_far,
            sender=raw_sender if into else None,
            recipient="" if into else chain(ledger.chain).address(raw_recipient),
            moved=True,
            custodial=True,
        )
    return list(legs.values())
