"""Value that leaves through the fields for gas: the Safe pays (gas used + baseGas) * gasPrice in gasToken."""

from collections.abc import Iterator

from cointrail.guard.reason import REVIEW, STOP, Reason
from cointrail.guard.request import NOBODY, Transaction
from cointrail.guard.subject import Subject, show

MOST_BASE_GAS = 2_000_000  # no signatures and no calldata of a usual transaction cost more
MOST_PRICE = 10**13  # 10,000 gwei of the coin: no block was ever as dear


def refund(s: Subject) -> Iterator[Reason]:
    """A refund that pays, or fields that prepare one."""
    above = s.request.parent
    for tx in (s.request.transaction, above.transaction if above is not None else None):
        if tx is not None:
            yield from _refund(s, tx)


def _refund(s: Subject, tx: Transaction) -> Iterator[Reason]:
    where = {
        "gasPrice": str(tx.gas_price), "baseGas": str(tx.base_gas), "gasToken": show(tx.gas_token),
        "refundReceiver": show(tx.refund_receiver),
    }  # fmt: skip
    if tx.gas_price:
        to = show(tx.refund_receiver) if tx.refund_receiver != NOBODY else "whoever executes it"
        token = "" if tx.gas_token == NOBODY else "0x" + tx.gas_token.hex()
        least = tx.base_gas * tx.gas_price
        paid = f"{to} at least {s.amount(least, token)}"
        text = f"As a refund of gas the Safe pays {paid}, beside what is shown. Is that agreed?"
        absurd = tx.base_gas > MOST_BASE_GAS or (not token and tx.gas_price > MOST_PRICE)
        yield Reason("refund", STOP if absurd else REVIEW, text, where)
    elif tx.gas_token != NOBODY or tx.refund_receiver != NOBODY:
        text = "It names a token or a receiver for a refund of gas, but no price. What for?"
        yield Reason("refund", REVIEW, text, where)
