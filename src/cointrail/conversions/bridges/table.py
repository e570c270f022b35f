"""The table of bridges: which contract's event means what. Read from bridges.yaml, and from files of the user's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from cointrail.chains import chain, format_address, parse_address
from cointrail.chains.abi.signature import Signature
from cointrail.chains.data import table
from cointrail.conversions.bridges.checking import Fields, check
from cointrail.conversions.bridges.leg import DEPOSIT, INTERNAL, WITHDRAWAL
from cointrail.conversions.bridges.special import KEYED
from cointrail.errors import InputError
from cointrail.ledger.readers import Wanted

PACKAGE = "cointrail.conversions.bridges"
SIDES = (DEPOSIT, WITHDRAWAL, INTERNAL)
ORDERS = ("before", "after")
CHECKED = ("read", "recalled")
NOBODY = bytes(20)  # what is sent there is destroyed
Places = Mapping[str, frozenset[bytes]]  # addresses by chain
MEMOS = (b"=:", b"swap:", b"s:")  # how the input of a payment with a THORChain memo begins


@dataclass(frozen=True)
class Beside:
    """An event of the same transaction that is read together with another: the nearest one before or after it."""

    signature: Signature
    order: str


@dataclass(frozen=True)
class Rule:
    """What one event of a bridge's contracts means."""

    bridge: str
    numbers: str
    side: str
    signature: Signature
    leg: Fields
    beside: Beside | None = None
    special: str = ""
    call: bool = False  # the signature is a function's, and what is read is the input of a transaction
    own: str = ""  # a parameter that has to name one of the bridge's contracts
    checked: str = "recalled"  # read: its form was looked up in a source

    @property
    def keyed(self) -> bool:
        """Whether what it tells carries what links both sides; what is no transfer of a user's needs nothing."""
        return self.side == INTERNAL or "key" in self.leg or self.special in KEYED


@dataclass(frozen=True)
class Wallet:
    """An address whose movements are legs: of a bridge without events, or the zero address for a token that is burned.

    `token`: only movements of it; None for all. What is burned goes to `other_chain` and comes out as `other_token`.
    """

    bridge: str
    address: bytes
    token: str | None = None
    other_chain: str = ""
    other_token: str | None = None


@dataclass(frozen=True)
class Bridge:
    """One row of the table; `fee` is the largest part that is kept, times are seconds.

    `tokens` are those of contracts whose events do not name one, "" for the native coin. `recalled` are the contracts
    that nobody has looked up in a source. `wallets` by chain: what is paid to one is a deposit. `burns`: chains and
    tokens that go, when burned, to a chain where they are another token. `order`: it is no bridge, but swaps that are
    settled on the same chain in another transaction.
    """

    name: str
    numbers: str
    finality: int
    fee: Fraction
    delay: int
    contracts: Mapping[str, frozenset[bytes]]
    rules: tuple[Rule, ...]
    source: str = ""
    tokens: Mapping[tuple[str, bytes], str] = field(default_factory=dict)
    recalled: frozenset[bytes] = frozenset()
    wallets: Places = field(default_factory=dict)
    burns: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    order: bool = False

    @property
    def unkeyed(self) -> bool:
        """Whether there are legs that carry no key: those of wallets, and of rules that name none."""
        return bool(self.wallets or self.burns) or not all(rule.keyed for rule in self.rules)


@dataclass(frozen=True)
class Table:
    """All bridges, and the questions that a decoder asks."""

    bridges: Mapping[str, Bridge] = field(default_factory=dict)

    @cached_property
    def rules(self) -> Mapping[bytes, list[Rule]]:
        """The rules by the first topic of their event."""
        found: dict[bytes, list[Rule]] = {}
        for rule in self._every:
            if not rule.call:
                found.setdefault(rule.signature.topic, []).append(rule)
        return found

    @cached_property
    def calls(self) -> Mapping[bytes, list[Rule]]:
        """The rules by the selector of their function."""
        found: dict[bytes, list[Rule]] = {}
        for rule in self._every:
            if rule.call:
                found.setdefault(rule.signature.selector, []).append(rule)
        return found

    @cached_property
    def _every(self) -> list[Rule]:
        return [rule for bridge in self.bridges.values() for rule in bridge.rules]

    @cached_property
    def topics(self) -> frozenset[bytes]:
        """The first topics of all events that are looked at."""
        return frozenset([*self.rules, *(rule.beside.signature.topic for rule in self._every if rule.beside)])

    def own(self, rule: Rule, chain_name: str, contract: bytes) -> bool:
        """Whether a contract is one of the rule's bridge."""
        return contract in self.bridges[rule.bridge].contracts.get(chain_name, ())

    def wallets(self, chain_name: str) -> list[Wallet]:
        """The addresses of a chain whose movements are legs, those of each bridge in a fixed order."""
        return [
            wallet
            for bridge in self.bridges.values()
            for wallet in (
                *(Wallet(bridge.name, address) for address in sorted(bridge.wallets.get(chain_name, ()))),
                *(
                    Wallet(bridge.name, NOBODY, token, *other)
                    for (place, token), other in sorted(bridge.burns.items())
                    if place == chain_name
                ),
            )
        ]

    def wanted(self) -> Wanted:
        """What an import has to keep for this table."""
        return Wanted(self.topics, frozenset(self.calls), MEMOS)


@cache
def shipped() -> Table:
    """The table that comes with the package."""
    text = files(PACKAGE).joinpath("bridges.yaml").read_text("utf-8")
    return Table({one.name: one for one in _read(text, "bridges.yaml", yaml.CSafeLoader)})


def extended(paths: Iterable[Path]) -> Table:
    """The shipped table with what files of the user's add; a bridge of a known name gains contracts and events.

    InputError names the file and what is wrong with it.
    """
    bridges = dict(shipped().bridges)
    for path in paths:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: cannot be read ({error}); give a YAML file of bridges") from error
        for one in _read(text, str(path)):
            bridges[one.name] = _joined(bridges[one.name], one) if one.name in bridges else one
            _apart(bridges.values(), one, path)
    return Table(bridges)


def _apart(bridges: Iterable[Bridge], new: Bridge, path: Path) -> None:
    """InputError where a wallet is that of two bridges: what it pays could be a leg of either."""
    for other in bridges:
        for place, wallets in other.wallets.items() if other.name != new.name else ():
            if twice := wallets & new.wallets.get(place, frozenset()):
                raise InputError(
                    f"{path}: {format_address(min(twice))} on {place} is a wallet of {other.name} and of {new.name};"
                    " leave it with one"
                )


def _union(old: Places, new: Places) -> Places:
    return {name: old.get(name, frozenset()) | new.get(name, frozenset()) for name in {*old, *new}}


def _joined(old: Bridge, new: Bridge) -> Bridge:
    contracts, wallets = _union(old.contracts, new.contracts), _union(old.wallets, new.wallets)
    rules = (*old.rules, *(rule for rule in new.rules if rule not in old.rules))
    tokens, recalled = {**old.tokens, **new.tokens}, old.recalled | new.recalled
    return replace(
        old,
        contracts=contracts,
        wallets=wallets,
        burns={**old.burns, **new.burns},
        rules=rules,
        tokens=tokens,
        recalled=recalled,
    )


def _read(text: str, where: str, loader: type[yaml.SafeLoader | yaml.CSafeLoader] = yaml.SafeLoader) -> list[Bridge]:
    """The bridges of a file. The quick loader in C is for our own alone: nesting that never ends would crash it."""
    try:
        entries = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe
        if not isinstance(entries, list):
            raise ValueError("a list of bridges is expected")
        return [_bridge(entry) for entry in entries]
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError, InputError) as error:
        said = " ".join(str(error).split())[:200]
        raise InputError(f"{where}: not a table of bridges: {said}; see bridges.yaml of the package") from error


def _bridge(entry: Mapping[str, Any]) -> Bridge:
    name, numbers = str(entry["name"]), str(entry.get("numbers", "evm"))
    contracts, wallets = _places(entry.get("contracts", {})), _places(entry.get("wallets", {}))
    rules = tuple(_rule(name, numbers, event) for event in entry.get("events", ()))
    tokens = {
        (chain(place).name, parse_address(contract)): token and format_address(parse_address(token))
        for place, listed in entry.get("contracts", {}).items()
        if isinstance(listed, Mapping)
        for contract, token in listed.items()
        if token is not None
    }
    return Bridge(
        name,
        numbers,
        int(entry.get("finality", 0)),
        _share(name, entry.get("fee", 0)),
        int(entry.get("delay", 86_400)),
        contracts,
        rules,
        str(entry.get("source", "")),
        tokens,
        frozenset(parse_address(one) for one in entry.get("recalled", ())),
        wallets,
        {
            (chain(place).name, _key(token)): (chain(said["to"]).name, _key(other))
            for place, said in entry.get("burns", {}).items()
            for token, other in said["tokens"].items()
        },
        bool(entry.get("order", False)),
    )


def _key(token: str) -> str:
    """How ledgers name a token: "" the native coin, others by their contract."""
    return token and format_address(parse_address(token))


def _places(listed: Mapping[str, Iterable[str]]) -> Places:
    return {chain(place).name: frozenset(map(parse_address, some)) for place, some in listed.items()}


def _share(name: str, said: object) -> Fraction:
    share = Fraction(str(said))
    if not 0 <= share < 1:
        raise ValueError(f"{name}: fee {said} is no share of a deposit")
    return share


def _rule(name: str, numbers: str, event: Mapping[str, Any]) -> Rule:
    beside = event.get("with")
    if event["side"] not in SIDES:
        raise ValueError(f"{name}: side {event['side']!r} is none of {', '.join(SIDES)}")
    if event.get("checked", CHECKED[-1]) not in CHECKED:
        raise ValueError(f"{name}: checked {event['checked']!r} is none of {', '.join(CHECKED)}")
    if beside and beside["order"] not in ORDERS:
        raise ValueError(f"{name}: order {beside['order']!r} is none of {', '.join(ORDERS)}")
    signature, leg = _signature(name, event), event.get("leg", {})
    aside = Beside(_signature(name, beside), beside["order"]) if beside else None
    special, own = event.get("special", ""), event.get("own", "")
    try:
        check(signature, aside.signature if aside else None, special, own, leg)
    except ValueError as error:
        raise ValueError(f"{name}: {signature.text.partition('(')[0]}: {error}") from error
    return Rule(
        name,
        numbers,
        event["side"],
        signature,
        leg,
        aside,
        special,
        "call" in event,
        own,
        event.get("checked", CHECKED[-1]),
    )


def _signature(name: str, event: Mapping[str, Any]) -> Signature:
    found = Signature(" ".join(event["call" if "call" in event else "signature"].split()))
    said = event.get("topic")
    if said is not None and said.lower() != f"0x{found.topic.hex()}":
        raise ValueError(f"{name}: {found.canonical} has topic 0x{found.topic.hex()}, not {said}")
    return found


@cache
def numbered(scheme: str, number: int) -> str:
    """The chain of a number in a bridge's way of counting; the number itself where it is not known."""
    known = _numbers().get((scheme, number))
    if known is None and scheme == "evm":
        try:
            known = chain(f"eip155:{number}").name
        except InputError:
            known = None
    return known or f"{scheme}:{number}"


@cache
def _numbers() -> dict[tuple[str, int], str]:
    return {(row["scheme"], int(row["number"])): row["chain"] for row in table(PACKAGE, "numbers.csv")}
