"""Whether the hash that was presented is the hash of what is shown."""

from collections.abc import Iterator

from cointrail.guard.hashing import FORMS, form_of
from cointrail.guard.reason import INFO, REVIEW, STOP, Reason
from cointrail.guard.request import DELEGATECALL
from cointrail.guard.signers import elsewhere
from cointrail.guard.subject import Subject, show

CREATE = 2


def hash_mismatch(s: Subject) -> Iterator[Reason]:
    """The presented hash belongs to other fields: what is shown is not what is signed."""
    shown, tx = s.request.presented, s.request.transaction
    if shown is None or tx is None or any(one.safe_tx == shown for one in s.settled.every):
        return
    chain = elsewhere(s.request, FORMS)
    if chain is None and s.request.chain_id is None and s.request.safe is not None:
        text = "The presented hash fits none of the versions that need no chain id; say --chain-id to try the others."
    elif chain is None:
        text = "The hash that was presented is not the hash of these fields: what is shown is not what would be signed."
    else:
        return
    yield Reason(
        "hash_mismatch", STOP, text, {"presented": _hex(shown), "computed": [_hex(h.safe_tx) for h in s.settled.every]}
    )


def chain_mismatch(s: Subject) -> Iterator[Reason]:
    """The presented hash was made for another chain than the one that is named, or the state is of another."""
    chain = None
    if s.request.presented is not None and all(one.safe_tx != s.request.presented for one in s.settled.every):
        chain = elsewhere(s.request, FORMS)
    if chain is not None and s.request.chain_id is not None:
        text = f"The hash was made for chain {chain}, not for chain {s.request.chain_id}."
        yield Reason("chain_mismatch", STOP, text, {"chain_id": chain})
    elif chain is not None:
        text = f"No chain was named; the hash is that of chain {chain}. Is that the chain you mean?"
        yield Reason("chain_mismatch", REVIEW, text, {"chain_id": chain})
    held = s.state.chain_id if s.state is not None else None
    if held is not None and s.request.chain_id is not None and held != s.request.chain_id:
        text = f"The state is of chain {held}, the transaction of chain {s.request.chain_id}."
        yield Reason("chain_mismatch", STOP, text, {"chain_id": held})


def version(s: Subject) -> Iterator[Reason]:
    """Which version's way of hashing holds, and what that version cannot do."""
    if s.request.transaction is None or s.request.safe is None:
        return
    run = s.state.safe(s.request.safe) if s.state is not None and s.state.told is None else None
    if run is not None and run.known and run.version is None:
        text = "The Safe runs on code that is none of Safe's published versions. Who put it there?"
        yield Reason("version", REVIEW, text, {"singleton": show(run.singleton) if run.singleton else None})
    if not s.settled.by:
        every = {one.form.name: _hex(one.safe_tx) for one in s.settled.every}
        text = "The version of the Safe is not known, so its hash is not either. Which version is it?"
        yield Reason("version", REVIEW, text, {"hashes": every})
        return
    held = form_of(s.state.safe(s.request.safe).version) if s.state is not None else None
    used = s.settled.hashes
    if held is not None and used is not None and held is not used.form:
        text = f"The hash is that of a Safe {used.form.name}, but this Safe hashes as {held.name}."
        yield Reason(
            "version", REVIEW if s.request.executed else STOP, text, {"safe": held.name, "hash": used.form.name}
        )
    if used is not None and not used.form.by_chain:
        text = "This version of Safe signs no chain id and can have no guard: the signatures hold on every chain."
        yield Reason("version", INFO, text, {"version": used.form.name})


def operation(s: Subject) -> Iterator[Reason]:
    """An operation that is neither a call nor a delegatecall; Safes before 1.1.0 had one more (create)."""
    old = s.settled.hashes is not None and not s.settled.hashes.form.by_chain
    for call in s.calls.every:
        if call.operation == CREATE and old and not call.place:
            text = "It makes a new contract in the name of the Safe, as Safes before 1.1.0 could. What is it for?"
            yield Reason("operation", REVIEW, text, {"call": call.place, "operation": call.operation})
        elif call.operation > DELEGATECALL:
            text = f"Operation {call.operation} does not exist: only 0 (call) and 1 (delegatecall) do."
            yield Reason("operation", STOP, text, {"call": call.place, "operation": call.operation})


def only_hash(s: Subject) -> Iterator[Reason]:
    """There is a hash but not the fields that it is of."""
    if s.request.transaction is None and s.request.message is None:
        text = "Only a hash is known. What does it move, where to, and by which operation? Ask for the fields."
        yield Reason("only_hash", REVIEW, text, {})
    elif s.request.safe is None and s.request.transaction is not None:
        text = "The Safe is not named, so no hash can be computed. Which Safe is it? (--safe)"
        yield Reason("only_hash", REVIEW, text, {})


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()
