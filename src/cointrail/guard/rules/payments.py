"""Who is paid, and how much, against what the Safe has done before."""

from collections.abc import Iterator
from typing import NamedTuple

from cointrail.chains.likeness import LEADING, TRAILING, same_ends
from cointrail.guard.calls import Call
from cointrail.guard.effects import COIN
from cointrail.guard.reason import INFO, REVIEW, STOP, Reason
from cointrail.guard.request import NOBODY
from cointrail.guard.subject import Subject, show

TIMES = 2  # a payment so many times the largest before is worth a question
YOUNG = 14 * 86_400  # seconds since a recipient was first seen: attackers' contracts were 3 to 14 days old


class Payment(NamedTuple):
    """Value that a call hands to somebody."""

    call: Call
    to: bytes
    asset: str
    amount: int


def payments(s: Subject) -> Iterator[Payment]:
    """Payments that calls make by themselves; what swaps pay, only the simulation shows."""
    for call in s.calls.leaves:
        if call.operation:
            continue  # a delegatecall pays nobody, whatever it reads like
        if call.value:
            yield Payment(call, call.to, COIN, call.value)
        if call.kind == "payment" and call.arguments and not call.fault:
            amount = call.arguments["amount"]
            yield Payment(call, call.address("to"), "0x" + call.to.hex(), amount)


def recipient_new(s: Subject) -> Iterator[Reason]:
    """A recipient that this Safe never paid, or of whom nobody can say."""
    for one in payments(s):
        if s.asked(one.call.place) or one.to == s.request.safe or (one.call.data and one.asset == COIN):
            continue
        where = {"to": show(one.to), "call": one.call.place}
        if s.history is None:
            text = f"Whether this Safe ever paid {show(one.to)} is not known. Did you mean to pay it {_much(s, one)}?"
            yield Reason("recipient_new", REVIEW, text, where)
        elif one.to not in s.history.paid:
            text = f"This Safe never paid {show(one.to)} before. Did you mean to pay it {_much(s, one)}?"
            yield Reason("recipient_new", REVIEW, text, where)
        else:
            yield Reason("recipient_new", INFO, f"This Safe has paid {show(one.to)} before.", where)


def lookalike(s: Subject) -> Iterator[Reason]:
    """A recipient that looks like another one that was paid before: so do people copy the wrong address."""
    known = s.history.paid if s.history is not None else {}
    for one in payments(s):
        if one.to in known or s.asked(one.call.place):
            continue
        text = "0x" + one.to.hex()
        for other in known:
            lead, trail = same_ends(text, "0x" + other.hex())
            if lead >= LEADING and trail >= TRAILING:
                said = f"{show(one.to)} looks like {show(other)}, which was paid before, but is another address."
                yield Reason(
                    "lookalike",
                    STOP,
                    said,
                    {"to": show(one.to), "like": show(other), "chance": 16.0 ** -(lead + trail)},
                )


def amount(s: Subject) -> Iterator[Reason]:
    """More than this Safe ever paid at once."""
    if s.history is None:
        return
    sums: dict[tuple[bytes, str], Payment] = {}
    for one in payments(s):
        if not s.asked(one.call.place) and one.to != s.request.safe:
            beside = sums.get((one.to, one.asset))
            sums[one.to, one.asset] = one._replace(amount=one.amount + (beside.amount if beside else 0))
    for one in sums.values():
        before = s.history.largest.get(one.asset)
        if before is None and one.amount and s.history.largest:
            text = f"This Safe never paid in {s.token(one.asset)} before. Is {_much(s, one)} right?"
        elif before is not None and one.amount > TIMES * before:
            most = s.amount(before, one.asset)
            text = f"{_much(s, one)} is more than {TIMES} times the most that this Safe ever paid ({most})."
        else:
            continue
        yield Reason("amount", REVIEW, text, {"amount": str(one.amount), "largest": str(before), "asset": one.asset})


def payment_empty(s: Subject) -> Iterator[Reason]:
    """A transfer of nothing: spam, or a cloak for something else."""
    for one in payments(s):
        if not one.amount and not s.asked(one.call.place):
            text = f"It pays {show(one.to)} nothing at all. What is it for?"
            yield Reason("payment_empty", REVIEW, text, {"to": show(one.to), "call": one.call.place})


def payment_strange(s: Subject) -> Iterator[Reason]:
    """A payment to nobody, to the token itself, or out of somebody else's pocket."""
    for one in payments(s):
        source = one.call.arguments.get("from")
        if one.to == NOBODY:
            text = f"{_much(s, one)} would go to the zero address and be lost."
        elif one.asset and one.to == one.call.to:
            text = f"{_much(s, one)} would go to the token's own contract and be lost."
        elif source is not None and one.call.address("from") != one.call.actor:
            text = f"It takes from {source}, not from the Safe. Whose money is that?"
        else:
            continue
        if not s.asked(one.call.place):
            yield Reason("payment_strange", REVIEW, text, {"to": show(one.to), "call": one.call.place})


def token_unknown(s: Subject) -> Iterator[Reason]:
    """A transfer on a contract that nobody vouches for: it may be no token at all."""
    for one in payments(s):
        if not one.asset or s.registry.get(one.asset) is not None or s.asked(one.call.place):
            continue
        if s.history is not None and one.asset in s.history.largest:
            continue
        moved = s.simulation is not None and any(asset == one.asset for asset, *_ in s.simulation.main.effects.moved)
        grave = INFO if moved and s.history is not None and one.call.to in s.history.called else REVIEW
        text = f"{show(one.call.to)} is called like a token, but nobody vouches that it is one. Which token is it?"
        yield Reason("token_unknown", grave, text, {"contract": show(one.call.to)})


def recipient_young(s: Subject) -> Iterator[Reason]:
    """A new recipient that was first seen days ago."""
    if s.history is None:
        return
    now = s.state.block.time if s.state is not None and s.state.block.time is not None else s.history.last
    for one in payments(s):
        first = s.history.first(one.to) if one.to not in s.history.paid and not s.asked(one.call.place) else None
        if first is not None and now is not None and 0 <= now - first < YOUNG:
            text = f"{show(one.to)} was first seen {(now - first) // 86_400} days ago. Who made it, and what for?"
            yield Reason("recipient_young", REVIEW, text, {"to": show(one.to), "first": first})


def _much(s: Subject, one: Payment) -> str:
    return s.amount(one.amount, one.asset)
