"""Off-chain messages that a Safe signs: a text, or typed data with powers of its own."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from eth_hash.auto import keccak

from cointrail.chains import Registry, parse_address
from cointrail.errors import InputError
from cointrail.guard.hashing import FORMS, MESSAGE_TYPE, PREFIX, Hashes, domain, form_of
from cointrail.guard.reason import REVIEW, STOP, Reason
from cointrail.guard.request import Request
from cointrail.guard.signers import Settled
from cointrail.guard.squads import squads_reasons
from cointrail.guard.typed import Asked, delegate, delegation_reasons, spenders, typed_reasons
from cointrail.guard.typed import digest as typed_digest

DELEGATIONS = ("delegation", "authorization", "authorizationlist")
BESIDE = frozenset({*DELEGATIONS, "safe", "chainid", "account", "from", "nonce"})  # does nothing
SHOWN = 300  # characters of a text


def content_hash(message: Any) -> bytes:
    """The hash of the message itself: EIP-191 for a text, EIP-712 for typed data. InputError where it has none."""
    if isinstance(message, str):
        raw = message.encode("utf-8", "surrogatepass")
        found: bytes = keccak(b"\x19Ethereum Signed Message:\n" + str(len(raw)).encode() + raw)
        return found
    return typed_digest(message)


def message_settled(request: Request, version: str | None) -> Settled:
    """The hashes of a message for its Safe, by the presented hash or the version."""
    if request.safe is None:
        return Settled(None, "")
    try:
        content = content_hash(request.message)
    except InputError:
        return Settled(None, "")
    every = []
    for form in FORMS[:2]:  # the form before 1.0.0 signs messages as that of 1.0.0
        if form.by_chain and request.chain_id is None:
            continue
        outer = domain(request.safe, request.chain_id, form.by_chain)
        inner: bytes = keccak(MESSAGE_TYPE + keccak(content))
        every.append(Hashes(form, request.chain_id, outer, inner, keccak(PREFIX + outer + inner)))
    told = form_of(version) or form_of(request.version)
    fitting = next((one for one in every if one.safe_tx == request.presented), None)
    if fitting is not None:
        return Settled(fitting, "the presented hash", tuple(every))
    stated = next((one for one in every if told is not None and one.form.by_chain == told.by_chain), None)
    return Settled(stated or (every[0] if every else None), "the version" if stated else "", tuple(every))


def message_reasons(request: Request, registry: Registry, asked: Asked) -> list[Reason]:
    """What is to be said of a message; `asked` says whether an allowance was asked for."""
    message = request.message
    if message is None or request.transaction is not None:
        return []
    if isinstance(message, str):
        text = f"It signs this text in your name: {message[:SHOWN]!r}. Do you want to say that?"
        found = [Reason("message_text", REVIEW, text, {"length": len(message)})]
    elif isinstance(message, dict) and "instructions" in message:
        found = squads_reasons(message)
    elif isinstance(message, dict) and (held := _delegations(message)) is not None:
        found = [reason for one in held for reason in delegation_reasons(one)]
        more = [key for key in message if key not in BESIDE]
        if more:
            text = f"There is more in it than a delegation ({', '.join(more)[:80]}). What is that?"
            found.append(Reason("message_unreadable", REVIEW, text, {"keys": more[:8]}))
    else:
        found = typed_reasons(message, request.chain_id, registry, asked)
    if not found:
        found = [Reason("message_unreadable", REVIEW, "There is nothing in it that can be judged. What is it?", {})]
    if request.safe is None or request.presented is None:
        return found
    try:
        fits = any(one.safe_tx == request.presented for one in message_settled(request, None).every)
        fits = fits or content_hash(message) == request.presented
    except InputError as error:
        return [*found, Reason("message_unreadable", REVIEW, f"The message cannot be hashed: {error}.", {})]
    if not fits:
        text = "The hash that was presented is not the hash of this message."
        found.append(Reason("hash_mismatch", STOP, text, {"presented": "0x" + request.presented.hex()}))
    return found


def receivers(request: Request) -> Iterator[tuple[bytes, str]]:
    """Whom a message gives power, with what kind of it; addresses that cannot be read are left out."""
    message = request.message
    if request.transaction is not None or not isinstance(message, dict) or "instructions" in message:
        return
    held = _delegations(message)
    named = [(one, "runs as the account") for one in map(delegate, held)] if held is not None else []
    for text, role in named or [(one, "may spend") for one in spenders(message)]:
        with suppress(InputError):
            yield parse_address(text), role


def _delegations(message: dict[str, Any]) -> list[Any] | None:
    found = [message[key] for key in DELEGATIONS if message.get(key) is not None]
    each = [one for held in found for one in (held if isinstance(held, list) else [held])]
    return each if found else None
