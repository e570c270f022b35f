"""What was asked for against what is being signed."""

from collections.abc import Iterator

from cointrail.guard.reason import INFO, REVIEW, STOP, Reason
from cointrail.guard.subject import Subject, show


def intent_other(s: Subject) -> Iterator[Reason]:
    """The request is for another Safe, chain or nonce than was asked for."""
    if s.intent is None:
        return
    tx = s.request.transaction
    asked = (
        ("Safe", s.intent.safe, s.request.safe), ("chain", s.intent.chain_id, s.request.chain_id),
        ("nonce", s.intent.nonce, tx.nonce if tx is not None else None),
    )  # fmt: skip
    for what, wanted, found in asked:
        if wanted is not None and wanted != found:
            said = show(wanted) if isinstance(wanted, bytes) else wanted
            has = show(found) if isinstance(found, bytes) else found
            yield Reason(
                "intent_other", STOP, f"It was asked for the {what} {said}, but this is for {has}.", {"field": what}
            )


def intent_extra(s: Subject) -> Iterator[Reason]:
    """It does something that nobody asked for."""
    for call in s.matched.extra if s.matched is not None else ():
        what = (
            f"`{call.function.name}` on {show(call.to)}" if call.function is not None else f"a call to {show(call.to)}"
        )
        text = f"Nobody asked for {what}{f' (call {call.place})' if call.place else ''}."
        yield Reason("intent_extra", STOP, text, {"call": call.place, "to": show(call.to)})


def intent_unmet(s: Subject) -> Iterator[Reason]:
    """It does not do what was asked for."""
    if s.matched is None or s.request.transaction is None:
        return
    for action in s.matched.unmet:
        blind = action.trade is not None and s.simulation is None
        tail = " (only a simulation could tell)" if blind else ""
        yield Reason(
            "intent_unmet",
            REVIEW if blind else STOP,
            f"It was asked to {action.text}, and that is not what it does{tail}.",
            {},
        )


def intent_met(s: Subject) -> Iterator[Reason]:
    """It does exactly what was asked for."""
    if s.matched is not None and not s.matched.extra and not s.matched.unmet and s.request.transaction is not None:
        yield Reason("intent_met", INFO, "It does exactly what was asked for, as far as its calls say.", {})
    elif s.intent is not None and s.request.transaction is None and s.request.message is None:
        yield Reason("intent_met", REVIEW, "Whether it does what was asked for cannot be said without its fields.", {})
