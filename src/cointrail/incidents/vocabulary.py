"""The words that claims may use: our own tables, each word with its definition."""

from collections.abc import Mapping
from functools import cache

from cointrail.chains.data import table
from cointrail.errors import InputError

PACKAGE = "cointrail.incidents"
FILES = {"attack": "attacks.csv", "platform": "platforms.csv", "kind": "kinds.csv", "actor": "actors.csv"}
CONFIDENCE = ("high", "medium", "low")


@cache
def words(field: str) -> Mapping[str, str]:
    """The words of a field with their definitions: of `attack`, `platform`, `kind` or `actor`."""
    return {row["name"]: row["definition"] for row in table(PACKAGE, FILES[field])}


@cache
def fields() -> Mapping[str, Mapping[str, str]]:
    """Every field a claim may be about: its form, whether one incident can have several values, its meaning."""
    return {row["name"]: row for row in table(PACKAGE, "fields.csv")}


@cache
def assets() -> Mapping[str, str]:
    """Codes of coins and currencies, in any case, to the way they are written here."""
    return {row["code"].upper(): row["code"] for row in table(PACKAGE, "assets.csv")}


@cache
def networks() -> Mapping[str, str]:
    """Names of chains and what else they are called, in lower case, to the name they have here."""
    found: dict[str, str] = {}
    for row in table(PACKAGE, "networks.csv"):
        for word in (row["name"], *filter(None, row["also"].split("|"))):
            found[word] = row["name"]
    return found


@cache
def within(actor: str) -> frozenset[str]:
    """The actor and everybody it is part of: a unit of a state is that state's."""
    parents = {row["name"]: row["within"] for row in table(PACKAGE, FILES["actor"])}
    chain = [actor]
    while parents.get(chain[-1]):
        chain.append(parents[chain[-1]])
    return frozenset(chain)


@cache
def services() -> frozenset[str]:
    """The platforms whose compromise is one of a service."""
    return frozenset(row["name"] for row in table(PACKAGE, FILES["platform"]) if row["service"] == "yes")


def word(field: str, text: str) -> str:
    """The text, if it is a word of the field's table. Raises InputError that names those it could have been."""
    known = words(field)
    if text not in known:
        raise InputError(f"{text!r} is no {field}: use one of {', '.join(known)}")
    return text


def network(text: str) -> str:
    """The chain of that name. Raises InputError when there is none."""
    found = networks().get(text.strip().lower())
    if found is None:
        raise InputError(f"{text!r} is no chain of networks.csv: mend the name, or add a line there")
    return found


def asset(text: str) -> str:
    """The code of that coin or currency. Raises InputError when it is unknown."""
    found = assets().get(text.strip().upper())
    if found is None:
        raise InputError(f"{text!r} is an unknown currency: mend the code, or add it to assets.csv")
    return found
