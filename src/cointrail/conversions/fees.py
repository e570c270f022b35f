"""What a bridge keeps: the fee as a share of the amount, learnt from the pairs themselves."""

import numpy as np

from cointrail.conversions.legs import Edges, Flags, Floats, Legs

MOST = 0.10  # share of the amount; who keeps more is no bridge
LEAST = 1e-7  # smaller fees are counted with this one
BINS = 160  # of the fee's logarithm, and one for no fee at all
COMMON = 0.05  # share of unequal amounts from which a bridge is taken to charge fees
FEW = 20  # pairs with unequal amounts below which nothing can be said of a fee
EDGE = 0.005  # share of the fees that may lie outside the range that is believed, on each side
DOUBT = 5.0  # samples that an even spread of fees counts for


def fee(legs: Legs, pairs: Edges) -> Floats:
    """The fee of each pair as a share of the deposit: 0 for equal amounts, NaN where more came out or too little."""
    paid, got = legs.value[pairs.deposit], legs.value[pairs.withdrawal]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(legs.amount[pairs.deposit] == legs.amount[pairs.withdrawal], 0.0, (paid - got) / paid)
        found: Floats = np.where((share >= 0) & (share <= MOST), share, np.nan)
    return found


def tolerated(legs: Legs, pairs: Edges, otherwise: Flags) -> Flags:
    """Which pairs have amounts that agree: equal, or less the fee where the pairs of that bridge show that it has one.

    `otherwise`: which pairs agree in everything else; the range of the fee is learnt from them.
    """
    share = fee(legs, pairs)
    good: Flags = share == 0.0
    bridge = legs.bridge[pairs.deposit]
    for name in np.unique(bridge[otherwise & ~good & np.isfinite(share)]).tolist():
        here = (bridge == name) & otherwise & np.isfinite(share)
        charged = share[here & ~good]
        if len(charged) >= max(FEW, COMMON * here.sum()):
            low, high = np.quantile(charged, [EDGE, 1 - EDGE])
            good |= here & (share >= low) & (share <= high)
    return good


def likelihood(share: Floats, weight: Floats) -> Floats:
    """Log-likelihood ratio of each fee among true pairs against any fee being as likely; samples weigh `weight`."""
    cell = np.where(share > 0, 1 + np.log(np.maximum(share, LEAST) / LEAST) / np.log(MOST / LEAST) * (BINS - 1), 0)
    cell = np.rint(cell).astype(np.int64)
    mass = np.bincount(cell, weight, BINS + 1)
    even = DOUBT / (BINS + 1)
    chance = (np.maximum(mass[cell] - weight, 0.0) + even) / (mass.sum() - weight + DOUBT)
    found: Floats = np.log(chance * (BINS + 1))
    return found
