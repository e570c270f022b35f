"""The patterns, one file each: pure functions from a trail to findings, with their thresholds on top."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from cointrail.patterns.finding import Finding
from cointrail.patterns.record import Record
from cointrail.patterns.rules import (
    consolidation,
    dormancy,
    overpayment,
    peel,
    poisoning,
    resplit,
    roundtrip,
    structuring,
    tranches,
)
from cointrail.patterns.surroundings import Surroundings

PLAIN: Mapping[str, Callable[[Record], Iterator[Finding]]] = {
    peel.RULE: peel.peels,
    tranches.RULE: tranches.tranches,
    resplit.RULE: resplit.resplits,
    structuring.RULE: structuring.structuring,
    consolidation.RULE: consolidation.consolidations,
    dormancy.RULE: dormancy.dormancies,
    roundtrip.RULE: roundtrip.trips,
}
AROUND: Mapping[str, Callable[[Record, Surroundings], Iterator[Finding]]] = {
    overpayment.RULE: overpayment.overpayments,
    poisoning.RULE: poisoning.poisonings,
}
RULES = (*PLAIN, *AROUND)
APPROACHES = "what strangers sent to the wallets is not in the folder of a trail (--ledger)"


@dataclass(frozen=True)
class Found:
    """All findings, by rule and in chain order, and what could not be looked at."""

    findings: tuple[Finding, ...]
    missing: Mapping[str, str]  # rule -> why it was not computed, or not for all


def find(record: Record, around: Surroundings | None = None) -> Found:
    """Run every rule. Without the ledgers' surroundings those that need them say so."""
    found = [finding for rule in PLAIN.values() for finding in rule(record)]
    if around is not None:
        found += [finding for rule in AROUND.values() for finding in rule(record, around)]
    why = {
        structuring.RULE: structuring.unpriced(record),
        dormancy.RULE: None if all(step.time is not None for step in record.steps) else "movements without times",
        overpayment.RULE: overpayment.unknown(record, around),
        poisoning.RULE: APPROACHES if around is None else None,
    }
    order = {rule: number for number, rule in enumerate(RULES)}
    found.sort(key=lambda one: (order[one.rule], one.time or 0, one.addresses, one.transactions))
    return Found(tuple(found), {rule: reason for rule, reason in why.items() if reason})
