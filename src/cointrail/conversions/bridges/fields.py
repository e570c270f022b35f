"""What a rule of the table says of a field of a leg, in the values of an event or of a call; and values as text."""

from collections.abc import Mapping
from typing import Any

from cointrail.chains import format_address
from cointrail.conversions.bridges.table import Rule, numbered

ADDRESS = 20
WORD = 32
NOTHING = bytes(WORD)
PADDING = bytes(WORD - ADDRESS)
LONGEST = 256  # characters of anything that an event or a call says in text


def meaning(rule: Rule, values: Mapping[str, Any], said: str) -> Any:
    """The value that `said` names: `#NAME` a chain by its number, `=TEXT` the text itself, else the value NAME."""
    if said.startswith("#"):
        return numbered(rule.numbers, int(values[said[1:]]))
    if said.startswith("="):
        return said[1:]
    return values[said]


def text(value: Any) -> str:
    """A value as text: 20 bytes as an address, so also where they are padded to a word."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        if len(value) == WORD and value[: WORD - ADDRESS] == PADDING and value != NOTHING:
            value = value[WORD - ADDRESS :]
        return format_address(value) if len(value) == ADDRESS else f"0x{value.hex()}"[:LONGEST]
    found = str(value)[:LONGEST]
    return found.lower() if found[:2].lower() == "0x" else found
