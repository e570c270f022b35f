"""What the simulation shows: a legal execution changes only the nonce of the Safe, unless it administers it."""

from collections import defaultdict
from collections.abc import Iterator

from cointrail.guard import layout
from cointrail.guard.calls import Call
from cointrail.guard.code import asks
from cointrail.guard.contracts import pinned
from cointrail.guard.effects import COIN
from cointrail.guard.reason import INFO, REVIEW, STOP, Reason
from cointrail.guard.request import NOBODY
from cointrail.guard.simulation import differing
from cointrail.guard.subject import Subject, show

PROXY_SLOTS = (layout.IMPLEMENTATION, layout.ADMIN, layout.BEACON)
LOW = (1 << 160) - 1
PLACES = {  # kind of call -> fixed slots that it may change
    "threshold": (layout.THRESHOLD,), "owners": (layout.COUNT, layout.THRESHOLD),
    "guard": (layout.GUARD, layout.MODULE_GUARD),
    "fallback": (layout.FALLBACK,), "singleton": (layout.SINGLETON, layout.FALLBACK),
}  # fmt: skip
LISTS = {"owners": layout.OWNERS, "module": layout.MODULES}


def simulation_fails(s: Subject) -> Iterator[Reason]:
    """It would fail as it is: failures are how signatures are collected one after the other."""
    if s.simulation is None or s.simulation.main.success:
        return
    main = s.simulation.main
    if main.unsupported:
        text = "The simulator does not know an instruction that it runs, so its effects are not known. What does it do?"
    else:
        text = f"It would fail ({main.error[:120]}). Who needs signatures for something that fails?"
    yield Reason("simulation_fails", REVIEW, text, {"error": main.error})


def simulation_incomplete(s: Subject) -> Iterator[Reason]:
    """It touches what the given state does not hold."""
    if s.simulation is None:
        return
    absent = {place for run in s.simulation.runs for place in run.missing}
    if absent:
        shown = [
            f"{show(a)}" + (f" slot {slot:#x}" if slot is not None else "") for a, slot in sorted(absent, key=str)[:8]
        ]
        text = f"The state lacks {len(absent)} places that it touches, so it may be wrong. Give a fuller state."
        yield Reason("simulation_incomplete", REVIEW, text, {"missing": shown})


def simulation_differs(s: Subject) -> Iterator[Reason]:
    """It does something else when it thinks that it is only simulated."""
    if s.simulation is None:
        return
    for run in differing(s.simulation.runs):
        main = s.simulation.main
        grave = REVIEW if run.context == "a later block" and (not run.success or not main.success) else STOP
        how = "fails" if not run.success else "does something else" if main.success else "does not fail"
        text = f"Seen by {run.context} it {how}: what a simulation shows can then not be trusted."
        if run.context == "a later block":
            text = f"In {run.context} it {how}: what is shown now may not be what happens then."
        yield Reason("simulation_differs", grave, text, {"context": run.context, "error": run.error})


def simulation_blind(s: Subject) -> Iterator[Reason]:
    """A contract that asks what the simulator cannot answer truly may behave for it."""
    if s.simulation is None or s.state is None:
        return
    for address in sorted(s.simulation.main.touched):
        account = s.state.accounts.get(address)
        asked = asks(account.code) if account is not None and pinned(address) is None else ()
        if asked:
            text = f"{show(address)} asks for {' and '.join(asked)}, which tells a simulation. Do you trust it?"
            yield Reason("simulation_blind", REVIEW, text, {"contract": show(address), "asks": list(asked)})


def safe_storage(s: Subject) -> Iterator[Reason]:
    """Storage of the Safe changes that no call to it explains. This is how both Bybit and WazirX were taken."""
    if s.simulation is None or s.request.safe is None:
        return
    safe = s.request.safe
    for run in s.simulation.runs:
        change = run.changes.get(safe)
        if change is None or not run.success:
            continue
        if change.code:
            yield Reason("safe_storage", STOP, "The Safe's own code would be destroyed.", {"context": run.context})
        for slot, (before, after) in change.storage.items():
            if slot in (layout.NONCE,) or _explained(s, slot):
                continue
            what = layout.NAMES.get(slot, f"slot {slot:#x}")
            text = f"Behind what is shown, {what} of the Safe changes: whoever controls that, controls the Safe."
            where = {
                "slot": f"{slot:#x}",
                "before": f"{before:#066x}",
                "after": f"{after:#066x}",
                "context": run.context,
            }
            yield Reason("safe_storage", STOP, text, where)


def power_moved(s: Subject) -> Iterator[Reason]:
    """In another contract the Safe's place is taken by somebody else, or the code behind a proxy is replaced."""
    if s.simulation is None or s.request.safe is None:
        return
    safe = int.from_bytes(s.request.safe, "big")
    for address, change in s.simulation.main.changes.items():
        if address == s.request.safe:
            continue
        for slot, (before, after) in change.storage.items():
            where = {
                "contract": show(address),
                "slot": f"{slot:#x}",
                "before": f"{before:#066x}",
                "after": f"{after:#066x}",
            }
            if slot in PROXY_SLOTS:
                text = f"{layout.NAMES[slot].capitalize()} changes in {show(address)}."
            elif before & LOW == safe and after & LOW != safe:
                text = f"In {show(address)} the Safe stood in a place of power and would stand there no more."
            else:
                continue
            yield Reason("power_moved", INFO if _administers(s, address) else STOP, text, where)


def loss_hidden(s: Subject) -> Iterator[Reason]:
    """The Safe loses more than its plain payments say, and gets nothing for it that anybody vouches for."""
    if s.simulation is None or s.request.safe is None or not s.simulation.main.success or _met(s):
        return
    gains = s.simulation.main.effects.of(s.request.safe)
    plain, spent = _told(s)
    gets = [a for a, n in gains.items() if n > 0 and s.registry.get(a) is not None]
    for asset, gain in gains.items():
        told = plain.get(asset, 0)
        if -gain <= told:
            continue
        where = {"asset": asset or "native", "lost": str(-gain), "told": str(told)}
        if gets and any(call.data for call in s.calls.leaves):
            text = f"Gives {s.amount(-gain, asset)} for {' and '.join(s.amount(gains[a], a) for a in gets)}."
            yield Reason("loss_hidden", INFO, text, where)
        else:
            text = f"The Safe would lose {s.amount(-gain, asset)} and get nothing for it. What for?"
            known = -gain <= told + spent.get(asset, 0) or _dealt(s, asset) or _refunds(s)
            yield Reason("loss_hidden", REVIEW if known else STOP, text, where)


def gain_hidden(s: Subject) -> Iterator[Reason]:
    """Somebody gains and gives nothing, whom no call names as paid: pools give something, thieves do not."""
    if s.simulation is None or not s.simulation.main.success or _met(s):
        return
    gains = s.simulation.main.effects.gains
    named = {call.address("to") for call in s.calls.leaves if call.kind == "payment"}
    named |= {call.to for call in s.calls.leaves if call.value and not call.data}
    giving = {who for (who, _), amount in gains.items() if amount < 0}
    for (who, asset), amount in gains.items():
        if amount <= 0 or who in giving or who in named or who in (s.request.safe, NOBODY):
            continue
        if s.registry.get(asset) is None or s.registry.get("0x" + who.hex()) is not None:
            continue  # a token's own contract keeps the coin that it wraps
        text = f"Behind what is shown, {show(who)} gains {s.amount(amount, asset)} and gives nothing. Who is that?"
        yield Reason("gain_hidden", REVIEW, text, {"to": show(who), "asset": asset or "native", "amount": str(amount)})


def payment_missing(s: Subject) -> Iterator[Reason]:
    """A call reads like a transfer of a token, but the simulation moves none."""
    if s.simulation is None or not s.simulation.main.success:
        return
    moved = {(asset, to) for asset, _, to, _ in s.simulation.main.effects.moved}
    for call in s.calls.leaves:
        if call.kind != "payment" or call.operation or not call.arguments.get("amount") or call.address("to") == NOBODY:
            continue
        token = "0x" + call.to.hex()
        if (token, call.address("to")) not in moved and (
            f"{token}#{call.arguments['amount']}",
            call.address("to"),
        ) not in moved:
            text = f"What reads like a payment on {show(call.to)} moves no token: it is something else."
            yield Reason("payment_missing", STOP, text, {"call": call.place, "contract": show(call.to)})


def _explained(s: Subject, slot: int) -> bool:
    """Whether a call to the Safe itself (or one of its own helpers) may change that slot."""
    digest = s.settled.hashes.safe_tx if s.settled.hashes is not None else None
    if digest is not None and any(slot == layout.approved(owner, digest) for owner in s.owners.addresses):
        return True  # versions before 1.3.0 take an approval back once it is used
    for call in s.calls.leaves:
        if call.kind == "message" and call.operation and slot not in layout.NAMES:
            return True  # the only thing that the pinned helper writes is the message's hash
        if call.to != s.request.safe and not (call.operation and call.kind == "singleton"):
            continue
        if slot in PLACES.get(call.kind, ()):
            return True
        mapping = LISTS.get(call.kind)
        if mapping is not None and slot in _entries(s, call, mapping):
            return True
    return False


def _entries(s: Subject, call: Call, mapping: int) -> set[int]:
    """The entries of a list that a call to the Safe may change: those of whom it names, and the head."""
    named = [call.address(name) for name in call.arguments if name != "threshold"]
    return {layout.entry(one, mapping) for one in named} | {layout.entry(layout.SENTINEL, mapping)}


def _administers(s: Subject, address: bytes) -> bool:
    """Whether a call that was asked for administers that contract."""
    return any(call.to == address and s.asked(call.place) for call in s.calls.leaves)


def _told(s: Subject) -> tuple[dict[str, int], dict[str, int]]:
    """What the calls say that the Safe gives, by asset: in plain payments, and with calls that bring something."""
    plain: dict[str, int] = defaultdict(int)
    spent: dict[str, int] = defaultdict(int)
    for call in s.calls.leaves:
        if call.actor != s.request.safe or call.operation:
            continue
        if call.value:
            (spent if call.data else plain)[COIN] += call.value
        if call.kind == "payment" and call.address("to") != call.actor:
            token, amount = "0x" + call.to.hex(), call.arguments.get("amount", 0)
            plain[token] += amount
            plain[f"{token}#{amount}"] += 1
    return plain, spent


def _met(s: Subject) -> bool:
    """Whether it does all that was asked for and nothing else."""
    return s.matched is not None and not s.matched.extra and not s.matched.unmet


def _dealt(s: Subject, asset: str) -> bool:
    """Whether a call lets somebody take that asset, or goes to a contract that the Safe has dealt with before."""
    given = any(call.kind == "allowance" and asset == "0x" + call.to.hex() for call in s.calls.leaves)
    return given or (s.history is not None and any(call.to in s.history.called for call in s.calls.leaves if call.data))


def _refunds(s: Subject) -> bool:
    return s.request.transaction is not None and s.request.transaction.gas_price > 0
