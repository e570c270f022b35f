"""Value that may have come out of a vault again: what was paid for shares given back. Listed, not followed.

A share is a claim on what everybody paid in, at a rate that changes, and it can be sold; so what comes out is a matter
to look at and no arithmetic.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cointrail.conversions.settlement.movement import positions
from cointrail.conversions.settlement.piece import VAULT
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.passages import Passages
from cointrail.tracing.walk import Move

MOST = 100  # returns that are listed for each share


class Candidate(NamedTuple):
    """Shares of `contract`, got by `into` (a key), were given back at `key`, and `holding` got `amount` for them."""

    contract: int  # holding of the contract
    share: int  # asset
    into: int
    key: int
    holding: int
    amount: int


def candidates(ledgers: Ledgers, passages: Passages, moves: Iterable[Move]) -> list[Candidate]:
    """What came out for the shares that the given moves bought, each once, in chain order."""
    found: dict[Candidate, None] = {}
    seen: set[tuple[int, int]] = set()
    for move in moves:
        if move.rule != VAULT:
            continue
        for share, owner in _shares(ledgers, passages, move):
            if (share, owner) not in seen:
                seen.add((share, owner))
                found |= dict.fromkeys(_returned(ledgers, passages, move, share, owner))
    return sorted(found, key=lambda one: (one.key, one.into, one.holding))


def _shares(ledgers: Ledgers, passages: Passages, move: Move) -> Iterator[tuple[int, int]]:
    """The shares that the contract issued in a transaction, and the holdings they went to."""
    number, contract = ledgers.address(move.recipient)
    for row in passages.rows(move.key):
        asset = ledgers.asset(row.sender)
        if (
            passages.is_zero(row.sender)
            and passages.settlers[number].issuer(asset - ledgers.asset_number(number, 0)) == contract
        ):
            yield asset, row.recipient


def _returned(ledgers: Ledgers, passages: Passages, move: Move, share: int, owner: int) -> Iterator[Candidate]:
    """What anybody gained where the owner gave shares back later."""
    number, _ = ledgers.address(owner)
    keys, incoming, _, _, _ = ledgers.movements(owner)
    given = [key for key, comes in zip(keys, incoming, strict=True) if not comes and key > abs(move.key)]
    for key in given[:MOST]:
        rows = passages.rows(key)
        issuer = passages.settlers[number].issuer(share - ledgers.asset_number(number, 0))
        back = (issuer, ledgers.address(move.recipient)[1])
        if not any(
            ledgers.asset(row.sender) == share
            and (passages.is_zero(row.recipient) or ledgers.address(row.recipient)[1] in back)
            for row in rows
        ):
            continue
        for who, of in positions(passages.movements(key)).items():
            for asset, net in of.items():
                holding = ledgers.holding(number, who, asset)
                known = ledgers.asset_number(number, asset)
                paid = net > 0 and who >= 0 and known != share and passages.followed(known)
                if paid and holding is not None and not passages.is_zero(holding):
                    yield Candidate(move.recipient, share, abs(move.key), key, holding, net)
