"""The two exports of DefiLlama's hacks page.

The table: `returnedFunds` may be what customers were given by the house, so what equals the loss to the dollar is no
recovery. The JSON export may hold its sums in another unit; that is found by comparison, in `comparing`.
"""

import ast
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from cointrail.errors import InputError
from cointrail.incidents.lists.draft import Draft, page
from cointrail.incidents.money import plain

COLUMNS = frozenset(("date", "name", "classification", "technique", "amount", "chain", "targetType", "returnedFunds"))
KEYS = frozenset(("protocol", "date", "loss_usd", "technique", "chain"))


def from_table(rows: Iterator[tuple[int, Mapping[str, str]]]) -> Iterator[Draft]:
    """The drafts of the table, one a row."""
    for line, row in rows:
        draft = Draft("defillama", line, row["name"].strip(), page(row.get("source", "")))
        draft.day(row["date"])
        loss = amount(draft, row["amount"])
        returned(draft, loss, row["returnedFunds"])
        for chain in names(row["chain"]):
            draft.chain(chain)
        bridge = "bridge" if row.get("bridgeHack") == "True" else ""
        draft.term("platform", bridge, row["targetType"])
        draft.term("attack", row["technique"], row["classification"])
        yield draft


def from_json(rows: Iterator[tuple[int, Mapping[str, Any]]]) -> Iterator[Draft]:
    """The drafts of the JSON export, one an object."""
    for line, row in rows:
        draft = Draft("defillama-json", line, str(row["protocol"]).strip())
        draft.day(str(row["date"]))
        amount(draft, str(row["loss_usd"]))
        for chain in row["chain"] if isinstance(row["chain"], list) else []:
            draft.chain(str(chain))
        draft.term("attack", str(row["technique"] or ""), str(row.get("type") or ""))
        yield draft


def amount(draft: Draft, text: str) -> Decimal | None:
    """Claims a loss in dollars; None where there is none."""
    if not text.strip() or text.strip().lower() in ("unknown", "none", "nan"):
        draft.odd("no-amount")
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation as error:
        raise InputError(f"{text!r} is no amount") from error
    if not value.is_finite() or value < 0:
        raise InputError(f"{text} is no amount of something lost")
    if not value:
        draft.odd("zero-amount")
        return None
    draft.say("usd", plain(value))
    return value


def names(text: str) -> list[str]:
    """The names in a cell that holds a list in Python's notation, or one name."""
    if not text.startswith("["):
        return [text] if text.strip() else []
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise InputError(f"{text[:60]!r} is no list of chains") from error
    return [str(name) for name in found] if isinstance(found, list) else []


def returned(draft: Draft, loss: Decimal | None, text: str, house: bool = False) -> None:
    """Claims what came back, and under its own name what the house paid, or may have: that is no recovery."""
    if not text.strip():
        return
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise InputError(f"{text!r} is no amount") from error
    if house or value == loss:
        draft.odd("returned-is-not-recovery", plain(value))
        draft.say("made_whole", plain(value), note="called returned; it equals the loss, or others paid it")
        return
    if loss is not None and value > loss:
        draft.odd("returned-exceeds-loss", f"{plain(value)} of {plain(loss)}")
    draft.say("recovered", plain(value))
