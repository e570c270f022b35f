"""What the wrapping and unwrapping of a coin says about movements that a source without inner calls does not show.

WETH9 credits whoever calls it with the coin that they pay, and pays the coin to whoever gives its asset back: each of
its events proves a movement of the coin, one for one.
"""

from collections.abc import Callable, Sequence

from cointrail.conversions.settlement.movement import Movement, Position, mint
from cointrail.conversions.settlement.piece import UNWRAP, Piece

Coin = Callable[[int], int | None]


def completed(movements: Sequence[Movement], wraps: Coin, issuer: Coin) -> list[Movement]:
    """The movements with those of the coin that they prove and do not hold, each beside its proof.

    `wraps` gives the coin of a wrapped asset, `issuer` the address of an asset's contract.
    """
    beside: dict[int, list[Movement]] = {}  # by the place of the proof
    moved: set[int] = set()  # places of movements that are put there
    for place, one in enumerate(movements):
        coin, contract = wraps(one.asset), issuer(one.asset)
        if coin is None or contract is None or mint(one.asset) not in (one.sender, one.recipient):
            continue
        made = one.sender == mint(one.asset)
        inner = Movement(*((one.recipient, contract) if made else (contract, one.sender)), coin, one.amount)
        beside[place] = [inner]
        at = _find(movements, moved, inner)
        if at is None or made:
            continue
        while at is not None:  # who unwraps for somebody passes all of it on, by inner calls of which no order is known
            follow = movements[at]
            at = next(
                (
                    n
                    for n, m in enumerate(movements)
                    if n not in moved and (m.sender, m.asset, m.amount) == (follow.recipient, coin, one.amount)
                ),
                None,
            )
            if at is not None:
                moved.add(at)
                beside[place].append(movements[at])
    found: list[Movement] = []
    for place, one in enumerate(movements):
        if place not in moved:
            found.append(one)
        found += beside.get(place, [])
    return found


def _find(movements: Sequence[Movement], moved: set[int], wanted: Movement) -> int | None:
    """The place of an equal movement that is not moved yet; it is moved now."""
    place = next((n for n, one in enumerate(movements) if n not in moved and one == wanted), None)
    if place is not None:
        moved.add(place)
    return place


def unseen(one: Piece, visible: Position, movements: Sequence[Movement], wraps: Coin) -> Piece:
    """A piece that ends in a coin which no movement of the source brought ends where it was unwrapped instead."""
    if visible.get(one.gainer, {}).get(one.got, 0) >= one.at + one.amount:
        return one
    given = (m.asset for m in movements if m.sender == one.gainer and m.recipient == mint(m.asset))
    asset = next((asset for asset in given if wraps(asset) == one.got), None)
    if asset is None:
        return one
    return one._replace(gainer=mint(asset), got=asset, at=0, rule=UNWRAP)
