"""Shares: which part of the theft a lot of stolen value is, conserved to the unit like money.

An amount says how much of an asset is stolen; after a conversion it no longer says how much of the theft that is. So
every lot carries claims on what was stolen, by the asset that it was stolen in. A claim is counted in units of which
one smallest unit of the stolen asset has `UNITS`; it is split in proportion, the remainder stays with the last part, so
that the claims of all endpoints sum to exactly what was stolen. A lot that was never converted needs no claim
written down: `None` says that it is of its own asset, `UNITS` for every unit.
"""

UNITS = 1 << 64  # so fine that splitting never loses a part that could be shown

Claims = dict[int, int]  # stolen asset -> units; never empty
Claim = Claims | None


def native(asset: int, length: int) -> Claims:
    """The claims of a lot that was never converted."""
    return {asset: length * UNITS}


def cut(claim: Claim, part: int, whole: int) -> tuple[Claim, Claim]:
    """Split the claims of a lot of `whole` units into those of its first `part` units and the rest."""
    if claim is None:
        return None, None
    if part == whole:
        return claim, {}
    first = {asset: units * part // whole for asset, units in claim.items()}
    return first, {asset: units - first[asset] for asset, units in claim.items()}


def within(claim: Claim, low: int, high: int, whole: int) -> Claim:
    """The claims of the units [low, high) of a lot of `whole` units: those of adjoining ranges sum to those of both,
    whoever asks for them and in whatever order."""
    if claim is None or (low == 0 and high == whole):
        return claim
    return {asset: units * high // whole - units * low // whole for asset, units in claim.items()}


def add(to: Claims, claim: Claim, asset: int, length: int) -> None:
    """Add the claims of a lot of `length` units of `asset`."""
    if claim is None:
        to[asset] = to.get(asset, 0) + length * UNITS
    else:
        for stolen, units in claim.items():
            to[stolen] = to.get(stolen, 0) + units


class Pool:
    """Stolen value that is not told apart: an amount, with the claims on it."""

    __slots__ = ("amount", "asset", "claims")

    def __init__(self, asset: int) -> None:
        self.asset, self.amount = asset, 0
        self.claims: Claim = None  # None: all of it is of its own asset

    def put(self, length: int, claim: Claim) -> None:
        """Mix a lot in."""
        if claim is not None or self.claims is not None:
            if self.claims is None:
                self.claims = native(self.asset, self.amount) if self.amount else {}
            add(self.claims, claim, self.asset, length)
        self.amount += length

    def take(self, length: int) -> Claim:
        """Take a lot out; its claims are its part of all."""
        first, rest = cut(self.claims, length, self.amount)
        self.amount -= length
        self.claims = rest if self.amount else None
        return first
