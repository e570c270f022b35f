"""Joining bridge legs: first by key, then what is left as one matching for each bridge."""

from dataclasses import dataclass

import numpy as np

from cointrail.conversions.fees import fee
from cointrail.conversions.findings import Finding, findings
from cointrail.conversions.joined import FEE, KEY, Part
from cointrail.conversions.keyed import Keyed, by_key, crossing
from cointrail.conversions.legs import BLANK, Legs
from cointrail.conversions.links import Link


@dataclass(frozen=True)
class Joined:
    """The links in order of their withdrawals, and what there is to say of every leg without one."""

    links: list[Link]
    findings: list[Finding]


def match(legs: Legs, *, keys: bool = True, recipient: bool = True, window: int | None = None) -> Joined:
    """Join the legs. `window`: only pairs that close within so many seconds are given.

    The pairs that close later are looked for all the same, since whoever ignores them mistakes their legs for others'.
    Where a key proves such a pair its legs are no findings; where none does, they are listed as legs without a partner.
    """
    linked = np.zeros(len(legs), np.bool_)
    keyed = by_key(legs) if keys else None
    parts = []
    if keyed is not None:
        linked |= keyed.used
        parts.append(_keyed(legs, keyed))
    if not keys or (~linked & (legs.key == BLANK)).any():
        from cointrail.conversions.inferred import infer  # its compiled loops take a while to load: only if needed

        known = crossing(legs, parts[0].pairs) if parts else None  # a refund tells nothing of delays over the bridge
        parts += infer(legs, linked, known, recipient=recipient, window=window)
    for part in parts:
        linked[part.pairs.deposit] = linked[part.pairs.withdrawal] = True
    return Joined(_links(legs, parts, window), findings(legs, keyed, linked))


def _keyed(legs: Legs, keyed: Keyed) -> Part:
    agree = keyed.all.take(keyed.agree & (keyed.all.delay >= 0))
    rivals = np.bincount(agree.deposit, minlength=len(legs))[keyed.pairs.deposit]
    rivals += np.bincount(agree.withdrawal, minlength=len(legs))[keyed.pairs.withdrawal]
    rules = np.where(fee(legs, keyed.pairs) > 0, KEY + FEE, KEY)
    return Part(keyed.pairs, rules, np.ones(len(keyed.pairs)), np.asarray(rivals - 2, np.int64))


def _links(legs: Legs, parts: list[Part], window: int | None) -> list[Link]:
    if not parts:
        return []
    deposit = np.concatenate([part.pairs.deposit for part in parts])
    withdrawal = np.concatenate([part.pairs.withdrawal for part in parts])
    delay = np.concatenate([part.pairs.delay for part in parts])
    rows = np.flatnonzero(delay <= window) if window is not None else np.arange(len(delay))
    rows = rows[np.argsort(withdrawal[rows], kind="stable")]
    return [
        Link(*cells)
        for cells in zip(
            legs.words("tx", deposit[rows]),
            legs.words("tx", withdrawal[rows]),
            np.concatenate([part.rule for part in parts])[rows].tolist(),
            np.concatenate([part.confidence for part in parts])[rows].tolist(),
            np.concatenate([part.ambiguous for part in parts])[rows].tolist(),
            strict=True,
        )
    ]
