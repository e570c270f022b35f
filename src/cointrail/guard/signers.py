"""Who signed: every confirmation recovered over the very hash, and the version that follows from that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from cointrail.guard.hashing import Form, Hashes, candidates, form_of, hashes
from cointrail.guard.request import Confirmation, Request
from cointrail.guard.signature import Method, Signature, parse

State = Literal["signed", "stranger", "unproven", "malformed"]
Prove = Callable[[Signature, bytes, bytes], bool | None]  # (signature, owner, hash) -> whether the chain says so

# chains of EIP-155 that are tried where a hash fits no other way, to say for which it was made
CHAINS = (1, 10, 25, 56, 100, 130, 137, 146, 250, 324, 480, 1101, 1284, 5000, 8453, 42161, 42220, 43114, 59144, 80094,
          81457, 534352, 11155111, 84532)  # fmt: skip


@dataclass(frozen=True)
class Signer:
    """One confirmation: whom it recovers to (None: nobody can say), whom the collector names, and how it was made.

    `signed`: the key of that address signed this hash. `stranger`: it is not the named owner who signed, or nobody.
    `unproven`: only the chain can tell (approved hashes, contract signatures).
    """

    address: bytes | None
    method: Method
    named: bytes | None
    state: State
    fault: str = ""


@dataclass(frozen=True)
class Settled:
    """The hashes in the form that was settled on. `by` says what settled it; "" that nothing did."""

    hashes: Hashes | None
    by: str
    every: tuple[Hashes, ...] = ()


def signer(confirmation: Confirmation, digest: bytes, ready: bool, prove: Prove) -> Signer:
    """One confirmation over a hash; `ready` says that the hash is what was signed itself."""
    try:
        found = parse(confirmation.signature)
    except ValueError as error:
        return Signer(None, "invalid", confirmation.owner, "malformed", str(error))
    named = confirmation.owner
    if found.method == "invalid":
        return Signer(None, "invalid", named, "malformed", f"v = {found.v} is no kind of signature")
    if found.method in ("contract", "approved_hash"):
        owner = found.named
        if owner is None or (named is not None and owner != named):
            return Signer(owner, found.method, named, "malformed", "it names another owner than its collector does")
        proven = prove(found, owner, digest)
        state: State = "unproven" if proven is None else "signed" if proven else "stranger"
        return Signer(owner, found.method, named, state)
    address = found.recover_digest(digest) if ready else found.recover(digest)
    stranger = address is None or (named is not None and address != named)
    return Signer(address, found.method, named, "stranger" if stranger else "signed")


def settle(request: Request, version: str | None, owners: Sequence[bytes]) -> Settled:
    """The hashes of a request: by the hash that was presented, else by who signed, else by the version that is told."""
    tx, safe = request.transaction, request.safe
    if tx is None or safe is None:
        return Settled(None, "")
    every = tuple(candidates(safe, request.chain_id, tx))
    told = form_of(version) or form_of(request.version)
    fitting = [one for one in every if one.safe_tx == request.presented]
    if fitting:
        return Settled(fitting[0], "the presented hash", every)
    scored = [(_matches(request, one.safe_tx, owners), one) for one in every]
    best = max((score for score, _ in scored), default=0)
    if best:
        return Settled(next(one for score, one in scored if score == best), "the signatures", every)
    stated = next((one for one in every if told is not None and one.form is told), None)
    if stated is not None:
        return Settled(stated, "the version", every)
    return Settled(every[0] if every and request.chain_id is not None else None, "", every)


def _matches(request: Request, digest: bytes, owners: Sequence[bytes]) -> int:
    """How many confirmations by a key recover to whom they should over a hash."""
    count = 0
    for one in request.confirmations:
        try:
            address = parse(one.signature).recover(digest)
        except ValueError:
            continue
        count += address is not None and (address == one.owner if one.owner is not None else address in owners)
    return count


def elsewhere(request: Request, forms: Sequence[Form]) -> int | None:
    """The chain for which the presented hash was made, where it is one that is known."""
    tx, safe = request.transaction, request.safe
    if tx is None or safe is None or request.presented is None:
        return None
    for form in forms:
        for chain in CHAINS if form.by_chain else ():
            if chain != request.chain_id and hashes(safe, chain, tx, form).safe_tx == request.presented:
                return chain
    return None
