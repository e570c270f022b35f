"""Made-up wallets of an output-based chain whose owners are known: payments, exchanges, CoinJoins, PayJoins."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cointrail.chains import owner_key
from cointrail.ledger import Ledger
from tests import spending
from tests.spending import Coin, Spend

UNIT = 100_000  # least amount that people speak of
DENOMINATIONS = tuple(2**n * UNIT for n in range(3, 14))  # of mixed outputs
ROUND_SHARE, FRESH_SHARE, WHOLE_SHARE = 0.6, 0.8, 0.05  # payments of round amounts, of new change addresses, of all


@dataclass
class Wallet:
    """Its coins by address, and whether it always makes a new address for change."""

    name: str
    fresh: bool
    coins: dict[Coin, tuple[str, int]] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)

    def new(self) -> str:
        self.addresses.append(f"{self.name}/{len(self.addresses)}")
        return self.addresses[-1]

    def change(self) -> str:
        return self.new() if self.fresh or not self.addresses else self.addresses[0]


class World:
    """Grows a chain of transactions by a seed; `whose` is the truth, `change` the true change of payments."""

    def __init__(self, seed: int, wallets: int, steps: int, payjoins: float = 0.0) -> None:
        self.draw = random.Random(seed)
        self.spends: list[Spend] = []
        self.change: dict[str, int] = {}  # transaction -> number of its output
        self.joins: set[str] = set()
        self.wallets = [Wallet(f"{seed}:{n}", self.draw.random() < FRESH_SHARE) for n in range(wallets)]
        self.exchanges = [Wallet(f"{seed}:exchange {n}", True) for n in range(2)]
        self.customer: dict[str, dict[int, str]] = {}  # deposit addresses by wallet and exchange
        for wallet in self.wallets:
            for _ in range(self.draw.randint(2, 6)):
                self.add([], [(wallet.new(), self.draw.randint(50, 5_000) * UNIT)], [wallet])
        for _ in range(steps):
            kind = self.draw.random()
            if kind < 0.03:
                self.join(equal=self.draw.random() < 0.6)
            elif kind < 0.15:
                self.deposit()
            elif kind < 0.19:
                self.exchange()
            else:
                self.pay(self.draw.random() < payjoins)

    @property
    def whose(self) -> dict[str, str]:
        return {one: wallet.name for wallet in [*self.wallets, *self.exchanges] for one in wallet.addresses}

    def ledger(self, folder: Path) -> Ledger:
        return spending.ledger(folder, self.spends, size=7)

    def add(self, coins: list[tuple[Wallet, Coin]], pays: list[tuple[str, int]], owners: list[Wallet]) -> str:
        """One transaction; `owners` are those of its outputs."""
        name = f"tx {len(self.spends)} {self.wallets[0].name}"
        self.spends.append(Spend(name, [coin for _, coin in coins], pays))
        for wallet, coin in coins:
            del wallet.coins[coin]
        for number, ((address, amount), wallet) in enumerate(zip(pays, owners, strict=True)):
            wallet.coins[name, number] = address, amount
        return name

    def chosen(self, wallet: Wallet, amount: int) -> list[Coin]:
        """Coins that make up an amount: the largest first, or by chance."""
        coins = sorted(wallet.coins, key=lambda coin: -wallet.coins[coin][1])
        if self.draw.random() < 0.5:
            self.draw.shuffle(coins)
        picked, held = [], 0
        for coin in coins:
            if held >= amount:
                break
            picked.append(coin)
            held += wallet.coins[coin][1]
        return picked if held >= amount else []

    def amount(self, wallet: Wallet) -> int:
        most = sum(amount for _, amount in wallet.coins.values())
        if self.draw.random() < WHOLE_SHARE:
            return most
        wanted = int(most * self.draw.random() ** 2 * 0.7)
        return wanted // UNIT * UNIT if self.draw.random() < ROUND_SHARE else wanted

    def send(self, wallet: Wallet, to: Wallet, address: str, helper: Wallet | None = None) -> None:
        """A payment, with change in any place; a `helper` puts a coin of its own in and gets it back in the amount."""
        amount = self.amount(wallet)
        picked = [(wallet, coin) for coin in self.chosen(wallet, amount)] if amount > 0 else []
        if not picked:
            return
        rest = sum(one.coins[coin][1] for one, coin in picked) - amount
        if helper is not None and helper.coins:
            coin = self.draw.choice(sorted(helper.coins))
            picked.append((helper, coin))
            amount += helper.coins[coin][1]
        pays, owners = [(address, amount)], [to]
        if rest > 0:
            place = self.draw.randint(0, 1)
            pays.insert(place, (wallet.change(), rest))
            owners.insert(place, wallet)
            self.change[self.add(picked, pays, owners)] = place
        else:
            self.add(picked, pays, owners)

    def pay(self, payjoin: bool) -> None:
        wallet, to = self.draw.sample(self.wallets, 2)
        address = to.new() if self.draw.random() < 0.7 or not to.addresses else self.draw.choice(to.addresses)
        self.send(wallet, to, address, to if payjoin else None)

    def deposit(self) -> None:
        wallet, number = self.draw.choice(self.wallets), self.draw.randint(0, 1)
        exchange = self.exchanges[number]
        mine = self.customer.setdefault(wallet.name, {})
        if number not in mine:
            mine[number] = exchange.new()
        self.send(wallet, exchange, mine[number])

    def exchange(self) -> None:
        """An exchange gathers what was paid in, or pays many customers at once."""
        one = self.draw.choice(self.exchanges)
        coins = self.draw.sample(sorted(one.coins), min(len(one.coins), self.draw.randint(2, 12)))
        if not coins:
            return
        held = sum(one.coins[coin][1] for coin in coins)
        pays, owners = [], []
        if self.draw.random() < 0.5:
            for to in self.draw.sample(self.wallets, self.draw.randint(2, 8)):
                part = int(held * self.draw.random() * 0.2)
                if part > 0:
                    pays.append((to.new(), part))
                    owners.append(to)
                    held -= part
        self.add([(one, coin) for coin in coins], [*pays, (one.new(), held)], [*owners, one])

    def join(self, equal: bool) -> None:
        """A CoinJoin: everybody gets one amount and his change, or everybody's coins in usual denominations."""
        people = [one for one in self.draw.sample(self.wallets, self.draw.randint(4, 15)) if one.coins]
        coins = [(one, coin) for one in people for coin in sorted(one.coins)[: self.draw.randint(1, 3)]]
        given = {one.name: sum(one.coins[coin][1] for who, coin in coins if who is one) for one in people}
        if len(people) < 3:
            return
        parts: list[tuple[str, int, Wallet]] = []
        for one in people:
            rest = given[one.name]
            for part in self._parts(min(given.values()), rest, equal):
                parts.append((one.new(), part, one))
                rest -= part
            if rest > 0:
                parts.append((one.new(), rest, one))
        self.draw.shuffle(parts)
        pays = [(address, amount) for address, amount, _ in parts]
        self.joins.add(self.add(coins, pays, [one for *_, one in parts]))

    def _parts(self, least: int, held: int, equal: bool) -> Iterator[int]:
        if equal:
            yield least
            return
        for value in reversed(DENOMINATIONS):
            if value <= held:
                held -= value
                yield value


def keys(world: World) -> dict[bytes, str]:
    """The truth by the keys of a ledger."""
    return {owner_key(spending.script(one)): wallet for one, wallet in world.whose.items()}
