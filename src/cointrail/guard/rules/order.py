"""Whether it is this transaction's turn, and whether another one waits for the same."""

from collections.abc import Iterator

from cointrail.guard.reason import INFO, REVIEW, STOP, Reason
from cointrail.guard.request import Request
from cointrail.guard.subject import Subject


def nonce_used(s: Subject) -> Iterator[Reason]:
    """The nonce has been used: this can never be executed, so whoever asks for it wants something else."""
    tx, now = s.request.transaction, _now(s)
    if tx is not None and now is not None and tx.nonce < now:
        grave = REVIEW if s.request.executed else STOP
        text = f"Nonce {tx.nonce} is used up (the next is {now}): it can never be executed. Why should anybody sign it?"
        yield Reason("nonce_used", grave, text, {"nonce": tx.nonce, "next": now})


def nonce_later(s: Subject) -> Iterator[Reason]:
    """The nonce lies ahead: the signature stays good until its turn comes."""
    tx, now = s.request.transaction, _now(s)
    if tx is None or now is None or tx.nonce <= now:
        return
    queued = {o.transaction.nonce for o in s.request.siblings if o.transaction is not None and not o.executed}
    waiting = all(number in queued for number in range(now, min(tx.nonce, now + 1_000))) and tx.nonce - now <= 1_000
    text = f"Nonce {tx.nonce} is not next ({now} is): the signature stays good until its turn comes."
    grave = INFO if waiting else REVIEW
    yield Reason(
        "nonce_later", grave, text + ("" if waiting else " What comes before it?"), {"nonce": tx.nonce, "next": now}
    )


def nonce_twice(s: Subject) -> Iterator[Reason]:
    """Another transaction with the same nonce: only one of the two can be executed."""
    tx = s.request.transaction
    if tx is None:
        return
    for other in s.request.siblings:
        if other.transaction is None or other.transaction.nonce != tx.nonce or other.safe != s.request.safe:
            continue
        if other.transaction == tx:
            continue
        where = {"nonce": tx.nonce, "other": "0x" + other.presented.hex() if other.presented else None}
        cancels = _cancels(other) or _cancels(s.request)
        text = f"Another transaction has the same nonce {tx.nonce}; only one of the two can happen. Which one is meant?"
        yield Reason("nonce_twice", INFO if cancels else REVIEW, text, where)


def executed(s: Subject) -> Iterator[Reason]:
    """It has happened already: this judges what was signed, not whether to sign."""
    if s.request.executed:
        tx, now = s.request.transaction, _now(s)
        if tx is not None and now is not None and tx.nonce >= now:
            text = f"It is said to be executed, but its nonce {tx.nonce} is not used yet. Who says so?"
            yield Reason("executed", REVIEW, text, {"nonce": tx.nonce, "next": now})
        else:
            yield Reason("executed", INFO, "It has been executed already; nothing can be stopped any more.", {})


def _now(s: Subject) -> int | None:
    return s.state.safe(s.request.safe).nonce if s.state is not None and s.request.safe is not None else None


def _cancels(request: Request) -> bool:
    tx = request.transaction
    return tx is not None and tx.to == request.safe and not tx.value and not tx.data and tx.operation == 0
