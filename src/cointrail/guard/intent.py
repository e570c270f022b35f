"""What was asked for, in a small file from another channel than the request, against what is being signed."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from cointrail.chains import Registry, asset_key, to_units
from cointrail.chains.data import table
from cointrail.errors import InputError
from cointrail.guard.calls import Call
from cointrail.guard.document import Fields, address, normal, number, octets, parse_any, read_bytes, shown, take
from cointrail.guard.effects import COIN, Effects
from cointrail.guard.request import CALL
from cointrail.guard.tokens import Nowhere

MOST = 1_000  # actions
UNLIMITED = (1 << 256) - 1
Fits = Callable[[Call], bool]


@dataclass(frozen=True)
class Trade:
    """What a swap may cost and must bring."""

    give: str
    most: int
    get: str
    least: int
    spender: bytes | None


@dataclass(frozen=True)
class Action:
    """One thing that was asked for; `fits` says whether a call is exactly that. A trade is judged by what it did."""

    text: str
    fits: Fits
    trade: Trade | None = None


@dataclass(frozen=True)
class Intent:
    """All that was asked for, and of which Safe."""

    actions: tuple[Action, ...]
    safe: bytes | None = None
    chain_id: int | None = None
    nonce: int | None = None


@dataclass(frozen=True)
class Matched:
    """Which calls were asked for (by their place), which were not, and what was asked for and is not there."""

    places: frozenset[str]
    extra: tuple[Call, ...]
    unmet: tuple[Action, ...]


def read_intent(path: Path, safe: bytes | None, registry: Registry) -> Intent:
    """The intent in a YAML or JSON file. InputError says which line cannot be read."""
    return parse_intent(parse_any(read_bytes(path), str(path)), str(path), safe, registry)


def parse_intent(document: Any, where: str, safe: bytes | None, registry: Registry) -> Intent:
    """The intent of a document: `actions`, each one word with its fields, e.g. `pay: {asset, amount, to}`."""
    if not isinstance(document, dict):
        raise InputError(f"{where}: must be a mapping with `actions`")
    heads = {k: v for k, v in document.items() if k in ("safe", "chain_id", "nonce")}
    listed = document.get("actions")
    if listed is None:
        listed = [{k: v} for k, v in document.items() if k not in heads]
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST:
        raise InputError(f"{where}: actions must be a list of 1 to {MOST}")
    named = address(heads["safe"], f"{where}, safe") if heads.get("safe") else None
    own = named or safe
    actions = []
    for place, one in enumerate(listed, start=1):
        spot = f"{where}, action {place}"
        if not isinstance(one, dict) or len(one) != 1:
            raise InputError(f"{spot}: write one word with its fields, e.g. pay: {{asset: ETH, amount: 1, to: 0x…}}")
        [(word, fields)] = one.items()
        actions.append(_action(str(word), normal(fields or {}, spot), spot, own, registry))
    chain, nonce = heads.get("chain_id"), heads.get("nonce")
    return Intent(
        tuple(actions),
        named,
        None if chain is None else number(chain, f"{where}, chain_id"),
        None if nonce is None else number(nonce, f"{where}, nonce"),
    )


def match(intent: Intent, leaves: Sequence[Call], effects: Effects | None, safe: bytes) -> Matched:
    """Every call against every action, one to one in order; calls of a trade belong to it if it did what was asked."""
    left = [action for action in intent.actions if action.trade is None]
    trades = [action for action in intent.actions if action.trade is not None]
    places: set[str] = set()
    extra: list[Call] = []
    for call in leaves:
        found = next((action for action in left if action.fits(call)), None)
        if found is not None:
            left.remove(found)
            places.add(call.place)
        else:
            extra.append(call)
    if trades:
        done = effects is not None and _traded([t.trade for t in trades if t.trade], intent, effects, safe)
        mine = [call for call in extra if any(action.fits(call) for action in trades)]
        if done and mine:
            places |= {call.place for call in mine}
            extra = [call for call in extra if call not in mine]
        else:
            left += trades
    return Matched(frozenset(places), tuple(extra), tuple(left))


def _traded(trades: Sequence[Trade], intent: Intent, effects: Effects, safe: bytes) -> bool:
    """Whether the Safe lost no more and got no less than the trades say, beside what it was asked to pay."""
    if any(action.trade is None for action in intent.actions):
        return False  # payments beside a trade hide in its sums; ask for them apart
    most: dict[str, int] = defaultdict(int)
    least: dict[str, int] = defaultdict(int)
    for trade in trades:
        most[trade.give] += trade.most
        least[trade.get] += trade.least
    gains = effects.of(safe)
    lost = all(-amount <= most[asset] for asset, amount in gains.items() if amount < 0)
    return lost and all(gains.get(asset, 0) >= amount for asset, amount in least.items())


def _action(word: str, fields: Fields, where: str, safe: bytes | None, registry: Registry) -> Action:
    if word == "pay":
        asset = _asset(fields.get("asset"), where, registry)
        amount, to = _amount(fields, asset, where, registry), address(fields.get("to"), f"{where}, to")
        text = f"pay {shown(take(fields, 'amount', 'units'))} {fields.get('asset')} to 0x{to.hex()}"
        if asset == COIN:
            return Action(text, lambda c: _plain(c) and not c.data and c.to == to and c.value == amount)
        return Action(text, lambda c: _token(c, asset, "transfer", {"to": to, "amount": amount}))
    if word == "approve":
        asset = _asset(fields.get("asset"), where, registry)
        amount, spender = _amount(fields, asset, where, registry), address(fields.get("spender"), f"{where}, spender")
        text = f"let 0x{spender.hex()} spend {shown(take(fields, 'amount', 'units'))} {fields.get('asset')}"
        return Action(text, lambda c: _token(c, asset, "approve", {"spender": spender, "amount": amount}))
    if word == "swap":
        return _swap(fields, where, registry)
    if word == "call":
        return _call(fields, where)
    if word == "cancel":
        return Action("cancel", lambda c: _plain(c) and c.to == c.actor and not c.data and not c.value)
    return _admin(word, fields, where, safe)


def _swap(fields: Fields, where: str, registry: Registry) -> Action:
    give, get = normal(fields.get("give"), f"{where}, give"), normal(fields.get("get"), f"{where}, get")
    given, got = _asset(give.get("asset"), where, registry), _asset(get.get("asset"), where, registry)
    if "least" in get:
        get["amount"] = get.pop("least")
    through = take(fields, "through", "router")
    spender = None if through is None else address(through, f"{where}, through")
    trade = Trade(given, _amount(give, given, where, registry), got, _amount(get, got, where, registry), spender)

    def fits(c: Call) -> bool:
        if not _plain(c):
            return False
        if c.kind == "allowance":
            return c.to.hex() == given[2:] and c.function is not None and c.function.name == "approve" and (
                0 <= c.arguments.get("amount", -1) <= trade.most
            ) and (spender is None or c.address("spender") == spender)  # fmt: skip
        if not c.kind and spender is None:
            return False  # what a call without a name does is asked for only where its contract is
        return spender is None or c.to == spender if c.kind in ("swap", "") else c.kind == "wrap"

    return Action(f"swap {give.get('asset')} for {get.get('asset')}", fits, trade)


def _call(fields: Fields, where: str) -> Action:
    to = address(fields.get("to"), f"{where}, to")
    value = number(fields.get("value") or 0, f"{where}, value")
    if "data" in fields:
        data = octets(fields["data"], f"{where}, data")
    else:
        signature, values = str(fields.get("function") or ""), fields.get("arguments") or []
        types = [part for part in signature.partition("(")[2].rstrip(")").split(",") if part]
        try:
            data = keccak(signature.encode())[:4] + encode(
                types, [_value(k, v) for k, v in zip(types, values, strict=True)]
            )
        except Exception as error:  # the library raises errors of many kinds
            raise InputError(f"{where}: {shown(signature)} cannot be called with {shown(values)}") from error
    return Action(f"call 0x{to.hex()}", lambda c: _plain(c) and c.to == to and c.value == value and c.data == data)


def _admin(word: str, fields: Fields, where: str, safe: bytes | None) -> Action:
    rows = _admins().get(word)
    if rows is None:
        known = ", ".join(["pay", "approve", "swap", "call", "cancel", *_admins()])
        raise InputError(f"{where}: {shown(word)} is no action; there are {known}")
    wanted: dict[str, bytes | int] = {}
    for row in rows:
        value = fields.get(row["field"].replace("_", ""))
        spot = f"{where}, {row['field']}"
        counted = row["field"] == "threshold"
        wanted[row["argument"]] = number(value, spot) if counted else address(value, spot)
    name = rows[0]["function"]

    def fits(c: Call) -> bool:
        return _plain(c) and c.to == (safe or c.actor) and not c.value and _named(c, name, wanted)

    return Action(rows[0]["words"].format_map(_Words(fields)), fits)


class _Words(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _value(kind: str, value: Any) -> Any:
    """A value as the ABI library takes it, from text."""
    if kind.startswith(("uint", "int")) and not kind.endswith("]"):
        return number(value, kind)
    if kind == "bool":
        return {"true": True, "false": False}.get(str(value).lower(), value)
    return octets(value, kind) if kind.startswith("bytes") and not kind.endswith("]") else value


def _plain(call: Call) -> bool:
    return call.operation == CALL and not call.fault


def _token(call: Call, asset: str, name: str, wanted: Mapping[str, bytes | int]) -> bool:
    return _plain(call) and call.to.hex() == asset[2:] and not call.value and _named(call, name, wanted)


def _named(call: Call, name: str, wanted: Mapping[str, bytes | int]) -> bool:
    if call.function is None or call.function.name != name:
        return False
    return all(
        call.address(key) == value if isinstance(value, bytes) else call.arguments.get(key) == value
        for key, value in wanted.items()
    )


def _asset(value: Any, where: str, registry: Registry) -> str:
    if not isinstance(value, str) or not value:
        raise InputError(f"{where}: asset must be a contract or a symbol, not {shown(value)}")
    if value[:2].lower() == "0x":
        return asset_key(value)
    known = registry.by_symbol(value)
    if known is not None:
        return known.key
    if isinstance(registry, Nowhere):
        raise InputError(f"{where}: {shown(value)} means an asset only once the chain is known; give --chain-id")
    raise InputError(f"{where}: {shown(value)} is no asset that is vouched for here; write its contract")


def _amount(fields: Fields, asset: str, where: str, registry: Registry) -> int:
    if "units" in fields:
        return number(fields["units"], f"{where}, units")
    value = fields.get("amount")
    if value == "unlimited":
        return UNLIMITED
    known = registry.get(asset)
    if known is None:
        raise InputError(f"{where}: the decimals of {asset} are not known; write `units`, in its smallest unit")
    if isinstance(value, (float, bool)) or value is None:
        raise InputError(f"{where}: write the amount {shown(value)} as a whole number or in quotes")
    try:
        return to_units(str(value), known.decimals)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error


@cache
def _admins() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in table("cointrail.guard", "intents.csv"):
        found[row["action"]].append(row)
    return dict(found)
