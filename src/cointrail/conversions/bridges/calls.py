"""Raw calldata of calls to bridges, where nothing else of the transaction is known: as explorers publish it.

Functions are those of bridges.yaml and, where the table has no use for them, of calls.csv (sources: the verified
routers V3 to V7 and tokens of Multichain, Celer's Bridge and OriginalTokenVault, Poly's LockProxy and wrapper). Whether
the call was one to the bridge's own contract has to be known from elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cointrail.chains.abi.signature import Malformed, Signature
from cointrail.chains.data import table
from cointrail.conversions.bridges.fields import meaning, text
from cointrail.conversions.bridges.special import SPECIAL
from cointrail.conversions.bridges.table import Rule, shipped

PACKAGE = "cointrail.conversions.bridges"
SELECTOR = 4  # bytes
FIELDS = {"token": "token", "recipient": "recipient", "amount": "amount", "chain": "other_chain", "key": "key",
          "vault": "vault"}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One transfer that a call asks for; "" and None for what it does not tell.

    `chain` is the other one: where a deposit goes to, where a withdrawal comes from. `token` is "" for the native coin
    and None where it is the contract that is called. `key` is the hash on the near side, without 0x. `vault` is who
    takes a plain transfer of a token: a deposit only if that is a bridge.
    """

    function: str
    bridge: str
    side: str
    token: str | None
    recipient: str
    amount: int | None
    chain: str
    key: str = ""
    vault: str = ""


def read(data: bytes) -> tuple[Call, ...]:
    """The transfers that a call asks for, several for a batch; none if its function is not known.

    Malformed where the function is known and the data is not what it takes.
    """
    found: list[Malformed] = []
    for rule in _rules().get(data[:SELECTOR], ()):
        try:
            return tuple(_call(rule, values) for values in _each(rule.signature.call(data)))
        except Malformed as error:
            found.append(error)
    if found:
        raise found[0]
    return ()


def named(data: bytes) -> str:
    """The function that is called, or that it is not known."""
    rules = _rules().get(data[:SELECTOR], ())
    return rules[0].signature.canonical if rules else f"unknown function 0x{data[:SELECTOR].hex()}"


def _each(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The values of every transfer: a batch has one list for each parameter."""
    lists = {name: value for name, value in values.items() if isinstance(value, list | tuple)}
    if not lists or len(lists) < len(values):
        return [dict(values)]
    if len({len(one) for one in lists.values()}) > 1:
        raise Malformed("lists of different lengths")
    return [dict(zip(lists, one, strict=True)) for one in zip(*lists.values(), strict=True)]


def _call(rule: Rule, values: dict[str, Any]) -> Call:
    if rule.special:
        values |= SPECIAL[rule.special](values) or {}
    said = {name: _meaning(rule, values, rule.leg.get(field)) for name, field in FIELDS.items()}
    token = None if said["token"] is None else text(said["token"])
    return Call(
        rule.signature.text.partition("(")[0],
        rule.bridge,
        rule.side,
        token,
        text(said["recipient"]),
        said["amount"],
        text(said["chain"]),
        text(said["key"]).removeprefix("0x"),
        text(said["vault"]),
    )


def _meaning(rule: Rule, values: Mapping[str, Any], said: object) -> Any:
    """What a rule says of a field; of the parts of a key only values of the call are known here."""
    if isinstance(said, list):
        said = next((part for part in said if not part.startswith("@")), None)
    return meaning(rule, values, said) if isinstance(said, str) and not said.startswith("@") else None


@cache
def _rules() -> dict[bytes, list[Rule]]:
    """By selector; those of the table come first."""
    found = {selector: list(rules) for selector, rules in shipped().calls.items()}
    for row in table(PACKAGE, "calls.csv"):
        said = {field: row[name] for name, field in FIELDS.items() if row[name]}
        if "other_chain" in said:
            said["other_chain"] = "#" + said["other_chain"]
        rule = Rule(
            row["bridge"],
            row["numbers"],
            row["side"],
            Signature(row["signature"]),
            said,
            special=row["special"],
            call=True,
        )
        rules = found.setdefault(rule.signature.selector, [])
        if not any(one.signature.canonical == rule.signature.canonical for one in rules):
            rules.append(rule)
    return found
