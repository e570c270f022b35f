"""A synthetic theft in background traffic, with known truth."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cointrail.aside import Aside
from cointrail.chains import Asset
from cointrail.drills.columns import Ints
from cointrail.drills.heist.assemble import SECONDS, Assembled, assemble, times
from cointrail.drills.heist.cast import Tag, assets, services
from cointrail.drills.heist.facts import ETHER, fact
from cointrail.drills.heist.laundry import Laundry
from cointrail.drills.heist.logs import events
from cointrail.drills.heist.moves import NOBODY, Book, Moves
from cointrail.drills.heist.planted import Planted, chained, rested
from cointrail.drills.heist.router import CROWD, ROUTER, Router
from cointrail.drills.heist.routes import Routes
from cointrail.drills.heist.script import Script
from cointrail.drills.heist.spam import spam
from cointrail.drills.heist.theft import Theft, steal
from cointrail.drills.heist.traffic import FIRST, LAST, people, traffic
from cointrail.drills.heist.truth import Replay, Truth
from cointrail.ledger.event import Event
from cointrail.ledger.rows import Kind

TRANSFERS = 200_000
LARGE = 100_000  # transfers, from which the truth is reckoned beside what is done with the heist
CROWDED = 100_000  # with fewer transfers than this the laundering is made of fewer, larger payments


@dataclass(frozen=True)
class Heist:
    """`rows` (ROWS schema, chain order, chain 'ethereum'), labels, and what a tracer is told and should find."""

    rows: pa.Table
    events: list[Event]  # in chain order
    assets: list[Asset]
    labels: list[Tag]
    theft_addresses: list[bytes]
    theft_transactions: list[bytes]
    since: int  # seconds since 1970: the first theft transaction
    known: Aside[Truth]  # the truth, once it is reckoned
    planted: Planted
    notes: list[str]
    parameters: dict[str, int | float | str]

    @property
    def truth(self) -> Truth:
        """What a tracer should find."""
        return self.known.result()


def heist(transfers: int = TRANSFERS, seed: int = 0, leaf: int | None = None, fees: bool = True) -> Heist:
    """A theft shaped after the published facts of February 2025 (`facts.csv`); the same arguments give the same bytes.

    `transfers` counts movements of value, background and spam included; every transaction has a fee row besides;
    without `fees` only those of the theft and the spam have one (for large benchmarks).
    `leaf` is the mean size of the second payments in ETH; by default the published one, larger in small ledgers.
    """
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 0xFE])))
    size = leaf or max(fact("leaf_eth"), fact("leaf_eth") * CROWDED // max(transfers, 1))
    cast = services()
    book = Book(rng, addresses=people(transfers))
    theft = steal(book, cast)
    router = Router(book, book.stranger())
    routes = Routes(cast, router)
    laundry = Laundry(book, routes, size * ETHER, LAST)
    laundry.run(theft)
    router.crowd(range(len(cast), people(transfers)), int(CROWD * transfers), FIRST, LAST)
    crime = book.moves()
    payments = (
        (crime.kind != int(Kind.FEE)) & (crime.block >= fact("theft_block")) & np.isin(crime.sender, list(book.own))
    )
    noise, twins, addresses = spam(rng, crime.take(np.flatnonzero(payments)), book.transactions, book.addresses, LAST)
    tx = book.transactions + len(noise) // 2
    rest = max(transfers - int((crime.kind != int(Kind.FEE)).sum()) - len(noise) // 2, transfers // 10)
    crowd, addresses = traffic(rng, rest, fees, tx, people(transfers), addresses)
    coins = assets(rng)
    moves, told = Moves.concat([crime, noise, crowd]), [log.tx for log in router.logs]
    made = assemble(rng, moves, addresses, coins, twins, {router.number: ROUTER}, told)
    known = Aside(lambda: _truth(made, book, theft, routes, coins), transfers >= LARGE)
    parameters: dict[str, int | float | str] = {
        "seed": seed,
        "transfers": transfers,
        "leaf_eth": size,
        "first_block": FIRST,
        "last_block": LAST,
        "rows": made.rows.num_rows,
        "theft_rows": len(crime),
        "spam_rows": len(noise),
        "background_rows": len(crowd),
    }
    start = made.moves.block[np.isin(made.moves.tx, theft.transactions)].min()
    return Heist(
        rows=made.rows,
        events=events(router.logs, made, router.number),
        assets=coins,
        labels=_labels(made, routes),
        theft_addresses=[made.addresses[theft.safe].tobytes()],
        theft_transactions=[made.hashes[at].tobytes() for at in theft.transactions],
        since=int(times(np.array([start]))[0]),
        known=known,
        planted=_planted(made, theft, laundry, noise, twins),
        notes=theft.notes,
        parameters=parameters,
    )


def _labels(made: Assembled, routes: Routes) -> list[Tag]:
    known = [service.tag(made.addresses[service.number].tobytes()) for service in routes.services.values()]
    return known + [routes.deposits[at].tag(made.addresses[at].tobytes()) for at in routes.labelled]


def _planted(made: Assembled, theft: Theft, laundry: Laundry, noise: Moves, twins: Ints) -> Planted:
    def named(wallets: Iterable[int]) -> frozenset[bytes]:
        return frozenset(made.addresses[at].tobytes() for at in wallets)

    alike = set(twins[:, 0].tolist())
    pairs = {(a, b) for a, b in zip(noise.sender.tolist(), noise.recipient.tolist(), strict=True) if b != NOBODY}
    spam = {(b, a) if a in alike else (a, b) for a, b in pairs if a in alike or b in alike}
    return Planted(
        peelers=named(laundry.peels),
        chained=named(chained(laundry.peels)),
        tranches=named((theft.holder, theft.hoard)),
        resting=named(rested(laundry.rests, SECONDS, LAST)),
        poisoned=frozenset((made.addresses[a].tobytes(), made.addresses[b].tobytes()) for a, b in spam),
    )


def _truth(made: Assembled, book: Book, theft: Theft, routes: Routes, coins: list[Asset]) -> Truth:
    stops = {service.number for service in routes.services.values()} | set(routes.labelled)
    router, theft_transactions = routes.router, set(theft.transactions)
    replay = Replay(
        Script(
            book.own,
            set(theft.taken),
            theft.safe,
            theft_transactions,
            stops,
            theft.swaps,
            router.deposits,
            router.refunds,
        )
    )
    replay.run(made.moves)
    assert replay.stolen == theft.taken, "the theft took something else than planned"

    def name(at: int) -> bytes | None:
        return None if at < 0 else made.addresses[at].tobytes()

    def keyed(amounts: dict[int, int]) -> dict[str, int]:
        return {coins[asset].key: amount for asset, amount in amounts.items() if amount}

    return Truth(
        stolen=keyed(replay.stolen),
        left=keyed(replay.left),
        came=keyed(replay.came),
        endpoints={
            (name(at), coins[asset].key, reason, target): amount
            for (at, asset, reason, target), amount in replay.ends.items()
        },
        tainted=frozenset(made.addresses[at].tobytes() for at in replay.tainted),
    )
