"""Requests from JSON: of the Safe transaction service, raw fields, EIP-712 data, or a hash with confirmations."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cointrail.errors import InputError
from cointrail.guard.document import Fields, address, normal, number, octets, parse_json, read_bytes, shown, take
from cointrail.guard.request import NOBODY, Confirmation, Request, Transaction
from cointrail.guard.signature import MOST, SIZE, split
from cointrail.guard.typed import digest

HASH = 32
PAGE = 1_000  # transactions of one file
DEPTH = 4  # approvals of approvals
HASHES = ("safetxhash", "contracttransactionhash", "safetransactionhash", "hash", "messagehash")
SAME = (("safe", "safeaddress", "multisig"), ("chainid", "chain"), ("basegas", "datagas"))  # names for one thing
OTHERS = ("instructions", "delegation", "authorization", "authorizationlist")  # of Solana, and of EIP-7702


def read_requests(path: Path, safe: bytes | None = None, chain_id: int | None = None) -> list[Request]:
    """The requests in a JSON file, most of the time one. InputError says what cannot be read, and where."""
    return requests(parse_json(read_bytes(path), str(path)), str(path), safe, chain_id)


def requests(document: Any, where: str, safe: bytes | None = None, chain_id: int | None = None) -> list[Request]:
    """The requests of a document: one transaction, a list of them, or a page of the service.

    `safe` and `chain_id` are what the user says; a document that contradicts them is refused.
    """
    if isinstance(document, dict) and isinstance(document.get("results"), list):
        if {"to", "data", "safe", "safeTxHash", "message"} & set(document):
            raise InputError(f"{where}: holds a page of transactions and one beside it; give one of them")
        document = document["results"]
    several = document if isinstance(document, list) else [document]
    if not several or len(several) > PAGE:
        raise InputError(f"{where}: holds {len(several)} transactions; give from 1 to {PAGE}")
    found = [
        request(one, where if len(several) == 1 else f"{where}, transaction {place}", safe, chain_id)
        for place, one in enumerate(several, start=1)
    ]
    return [replace(one, siblings=_beside(found, place)) for place, one in enumerate(found)]


def request(document: Any, where: str, safe: bytes | None, chain_id: int | None, depth: int = 0) -> Request:
    """One request."""
    fields = normal(document, where)
    if any(key in fields for key in OTHERS):
        if "to" in fields:
            raise InputError(f"{where}: holds a transaction and something else to sign; give one of them")
        return Request(safe, chain_id, message=fields)
    if "types" in fields and "message" in fields:
        fields = _typed(fields, where)
    fields = _spread(fields, where)
    _agree(fields, where)
    told = take(fields, "safe", "safeaddress", "multisig")
    own = safe if told is None else address(told, f"{where}, safe")
    if safe is not None and own != safe:
        raise InputError(f"{where}: is of the Safe 0x{own.hex() if own else ''}, not of 0x{safe.hex()}; check --safe")
    said = take(fields, "chainid", "chain")
    number_ = None if said is None else number(said, f"{where}, chain id", (1 << 64) - 1)
    if chain_id is not None and number_ is not None and number_ != chain_id:
        raise InputError(f"{where}: is of chain {number_}, not {chain_id}; check --chain-id")
    signed = take(fields, "digest")
    presented = signed if signed is not None else take(fields, *HASHES)
    confirmations, faults = _confirmations(fields, where)
    parent = take(fields, "parent", "approves")
    if parent is not None and depth == DEPTH:
        raise InputError(f"{where}: approvals of approvals, more than {DEPTH} deep")
    transaction = _transaction(fields, where) if any(fields.get(name) is not None for name in ("to", "data")) else None
    message = fields.get("message") if transaction is None else None
    if transaction is not None and fields.get("message") is not None:
        raise InputError(f"{where}: holds a transaction and a message; give one of them")
    if isinstance(message, dict) and "types" in message and "primaryType" in message:
        message = normal(message, f"{where}, message")
    if transaction is None and presented is None and message is None:
        raise InputError(f"{where}: has neither the fields of a transaction (to, value, data...) nor a safeTxHash")
    executor, required = take(fields, "executor"), take(fields, "threshold", "confirmationsrequired")
    owners = take(fields, "owners") or []
    if not isinstance(owners, list) or len(owners) > MOST:
        raise InputError(f"{where}, owners: {shown(owners)} is no list of at most {MOST} addresses")
    version = take(fields, "version", "safeversion")
    return Request(
        safe=own,
        chain_id=chain_id if number_ is None else number_,
        transaction=transaction,
        presented=None if presented is None else octets(presented, f"{where}, hash", HASH),
        digest=signed is not None,
        confirmations=confirmations,
        faults=faults,
        owners=tuple(address(owner, f"{where}, owners") for owner in owners),
        threshold=None if required is None else number(required, f"{where}, threshold", MOST),
        version=version if isinstance(version, str) else None,
        executed=fields.get("isexecuted") is True,
        executor=None if executor is None else address(executor, f"{where}, executor"),
        parent=None if parent is None else request(parent, f"{where}, parent", None, None, depth + 1),
        message=message,
    )


def _transaction(fields: Fields, where: str) -> Transaction:
    def amount(name: str, *others: str) -> int:
        value = take(fields, name, *others)
        return 0 if value is None else number(value, f"{where}, {name}")

    def account(name: str) -> bytes:
        value = take(fields, name)
        return NOBODY if value is None else address(value, f"{where}, {name}")

    for needed in ("to", "nonce"):
        if fields.get(needed) is None:
            raise InputError(f"{where}: no {needed}; a Safe transaction has to, value, data, operation and nonce")
    data = take(fields, "data")
    return Transaction(
        to=address(fields["to"], f"{where}, to"),
        value=amount("value"),
        data=b"" if data is None else octets(data, f"{where}, data"),
        operation=number(fields.get("operation") or 0, f"{where}, operation", 255),
        safe_tx_gas=amount("safetxgas"),
        base_gas=amount("basegas", "datagas"),
        gas_price=amount("gasprice"),
        gas_token=account("gastoken"),
        refund_receiver=account("refundreceiver"),
        nonce=amount("nonce"),
    )


def _typed(fields: Fields, where: str) -> Fields:
    """EIP-712 data of a Safe transaction as fields; other typed data as a message."""
    if fields.get("primarytype") != "SafeTx":
        return {**{k: v for k, v in fields.items() if k not in ("types", "domain", "primarytype")}, "message": fields}
    base = normal(fields.get("domain"), f"{where}, domain")
    inner = normal(fields["message"], f"{where}, message")
    kept = {key: value for key, value in fields.items() if key not in ("types", "domain", "primarytype", "message")}
    found = {**inner, "safe": base.get("verifyingcontract"), "chainid": base.get("chainid")}
    found["safetxhash"] = "0x" + digest(fields).hex()  # what a wallet would sign, whatever is read
    clash = [key for key in found if kept.get(key) is not None and str(kept[key]).lower() != str(found[key]).lower()]
    if clash:
        raise InputError(f"{where}: {clash[0]!r} beside the typed data is not what stands in it; keep the true one")
    return {**kept, **found}


def _agree(fields: Fields, where: str) -> None:
    """InputError where one thing is said under two names with different values: readers differ in which they take."""
    for names in SAME:
        said = {str(fields[name]).lower() for name in names if fields.get(name) is not None}
        if len(said) > 1:
            raise InputError(f"{where}: {' and '.join(names)} differ; keep the true one")


def _spread(fields: Fields, where: str) -> Fields:
    """Fields that some tools nest under one key, beside those around it."""
    for name in ("transaction", "safetx", "safetransaction", "tx"):
        if isinstance(fields.get(name), dict):
            inner = normal(fields.pop(name), f"{where}, {name}")
            clash = [key for key in inner if key in fields and fields[key] not in (None, inner[key])]
            if clash:
                raise InputError(f"{where}: {clash[0]!r} stands there twice with different values; keep the true one")
            fields = {**fields, **inner}
    return fields


def _confirmations(fields: Fields, where: str) -> tuple[tuple[Confirmation, ...], tuple[str, ...]]:
    """The confirmations, and what of them could not be read."""
    listed = take(fields, "confirmations")
    listed = [] if listed is None else listed
    if not isinstance(listed, list) or len(listed) > MOST:
        raise InputError(f"{where}, confirmations: {shown(listed)} is no list of at most {MOST}")
    found, faults = [], []
    for place, one in enumerate(listed, start=1):
        try:
            found.append(_confirmation(one, f"confirmation {place}"))
        except InputError as error:
            faults.append(str(error))
    joined = take(fields, "signatures", "signature")
    if isinstance(joined, list):
        joined = "0x" + "".join(str(part).removeprefix("0x") for part in joined[:MOST])
    if joined:
        known = {one.signature[:SIZE] for one in found}
        try:
            parts = split(octets(joined, "signatures"))
            found += [
                Confirmation(None, part) for part in parts if _alone(part) not in known and part[:SIZE] not in known
            ]
        except (InputError, ValueError) as error:
            if not found:
                faults.append(str(error))
    return tuple(found), tuple(faults)


def _alone(part: bytes) -> bytes:
    """A contract signature as it is when it stands alone: its offset counts from its own start."""
    return part[:32] + SIZE.to_bytes(32, "big") + part[64:SIZE] if part[64] == 0 else part[:SIZE]


def _confirmation(one: Any, what: str) -> Confirmation:
    if isinstance(one, str):
        return Confirmation(None, octets(one, what))
    fields = normal(one, what)
    named = take(fields, "owner", "signer", "address")
    owner = None if named is None else address(named, what)
    whole = take(fields, "signature", "data")
    if whole is None and "r" in fields:
        parts = [octets(fields[name], f"{what}, {name}", HASH) for name in ("r", "s") if name in fields]
        whole_raw = b"".join(parts) + bytes([number(fields.get("v"), f"{what}, v", 255)])
        return Confirmation(owner, whole_raw)
    if whole is None:
        raise InputError(f"{what}: has no signature")
    return Confirmation(owner, octets(whole, what))


def _beside(found: Sequence[Request], place: int) -> tuple[Request, ...]:
    return tuple(other for number_, other in enumerate(found) if number_ != place)
