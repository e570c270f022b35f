"""What swappers took and paid in a ledger: the movements of the addresses that labels say are theirs."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from cointrail.chains import chain
from cointrail.conversions.bridges.leg import DEPOSIT, WITHDRAWAL, Leg
from cointrail.conversions.bridges.table import Table, Wallet
from cointrail.conversions.bridges.wallets import MOST, moved
from cointrail.labels import Label, Labels
from cointrail.ledger import Ledger
from cointrail.ledger.carried import Carried, Paid, between

CATEGORY = "swapper"  # of labels
MOST_SPENDS = 50_000  # MOST in transactions between outputs, which are read one by one


@dataclass(frozen=True)
class Swapper:
    """An address of a swapper, and the labels that say so. `name` is the same for all addresses of one swapper."""

    name: str
    address: bytes
    labels: tuple[Label, ...]

    def at(self, time: int | None) -> bool:
        """Whether it is known to be the swapper's at a time."""
        return any(label.valid(time) for label in self.labels)


def swappers_of(ledger: Ledger, labels: Labels, table: Table) -> dict[int, Swapper]:
    """The addresses of swappers in a ledger, by id. Those of a bridge of the table are the bridge's."""
    known = {wallet.address for wallet in table.wallets(ledger.chain)}
    for bridge in table.bridges.values():
        known |= bridge.contracts.get(ledger.chain, frozenset())
    said: dict[bytes, list[Label]] = {}
    for label in labels.of_category(CATEGORY):
        said.setdefault(label.address, []).append(label)
    found: dict[int, Swapper] = {}
    for address, claims in said.items():
        own = ledger.address_id(address) if address not in known else None
        if own is not None:
            found[own] = Swapper(_name(claims), address, tuple(claims))
    return found


def _name(claims: list[Label]) -> str:
    """One spelling for each swapper: sources write it in capitals or not, and some give it an id."""
    return min((label.actor or label.entity).strip().casefold() for label in claims)


def gates(ledger: Ledger, ids: Collection[int], backward: bool) -> set[int]:
    """The holdings at which value reaches the given addresses (backward: at which it had left them)."""
    index = ledger.index
    found: set[int] = set()
    for own in ids:
        for output in index.owned_by(own):
            for holding in index.holdings(output):
                if index.outputs and backward:
                    _, incoming, _, peers = index.movements(holding)
                    found |= {peer for peer, comes in zip(peers, incoming, strict=True) if not comes}
                else:
                    found.add(holding)
    return found


def legs_of(
    ledger: Ledger, swappers: Mapping[int, Swapper], followed: Callable[[int], bool]
) -> tuple[list[Leg], list[str]]:
    """What the swappers took and paid, in no order, and what there is to know about what is left out.

    `followed`: whether an asset of the ledger counts. What addresses of one swapper pay each other is no leg.
    """
    legs: list[Leg] = []
    notes: list[str] = []
    for name in sorted({one.name for one in swappers.values()}):
        mine = {own: one for own, one in swappers.items() if one.name == name}
        read = _between_outputs if ledger.index.outputs else _of_accounts
        found = read(ledger, mine, followed)
        if found is None:
            notes.append(
                f"{name} on {ledger.chain}: its addresses move too often to weigh what they paid out; give a ledger of"
                " less time"
            )
        else:
            legs += found
    return legs, notes


def _of_accounts(ledger: Ledger, mine: Mapping[int, Swapper], followed: Callable[[int], bool]) -> list[Leg] | None:
    index = ledger.index
    held = {h: one for own, one in mine.items() for h in index.holdings(own) if followed(index.asset(h))}
    if sum(map(index.degree, held)) > MOST:
        return None
    writes = chain(ledger.chain).address
    found: list[Leg] = []
    for holding, one in held.items():
        for leg in moved(ledger, Wallet(one.name, one.address), held, holding):
            if one.at(leg.time):
                whom = writes(bytes.fromhex(leg.recipient[2:])) if leg.recipient else ""
                found.append(replace(leg, recipient=whom, custodial=True))
    return found


def _between_outputs(ledger: Ledger, mine: Mapping[int, Swapper], followed: Callable[[int], bool]) -> list[Leg] | None:
    index = ledger.index
    rows: set[int] = set()
    for own in mine:
        for output in index.owned_by(own):
            for holding in index.holdings(output):
                rows |= {index.transaction(int(row))[0] for row in index.movements(holding)[0]}
    if len(rows) > MOST_SPENDS:
        return None
    return [leg for row in sorted(rows) for leg in _spend(ledger.chain, between(ledger, row), mine)]


def _spend(chain_name: str, one: Carried, mine: Mapping[int, Swapper]) -> Iterator[Leg]:
    """The legs of one transaction between outputs. Change to an address that is not labelled looks like a payment."""
    payer = next((mine[own] for own in one.payers if own in mine and mine[own].at(one.time)), None)
    for paid in one.paid:
        taker = mine.get(paid.owner)
        if not paid.amount or paid.owner in one.payers:
            continue
        if payer is not None and taker is None:
            yield by_output(WITHDRAWAL, payer.name, payer.address, chain_name, one, paid)
        elif payer is None and taker is not None and taker.at(one.time):
            yield by_output(DEPOSIT, taker.name, taker.address, chain_name, one, paid)


def by_output(side: str, name: str, address: bytes, chain_name: str, one: Carried, paid: Paid) -> Leg:
    """The leg that an output is."""
    into = side == DEPOSIT
    return Leg(
        side,
        name,
        chain_name,
        one.tx,
        one.block,
        one.time,
        paid.number,
        address,
        token="",
        amount=paid.amount,
        sender=next(iter(one.payers.values()), None) if into else None,
        recipient="" if into else paid.text,
        moved=True,
        custodial=True,
    )
