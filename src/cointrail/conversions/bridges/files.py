"""Legs and links as rows of CSV files, in the columns that `link match` and `link score` read."""

from collections.abc import Mapping

from cointrail.conversions.bridges.leg import DEPOSIT, INTERNAL, Crossings, Leg
from cointrail.conversions.legs import COLUMNS as LEG_COLUMNS
from cointrail.conversions.links import COLUMNS as LINK_COLUMNS

__all__ = ["LEG_COLUMNS", "LINK_COLUMNS", "leg_rows", "link_rows", "tokens"]


def leg_rows(found: Crossings) -> list[tuple[object, ...]]:
    """Every leg with a time and an amount."""
    names = tokens(found)
    return [
        _row(leg, name)
        for leg, name in zip(found.legs, names, strict=True)
        if leg.status != INTERNAL and leg.time is not None and leg.amount is not None
    ]


def tokens(found: Crossings) -> list[str]:
    """The token of every leg under one name on both sides, CHAIN:unknown where nobody tells it.

    A deposit that promises a token of the other side goes by that, unless it was paid back; other tokens are one where
    a bridge's own links join them. The name is the first of them as CHAIN:CONTRACT, the native coin being native.
    """
    names = [_name(leg.chain, leg.token) for leg in found.legs]
    same: dict[tuple[str, str], str] = {}  # by bridge: a name and an earlier one of the same token
    for link in found.links:
        out, back = found.legs[link.deposit], found.legs[link.withdrawal]
        pair = sorted(_first(same, out.bridge, names[place]) for place in (link.deposit, link.withdrawal))
        if out.other_token is None and out.chain != back.chain and all(pair) and pair[0] != pair[1]:
            same[out.bridge, pair[1]] = pair[0]
    returned = {one.deposit for one in found.links if found.legs[one.deposit].chain == found.legs[one.withdrawal].chain}
    for place, leg in enumerate(found.legs):
        if leg.side == DEPOSIT and leg.other_token is not None and place not in returned:
            names[place] = _name(leg.other_chain, leg.other_token)
        else:
            names[place] = _first(same, leg.bridge, names[place])
    for link in found.links:  # what only one side tells
        pair_of = (link.deposit, link.withdrawal)
        name = next((names[place] for place in pair_of if names[place]), "")
        for place in pair_of:
            names[place] = names[place] or name
    return [name or f"{leg.chain}:unknown" for name, leg in zip(names, found.legs, strict=True)]


def _name(chain: str, token: str | None) -> str:
    return "" if token is None else f"{chain}:{token or 'native'}"


def _first(same: Mapping[tuple[str, str], str], bridge: str, name: str) -> str:
    while (bridge, name) in same:
        name = same[bridge, name]
    return name


def _row(leg: Leg, token: str) -> tuple[object, ...]:
    said = {
        "side": leg.side,
        "bridge": leg.bridge,
        "chain": leg.chain,
        "tx": f"0x{leg.tx.hex()}",
        "time": leg.time,
        "token": token,
        "amount": leg.amount,
        "sender": f"0x{leg.sender.hex()}" if leg.sender else "",
        "recipient": leg.recipient,
        "key": leg.key,
    }
    return tuple(said[name] for name in LEG_COLUMNS)


def link_rows(found: Crossings) -> list[tuple[object, ...]]:
    """Every link."""
    legs = found.legs
    return [
        (
            f"0x{legs[one.deposit].tx.hex()}",
            f"0x{legs[one.withdrawal].tx.hex()}",
            one.rule,
            one.confidence,
            one.ambiguous,
        )
        for one in found.links
    ]
