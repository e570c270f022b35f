"""Legs that no event tells: what is paid to a bridge's wallets and what these pay out, and what is burned for it.

Only the row of the table says that an address is such a wallet, or that whoever burns a token sends it to another
chain. A deposit into a wallet does not tell where it goes to; what is burned comes out for who burned it. What wallets
of one bridge pay each other is no transfer of a user's.
"""

from collections.abc import Collection, Iterator

import numpy as np

from cointrail.chains import format_address
from cointrail.conversions.bridges.leg import DEPOSIT, WITHDRAWAL, Leg
from cointrail.conversions.bridges.table import Table, Wallet
from cointrail.ledger import Ledger
from cointrail.ledger.columns import NONE

MOST = 200_000  # movements of a bridge's wallets on a chain; with more it is a place like an exchange


def held(ledger: Ledger, table: Table) -> dict[int, Wallet]:
    """The holdings of wallets in a ledger: of each wallet those of its token, or of all where it names none."""
    found: dict[int, Wallet] = {}
    for wallet in table.wallets(ledger.chain):
        known = ledger.address_id(wallet.address)
        for holding in () if known is None else ledger.index.holdings(known):
            if wallet.token in (None, ledger.assets[ledger.index.asset(holding)].key):
                found[holding] = wallet
    return found


def paid(ledger: Ledger, table: Table, told: Collection[tuple[str, bytes]]) -> tuple[list[Leg], list[str]]:
    """The legs that movements of wallets are, in no order, and what there is to know about what is left out.

    `told`: bridges and transactions of which events tell already. Only assets that somebody vouches for count, or that
    the table itself names.
    """
    legs: list[Leg] = []
    notes: list[str] = []
    whole = {h: w for h, w in held(ledger, table).items() if w.token or ledger.assets[ledger.index.asset(h)].verified}
    for name in sorted({wallet.bridge for wallet in whole.values()}):
        mine = {holding: wallet for holding, wallet in whole.items() if wallet.bridge == name}
        count = sum(_count(ledger, wallet, holding) for holding, wallet in mine.items())
        if count > MOST:
            notes.append(
                f"{name} on {ledger.chain}: its wallets have {count:,} movements, and with more than {MOST:,} none are"
                " joined without a key: what went there ends there"
            )
            continue
        for holding, wallet in mine.items():
            legs += (leg for leg in moved(ledger, wallet, mine, holding) if (name, leg.tx) not in told)
    return legs, notes


def _count(ledger: Ledger, wallet: Wallet, holding: int) -> int:
    """How many movements are legs, at most."""
    return len(ledger.index.inflows(holding)) if wallet.other_chain else ledger.index.degree(holding)


def moved(ledger: Ledger, wallet: Wallet, mine: Collection[int], holding: int) -> Iterator[Leg]:
    """The legs of one wallet in one asset. `mine`: holdings of the same bridge, which pay each other no legs."""
    index = ledger.index
    token, burns = ledger.assets[index.asset(holding)].key, wallet.other_chain
    if burns:  # what is issued is no leg, and often far more
        rows = index.inflows(holding)
        incoming, amounts = [True] * len(rows), index.amounts(rows)
        peers: list[int] = (index.link[rows] ^ np.uint32(holding)).tolist()
    else:
        rows, incoming, amounts, peers = index.movements(holding)
    others = [index.address(peer) for peer in peers]
    kept = [place for place, other in enumerate(others) if other and peers[place] not in mine]
    facts = ledger.facts(rows[np.array(kept, np.int64)].tolist())
    addresses = ledger.addresses([others[place] for place in kept])
    for at, (place, raw) in enumerate(zip(kept, addresses, strict=True)):
        tx, block, time = facts.tx[at], int(facts.block[at]), int(facts.time[at])
        if tx is None:
            continue
        row, comes = int(facts.row[at]), incoming[place]
        yield Leg(
            side=DEPOSIT if comes else WITHDRAWAL,
            bridge=wallet.bridge,
            chain=ledger.chain,
            tx=tx,
            block=None if block == NONE else block,
            time=None if time == NONE else time,
            position=row - index.transaction(row)[0],
            contract=wallet.address,
            token=token,
            amount=amounts[place],
            sender=raw if comes else None,
            recipient="" if comes and not burns else format_address(raw),
            other_chain=wallet.other_chain,
            other_token=wallet.other_token,
            other_amount=amounts[place] if burns else None,
            moved=True,
        )
