"""How the result was computed: the command that repeats it, and the parameters in words."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from cointrail.reports.plain import plain
from cointrail.reports.policies import ordered

INLINE = 1  # addresses or hashes written into the command; more go into a file


def command(trail: Mapping[str, Any]) -> str:
    """The command that repeats this trace on the same ledger."""
    theft, parameters = trail["theft"], trail["parameters"]
    chains = [ledger["chain"] for ledger in trail["ledgers"]]
    words = ["cointrail", "trace", *(["LEDGER"] if len(chains) < 2 else [f"LEDGER-{chain}" for chain in chains])]
    words += _each("--from", theft["addresses"], "theft-addresses.txt")
    words += _each("--tx", theft["transactions"], "theft-transactions.txt")
    if theft["since"]:
        words += ["--since", theft["since"]]
    if theft["until"]:
        words += ["--until", theft["until"]]
    for asset in theft["assets"]:
        words += ["--asset", asset]
    if theft["direction"] == "backward":
        words += ["--direction", "backward"]
    for name in parameters["policies"]:
        words += ["--policy", name]
    if parameters["min_value"] is not None:
        words += ["--min-value", parameters["min_value"]]
    if parameters["max_hops"] is not None:
        words += ["--max-hops", str(parameters["max_hops"])]
    words += _each("--stop-at", parameters["stop_at"], "stop-addresses.txt")
    if not parameters["conversions"]:
        words.append("--no-conversions")
    if parameters["keyed_only"]:
        words.append("--keyed-only")
    if parameters["coinjoins"]:
        words.append("--through-coinjoins")
    for file in parameters["prices"]["files"] if parameters["prices"] else []:
        words += ["--prices", file["name"]]
    for file in parameters["confirmed"]:
        words += ["--confirmed", file["name"]]
    if not parameters["hub"]:
        words.append("--no-hubs")
    if parameters["bounds"]:
        words.append("--bounds")
    return shlex.join([*words, "--out", "DIR"])


def _each(option: str, values: list[str], file: str) -> list[str]:
    if len(values) > INLINE:
        return [option, f"@{file}"]
    return [word for value in values for word in (option, value)]


def parameters(trail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every parameter with its value, for reading."""
    theft, given = trail["theft"], trail["parameters"]
    hub = ", ".join(f"{plain(str(key)).replace('_', ' ')} {plain(str(value))}" for key, value in given["hub"].items())
    return [
        ("Direction", theft["direction"]),
        ("Policies", ", ".join(ordered(trail))),
        ("From", theft["since"] or "the start of the ledger"),
        ("Until", theft["until"] or "the end of the ledger"),
        ("Assets named by the user", ", ".join(plain(asset or "native coin") for asset in theft["assets"]) or "none"),
        ("Smallest value followed", given["min_value"] or "none"),
        ("Most hops", "no limit" if given["max_hops"] is None else str(given["max_hops"])),
        ("Stops named by the user", f"{len(given['stop_at']):,} addresses" if given["stop_at"] else "none"),
        ("Swaps and bridges", "followed" if given["conversions"] else "not followed"),
        (
            "Bridges",
            "crossed by key only" if given["keyed_only"] else "crossed by key, without one where sure",
        ),
        ("CoinJoins", "gone through" if given["coinjoins"] else "not gone through"),
        ("Links confirmed to the user", _confirmed(given["confirmed"])),
        ("Prices", _prices(given["prices"])),
        ("Behaves like a service", hub or "not used"),
        ("Labels", f"{trail['labels']['count']:,}, digest {trail['labels']['digest']}"),
        ("Bounds", _bounds(trail)),
    ]


def _confirmed(given: Sequence[Mapping[str, Any]]) -> str:
    """The files of confirmed links in a few words."""
    return "; ".join(f"{plain(one['name'])}, {one['rows']:,} links, SHA-256 {one['sha256']}" for one in given) or "none"


def _prices(given: Mapping[str, Any] | None) -> str:
    """The price files in a few words."""
    if not given:
        return "none"
    names = ", ".join(plain(file["name"]) for file in given["files"])
    return f"{names}, digest {given['digest']}"


def _bounds(trail: Mapping[str, Any]) -> str:
    """Whether there are bounds, and what there is to know about them."""
    note = trail["bounds_note"] and plain(trail["bounds_note"])
    return "; ".join(filter(None, ("computed" if trail["bounds"] else "", note))) or "not asked for"
