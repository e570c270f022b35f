"""Legs of bridges that tell nothing by events: what is paid to their wallets, and what these pay out.

Only the row of the table says that an address is such a wallet. A deposit does not tell where it goes to; a withdrawal
goes to whoever was paid. What wallets of one bridge pay each other is no transfer of a user's.
"""

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from cointrail.chains import format_address
from cointrail.conversions.bridges.leg import DEPOSIT, WITHDRAWAL, Leg
from cointrail.conversions.bridges.table import Table
from cointrail.ledger import Ledger
from cointrail.ledger.columns import NONE

MOST = 500_000  # movements of a bridge's wallets on a chain; with more it is a place like an exchange


def paid(ledger: Ledger, table: Table, told: Collection[tuple[str, bytes]]) -> tuple[list[Leg], list[str]]:
    """The legs that movements of wallets are, in no order, and what there is to know about what is left out.

    `told`: bridges and transactions of which events tell already. Only assets that somebody vouches for count.
    """
    legs: list[Leg] = []
    notes: list[str] = []
    for name, wallets in _wallets(ledger, table).items():
        holdings = [
            holding
            for address in wallets
            for holding in ledger.index.holdings(address)
            if ledger.assets[ledger.index.asset(holding)].verified
        ]
        count = sum(map(ledger.index.degree, holdings))
        if count > MOST:
            notes.append(
                f"{name} on {ledger.chain}: its wallets have {count:,} movements, and with more than {MOST:,} none are"
                " joined without a key: what went there ends there"
            )
            continue
        for holding in holdings:
            legs += (leg for leg in _legs(ledger, name, wallets, holding) if (name, leg.tx) not in told)
    return legs, notes


def _wallets(ledger: Ledger, table: Table) -> dict[str, dict[int, bytes]]:
    """The wallets that are in a ledger, by bridge and id."""
    found: dict[str, dict[int, bytes]] = {}
    for address, name in sorted(table.wallets(ledger.chain).items()):
        known = ledger.address_id(address)
        if known is not None:
            found.setdefault(name, {})[known] = address
    return found


def _legs(ledger: Ledger, name: str, wallets: Mapping[int, bytes], holding: int) -> Iterator[Leg]:
    """The legs of one wallet in one asset."""
    index = ledger.index
    rows, incoming, amounts, peers = index.movements(holding)
    wallet, token = wallets[index.address(holding)], ledger.assets[index.asset(holding)].key
    others = [index.address(peer) for peer in peers]
    kept = [place for place, other in enumerate(others) if other and other not in wallets]
    facts = ledger.facts(rows[np.array(kept, np.int64)].tolist())
    addresses = ledger.addresses([others[place] for place in kept])
    for at, (place, raw) in enumerate(zip(kept, addresses, strict=True)):
        tx, block, time = facts.tx[at], int(facts.block[at]), int(facts.time[at])
        if tx is None:
            continue
        row, comes = int(facts.row[at]), incoming[place]
        yield Leg(
            side=DEPOSIT if comes else WITHDRAWAL,
            bridge=name,
            chain=ledger.chain,
            tx=tx,
            block=None if block == NONE else block,
            time=None if time == NONE else time,
            position=row - index.transaction(row)[0],
            contract=wallet,
            token=token,
            amount=amounts[place],
            sender=raw if comes else None,
            recipient="" if comes else format_address(raw),
            moved=True,
        )
