"""Proof on demand: the transactions over which value of a category came to an address, or went from it."""

from dataclasses import dataclass

from cointrail.errors import InputError
from cointrail.exposure.answer import Direction
from cointrail.exposure.inquiry import Inquiry
from cointrail.exposure.lots import Chain, Lots
from cointrail.exposure.replay import Movement
from cointrail.exposure.said import FREE, categories, code
from cointrail.exposure.within import within

PATHS = 10  # shown of each asset


@dataclass(frozen=True)
class Hop:
    """One movement on a path, as the chain has it: paid by `sender` to `recipient`.

    Where value changed its asset, `amount` is what the sender gave up, and the recipient got `got` of `bought`.
    """

    transaction: str | None
    block: int | None
    time: int | None
    sender: str | None  # None: nobody
    recipient: str | None
    asset: str
    amount: int  # of the movement
    part: int  # of that, of the category
    bought: str | None = None  # None: the same asset, unit for unit
    got: int = 0
    bought_part: int = 0  # of what was got, of the category


@dataclass(frozen=True)
class Path:
    """One way that value of the category took, in the order of the chain."""

    asset: str
    amount: int  # that took it
    hops: tuple[Hop, ...]


@dataclass(frozen=True)
class Bounds:
    """What can have come (or gone) in one asset under any rule that neither makes nor destroys value."""

    asset: str
    least: int | None  # None: not computed; `note` says why
    most: int | None
    note: str = ""


@dataclass(frozen=True)
class Proof:
    """Paths, the largest first in each asset; `shown` of `amount` took them."""

    address: bytes
    category: str
    direction: Direction
    policy: str
    amount: dict[str, int]  # by asset
    shown: dict[str, int]
    paths: tuple[Path, ...]
    bounds: tuple[Bounds, ...]

    @property
    def transactions(self) -> list[str]:
        """The transactions of all paths, each once."""
        return list(dict.fromkeys(hop.transaction for path in self.paths for hop in path.hops if hop.transaction))


def prove(inquiry: Inquiry, address: bytes, category: str, direction: Direction, most: int = PATHS) -> Proof:
    """Paths between an address and a category. InputError where the category or the address is not known."""
    wanted = code(category)
    if not wanted:
        raise InputError(f"{category[:40]!r} is no category")
    view = inquiry.views[direction]
    members = [inquiry.known(address)]
    holdings = inquiry.holdings(members)
    poison = inquiry.policy == "poison"

    def kept(movement: Movement) -> bool:
        return view.code(movement.recipient, movement.key) == FREE

    amount: dict[str, int] = {}
    shown: dict[str, int] = {}
    paths: list[Path] = []
    bounds: list[Bounds] = []
    assets = {inquiry.ledgers.name(number): number for number in map(inquiry.ledgers.asset, holdings)}
    for name, number in sorted(assets.items()):
        own = inquiry.own(holdings, number)
        lots = Lots(wanted, kept, poison)
        came = inquiry.replayed(view, own, holdings, lots)
        whole = sum(one.amounts.get(colour, 0) for one in came.values() for colour in (2 * wanted, 2 * wanted + 1))
        if not whole:
            continue
        chains = lots.chains(own, holdings, most)
        amount[name], shown[name] = whole, sum(width for width, _ in chains)
        paths += _written(inquiry, name, chains, view.backward)
        amounts, why = within(inquiry, view, own)
        least, highest = (amounts or {}).get(categories()[wanted - 1], (None, None))
        bounds.append(Bounds(name, least, highest, why))
    return Proof(address, category, direction, inquiry.policy, amount, shown, tuple(paths), tuple(bounds))


def _written(inquiry: Inquiry, asset: str, chains: list[Chain], backward: bool) -> list[Path]:
    ledgers = inquiry.ledgers
    moves = [link.carried.movement for _, chain in chains for link in chain]
    facts = ledgers.facts([movement.key for movement in moves])
    text = ledgers.texts(sorted({end for movement in moves for end in (movement.sender, movement.recipient)}))
    paths = []
    for width, chain in chains:
        hops = []
        for link in reversed(chain) if backward else chain:
            movement = link.carried.movement
            fact = facts[abs(movement.key)]
            near = (movement.sender, movement.amount, link.left)
            far = (movement.recipient, link.carried.got, link.came)
            (payer, amount, part), (payee, got, came) = (far, near) if backward else (near, far)
            tx = None if fact.tx is None else ledgers.hash(movement.key, fact.tx)
            sold, bought = (ledgers.name(ledgers.asset(one)) for one in (payer, payee))
            more = (bought, got, came) if sold != bought else ()
            hops.append(Hop(tx, fact.block, fact.time, text[payer], text[payee], sold, amount, part, *more))
        paths.append(Path(asset, width, tuple(hops)))
    return paths
