"""A withdrawal policy: what a hot wallet may pay, as YAML. The first rule that speaks decides, as in policy engines.

Rules: `velocity` (so much in a window), `share` (so much of the balance in a window), `new_destination` (never paid
before, or not for long), `hours` (at these times of day, UTC), `quorum` (more than so much at once), `canary` (a small
payment to somebody new and a large one soon after).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from cointrail.chains import Registry, asset_key, parse_address, to_units
from cointrail.errors import InputError
from cointrail.guard.document import Fields, normal, parse_any, read_bytes, shown

Action = Literal["stop", "ask"]
KINDS: dict[str, tuple[str, ...]] = {  # the fields that each needs; all take asset, action and name
    "velocity": ("most", "window"),
    "share": ("most", "window"),
    "new_destination": ("above",),
    "hours": ("from", "to"),
    "quorum": ("above",),
    "canary": ("small", "large", "within"),
}
OPTIONAL = ("asset", "action", "name", "above", "known", "aftercount")
SPAN = re.compile(r"(\d{1,6})\s*(s|m|h|d)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
MOST_RULES = 1_000


@dataclass(frozen=True)
class Rule:
    """One rule. Amounts are smallest units of `asset` (None: each asset by itself), times seconds."""

    name: str
    kind: str
    action: Action
    asset: str | None
    most: int = 0
    share: Fraction = Fraction(0)
    window: int = 0
    above: int = 0
    small: int = 0
    start: int = 0  # seconds since midnight
    end: int = 0


@dataclass(frozen=True)
class Policy:
    """The wallets that a policy is for, and its rules in order."""

    wallets: tuple[bytes, ...]
    rules: tuple[Rule, ...]


def read_policy(path: Path, registry: Registry) -> Policy:
    """The policy in a YAML file. InputError names the rule that cannot be read."""
    return parse_policy(parse_any(read_bytes(path), str(path)), str(path), registry)


def parse_policy(document: Any, where: str, registry: Registry) -> Policy:
    """The policy of a document: `wallets` and `rules`."""
    fields = normal(document, where)
    wallets, rules = fields.get("wallets"), fields.get("rules")
    if not isinstance(wallets, list) or not wallets or not isinstance(rules, list) or not 0 < len(rules) <= MOST_RULES:
        raise InputError(f"{where}: needs `wallets` (addresses) and 1 to {MOST_RULES} `rules`")
    found = [_rule(one, f"{where}, rule {place}", registry) for place, one in enumerate(rules, start=1)]
    return Policy(tuple(parse_address(str(wallet)) for wallet in wallets), tuple(found))


def _rule(document: Any, where: str, registry: Registry) -> Rule:
    if not isinstance(document, dict) or len(document) != 1:
        raise InputError(f"{where}: write one word with its fields, e.g. quorum: {{asset: ETH, above: 100}}")
    [(kind, given)] = document.items()
    if kind not in KINDS:
        raise InputError(f"{where}: {shown(kind)} is no rule; there are {', '.join(KINDS)}")
    fields = normal(given, where)
    missing = [name for name in KINDS[kind] if name not in fields]
    strange = set(fields) - {*KINDS[kind], *OPTIONAL}
    if missing or strange:
        raise InputError(f"{where}: {kind} needs {', '.join(KINDS[kind])}, and takes {', '.join(OPTIONAL[:3])} beside")
    action = str(fields.get("action") or "stop")
    if action not in ("stop", "ask"):
        raise InputError(f"{where}: action must be stop or ask, not {shown(action)}")
    asset, decimals = _asset(fields, where, registry)

    def amount(name: str) -> int:
        if name not in fields:
            return 0
        if asset is None:
            raise InputError(f"{where}: an amount needs its asset")
        try:
            return to_units(str(fields[name]), decimals)
        except ValueError as error:
            raise InputError(f"{where}, {name}: {error}") from error

    share = kind == "share"
    return Rule(
        name=str(fields.get("name") or kind)[:80],
        kind=kind,
        action="stop" if action == "stop" else "ask",
        asset=asset,
        most=0 if share else amount("large" if kind == "canary" else "most"),
        share=_share(fields["most"], where) if share else Fraction(0),
        window=_span(fields.get("within") or fields.get("window") or fields.get("known") or "0s", where),
        above=amount("above"),
        small=amount("small"),
        start=_clock(fields.get("from", "0:00"), where),
        end=_clock(fields.get("to", "0:00"), where),
    )


def _asset(fields: Fields, where: str, registry: Registry) -> tuple[str | None, int]:
    value = fields.get("asset")
    if value is None:
        return None, 0
    known = registry.get(asset_key(str(value))) if str(value)[:2].lower() == "0x" else registry.by_symbol(str(value))
    if known is None:
        raise InputError(f"{where}: {shown(value)} is no asset that is vouched for; see `cointrail asset import`")
    return known.key, known.decimals


def _share(value: Any, where: str) -> Fraction:
    text = str(value).strip()
    try:
        found = Fraction(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(f"{where}: {shown(value)} is no share; write e.g. 20%") from error
    if not 0 < found <= 1:
        raise InputError(f"{where}: a share must be above 0 and at most 100 %, not {shown(value)}")
    return found


def _span(value: Any, where: str) -> int:
    found = SPAN.fullmatch(str(value).strip())
    if found is None:
        raise InputError(f"{where}: {shown(value)} is no time; write e.g. 90s, 30m, 24h or 7d")
    return int(found[1]) * SECONDS[found[2]]


def _clock(value: Any, where: str) -> int:
    found = CLOCK.fullmatch(str(value).strip())
    if found is None:
        raise InputError(f"{where}: {shown(value)} is no time of day; write e.g. 22:00")
    return int(found[1]) * 3600 + int(found[2]) * 60
