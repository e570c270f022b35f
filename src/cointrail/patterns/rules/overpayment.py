"""Fee overpayment: a transaction of the trail paid many times what its block did.

Moving stolen funds cost 2.58 times the usual fee in 2021 and 14.5 times in the first half of 2025 (Chainalysis,
mid-year update of July 2025). Fees, not prices of gas, are compared, as there.
"""

from collections.abc import Iterator
from fractions import Fraction

from cointrail.patterns.finding import FAIR, STRONG, Finding
from cointrail.patterns.record import Record, Step
from cointrail.patterns.surroundings import Surroundings

RULE = "fee_overpayment"
TIMES = 10  # the median of the block; between the two published averages, nearer to the later
MUCH = 50


def overpayments(record: Record, around: Surroundings) -> Iterator[Finding]:
    """Transactions that paid at least ten times the median fee of their block."""
    steps: dict[str, Step] = {}
    for step in record.steps:
        if step.tx and step.recipient:
            steps.setdefault(step.tx, step)
    for tx, fee in around.fees.items():
        if tx not in steps or not fee.middle or fee.paid < TIMES * fee.middle:
            continue
        times = float(Fraction(fee.paid, fee.middle))
        yield Finding(
            RULE,
            (fee.payer,),
            (tx,),
            steps[tx].time,
            f"{fee.payer} paid {times:,.1f} times the median fee of the {fee.known} transactions of the block",
            {"times": round(times, 3), "paid": str(fee.paid), "median": str(fee.middle), "fees_known": fee.known},
            STRONG if times >= MUCH else FAIR,
            record.share([steps[tx]]),
        )


def unknown(record: Record, around: Surroundings | None) -> str | None:
    """Why fees could not be compared, if so."""
    if around is None:
        return "fees of the blocks are not in the folder of a trail (--ledger)"
    wanted = {step.tx for step in record.steps if step.tx}
    known = [tx for tx in wanted if tx in around.fees and around.fees[tx].middle is not None]
    if len(known) == len(wanted):
        return None
    return f"too few fees of the block are known for {len(wanted) - len(known):,} of {len(wanted):,} transactions"
