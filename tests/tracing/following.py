"""A trace through the public functions, as others would call them, and its results as numbers."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cointrail
from cointrail import Ledger, Settings, Theft
from cointrail.chains import format_address
from cointrail.labels import Label, Labels
from cointrail.tracing import write
from tests import making

Json = dict[str, Any]
Place = tuple[str, str]  # address ("" is nobody) and asset


def text(number: int) -> str:
    """A test address as results name it."""
    return format_address(making.address(number))


def hash_of(block: int, position: int = 0) -> bytes:
    """The transaction of the row that `making.row` makes."""
    return (block * 1000 + position + 1).to_bytes(32, "big")


def time_of(block: int) -> int:
    return making.START + 12 * block


def theft(*addresses: int, tx: Iterable[bytes] = (), **more: Any) -> Theft:
    return Theft(tuple(map(making.address, addresses)), tuple(tx), **more)


def label(number: int, entity: str, category: str, **more: Any) -> Label:
    said: dict[str, Any] = {
        "address": making.address(number), "network": None, "entity": entity, "category": category, "actor": None,
        "confidence": None, "source": "test", "url": None, "valid_from": None, "valid_to": None, "lastmod": None,
        "file": "test.csv",
    }  # fmt: skip
    return Label(**said | more)


def labelled(ledger: Ledger, *labels: Label) -> Ledger:
    Labels(ledger.path).add(labels)
    return ledger


def files(ledger: Ledger, asked: Theft, settings: Settings | None = None) -> dict[str, bytes]:
    """All files that a trace writes."""
    with TemporaryDirectory() as folder:
        write(cointrail.trace(ledger, asked, settings=settings), Path(folder))
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def follow(ledger: Ledger, asked: Theft, *policies: str, **more: Any) -> tuple[Json, list[dict[str, str]]]:
    """trail.json and the rows of movements.csv as read back from disk."""
    written = files(ledger, asked, Settings(policies or ("fifo",), **more))
    return json.loads(written["trail.json"]), list(csv.DictReader(written["movements.csv"].decode().splitlines()))


def ends(content: Json, policy: str = "fifo") -> dict[tuple[str, str], str]:
    """Amounts by address and reason; for tests with one asset."""
    return {(end["address"] or "", end["reason"]): end["amount"] for end in content["policies"][policy]["endpoints"]}


def held(content: Json, policy: str, without: Sequence[str] = ()) -> Mapping[Place, Fraction]:
    """What ended at each place."""
    found: dict[Place, Fraction] = defaultdict(Fraction)
    for end in content["policies"][policy]["endpoints"]:
        if end["reason"] not in without:
            found[end["address"] or "", end["asset"]] += Fraction(end["amount"])
    return found
