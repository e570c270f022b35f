"""Approvals of Squads multisigs on Solana from their decoded JSON, durable nonces above all.

A transaction with a durable nonce never expires: whoever holds the nonce decides when the signatures are used. So was
Drift robbed in April 2026, weeks after its members had signed. Names are those of Squads v4 and of the parsed
instructions that nodes give (`jsonParsed`); the table is `squads.csv`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from cointrail.chains.data import table
from cointrail.errors import InputError
from cointrail.guard.document import normal, shown
from cointrail.guard.reason import INFO, REVIEW, STOP, Reason, Severity

MOST = 1_000  # instructions
DEEP = 6  # instructions in instructions
INNER = ("instructions", "innerinstructions", "actions", "transaction", "transactionmessage", "message")


@dataclass(frozen=True)
class Instruction:
    """One instruction: its name without case and separators, its values, and whether it stands in a proposal."""

    name: str
    values: dict[str, Any]
    inner: bool


def squads_reasons(document: Any) -> list[Reason]:
    """What is to be said of a decoded Solana transaction; what is not known by name is a question."""
    try:
        found = list(_instructions(document, 0))
    except InputError as error:
        return [Reason("solana_unreadable", REVIEW, f"The transaction cannot be read ({error}). What does it do?", {})]
    if not found or len(found) > MOST:
        text = f"It holds {len(found)} instructions, which cannot be judged. What does it do?"
        return [Reason("solana_unreadable", REVIEW, text, {})]
    head = _normal(document)
    signers = {str(one) for one in head.get("signers") or [] if isinstance(one, str)}
    durable = [one for one in found if _kind(one) == "nonce"]
    reasons = [reason for one in found for reason in _judge(one, head)]
    reasons += _durable(durable, found, signers)
    if not any(reason.severity != INFO for reason in reasons):
        # nothing here is run, so nothing is ever known to be all
        text = "Only its instructions were read; no simulation of Solana is made here. Does it do what you mean?"
        reasons.append(Reason("solana_not_simulated", REVIEW, text, {}))
    return reasons


def _judge(one: Instruction, head: dict[str, Any]) -> Iterator[Reason]:
    row = _table().get(one.name)
    where = {"instruction": one.name[:80], **{k[:40]: str(v)[:120] for k, v in list(one.values.items())[:12]}}
    if row is None:
        text = f"What the instruction {shown(one.name)} does is not known here. What is it for?"
        yield Reason("solana_unknown", REVIEW, text, where)
        return
    grave, more = cast(Severity, row["severity"]), ""
    if row["kind"] in ("threshold", "timelock"):
        wanted, now = _number(one.values, row["kind"]), _number(head, row["kind"])
        if wanted is not None and now is not None:
            more = f" (from {now} to {wanted})"
            grave = STOP if wanted < now else REVIEW
    yield Reason(f"solana_{row['kind']}", grave, f"`{one.name}` {row['words']}{more}.", where)


def _durable(durable: list[Instruction], every: list[Instruction], signers: set[str]) -> Iterator[Reason]:
    for one in durable:
        authority = str(one.values.get("nonceauthority") or one.values.get("authority") or "")
        if authority and signers and authority not in signers:
            text = f"The durable nonce belongs to {authority[:60]}, who does not sign: he decides when this happens."
            yield Reason("solana_nonce_foreign", STOP, text, {"authority": authority[:60]})
    if durable and any(_kind(one) in ("power", "threshold", "timelock") for one in every):
        text = "A change of power with a durable nonce: it can be used at any time, even after members have changed."
        yield Reason("solana_nonce_power", STOP, text, {})


def _instructions(document: Any, depth: int) -> Iterator[Instruction]:
    """All instructions of a document, those inside proposals too."""
    if depth > DEEP:
        raise InputError(f"instructions in instructions, more than {DEEP} deep")
    fields = _normal(document)
    name = _name(fields)
    if name:
        yield Instruction(name, _values(fields), depth > 1)
    for key in INNER:
        held = fields.get(key)
        for source in (fields, _values(fields)) if held is None else (fields,):
            value = source.get(key)
            if isinstance(value, (list, dict)) and value:
                for item in value if isinstance(value, list) else [value]:
                    if isinstance(item, dict):
                        yield from _instructions(item, depth + 1)
                    elif isinstance(item, str) and key == "actions":
                        yield Instruction(_plain(item), {}, True)
                    else:
                        raise InputError(f"{key} with {shown(item)} in it")


def _name(fields: dict[str, Any]) -> str:
    parsed = fields.get("parsed")
    if isinstance(parsed, dict):
        return _plain(parsed.get("type"))
    if parsed is not None and "program" in fields:
        return _plain("memo" if "memo" in str(fields["program"]) else fields["program"])
    for key in ("name", "type", "instruction", "kind", "action"):
        if isinstance(fields.get(key), str) and "instructions" not in fields:
            return _plain(fields[key])
    if "program" in fields or "programid" in fields:
        return "unknown"
    return ""


def _values(fields: dict[str, Any]) -> dict[str, Any]:
    parsed = fields.get("parsed")
    info = parsed.get("info") if isinstance(parsed, dict) else None
    for held in (info, fields.get("args"), fields.get("data"), fields.get("arguments")):
        if isinstance(held, dict):
            return {**{k: v for k, v in fields.items() if not isinstance(v, (dict, list))}, **_normal(held)}
    return fields


def _number(values: dict[str, Any], kind: str) -> int | None:
    for key in {"threshold": ("newthreshold", "threshold"), "timelock": ("newtimelock", "timelock")}[kind]:
        value = values.get(key)
        if (
            isinstance(value, (int, str))
            and not isinstance(value, bool)
            and str(value).isdigit()
            and len(str(value)) < 20
        ):
            return int(value)
    return None


def _kind(one: Instruction) -> str:
    row = _table().get(one.name)
    return row["kind"] if row else ""


def _plain(name: Any) -> str:
    return "".join(c for c in str(name).lower() if c.isalnum())


def _normal(document: Any) -> dict[str, Any]:
    return normal(document, "the transaction")


@cache
def _table() -> dict[str, dict[str, str]]:
    return {row["instruction"]: row for row in table("cointrail.guard", "squads.csv")}
