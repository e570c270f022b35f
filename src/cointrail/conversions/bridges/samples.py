"""Deposits as the explorers of bridges publish them, decoded: a JSON list of events with their arguments."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cointrail.chains import format_address, parse_address, parse_hash
from cointrail.chains.data import table
from cointrail.conversions.bridges.decode import NATIVE
from cointrail.conversions.bridges.leg import DEPOSIT, Leg
from cointrail.conversions.bridges.table import numbered
from cointrail.errors import InputError

PACKAGE = "cointrail.conversions.bridges"
NOBODY = bytes(20)
BITS = 256
DIGITS = 20  # of the number of a chain


def read_samples(path: Path) -> list[Leg]:
    """The deposits of a file: bridge, both chains, token, amount in smallest units, sender and recipient.

    Raises InputError that names the entry for anything that is not such a file.
    """
    try:
        entries = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({' '.join(str(error).split())[:120]})") from error
    if not isinstance(entries, list):
        raise InputError(f"{path}: a list of events is expected")
    legs = []
    for place, entry in enumerate(entries):
        try:
            legs.append(_leg(entry))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"{path}: entry {place + 1} is no deposit: {type(error).__name__} {error}") from error
    return legs


def known(name: str | int) -> str:
    """Our name of a chain or bridge that explorers name their own way, chains also by their EIP-155 number.

    ValueError for one that is in no table.
    """
    if isinstance(name, int) or (name.isascii() and name.isdecimal()):
        found = numbered("evm", int(str(name)[:DIGITS]))
        if ":" in found:
            raise ValueError(f"{str(name)[:DIGITS]} is the number of no known chain")
        return found
    found = _names().get(" ".join(name.lower().split()), "")
    if not found:
        raise ValueError(f"{name[:40]!r} is in no row of explorers.csv")
    return found


@cache
def _names() -> dict[str, str]:
    return {row["name"]: row["chain"] for row in table(PACKAGE, "explorers.csv")}


def _leg(entry: Mapping[str, Any]) -> Leg:
    said = entry["args"]
    amount, time = said["amount"], entry["timestamp"]
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount < 1 << BITS:
        raise ValueError(f"amount {str(amount)[:40]!r} is not a whole number of smallest units")
    if not isinstance(time, int):
        raise ValueError(f"time {str(time)[:40]!r} is not in seconds")
    token = format_address(parse_address(said["asset_s"]))
    other = said.get("asset_d")
    return Leg(
        DEPOSIT,
        known(entry["bridge"]),
        known(said["srcChain"]),
        parse_hash(entry["txhash"]),
        None,
        time,
        0,
        NOBODY,
        token="" if token in NATIVE else token,
        amount=amount,
        sender=parse_address(said["sender"]),
        recipient=format_address(parse_address(said["receiver"])),
        other_chain=known(said["dstChain"]),
        other_token=None if other is None else str(other).lower(),
    )
