"""Pieces: which part of what somebody lost became which part of what somebody gained, and by which rule."""

from typing import NamedTuple

NET = "net"
SWAP = "swap"
WRAP = "wrap"
PAYEE = "payee"
ORDER = "order"
MIXED = "mixed"
VAULT = "vault"
UNSEEN = "unseen"
UNWRAP = "unwrap"

RULES = {
    NET: "the same asset, from who lost by the transaction to who gained; in between it only passed through",
    SWAP: "one party lost one asset and gained another in one transaction",
    WRAP: "a swap between a coin and a wrapped or staked form of it",
    PAYEE: "a swap that one party paid and another was paid out",
    ORDER: "one of several swaps in one transaction, told apart by the order of their movements",
    MIXED: "several assets or parties were swapped at once; the movements do not say which became which, so every part"
    " is taken to be of the same mixture",
    VAULT: "paid to a contract that issued a share for it: liquidity, lending or a vault",
    UNWRAP: "swapped for a wrapped coin that was unwrapped; who got the coin is not in the ledger, as it is where a"
    " source has no inner calls",
    UNSEEN: "exchanged, and who got what for it is not in the ledger",
}
"""What each rule says. NET, VAULT and UNSEEN change no asset; the others are conversions."""

CONVERTING = frozenset({SWAP, WRAP, PAYEE, ORDER, MIXED, UNWRAP})


class Piece(NamedTuple):
    """The units [start, start + size) of what `loser` lost of `asset` became [at, at + amount) of what `gainer` gained
    of `got`; amounts in smallest units, counted from the first unit of the net loss and the net gain."""

    loser: int
    asset: int
    start: int
    size: int
    gainer: int
    got: int
    at: int
    amount: int
    rule: str
