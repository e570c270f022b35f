"""Ledgers of generated swaps, and which payouts were made for which deposit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from cointrail.drills.swapping.chains import Transfer, keep, written
from cointrail.drills.swapping.habits import DAY, HOUR, Habits
from cointrail.drills.swapping.market import ASSETS, Asset, Market
from cointrail.drills.swapping.orders import Order, orders
from cointrail.labels import import_labels
from cointrail.ledger import Ledger, open_ledger
from cointrail.prices import Prices
from cointrail.prices.reading import read_prices

BEGIN = 1_710_028_800  # 10 March 2024
CHAINS = tuple(dict.fromkeys(one.chain for one in ASSETS))
PLACE = 10**6  # owners from here on are swappers' and strangers'; people are numbered below
Payout = tuple[bytes, str]  # transaction, and who is paid


@dataclass
class World:
    """What happened, and the truth: transaction of a deposit to its payouts, and to the number of whose it is.

    `quotes` are the rows of a price file. A deposit without an entry was paid out for nobody, or where nobody sees it.
    """

    transfers: list[Transfer]
    truth: dict[bytes, set[Payout]]
    people: dict[bytes, int]
    names: dict[int, str]  # labelled owners
    quotes: list[tuple[str, int, str]] = field(repr=False)

    def keep(self, into: Path) -> list[Ledger]:
        """Write the ledgers with their labels, and the price file beside them."""
        into.mkdir(parents=True, exist_ok=True)
        found = []
        for chain in CHAINS:
            keep(into / chain, chain, self.transfers)
            rows = [f"{written(chain, owner)},{name},swapper" for owner, name in self.names.items()]
            path = into / f"{chain}-labels.csv"
            path.write_text("\n".join(["address,entity,category", *rows]) + "\n", encoding="utf-8")
            import_labels([path], into / chain)
            found.append(open_ledger(into / chain))
        rows = [",".join(map(str, row)) for row in self.quotes]
        (into / "prices.csv").write_text("\n".join(["asset,time,price", *rows]) + "\n", encoding="utf-8")
        return found

    def prices(self, kept: Path) -> Prices:
        """The price file that was kept."""
        return read_prices([kept / "prices.csv"])


def world(seed: int, habits: Habits | None = None) -> World:
    """Generated swaps; the same for the same arguments."""
    random, said = Random(seed), habits or Habits()
    market = Market(random, BEGIN, said.span + DAY)
    made = _Making(random, said, market)
    for order in sorted(orders(random, said, market, BEGIN), key=lambda one: (one.time, one.person)):
        if random.random() < said.kept:
            made.order(order)
    made.sweep()
    made.pay()
    made.disturb()
    quotes = list(market.quotes(random, said.quotes, said.noise, BEGIN + said.span + DAY))
    names = {PLACE + place: desk.name for place, desk in enumerate(said.desks)}
    return World(made.transfers, dict(made.truth), made.people, names, quotes)


class _Making:
    def __init__(self, random: Random, habits: Habits, market: Market) -> None:
        self._random, self._habits, self._market = random, habits, market
        self._fresh = 2 * PLACE
        self._waiting: dict[tuple[int, int], list[tuple[int, Order]]] = defaultdict(list)  # desk and time of a sweep
        self._due: dict[tuple[int, bool, Asset, int, int], list[tuple[Order, int]]] = defaultdict(list)
        self._ins: dict[Order, list[bytes]] = defaultdict(list)  # transactions of an order's deposits
        self.transfers: list[Transfer] = []
        self.truth: dict[bytes, set[Payout]] = defaultdict(set)
        self.people: dict[bytes, int] = {}

    def order(self, one: Order) -> None:
        """One order: what is paid in, and what is to be paid out."""
        random, habits = self._random, self._habits
        if one.seen[0]:
            parts = [one.amount // 2, one.amount - one.amount // 2] if random.random() < habits.halves else [one.amount]
            if random.random() < habits.swept and len(parts) == 1:
                late = one.time + 60 + int(random.expovariate(1 / habits.sweep))
                if one.paid.chain == "bitcoin":
                    late = (late // (2 * habits.sweep) + 1) * 2 * habits.sweep
                    self._waiting[one.desk, late].append((self._owner(), one))
                else:
                    self._into(one, late, one.amount)
            else:
                for number, part in enumerate(parts):
                    self._into(one, one.time - 90 * number, part)
        if one.seen[1] and one.returns > 0:
            hidden = random.random() < habits.desks[one.desk].hidden
            asset, amount = (one.paid, one.amount * 99 // 100) if one.refunded else (one.bought, one.returns)
            alone = 0 if asset.chain == "bitcoin" and habits.desks[one.desk].batch else len(self._due) + 1
            self._due[one.desk, hidden, asset, one.due, alone].append((one, amount))

    def _into(self, one: Order, time: int, amount: int) -> None:
        moved = Transfer(time, one.paid.chain, one.paid.key, one.person, ((PLACE + one.desk, amount),), one.person)
        self._paid_in(moved, [one])

    def _paid_in(self, moved: Transfer, of: Sequence[Order]) -> None:
        self.transfers.append(moved)
        self.people[moved.tx] = of[0].person
        for one in of:
            self._ins[one].append(moved.tx)

    def sweep(self) -> None:
        """Empty the addresses of orders; on Bitcoin those of a time make one deposit."""
        for (desk, time), waiting in self._waiting.items():
            whole = sum(one.amount for _, one in waiting)
            of = [one for _, one in waiting]
            self._paid_in(Transfer(time, "bitcoin", "", waiting[0][0], ((PLACE + desk, whole),), PLACE + desk), of)

    def pay(self) -> None:
        """Make the payouts; what is due together on Bitcoin is one transaction."""
        for (desk, hidden, asset, time, _), due in self._due.items():
            payer = PLACE + 100 + desk if hidden else PLACE + desk
            pays = [(self._owner(), amount) for _, amount in due]
            change = self._owner() if self._random.random() < self._habits.lost else payer
            moved = Transfer(time, asset.chain, asset.key, payer, tuple(pays), change)
            self.transfers.append(moved)
            if hidden:
                continue
            for (one, _), (owner, _) in zip(due, pays, strict=True):
                if not one.refunded:
                    for tx in self._ins[one]:
                        self.truth[tx].add((moved.tx, written(asset.chain, owner)))

    def disturb(self) -> None:
        """Treasuries and crumbs."""
        random, habits = self._random, self._habits
        for desk in range(len(habits.desks)):
            for asset in self._some(habits.treasury):
                amount = self._worth(asset, 20_000 * 10 ** random.random())
                sides = (PLACE + desk, PLACE + 500) if random.random() < 0.5 else (PLACE + 500, PLACE + desk)
                self._strange(asset, sides, amount)
            for asset in self._some(habits.dust):
                self._strange(asset, (self._owner(), PLACE + desk), self._worth(asset, random.random()))

    def _some(self, daily: float) -> Iterable[Asset]:
        return self._random.choices(ASSETS, k=round(daily * self._habits.span / DAY))

    def _strange(self, asset: Asset, sides: tuple[int, int], amount: int) -> None:
        time = BEGIN + self._random.randrange(self._habits.span + HOUR)
        moved = Transfer(time, asset.chain, asset.key, sides[0], ((sides[1], amount),), sides[0])
        self.transfers.append(moved)
        if sides[1] < PLACE + 100:
            self.people[moved.tx] = sides[0]

    def _worth(self, asset: Asset, usd: float) -> int:
        millionths: int = int(usd / self._market.price(asset.coin, BEGIN) * 10**6)
        return millionths * int(10**asset.decimals) // 10**6 + 1

    def _owner(self) -> int:
        self._fresh += 1
        return self._fresh
