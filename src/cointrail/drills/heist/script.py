"""The script of a heist: what its makers know of their own transactions, so that the truth has nothing to find out.

Wallets, assets and transactions by their numbers; amounts in smallest units.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Swap:
    """A transaction in which a wallet sold one asset for another."""

    wallet: int
    sold: int
    amount: int
    bought: int
    gained: int


@dataclass(frozen=True)
class Deposit:
    """A transaction that sent ETH over the bridge: the vault that took it, and the address that it was meant for."""

    wallet: int
    vault: int
    amount: int
    address: str  # of Bitcoin


@dataclass(frozen=True)
class Script:
    """Who takes part, and what the transactions are that are more than a payment."""

    own: set[int]  # the wallets that the heist opened
    assets: set[int]  # that count: a fake token can say that it moved what nobody ever had
    safe: int  # what leaves it ...
    theft: set[int]  # ... in these transactions is stolen
    stops: set[int]  # addresses with a label of a service
    swaps: dict[int, Swap]  # by transaction
    deposits: dict[int, Deposit]
    refunds: dict[int, int]  # transaction of the refund -> of the deposit
