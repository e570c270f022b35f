"""Movements of one transaction, and what they come to: the net position of every party in every asset."""

from collections.abc import Iterable
from typing import NamedTuple

Position = dict[int, dict[int, int]]  # party -> asset -> net gain, in smallest units; no zeros


class Movement(NamedTuple):
    """Value from one address to another, by their numbers; `asset` is a number too, `amount` in smallest units."""

    sender: int
    recipient: int
    asset: int
    amount: int


def mint(asset: int) -> int:
    """The party that issues and destroys an asset: a number below 0, so that it is no address."""
    return -1 - asset


def issued(movements: Iterable[Movement], nobody: int | None) -> list[Movement]:
    """The movements with a party of its own for every asset in place of the zero address.

    ERC-20 tells of issue and destruction as transfers from and to the zero address, `nobody`. It is no party: what one
    token issues has nothing to do with what another destroys.
    """
    if nobody is None:
        return list(movements)
    return [
        Movement(
            mint(one.asset) if one.sender == nobody else one.sender,
            mint(one.asset) if one.recipient == nobody else one.recipient,
            one.asset,
            one.amount,
        )
        for one in movements
    ]


def positions(movements: Iterable[Movement]) -> Position:
    """What everybody gained (above 0) or lost (below 0). Over all parties, every asset sums to zero."""
    found: Position = {}
    for one in movements:
        add(found, one)
    kept = {who: {asset: net for asset, net in of.items() if net} for who, of in found.items()}
    return {who: of for who, of in kept.items() if of}


def add(to: Position, one: Movement) -> None:
    """Count a movement in positions; what comes out even stays in them as a zero."""
    sender, recipient, asset, amount = one
    if sender != recipient:
        lost = to.setdefault(sender, {})
        lost[asset] = lost.get(asset, 0) - amount
        gained = to.setdefault(recipient, {})
        gained[asset] = gained.get(asset, 0) + amount
