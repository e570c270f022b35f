"""What cannot be seen through: blind is never safe."""

from collections.abc import Iterator

from cointrail.guard.calls import Call
from cointrail.guard.contracts import pinned
from cointrail.guard.effects import COIN
from cointrail.guard.hashing import candidates
from cointrail.guard.reason import INFO, REVIEW, STOP, Reason
from cointrail.guard.request import CALL, DELEGATECALL
from cointrail.guard.subject import Subject, show

STAKED = ("swap", "wrap", "unpack", "create", "allowance", "singleton")  # kinds of calls that other rules may pass
LEAST = 80  # per cent of what a swap brings now that it must insist on


def call_unknown(s: Subject) -> Iterator[Reason]:
    """A function that nobody here knows by name."""
    for call in s.calls.leaves:
        if call.operation != CALL or not call.data or call.function is not None or s.asked(call.place):
            continue
        seen = _simulated(s) and _familiar(s, call) and not _changed(s, call) and not _loses(s)
        text = f"What `0x{call.data[:4].hex()}` on {show(call.to)} does is not known by its name."
        quiet = " The Safe has called that contract before; nothing in it changes, and the Safe loses nothing."
        more = quiet if seen else " What is it for?"
        yield Reason("call_unknown", INFO if seen else REVIEW, text + more, _evidence(call))


def contract_new(s: Subject) -> Iterator[Reason]:
    """A contract that this Safe never called, with value or power at stake."""
    for call in s.calls.leaves:
        if call.operation != CALL or not call.data or call.kind not in STAKED or s.asked(call.place):
            continue
        if call.function is None or _familiar(s, call) or s.registry.get("0x" + call.to.hex()) is not None:
            continue
        known = "never called" if s.history is not None else "is not known to have called"
        text = f"This Safe {known} {show(call.to)} before. Is that the contract you mean?"
        yield Reason("contract_new", REVIEW, text, _evidence(call))


def swap_careless(s: Subject) -> Iterator[Reason]:
    """A swap that takes whatever it gets, or that pays somebody else."""
    for call in s.calls.leaves:
        if call.kind != "swap" or s.asked(call.place):
            continue
        if not call.arguments.get("least"):
            text = "The swap accepts any price, even nothing. What is the least that it should bring?"
            yield Reason("swap_careless", REVIEW, text, _evidence(call))
        brought = _brought(s, call)
        if brought is not None and call.arguments.get("least", 0) * 100 < brought * LEAST:
            text = f"The swap accepts {100 - LEAST} % less than it brings now: others can take that. Is it meant?"
            where = {"least": str(call.arguments.get("least")), "brings": str(brought)}
            yield Reason("swap_careless", REVIEW, text, {**_evidence(call), **where})
        strange = [one for one in _path(call) if s.registry.get(one) is None]
        if strange:
            text = f"The swap goes through {', '.join(strange[:3])}, which nobody vouches for: its pool sets the price."
            yield Reason("swap_careless", REVIEW, text, {**_evidence(call), "tokens": strange[:8]})
        if s.simulation is not None and s.simulation.main.success and (brought is None or brought <= 0):
            yield Reason("swap_careless", REVIEW, "The swap brings the Safe nothing. Is it meant?", _evidence(call))
        to = call.address("to")
        if to != call.actor:
            text = f"What the swap brings goes to {show(to)}, not to the Safe."
            paid = s.history is None or to in s.history.paid
            yield Reason("swap_careless", REVIEW if paid else STOP, text, {**_evidence(call), "recipient": show(to)})


def undecodable(s: Subject) -> Iterator[Reason]:
    """Data that does not fit the function that it names, or a batch that cannot be unpacked."""
    for fault in s.calls.faults:
        yield Reason(
            "undecodable", REVIEW, f"Not everything can be read ({fault}). What should it say?", {"fault": fault}
        )
    for call in s.calls.leaves:
        if 0 < len(call.data) < 4:
            yield Reason("undecodable", REVIEW, f"{len(call.data)} bytes of data name no function.", _evidence(call))


def nested(s: Subject) -> Iterator[Reason]:
    """A transaction of another Safe inside this one."""
    for call in s.calls.every:
        if call.kind == "nested" and not s.asked(call.place):
            text = (
                f"It executes a transaction of another Safe, {show(call.to)}; the calls in it are judged like its own."
            )
            yield Reason("nested", REVIEW, text, _evidence(call))


def approves_hash(s: Subject) -> Iterator[Reason]:
    """An approval of another Safe's transaction, of which only the hash is in the data."""
    for call in s.calls.leaves:
        if call.kind != "approve_hash" or call.function is None:
            continue
        digest = call.arguments.get("hash", b"")
        parent = s.request.parent
        where = {**_evidence(call), "hash": "0x" + digest.hex()}
        if parent is None or parent.transaction is None:
            text = (
                f"It approves a transaction of {show(call.to)} of which only the hash is here. What does that one do?"
            )
            yield Reason("approves_hash", REVIEW, text, where)
        elif parent.safe is not None and parent.safe != call.to:
            yield Reason(
                "approves_hash", STOP, "The transaction that is shown is of another Safe than the approved one.", where
            )
        elif all(one.safe_tx != digest for one in candidates(call.to, s.request.chain_id, parent.transaction)):
            text = "The hash that it approves is not that of the transaction that is shown."
            yield Reason("approves_hash", STOP, text, where)
        else:
            text = (
                f"It approves the transaction of {show(call.to)} that is shown; its calls are judged, but it was"
                " not run. What does it say when it is checked by itself?"
            )
            yield Reason("approves_hash", REVIEW, text, where)


def signs_message(s: Subject) -> Iterator[Reason]:
    """A message signed in the name of the Safe: it can be an order, a permit, a login."""
    for call in s.calls.leaves:
        if call.kind == "message" and not s.asked(call.place):
            text = (
                "It signs a message in the name of the Safe, of which only the hash is here. What does the message say?"
            )
            yield Reason("signs_message", REVIEW, text, _evidence(call))


def not_simulated(s: Subject) -> Iterator[Reason]:
    """Nobody has run it."""
    if s.request.transaction is not None and s.simulation is None:
        text = "It was not simulated, so effects that its data does not show are not known. Give --state or --rpc."
        yield Reason("not_simulated", REVIEW, text, {})


def _simulated(s: Subject) -> bool:
    return s.simulation is not None and s.simulation.main.success and not s.simulation.main.missing


def _changed(s: Subject, call: Call) -> bool:
    """Whether storage of any contract changes but the Safe's: nobody can say what that means."""
    changes = s.simulation.main.changes if s.simulation is not None else {}
    return any(change.storage for who, change in changes.items() if who != s.request.safe)


def _loses(s: Subject) -> bool:
    """Whether the Safe gives anything away: whether it gets enough, only a known function says."""
    if s.simulation is None or s.request.safe is None:
        return True
    return any(amount < 0 for amount in s.simulation.main.effects.of(s.request.safe).values())


def _brought(s: Subject, call: Call) -> int | None:
    """How much a swap's last asset grew in the Safe by all calls, where a simulation says."""
    if s.simulation is None or s.request.safe is None or call.function is None:
        return None
    path = call.arguments.get("path")
    last = path[-1] if isinstance(path, (list, tuple)) and path else call.arguments.get("tokenOut")
    asset = COIN if "ForETH" in call.function.name or "ForExactETH" in call.function.name else str(last).lower()
    return s.simulation.main.effects.of(s.request.safe).get(asset)


def _path(call: Call) -> list[str]:
    """The tokens that a swap goes through, as keys."""
    path = call.arguments.get("path")
    ends = [call.arguments.get("tokenIn"), call.arguments.get("tokenOut")]
    return [str(one).lower() for one in (path if isinstance(path, (list, tuple)) else ends) if one is not None]


def _familiar(s: Subject, call: Call) -> bool:
    if s.history is not None and call.to in s.history.called:
        return True
    return pinned(call.to, "singleton", "factory") is not None and call.operation != DELEGATECALL


def _evidence(call: Call) -> dict[str, str]:
    return {"call": call.place, "to": show(call.to), "selector": "0x" + call.data[:4].hex()}
