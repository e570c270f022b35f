"""The guard: everything that is known about a request, every rule over it, and the verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cointrail.guard import history as pasts
from cointrail.guard.calls import Call, Calls, unfold
from cointrail.guard.device import shown
from cointrail.guard.engine import FORK
from cointrail.guard.history import History
from cointrail.guard.intent import Intent, match
from cointrail.guard.messages import message_reasons, message_settled
from cointrail.guard.parties import Expose, parties
from cointrail.guard.proofs import prover
from cointrail.guard.reason import INFO, STOP, Reason, Verdict, ordered, verdict
from cointrail.guard.request import Request
from cointrail.guard.rules import RULES, Rule
from cointrail.guard.signers import Signer, settle, signer
from cointrail.guard.simulation import Simulation, simulate
from cointrail.guard.state import State
from cointrail.guard.subject import Owners, Subject, show
from cointrail.guard.tokens import registry
from cointrail.guard.unknowns import unknowns

if TYPE_CHECKING:
    from cointrail.labels import Label


@dataclass(frozen=True)
class Judgement:
    """The verdict on one request, with everything that it rests on."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    subject: Subject
    unknown: tuple[str, ...]

    @property
    def digest(self) -> bytes | None:
        """The hash that is signed, as computed; where it cannot be computed, as it was presented."""
        hashes = self.subject.settled.hashes
        return hashes.safe_tx if hashes is not None else self.subject.request.presented

    def content(self) -> dict[str, Any]:
        """As JSON."""
        s = self.subject
        return {
            "verdict": self.verdict,
            "safe_tx_hash": "0x" + self.digest.hex() if self.digest is not None else None,
            "reasons": [reason.content() for reason in self.reasons],
            "signers": [_signer(one) for one in s.signers],
            "simulation": _simulation(s.simulation),
            "unknown": list(self.unknown),
            "safe": show(s.request.safe) if s.request.safe else None,
            "chain_id": s.request.chain_id,
            "version": s.settled.hashes.form.name if s.settled.hashes else None,
            "version_by": s.settled.by or None,
            "owners": {
                "addresses": [show(one) for one in s.owners.addresses],
                "threshold": s.owners.threshold,
                "source": s.owners.source,
            },
            "calls": [_call(one) for one in s.calls.every],
            "parties": [party.content() for party in s.parties],
            "device": shown(s.settled.hashes),
            "executed": s.request.executed,
        }


def check(
    request: Request,
    *,
    state: State | None = None,
    intent: Intent | None = None,
    history: History | None = None,
    labels: Callable[[bytes], "list[Label]"] | None = None,
    exposures: Expose | None = None,
    rules: Sequence[Rule] = RULES,
) -> Judgement:
    """Judge one request. Nothing is read from anywhere but the arguments; nothing raises for what a request says.

    `state` is needed to simulate and to prove owners; `history` (a Safe's past), `labels` (claims about an address) and
    `exposures` (where its money comes from and goes to; InputError where that is not known) come from a ledger;
    `intent` is what was asked for.
    """
    owners = _owners(request, state)
    known = state.safe(request.safe).version if state is not None and request.safe is not None else None
    settled = settle(request, known, owners.addresses)
    if request.message is not None and request.transaction is None:
        settled = message_settled(request, known)
    digest = settled.hashes.safe_tx if settled.hashes is not None else request.presented
    signers, ready = _signers(request, digest, state)
    calls = unfold(request)
    if request.parent is not None and request.parent.transaction is not None:
        above = unfold(replace(request.parent, safe=request.parent.safe or _approving(calls)))
        inner = tuple(replace(one, place=f"approved{'.' + one.place if one.place else ''}") for one in above.every)
        calls = Calls(calls.every + inner, calls.faults + above.faults)
    simulation = None
    if state is not None and digest is not None and request.transaction is not None:
        simulation = simulate(request, digest, state)
    past = pasts.of_requests((one for one in request.siblings if _trusted(one, request, owners)), history)
    matched = None
    if intent is not None and request.safe is not None:
        leaves = [call for call in calls.leaves if call.kind != "approve_hash" or request.parent is None]
        ran = simulation.main if simulation is not None and simulation.main.success else None
        matched = match(intent, leaves, ran.effects if ran else None, request.safe)
    subject = Subject(
        request, settled, signers, owners, calls, registry(request.chain_id), state, simulation, past, labels, intent,
        matched,
    )  # fmt: skip
    subject = replace(subject, parties=parties(subject, exposures))
    spoken = [reason for rule in rules for reason in rule(subject)]
    if request.message is not None and request.transaction is None:
        said = message_reasons(request, registry(request.chain_id), lambda call: _wanted(intent, call))
        if intent is not None and any(reason.severity != INFO for reason in said):
            said.append(Reason("intent_extra", STOP, "This is not what was asked for."))
        spoken += said
    found = ordered(spoken)
    return Judgement(verdict(found), found, subject, unknowns(subject, ready, exposures is not None))


def _wanted(intent: Intent | None, call: Call | None) -> bool:
    """Whether an intent asks for exactly one thing, and that is this call."""
    return intent is not None and call is not None and len(intent.actions) == 1 and intent.actions[0].fits(call)


def _owners(request: Request, state: State | None) -> Owners:
    """From the chain's state if it holds them, else as the file says, else the confirmations' own words."""
    if state is not None and request.safe is not None:
        known = state.safe(request.safe)
        if known.owners:
            source: Any = state.source if state.source in ("rpc", "service") else "state"
            return Owners(known.owners, known.threshold, source)
    declared = request.owners or tuple(
        dict.fromkeys(one.owner for one in request.confirmations if one.owner is not None)
    )
    return Owners(declared, request.threshold, "declared" if declared else "unknown")


def _signers(request: Request, digest: bytes | None, state: State | None) -> tuple[tuple[Signer, ...], bool]:
    """Every confirmation over the hash; and whether the hash is what was signed itself, without any prefix."""
    if digest is None:
        return (), False
    prove = prover(request, state)
    ways = [request.digest] if request.transaction is not None or request.digest else [False, True]
    found = [tuple(signer(one, digest, ready, prove) for one in request.confirmations) for ready in ways]
    best = max(range(len(found)), key=lambda way: sum(one.state == "signed" for one in found[way]))
    return found[best], ways[best]


def _approving(calls: Calls) -> bytes | None:
    """The Safe whose hash is approved."""
    return next((call.to for call in calls.leaves if call.kind == "approve_hash"), None)


def _trusted(past: Request, now: Request, owners: Owners) -> bool:
    """Whether a transaction of the same Safe that is said to be executed was signed by owners over its very hash.

    Approvals that only the chain can tell count for nothing: whoever writes the file can name anybody as executor.
    """
    if (past.safe, past.chain_id) != (now.safe, now.chain_id):
        return False
    if past.transaction is None or past.safe is None or past.presented is None:
        return False
    settled = settle(past, None, owners.addresses)
    if settled.by != "the presented hash":
        return False
    by_key = [signer(one, past.presented, False, lambda *_: None) for one in past.confirmations]
    good = {one.address for one in by_key if one.state == "signed"}
    needed = max(1, owners.threshold or 1)
    mine = {address for address in good if not owners.proven or address in owners.addresses}
    return len(mine) >= needed


def _signer(one: Signer) -> dict[str, Any]:
    return {
        "address": show(one.address) if one.address is not None and one.state != "malformed" else None,
        "method": one.method,
        "named": show(one.named) if one.named is not None else None,
        "state": one.state,
    }


def _call(one: Call) -> dict[str, Any]:
    return {
        "place": one.place, "from": show(one.actor), "to": show(one.to), "value": str(one.value),
        "operation": one.operation,
        "function": one.function.signature.canonical if one.function else None,
        "arguments": {
            name: "0x" + value[:64].hex() if isinstance(value, bytes) else str(value)[:200]
            for name, value in one.arguments.items()
        },
    }  # fmt: skip


def _simulation(found: Simulation | None) -> dict[str, Any] | None:
    if found is None:
        return None
    main = found.main
    return {
        "engine": "pyrevm", "fork": FORK, "success": main.success, "error": main.error or None, "gas_used": main.gas,
        "overrides": list(found.overrides), "contexts": [run.context for run in found.runs],
        "asset_changes": [
            {"address": show(who), "asset": asset or "native", "amount": str(amount)}
            for (who, asset), amount in sorted(main.effects.gains.items())
        ],
        "allowances": [
            {"token": show(a.token), "owner": show(a.owner), "spender": show(a.spender),
             "amount": None if a.amount is None else str(a.amount)}
            for a in main.effects.allowances
        ],
        "storage": [
            {"address": show(who), "slot": f"{slot:#066x}", "before": f"{before:#066x}", "after": f"{after:#066x}"}
            for who, change in sorted(main.changes.items())
            for slot, (before, after) in sorted(change.storage.items())
        ],
    }  # fmt: skip
