"""Who may take tokens afterwards."""

from collections import defaultdict
from collections.abc import Iterator

from cointrail.guard.calls import Call
from cointrail.guard.reason import INFO, REVIEW, STOP, Reason
from cointrail.guard.request import NOBODY
from cointrail.guard.subject import Subject, show

HUGE = 1 << 127  # beside it every supply is small: meant as "without limit"


def allowance(s: Subject) -> Iterator[Reason]:
    """Calls that let somebody spend tokens, unless it is used up in the same transaction or was asked for."""
    for call in s.calls.leaves:
        if call.kind != "allowance" or call.function is None or call.function.severity == INFO:
            continue
        amount = call.arguments.get("amount")
        spender = call.address("spender")
        item = _item(s, call, spender)
        if not item and (s.asked(call.place) or amount == 0 or call.arguments.get("approved") is False):
            continue
        used = isinstance(amount, int) and 0 < amount <= _spent(s, call, spender)
        if used and _known(s, spender):
            yield Reason("allowance", INFO, f"{show(spender)} may spend a token and does so at once.", _evidence(call))
            continue
        what = (
            "everything, for ever" if not isinstance(amount, int) or amount >= HUGE else s.amount(amount, _token(call))
        )
        text = f"{show(spender)} could take {what} ({s.token(_token(call))}) at any time. Do you trust it with that?"
        yield Reason("allowance", REVIEW, text, _evidence(call))


def allowance_hidden(s: Subject) -> Iterator[Reason]:
    """An allowance that only the simulation shows."""
    if s.simulation is None:
        return
    told = {(c.to, c.address("spender")) for c in s.calls.leaves if c.kind == "allowance"}
    last = {(a.token, a.owner, a.spender): a.amount for a in s.simulation.main.effects.allowances}
    for (token, owner, spender), amount in last.items():
        if owner == s.request.safe and (token, spender) not in told and amount != 0 and spender != NOBODY:
            text = (
                f"Behind what is shown, {show(spender)} is allowed to spend {s.token('0x' + token.hex())} of the Safe."
            )
            yield Reason(
                "allowance_hidden", STOP, text, {"token": show(token), "spender": show(spender), "amount": str(amount)}
            )


def _item(s: Subject, call: Call, spender: bytes) -> bool:
    """Whether the simulation shows that an item of a collection is given, whatever its number: 0 is one like others."""
    given = s.simulation.main.effects.allowances if s.simulation is not None else ()
    return any(one.amount is None and (one.token, one.spender) == (call.to, spender) for one in given)


def _spent(s: Subject, call: Call, spender: bytes) -> int:
    """How much of the token left the Safe in the simulation, where a later call goes to the spender."""
    later = any(other.to == spender for other in s.calls.leaves)
    if s.simulation is None or not s.simulation.main.success or not later or s.request.safe is None:
        return 0
    lost: dict[str, int] = defaultdict(int)
    for asset, sender, _, amount in s.simulation.main.effects.moved:
        if sender == s.request.safe:
            lost[asset] += amount
    return lost[_token(call)]


def _known(s: Subject, spender: bytes) -> bool:
    return s.history is not None and spender in s.history.called


def _token(call: Call) -> str:
    found = call.arguments.get("token")
    return str(found) if found else "0x" + call.to.hex()


def _evidence(call: Call) -> dict[str, str]:
    return {"call": call.place, "token": _token(call), "spender": show(call.address("spender")),
            "amount": str(call.arguments.get("amount", ""))}  # fmt: skip
