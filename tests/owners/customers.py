"""Made-up customers of exchanges on an account chain whose owners are known, with all that looks like them."""

import random
from pathlib import Path
from typing import Any

from cointrail.labels import Label, Labels
from cointrail.ledger import Ledger
from cointrail.ledger.rows import Kind
from cointrail.owners import Owners
from tests import making
from tests.making import address

ETH = 10**18
GAS = 21_000 * 30 * 10**9  # wei that a sweep leaves or a payment costs
RELAYS = 0.01  # wallets that once pass on what a friend sent: they look like deposit addresses
GATHERED = 0.2  # sweeps that take several payments at once: nothing can be matched
SPAN = 100_000  # blocks


class Customers:
    """Grows the transfers by a seed; `whose` is the truth: customers' wallets, and the deposit addresses made for them.

    `strangers` is the share of payments into somebody else's deposit address, which nothing on the chain tells apart. A
    mining pool that nobody labels pays into deposit addresses of many; an exchange that nobody labels does as well.
    """

    def __init__(self, seed: int, people: int, strangers: float = 0.0, exchanges: int = 4) -> None:
        self.draw, self.strangers = random.Random(seed), strangers
        self.wallets: list[int] = []
        self.count = exchanges + 2
        self.exchanges = list(range(1, exchanges + 1))
        self.pool, self.silent = exchanges + 1, exchanges + 2
        self.whose: dict[int, int] = {}
        self.rows: list[tuple[int, int, int, int]] = []  # block, sender, recipient, amount
        for person in range(people):
            wallets = [self.new(person) for _ in range(self.draw.randint(1, 4))]
            self.wallets += wallets
            boxes = {one: self.new(person) for one in self.draw.sample(self.exchanges, self.draw.randint(1, 2))}
            for _ in range(self.draw.randint(2, 12)):
                self.one(wallets, boxes)
        for one in self.exchanges:
            for _ in range(people):
                self.rows.append((self.draw.randint(1, SPAN), one, self.draw.choice(list(self.whose)), 3 * ETH))

    def new(self, person: int) -> int:
        self.count += 1
        self.whose[self.count] = person
        return self.count

    def one(self, wallets: list[int], boxes: dict[int, int]) -> None:
        """What a person does once: mostly a payment into the person's own deposit address, from any wallet."""
        exchange, box = self.draw.choice(list(boxes.items()))
        block, kind = self.draw.randint(1, SPAN), self.draw.random()
        amount = self.draw.randint(ETH // 20, 20 * ETH)
        sender = self.draw.choice(wallets)
        if kind < self.strangers:
            sender = self.draw.choice(self.wallets)
        elif kind < self.strangers + RELAYS:  # a wallet used once: it looks like a deposit address
            box = self.new(self.whose[sender])
            sender = self.draw.choice(self.wallets)
        elif kind < 0.08:
            sender = self.draw.choice([self.pool, self.silent])
        elif kind < 0.2:
            self.rows.append((block, sender, self.draw.choice(list(self.whose)), amount))
            return
        self.rows.append((block, sender, box, amount))
        delay = self.draw.randint(1, 1_500)
        if self.draw.random() < GATHERED:
            more = self.draw.randint(ETH // 20, 20 * ETH)
            self.rows.append((block + 1, sender, box, more))
            amount += more
        self.rows.append((block + 1 + delay, box, exchange, amount - GAS))

    def ledger(self, folder: Path) -> Ledger:
        """The transfers as a ledger, with the exchanges labelled."""
        rows: list[dict[str, Any]] = []
        for place, (block, sender, recipient, amount) in enumerate(sorted(self.rows)):
            tx = (place + 1).to_bytes(32, "big")
            rows.append(
                making.row(block, sender, recipient, amount, asset="", kind=Kind.TRANSACTION, tx=tx)
                | {"tx_index": place, "position": 0}
            )
        made = making.ledger(folder, rows)
        Labels(folder).add(
            Label(address(one), None, f"Exchange {one}", "exchange", None, None, "test", None, None, None, None, "")
            for one in self.exchanges
        )
        return made

    def said(self, found: Owners) -> list[tuple[int, int]]:
        """Of every address in the ledger its cluster and its owner."""
        ids = [(found.ledger.address_id(address(one)), person) for one, person in self.whose.items()]
        return [(found.clusters.forest.root(one), person) for one, person in ids if one is not None]
