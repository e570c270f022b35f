"""Links between legs that no key joins: of bridges that have none, or whose events do not carry it on one side.

All such legs of the ledgers are weighed together, see `conversions.inferred`: candidates by recipient, token and amount
less fee, one matching for each bridge, and the delays of the bridge as its keyed pairs and the legs themselves show
them. A link is made where the matching is sure of it and nothing else is plausible; the rest are candidates.
"""

from collections.abc import Callable, Sequence

import numpy as np

from cointrail.chains import Asset, Registry
from cointrail.chains.asset import NATIVE
from cointrail.conversions.bridges.files import tokens
from cointrail.conversions.bridges.joining import agree
from cointrail.conversions.bridges.leg import DEPOSIT, Crossing, Crossings, Leg
from cointrail.conversions.bridges.table import Table
from cointrail.conversions.bridges.wallets import paid
from cointrail.conversions.joined import AMOUNT, FEE, RECIPIENT
from cointrail.conversions.legs import BLANK, Codes, Legs, edges
from cointrail.ledger import Ledger

PLAUSIBLE = 0.01  # what is less likely is not worth a look
DIGITS = 4  # of a confidence, rounded down: only a key is certain


WHY = {  # a link is made, by its rule
    RECIPIENT: "no key: recipient and token agree",
    AMOUNT: "no key, and no recipient told: the token agrees",
}


def unkeyed(ledgers: Sequence[Ledger], found: Crossings, table: Table) -> Crossings:
    """What was found by keys, with the legs of wallets, the links that no key shows, and the candidates for others."""
    legs, notes = list(found.legs), list(found.notes)
    told = {(leg.bridge, leg.tx) for leg in legs}
    for ledger in ledgers:
        more, said = paid(ledger, table, told)
        legs += more
        notes += said
    whole = Crossings(legs, found.links, found.findings, notes=notes)
    free = _free(whole, table)
    if len({legs[place].side for place in free}) < 2:
        return whole
    links, candidates = _joined(ledgers, whole, table, free)
    return Crossings(legs, [*found.links, *links], found.findings, candidates, notes)


def evidence(link: Crossing, out: Leg, into: Leg) -> str:
    """What speaks for a link that no key shows, in a sentence; "" where a key does."""
    rule = link.rule.removesuffix(FEE)
    if rule not in WHY:
        return ""
    amount = "is lower by a fee" if rule != link.rule else "too"
    return f"{WHY[rule]}, the amount {amount}, {(into.time or 0) - (out.time or 0):,} s later; nothing else fits"


def _free(found: Crossings, table: Table) -> list[int]:
    """The legs that may be joined: of bridges whose legs need not have a key, and that no key joins to others."""
    bridges = {one.name for one in table.bridges.values() if one.unkeyed}
    sides: dict[tuple[str, str], set[str]] = {}
    for leg in found.legs:
        if leg.key and leg.bridge in bridges:
            sides.setdefault((leg.bridge, leg.key), set()).add(leg.side)
    return [
        place
        for place, leg in enumerate(found.legs)
        if leg.bridge in bridges
        and place not in found.link_of
        and not (leg.status or leg.other_chain == leg.chain)
        and leg.time is not None
        and leg.amount
        and leg.token is not None
        and not (leg.key and len(sides[leg.bridge, leg.key]) > 1)
    ]


def _joined(
    ledgers: Sequence[Ledger], found: Crossings, table: Table, free: Sequence[int]
) -> tuple[list[Crossing], list[Crossing]]:
    from cointrail.conversions.inferred import weigh  # its compiled loops take a while to load: only if needed

    legs = found.legs
    here = {legs[place].bridge for place in free}
    keyed = [
        link
        for link in found.links
        if legs[link.deposit].bridge in here
        and legs[link.deposit].chain != legs[link.withdrawal].chain
        and all(legs[p].time is not None and legs[p].amount for p in (link.deposit, link.withdrawal))
    ]
    places = [*free, *(place for link in keyed for place in (link.deposit, link.withdrawal))]
    places.sort(key=lambda place: _order(legs[place]))
    row = {place: n for n, place in enumerate(places)}
    rows = _legs(ledgers, found, table, places)
    pairs = [np.array([row[place] for place in side], np.int64) for side in _sides(keyed)]
    used = np.zeros(len(places), np.bool_)
    used[np.r_[*pairs]] = True
    known = edges(rows, *pairs)
    names = _codes([legs[place].bridge for place in places])
    fees = {names[n]: float(table.bridges[legs[place].bridge].fee) for n, place in enumerate(places)}
    links: list[Crossing] = []
    candidates: list[Crossing] = []
    for one in weigh(
        rows,
        used,
        known.take(known.delay >= 0),
        charging={int(name): most for name, most in fees.items() if most},
        covered=_covered(ledgers),
    ):
        sure = set(one.sure.tolist())
        for edge in np.flatnonzero(one.chance >= PLAUSIBLE).tolist():
            pair = Crossing(
                places[one.edges.deposit[edge]],
                places[one.edges.withdrawal[edge]],
                str(one.rule[edge]),
                _down(float(one.chance[edge])),
                int(one.others[edge]),
            )
            if agree(table, legs[pair.deposit], legs[pair.withdrawal]):
                (links if edge in sure else candidates).append(pair)
    return links, candidates


def _sides(links: Sequence[Crossing]) -> tuple[list[int], list[int]]:
    return [link.deposit for link in links], [link.withdrawal for link in links]


def _order(leg: Leg) -> tuple[object, ...]:
    """By time and contents, so that the order of ledgers does not matter."""
    return leg.time, leg.chain, leg.tx, leg.side, leg.position


def _legs(ledgers: Sequence[Ledger], found: Crossings, table: Table, places: Sequence[int]) -> Legs:
    """The legs as the matching reads them. A deposit counts from when it can be paid out at the earliest."""
    legs = [found.legs[place] for place in places]
    named = tokens(found)
    token, amount = _alike(
        _known(ledgers, legs), [(leg, named[place]) for leg, place in zip(legs, places, strict=True)]
    )
    chains = _codes([*(leg.chain for leg in legs), *(leg.other_chain for leg in legs)])
    waits = {name: max(1, bridge.finality) for name, bridge in table.bridges.items()}
    time = [(leg.time or 0) + (waits[leg.bridge] if leg.side == DEPOSIT else 0) for leg in legs]
    return Legs(
        deposit=np.array([leg.side == DEPOSIT for leg in legs], np.bool_),
        bridge=_codes([leg.bridge for leg in legs]),
        chain=chains[: len(legs)],
        time=np.array(time, np.int64),
        token=_codes(token),
        amount=_codes([str(one) for one in amount]),
        recipient=_codes([leg.recipient for leg in legs]),
        key=_codes([leg.key for leg in legs]),
        value=np.array([float(one) for one in amount], np.float64),
        number=np.full(len(legs), -1, np.int64),
        other=chains[len(legs) :],
        text={},
    )


def _known(ledgers: Sequence[Ledger], legs: Sequence[Leg]) -> Callable[[str, str], Asset | None]:
    """What is known of an asset of a chain: by its ledger, or where that has none of it by the shipped registry."""
    held = {(ledger.chain, asset.key): asset for ledger in ledgers for asset in ledger.assets}
    shipped = {chain: Registry(chain) for chain in {leg.chain for leg in legs}}

    def asset(chain: str, key: str) -> Asset | None:
        known = held.get((chain, key)) or (shipped[chain].get(key) if chain in shipped else None)
        return known if known is not None and known.verified else None

    return asset


def _alike(asset: Callable[[str, str], Asset | None], legs: Sequence[tuple[Leg, str]]) -> tuple[list[str], list[int]]:
    """Token and amount of legs so that both sides can be compared.

    Tokens that somebody vouches for are one on several chains by their symbol, a wrapped coin is the coin, and their
    amounts are cut to the fewest decimals that one of them has. Others are known by what bridges say of them alone.
    """
    names, decimals, raw = [], [], []
    for leg, name in legs:
        promised = leg.side == DEPOSIT and leg.other_token is not None
        chain, _, told = name.partition(":")
        known = asset(chain, NATIVE if told == "native" else told)
        names.append(coin(known) if known is not None else name)
        own = known if promised and leg.other_amount is not None else asset(leg.chain, leg.token or NATIVE)
        decimals.append(own.decimals if own is not None else None)
        raw.append(leg.other_amount if promised and leg.other_amount is not None else leg.amount)
    least: dict[str, int] = {}
    for name, digits in zip(names, decimals, strict=True):
        if digits is not None:
            least[name] = min(digits, least.get(name, digits))
    cut = [
        (amount or 0) // 10 ** (digits - least[name]) if digits is not None else amount or 0
        for name, digits, amount in zip(names, decimals, raw, strict=True)
    ]
    return names, cut


def coin(asset: Asset) -> str:
    """The symbol; of a token that wraps a coin, which is called W and the coin's symbol, that of the coin."""
    return asset.form_of if asset.form_of and asset.symbol == f"W{asset.form_of}" else asset.symbol


def _covered(ledgers: Sequence[Ledger]) -> tuple[int, int] | None:
    """The time that every ledger tells of, put before the end of the last: no other legs are in it."""
    times = [ledger.times for ledger in ledgers if ledger.times is not None]
    if not times:
        return None
    last = max(end for _, end in times)
    return last - min(end - start for start, end in times), last


def _codes(texts: Sequence[str]) -> Codes:
    """One number for each text, BLANK for the empty one."""
    known: dict[str, int] = {"": BLANK}
    return np.array([known.setdefault(text, len(known) - 1) for text in texts], np.int64)


def _down(chance: float) -> float:
    whole: int = 10**DIGITS
    return min(int(chance * whole), whole - 1) / whole
