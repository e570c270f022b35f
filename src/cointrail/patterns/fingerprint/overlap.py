"""Features of overlap and cost: who paid for the theft, addresses known from elsewhere, fees."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from cointrail.labels.categories import category
from cointrail.patterns.fingerprint.feature import Feature, missing
from cointrail.patterns.fingerprint.route import INSTANT
from cointrail.patterns.record import Record
from cointrail.patterns.surroundings import Surroundings

NEEDS_LEDGER = "not in the folder of a trail (--ledger)"


def overlap(record: Record, around: Surroundings | None, words: Mapping[str, Sequence[str]]) -> Iterator[Feature]:
    """F22 and F25 to F27. `words` are the names of known cases, as labels write them, by case."""
    yield _fees(record, around)
    yield _funding(record, around)
    yield _prior(record, around, words)
    yield missing("F27", "no payroll cluster is known here")


def _fees(record: Record, around: Surroundings | None) -> Feature:
    if around is None:
        return missing("F22", f"fees of the blocks are {NEEDS_LEDGER}")
    steps = {step.tx: step for step in record.steps if step.tx and step.recipient}
    ratios = {tx: fee.paid / fee.middle for tx, fee in around.fees.items() if fee.middle and tx in steps}
    if not ratios:
        return missing("F22", "for no transaction of the trail are enough fees of its block in the ledger")
    share = float(record.share(steps[tx] for tx in ratios) or 0)
    whole = float(record.share(steps.values()) or 1)
    limit = f"fees of the block are known for {len(ratios):,} of {len(steps):,} transactions"
    return Feature("F22", median(ratios.values()), share / whole, len(ratios), {"most": max(ratios.values())}, limit)


def _funding(record: Record, around: Surroundings | None) -> Feature:
    if around is None:
        return missing("F25", f"who paid the fees of the theft is {NEEDS_LEDGER}")
    if not record.thefts or not around.funders:
        return missing("F25", "the fees of the theft's transactions are not in the ledger, or they were not named")
    came = [said for payers in around.funders.values() for said in payers]
    if not any(came):
        return missing("F25", "nobody says who sent the payers of the theft their first coins")
    from_mixers = sum(1 for payers in around.funders.values() if any(map(_hidden, payers)))
    return Feature("F25", from_mixers / len(around.funders), 1.0, len(around.funders))


def _hidden(word: str) -> bool:
    known = category(word) if word else None
    return (known is not None and known.name == "mixer") or word.strip().lower().replace(" ", "_") in INSTANT


def _prior(record: Record, around: Surroundings | None, words: Mapping[str, Sequence[str]]) -> Feature:
    if around is None:
        return missing("F26", f"labels of the trail's wallets are {NEEDS_LEDGER}")
    if not around.labels:
        return missing("F26", "no address of the trail has a label")
    tied: dict[str, set[str]] = {case: set() for case in words}
    for address, labels in around.labels.items():
        if address in record.victims:
            continue  # the theft's own addresses carry its own name
        for label in labels:
            for case, names in words.items():
                if any(name in label.entity.lower() for name in names):
                    tied[case].add(address)
    parts = {case: float(len(found)) for case, found in tied.items() if found}
    every = set().union(*tied.values())
    steps = [s for s in record.steps if s.recipient in every or s.sender in every]
    share = min(1.0, float(record.share(steps) or 0)) if every else 1.0
    return Feature("F26", float(len(every)), share, len(around.labels), parts)
