"""Typed data outside of Safe transactions: permits, Permit2, delegations of EIP-7702, with the same verdicts."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from eth_hash.auto import keccak

from cointrail.chains import Registry, parse_address
from cointrail.errors import InputError
from cointrail.guard.calls import Call, unfold
from cointrail.guard.document import normal, number, shown
from cointrail.guard.reason import INFO, REVIEW, STOP, Reason
from cointrail.guard.request import NOBODY, Request, Transaction
from cointrail.guard.wallets import encoder

HUGE = 1 << 127
AUTHORIZATION = frozenset({"address", "chainid", "nonce", "yparity", "r", "s", "v", "account", "from"})  # EIP-7702
APPROVE = bytes.fromhex("095ea7b3")  # approve(address,uint256)
Asked = Callable[[Call | None], bool]


def digest(document: Any) -> bytes:
    """The EIP-712 hash of typed data; InputError where it is none."""
    fields = _fields(document)
    full = {
        "types": fields.get("types"), "primaryType": fields.get("primarytype"), "domain": fields.get("domain"),
        "message": fields.get("message"),
    }  # fmt: skip
    try:
        types = dict(full["types"] or {})
        types.setdefault("EIP712Domain", [])
        found = encoder()(full_message={**full, "types": types})
        return bytes(keccak(b"\x19" + found.version + found.header + found.body))
    except Exception as error:  # the library raises errors of many kinds
        raise InputError(f"typed data cannot be hashed: {str(error)[:120]}") from error


def typed_reasons(document: Any, chain_id: int | None, registry: Registry, asked: Asked) -> list[Reason]:
    """What typed data would do. What is not known by its type is a question, never safe."""
    fields = _fields(document)
    kind, message = fields.get("primarytype"), _message(fields)
    base = fields.get("domain") if isinstance(fields.get("domain"), dict) else {}
    assert isinstance(base, dict)
    if not isinstance(message, dict) or not isinstance(kind, str):
        return [Reason("typed_unknown", REVIEW, "Typed data without a type or a message. What is it?", {})]
    found: list[Reason] = []
    told = base.get("chainId")
    if told is not None and chain_id is not None and str(told) not in (str(chain_id), hex(chain_id)):
        text = f"It is for chain {shown(told)}, not for chain {chain_id}."
        found.append(Reason("chain_mismatch", STOP, text, {"chain_id": str(told)}))
    forms = _forms(kind, message)
    if len(forms) != 1:
        why = "not known here" if not forms else "written as two kinds of permit at once"
        text = f"Typed data of the kind {shown(kind)} is {why}. What does it allow, and to whom?"
        return [*found, Reason("typed_unknown", REVIEW, text, {"type": kind[:80]})]
    [fitting] = forms
    items = _get(message, fitting["list"]) if "list" in fitting else [message]
    if not isinstance(items, list) or not items or len(items) > 1_000:
        return [*found, Reason("typed_unknown", REVIEW, "A list of permits that cannot be read. What is in it?", {})]
    spender = str(_get(message, fitting["spender"]))
    if fitting.get("by") == "permit2" and str(base.get("verifyingContract")).lower() != _table()["permit2"].lower():
        text = f"It looks like Permit2, but the contract is {shown(base.get('verifyingContract'))}, not Uniswap's."
        found.append(Reason("typed_impostor", STOP, text, {"contract": str(base.get("verifyingContract"))[:80]}))
    wishes = [] if "Witness" in kind else [asked]  # one wish is good for one permit, and for none with an order in it
    for item in items:
        wish = wishes[0] if wishes else _unasked
        made = _permit(fitting, item if isinstance(item, dict) else {}, base, spender, registry, wish)
        if made.severity == INFO and made.evidence["amount"] != "0":
            wishes.clear()
        found.append(made)
    if told is None:
        found.append(Reason("typed_everywhere", REVIEW, "It names no chain, and may hold on all. Is that meant?", {}))
    return found


def _unasked(call: Call | None) -> bool:
    return False


def _signed(value: Any, kind: str, types: Any) -> Any:
    """What of a message its types sign: fields that they do not name are shown, and are no part of the hash."""
    if kind.endswith("]"):
        inner = kind[: kind.rindex("[")]
        return [_signed(one, inner, types) for one in value] if isinstance(value, list) else None
    listed = types.get(kind) if isinstance(types, dict) else None
    if not isinstance(listed, list):
        return value
    if not isinstance(value, dict):
        return None
    named = {one.get("name"): one.get("type") for one in listed if isinstance(one, dict)}
    return {
        name: _signed(value[name], str(type_), types)
        for name, type_ in named.items()
        if name in value and type_ != kind
    }


def spenders(document: Any) -> list[str]:
    """Whom typed data lets spend, as it is written there."""
    fields = _fields(document)
    kind, message = fields.get("primarytype"), _message(fields)
    forms = _forms(kind, message) if isinstance(kind, str) else []
    return sorted({str(_get(message, form["spender"])) for form in forms})


def _forms(kind: str, message: Any) -> list[dict[str, str]]:
    """The kinds of permit that typed data can be read as; more than one would say two things."""
    return [
        rule
        for rule in _table()["permits"]
        if rule["type"] == kind
        and _get(message, rule["spender"]) is not None
        and _get(message, rule.get("list", rule["amount"])) is not None
    ]


def _permit(rule: dict[str, str], item: Any, base: Any, spender: str, registry: Registry, asked: Asked) -> Reason:
    named = base.get("verifyingContract") if rule["token"] == "domain" else _get(item, rule["token"])  # noqa: S105
    token = str(named)
    value = _get(item, rule["amount"])
    try:
        amount = number(value, "amount") if not isinstance(value, bool) else (HUGE if value else 0)
        if rule["amount"] == "allowed" and not isinstance(value, bool):
            raise InputError("wallets read a word for false as true")
        known = registry.get("0x" + parse_address(token).hex())
    except InputError:
        text = f"A permit for {shown(spender)} whose amount or token cannot be read. What is it for?"
        return Reason("permit", REVIEW, text, {"spender": spender[:80], "token": token[:80]})
    what = known.symbol if known is not None else f"token {token}"
    much = "everything, for ever," if amount >= HUGE else f"{amount:,} smallest units"
    where = {
        "spender": spender[:80],
        "token": token[:80],
        "amount": str(amount),
        "until": str(_get(item, rule["until"]))[:80],
    }
    if not amount:
        return Reason("permit", INFO, f"It takes an allowance of {what} back from {spender[:80]}.", where)
    if asked(_as_call(token, spender, amount)):
        return Reason("permit", INFO, f"It lets {spender[:80]} take {much} of your {what}, as was asked for.", where)
    return Reason(
        "permit",
        REVIEW,
        f"By this signature {spender[:80]} can take {much} of your {what}. Did you ask for that?",
        where,
    )


def delegation_reasons(document: Any) -> list[Reason]:
    """An EIP-7702 authorization: the account runs another contract's code from then on."""
    if not isinstance(document, dict):
        return [Reason("delegation", STOP, "An account delegation that cannot be read.", {})]
    fields, target = normal(document, "delegation"), delegate(document)
    try:
        raw = parse_address(target)
        chain = number(fields.get("chainid") or 0, "chain id")
    except InputError as error:
        return [Reason("delegation", STOP, f"An account delegation that cannot be read ({error}).", {})]
    if not any(raw) and not fields.keys() <= AUTHORIZATION:
        return [Reason("delegation", REVIEW, "A delegation that is taken back, with more in it. What is that?", {})]
    if not any(raw):
        return [Reason("delegation", INFO, "It takes back the code that the account runs.", {"address": target})]
    text = f"The account would run the code of {target} as itself: that code can take everything it holds."
    found = [Reason("delegation", STOP, text, {"address": target, "chain_id": chain})]
    if not chain:
        found.append(Reason("delegation", STOP, "The delegation holds on every chain at once.", {"chain_id": 0}))
    return found


def delegate(document: Any) -> str:
    """The contract whose code an account would run, as it is written there."""
    fields = _fields(document)
    return str(fields.get("address") or fields.get("delegate") or fields.get("contractaddress"))


def _as_call(token: str, spender: str, amount: int) -> Call | None:
    """A permit as the call that would allow the same, so that one intent speaks of both."""
    try:
        to, who = parse_address(token), parse_address(spender)
    except InputError:
        return None
    return next(iter(unfold(Request(NOBODY, None, Transaction(to, 0, _approval(who, amount), 0))).every), None)


def _approval(spender: bytes, amount: int) -> bytes:
    return APPROVE + spender.rjust(32, b"\0") + amount.to_bytes(32, "big")


def _fields(document: Any) -> dict[str, Any]:
    try:
        return normal(document, "typed data")
    except InputError:
        return {}


def _message(fields: dict[str, Any]) -> Any:
    kind, types = fields.get("primarytype"), fields.get("types")
    if not isinstance(kind, str) or not isinstance(types, dict) or not isinstance(types.get(kind), list):
        return None
    return _signed(fields.get("message"), kind, types)


def _get(message: Any, path: str) -> Any:
    for part in path.split("."):
        message = message.get(part) if isinstance(message, dict) else None
    return message


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(files("cointrail.guard").joinpath("typed.yaml").read_text("utf-8"))
    return found
