"""Lists without columns: addresses one a line, JSON arrays of them, and JSON objects of addresses or of domains."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cointrail.errors import InputError
from cointrail.labels.categories import best, category
from cointrail.labels.networks import network_of
from cointrail.labels.table import Row

LARGEST = 1 << 28  # bytes of a JSON file
OFAC = re.compile(r"sanctioned_addresses_([A-Z0-9]{2,8})")  # how the lists of 0xB10C are called
SANCTIONED = {
    "category": "sanctions",
    "entity": "OFAC sanctioned address",
    "source": "OFAC sanctions list (addresses by 0xB10C)",
    "url": "https://github.com/0xB10C/ofac-sanctioned-digital-currency-addresses",
    "confidence": "authority_data",
    "authority": "OFAC",
}
DRAINER = {
    "category": "drainer",
    "entity": "wallet drainer",
    "source": "ScamSniffer scam database",
    "url": "https://github.com/scamsniffer/scam-database",
    "confidence": "trusted_provider",
}
TAGS = {"source": "Etherscan labels", "url": "https://etherscan.io/labelcloud", "confidence": "web_crawl"}


def read_lines(path: Path) -> Iterator[Row]:
    """Addresses, one a line; what stands behind a comma is said of them."""
    same = _same(path)
    try:
        with path.open(encoding="utf-8-sig") as text:
            for line, value in enumerate(text, 1):
                word, _, rest = value.split("#", 1)[0].strip().partition(",")
                if word:
                    yield line, 1, same | {"address": word} | ({"entity": rest.replace(",", " ")} if rest else {})
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text: save it as UTF-8 ({error.reason})") from error


def read_json(path: Path) -> Iterator[Row]:
    """A JSON list of addresses, {address: {name, labels}}, {domain: [addresses]}, or {address: name}.

    The place in the file is the number of the entry, from 1. Raises InputError for anything else.
    """
    said = _json(path)
    if isinstance(said, list):
        same = _same(path)
        for number, value in enumerate(said, 1):
            yield number, 1, same | {"address": value} if isinstance(value, str) else "it is not a text"
    elif isinstance(said, dict) and said:
        for number, (key, value) in enumerate(said.items(), 1):
            yield from _entries(number, key, value, network_of(path), _same(path))
    else:
        raise InputError(f"{path}: it holds no addresses: give a list of them, or an object by address")


def _entries(number: int, key: str, value: Any, network: str, same: dict[str, str]) -> Iterator[Row]:
    if isinstance(value, Mapping):
        labels = value.get("labels")
        words = [word for word in labels if isinstance(word, str)] if isinstance(labels, list) else []
        name = value.get("name") if isinstance(value.get("name"), str) else ""
        entity = name or " ".join(words[:1]) or "unnamed"
        yield number, 1, TAGS | {"address": key, "entity": entity, "category": best(words), "network": network}
    elif isinstance(value, list):
        for address in value:
            known = isinstance(address, str)
            yield (
                number,
                1,
                DRAINER | {"address": address, "entity": key or "wallet drainer"} if known else "it is not a text",
            )
    elif isinstance(value, str):
        yield number, 1, same | {"address": key, "entity": value, "network": network}
    else:
        yield number, 1, "it is neither a name nor a list of addresses"


def _same(path: Path) -> dict[str, str]:
    if found := OFAC.match(path.name):
        return SANCTIONED | {"currency": found[1]}
    if path.parent.name == "blacklist":
        return DRAINER
    return {"entity": path.stem, "category": path.stem if category(path.stem) else ""}


def _json(path: Path) -> Any:
    size = path.stat().st_size
    if size > LARGEST:
        raise InputError(f"{path}: {size} bytes are too many for JSON: split it, or use CSV")
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON that can be read: {error}") from error
