"""Calls that change who is in power: of the Safe itself, or of contracts that it administers."""

from collections.abc import Iterator

from cointrail.guard.calls import Call
from cointrail.guard.contracts import pinned
from cointrail.guard.functions import ADMIN_KINDS, SAFE_KINDS
from cointrail.guard.reason import INFO, REVIEW, STOP, Reason, Severity
from cointrail.guard.subject import Subject, show

BLOCK_ADDRESSES = (bytes(20), b"\0" * 19 + b"\1")


def safe_power(s: Subject) -> Iterator[Reason]:
    """Owners, threshold, modules, guards, fallback handler and code of the Safe."""
    for call in s.calls.leaves:
        if call.function is None or call.kind not in SAFE_KINDS:
            continue
        grave, more = _grave(s, call)
        what = "this Safe" if call.to == s.request.safe else show(call.to)
        asked = s.asked(call.place)
        tail = " It was asked for." if asked else " Nobody is known to have asked for it." if s.intent else ""
        text = f"`{call.function.name}` {call.function.words} ({what}).{more}{tail}"
        yield Reason(
            "safe_power", INFO if asked and grave != STOP else _asked(grave, asked, more), text, _evidence(call)
        )


def admin_power(s: Subject) -> Iterator[Reason]:
    """Ownership, roles, administration and code of other contracts. So was Radiant robbed."""
    for call in s.calls.every:
        if call.function is None or call.kind not in ADMIN_KINDS:
            continue
        asked = s.asked(call.place)
        told = {name: value for name, value in call.arguments.items() if isinstance(value, str)}
        who = f" (to {', '.join(told.values())})" if told else ""
        tail = " It was asked for." if asked else ""
        text = f"`{call.function.name}` on {show(call.to)} {call.function.words}{who}.{tail}"
        yield Reason("admin_power", INFO if asked else call.function.severity, text, {**_evidence(call), **told})


def _grave(s: Subject, call: Call) -> tuple[Severity, str]:
    """How grave a change of the Safe is that nobody asked for, and what makes it graver."""
    assert call.function is not None
    known = s.state.safe(call.to) if s.state is not None and call.to == s.request.safe else None
    threshold = known.threshold if known is not None else s.owners.threshold if call.to == s.request.safe else None
    wanted = call.arguments.get("threshold")
    if isinstance(wanted, int) and threshold is not None and wanted < threshold:
        return STOP, f" Instead of {threshold} only {wanted} must sign then."
    for name in ("owner", "new"):
        if name in call.arguments and call.address(name) in BLOCK_ADDRESSES:
            return STOP, " That owner is nobody."
    if call.kind == "fallback" and pinned(call.address("handler"), "fallback"):
        return REVIEW, " The new one is Safe's own."
    if call.kind == "singleton" and "singleton" in call.arguments:
        if pinned(call.address("singleton"), "singleton"):
            return REVIEW, " The new code is Safe's own."
        return STOP, " The new code is none of Safe's own versions!"
    return call.function.severity, ""


def _asked(grave: Severity, asked: bool, more: str) -> Severity:
    """An intent allows what is grave by its kind, not what is strange in itself."""
    if not asked:
        return grave
    return grave if more.endswith("!") else INFO


def _evidence(call: Call) -> dict[str, str]:
    shown = {name: str(value) for name, value in call.arguments.items() if not isinstance(value, bytes)}
    return {"call": call.place, "to": show(call.to), "function": call.function.name if call.function else "", **shown}
