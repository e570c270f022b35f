"""Wallets that live: coin from an exchange, payments to shops, swaps on a market; what they hold is always known."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from cointrail.chains.asset import NATIVE
from cointrail.drills.attacks.stage import ETHER, EVER, FEE, TOKENS, Stage

HOUR, DAY = 3600, 86_400


@dataclass
class Town:
    """Whom everybody deals with."""

    stage: Stage
    exchanges: Sequence[bytes]
    shops: Sequence[bytes]
    router: bytes
    pools: Sequence[bytes]

    @staticmethod
    def built(stage: Stage) -> "Town":
        """Exchanges, shops, and one market with its pools."""
        new = stage.address
        return Town(stage, [new() for _ in range(4)], [new() for _ in range(300)], new(), [new() for _ in range(5)])


@dataclass
class Wallet:
    """A person's wallet at some moment."""

    town: Town
    address: bytes
    now: int
    held: Counter[str] = field(default_factory=Counter)

    @staticmethod
    def born(town: Town, now: int) -> "Wallet":
        """A new wallet with coin and tokens from an exchange."""
        chance = town.stage.random
        found = Wallet(town, town.stage.address(), now)
        found.fund(NATIVE, chance.randrange(ETHER // 2, 20 * ETHER))
        for token in chance.sample(TOKENS, chance.randint(1, 3)):
            found.fund(token, chance.randrange(10**8, 10**11))
        return found

    def wait(self, most: int) -> "Wallet":
        """Let some time pass."""
        self.now += self.town.stage.random.randrange(12, most)
        return self

    def fund(self, asset: str, amount: int, by: bytes | None = None) -> None:
        """Get something from an exchange, or from somebody else."""
        stage = self.town.stage
        source = by or stage.random.choice(list(self.town.exchanges))
        self.held[asset] += amount
        if asset == NATIVE:
            stage.act(self.now, source, self.address, amount)
        else:
            stage.act(self.now, source, bytes.fromhex(asset[2:]), logs=[(source, self.address, asset, amount)])
        self.wait(2 * HOUR)

    def pay(self, to: bytes, asset: str, amount: int) -> None:
        """Pay somebody by a transaction of its own; no more than it has after the fee."""
        amount = min(amount, self.held[asset] - (FEE if asset == NATIVE else 0))
        if amount <= 0 or self.held[NATIVE] < FEE:
            return
        self.held[NATIVE] -= FEE
        self.held[asset] -= amount
        if asset == NATIVE:
            self.town.stage.act(self.now, self.address, to, amount)
        else:
            contract = bytes.fromhex(asset[2:])
            self.town.stage.act(self.now, self.address, contract, logs=[(self.address, to, asset, amount)])

    def approve(self, token: str, spender: bytes, amount: int = EVER) -> None:
        """Let somebody take tokens."""
        self.held[NATIVE] -= FEE
        contract = bytes.fromhex(token[2:])
        self.town.stage.act(self.now, self.address, contract, approvals=[(self.address, spender, token, amount)])

    def swap(self) -> None:
        """Sell some of a token on the market."""
        stage, held = self.town.stage, [token for token in TOKENS if self.held[token] > 1]
        if not held or self.held[NATIVE] < 2 * FEE:
            return
        token, pool = stage.random.choice(held), stage.random.choice(list(self.town.pools))
        sold, got = self.held[token] // stage.random.choice((1, 2, 3, 10)), stage.random.randrange(ETHER // 100, ETHER)
        self.approve(token, self.town.router)
        self.wait(600)
        self.held[token] -= sold
        self.held[NATIVE] += got - FEE
        moves = [(self.address, pool, token, sold)]
        stage.act(self.now, self.address, self.town.router, calls=[(pool, self.address, NATIVE, got)], logs=moves)

    def live(self, deeds: int) -> "Wallet":
        """So many payments and swaps, with time between them."""
        chance = self.town.stage.random
        for _ in range(deeds):
            self.wait(6 * DAY)
            if chance.random() < 0.3:
                self.swap()
            else:
                asset = chance.choice([asset for asset in (NATIVE, *TOKENS) if self.held[asset]] or [NATIVE])
                self.pay(chance.choice(list(self.town.shops)), asset, max(self.held[asset] // chance.randint(5, 30), 1))
        return self.wait(DAY)

    def tokens(self) -> list[str]:
        """What it holds besides coin."""
        return [token for token in TOKENS if self.held[token] > 0]
