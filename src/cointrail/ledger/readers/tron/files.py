"""Files of Tron's JSON: which are, and the records in them, whatever they are wrapped in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cointrail.errors import InputError
from cointrail.ledger.readers.elements import Element, elements
from cointrail.ledger.readers.formats import Format
from cointrail.ledger.readers.parquet import brief
from cointrail.ledger.readers.text import BROKEN, open_bytes

NODE, GRID, SCAN = "tron-node", "trongrid", "tronscan"
BLOCK, TRANSACTION, RECEIPT, INTERNAL, TOKEN = "block", "transaction", "receipt", "internal", "token"
SCAN_TOKEN, SCAN_COIN = "tronscan token", "tronscan coin"
KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {  # of a record: its format, and the fields that only it has
    INTERNAL: (GRID, ("internal_tx_id", "tx_id")),
    TOKEN: (GRID, ("transaction_id", "token_info", "value")),
    SCAN_TOKEN: (SCAN, ("transaction_id", "quant", "block_ts")),
    SCAN_COIN: (SCAN, ("transactionHash", "transferFromAddress", "amount")),
    BLOCK: (NODE, ("blockID", "block_header")),
    TRANSACTION: (NODE, ("txID", "raw_data")),
    RECEIPT: (NODE, ("id", "blockNumber", "blockTimeStamp")),
}
WRAPPERS = ("data", "token_transfers", "result")  # what answers wrap records in
FORMATS = (NODE, GRID)  # that are JSON alone: Tronscan has exports as CSV too
FORM = Format(NODE, "json", "tron", required={})
START = 1 << 12


class Item(NamedTuple):
    """One record: its kind ("" for what is none), where it stands, and the block that it was told with."""

    kind: str
    element: Element
    value: Any
    block: Mapping[str, Any] | None = None
    place: int | None = None  # in that block


@dataclass(frozen=True)
class Told:
    """A file of records."""

    path: Path

    def items(self) -> Iterator[Item]:
        """The records in order. InputError where the file is damaged."""
        try:
            with open_bytes(self.path) as file:
                for element in elements(file, self.path):
                    yield from _inside(element, element.value)
        except BROKEN as error:
            raise InputError(f"{self.path}: a damaged file; copy it again ({brief(error)})") from error


def format_of(path: Path) -> str | None:
    """The format of a file of JSON by its first record; None where it is none of Tron's."""
    with open_bytes(path) as file:
        try:
            start = file.read(START)
        except BROKEN:
            return None
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return None
    try:
        first = next((item for item in Told(path).items() if item.kind), None)
    except InputError:
        return None
    if first is None:
        return None
    form = KINDS[first.kind][0]
    return GRID if form == NODE and isinstance(first.value, dict) and "block_timestamp" in first.value else form


def _inside(element: Element, value: Any) -> Iterator[Item]:
    """The records in a value."""
    if isinstance(value, list):
        for one in value:
            yield from _inside(element, one)
        return
    kind = _kind(value)
    if kind:
        yield Item(kind, element, value)
        inside = value.get("transactions") if kind == BLOCK else None
        for place, one in enumerate(inside if isinstance(inside, list) else ()):
            yield Item(_kind(one), element, one, value, place)
        return
    if isinstance(value, dict):
        for name in WRAPPERS:
            if isinstance(value.get(name), list | dict):
                yield from _inside(element, value[name])
                return
    yield Item("", element, value)


def _kind(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    return next((kind for kind, (_, names) in KINDS.items() if all(name in value for name in names)), "")
