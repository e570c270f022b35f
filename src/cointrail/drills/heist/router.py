"""A bridge as THORChain's is: a router passes deposits on to vaults, and vaults pay through it.

The memo of a deposit names the asset wanted and the address that gets it; that of a payment names the deposit it is
for, or the deposit that it gives back. Forms: "Transaction Memos" in the documentation for developers of THORChain.
"""

from dataclasses import dataclass, field

from numpy.random import Generator

from cointrail.chains import bech32
from cointrail.drills.draw import cents, moments
from cointrail.drills.heist.facts import ETHER, fact
from cointrail.drills.heist.logs import Log
from cointrail.drills.heist.moves import ETH, Book
from cointrail.drills.heist.script import Deposit
from cointrail.drills.heist.theft import BLOCKS_A_DAY
from cointrail.ledger.rows import Kind

ROUTER = bytes.fromhex("d37bbe5744d730a1d98d8dc97c42f0ca46ad7146")  # a contract of THORChain's, version 4.1.1
ANY, UNMET = "0/1/0", "99999999999"  # limits in memos: streamed at any price; more than anybody gives
CHURN = 3 * BLOCKS_A_DAY  # a new vault so often: 43,200 blocks of THORChain
REFUNDED = 0.01  # share of the deposits that are given back, as their limit cannot be met
WAIT = (10, 200)  # blocks until then
LEAST_BACK = ETHER  # of those of at least so much
KEPT = 24 * 10**14  # wei: what a payment of the vault costs its payee
CROWD = 0.002  # deposits by others, and payments to others, to the movements of a ledger
CROWD_USD, USD_SIGMA, CENTS_AN_ETHER = 2_000.0, 1.8, 270_000


@dataclass
class Router:
    """The router and its vaults at work. Transactions by number, as in the book."""

    book: Book
    number: int
    deposits: dict[int, Deposit] = field(default_factory=dict)  # of the heist's wallets
    refunds: dict[int, int] = field(default_factory=dict)  # transaction of the refund -> of the deposit
    logs: list[Log] = field(default_factory=list)
    _vaults: dict[int, int] = field(default_factory=dict)
    _address: str = ""
    _room: int = 0

    def deposit(self, block: int, wallet: int, amount: int, fee: int) -> tuple[int, int | None]:
        """ETH that leaves for Bitcoin. Returns the transaction, and the block in which it is to be given back."""
        rng = self.book.rng
        back = amount >= LEAST_BACK and rng.random() < REFUNDED
        address = self._payee(amount)
        tx = self._take(block, wallet, amount, address, UNMET if back else ANY, fee)
        self.deposits[tx] = Deposit(wallet, self.logs[-1].vault, amount, address)
        return tx, block + int(rng.integers(*WAIT)) if back else None

    def refund(self, block: int, wallet: int, of: int) -> None:
        """Give a deposit back, less what the payment costs."""
        deposit = self.deposits[of]
        paid = self._pay(block, deposit.vault, wallet, deposit.amount - KEPT, "REFUND:", of)
        self.refunds[paid] = of

    def crowd(self, people: range, count: int, first: int, last: int) -> None:
        """What the bridge does for others: `count` deposits and as many payments."""
        rng = self.book.rng
        amounts = cents(rng, 2 * count, CROWD_USD, USD_SIGMA) * ETHER // CENTS_AN_ETHER
        blocks = moments(rng, 2 * count, first, last)
        who = rng.integers(people.start, people.stop, 2 * count)
        for at, (block, other, amount) in enumerate(zip(blocks.tolist(), who.tolist(), amounts.tolist(), strict=True)):
            if at % 2:
                self._take(block, other, amount + KEPT, _bitcoin(rng), ANY, self.book.fee(Kind.TRACE))
            else:
                self._pay(block, self._vault(block), other, amount + KEPT, f"OUT:{rng.bytes(32).hex().upper()}")

    def _take(self, block: int, payer: int, amount: int, address: str, limit: str, fee: int) -> int:
        vault = self._vault(block)
        steps = [
            (Kind.TRANSACTION, payer, self.number, ETH, amount),
            (Kind.TRACE, self.number, vault, ETH, amount),
        ]
        tx = self.book.act(block, payer, steps, fee)
        self.logs.append(Log(tx, vault, None, amount, f"=:BTC.BTC:{address}:{limit}"))
        return tx

    def _pay(self, block: int, vault: int, payee: int, amount: int, memo: str, about: int | None = None) -> int:
        steps = [
            (Kind.TRANSACTION, vault, self.number, ETH, amount),
            (Kind.TRACE, self.number, payee, ETH, amount),
        ]
        tx = self.book.act(block, vault, steps, self.book.fee(Kind.TRACE))
        self.logs.append(Log(tx, vault, payee, amount, memo, about))
        return tx

    def _vault(self, block: int) -> int:
        """The vault in use at a block."""
        at = block // CHURN
        if at not in self._vaults:
            self._vaults[at] = self.book.stranger()
        return self._vaults[at]

    def _payee(self, amount: int) -> str:
        """An address of the launderers: a new one as soon as the last has got what one of them got on average."""
        if self._room <= 0:
            self._address = _bitcoin(self.book.rng)
            self._room = fact("bitcoin_eth") * ETHER // fact("bitcoin_wallets")
        self._room -= amount
        return self._address


def _bitcoin(rng: Generator) -> str:
    """An invented address of Bitcoin, with a right checksum."""
    return bech32.encode_segwit("bc", 0, rng.bytes(20))
