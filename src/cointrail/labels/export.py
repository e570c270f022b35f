"""Labels as a TagPack, so that others can import them: one YAML file, a tag for each label that counts."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from cointrail.chains.address import checksum_address
from cointrail.chains.chain import chain
from cointrail.chains.moment import format_time
from cointrail.labels.categories import native, taxonomy
from cointrail.labels.confidence import grades, level
from cointrail.labels.label import Label
from cointrail.labels.store import Labels
from cointrail.ledger.files import write_bytes

EVM = "ethereum"  # the chain of a label that names none and stands for the same key on every EVM chain
UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")  # what YAML would break or refuse


def write_tagpack(store: Labels, path: Path, *, title: str, creator: str, time: int) -> tuple[int, int]:
    """Writes the imported labels that hold at `time`; how many, and how many could not be written.

    Those of output-based chains cannot whose address nobody gave as text.
    """
    written = left = 0
    lines: list[str] = []
    for label in standing(store, time):
        text = _address(label)
        if text is None:
            left += 1
            continue
        lines += _tag(label, text)
        written += 1
    head = [f"title: {_quoted(title)}", f"creator: {_quoted(creator)}", "tags:" if lines else "tags: []"]
    write_bytes(path, ("\n".join([*head, *lines]) + "\n").encode())
    return written, left


def standing(store: Labels, time: int) -> Iterator[Label]:
    """The imported labels that count at a time, each once, by address."""
    decided = {name for decision in store.decisions for name in decision.labels}
    seen: set[bytes] = set()
    for label in store.labels():
        identity = label.identity()
        if identity in seen:
            continue
        seen.add(identity)
        if identity.hex() not in decided:
            if label.valid(time):
                yield label
        elif any(one.counts for one in store.standing(label.address, time) if one.id == identity.hex()):
            yield label


def _tag(label: Label, address: str) -> Iterator[str]:
    where = chain(label.network or EVM) if _known(label.network or EVM) else None
    currency = where.native_symbol if where else (label.network or "").upper()
    fields = {
        "label": label.entity,
        "source": label.url or label.source,
        "currency": currency,
        "network": currency,
        "confidence": grade(label.confidence),
        "category": taxonomy()[native(label)].tagpack,
        "actor": label.actor,
        "lastmod": label.lastmod and format_time(label.lastmod)[:10],
        "context": json.dumps(_context(label), sort_keys=True),
    }
    yield f"- address: {_quoted(address)}"
    yield from (f"  {name}: {_quoted(text)}" for name, text in fields.items() if text)


def grade(confidence: str | None) -> str:
    """The surest grade that promises no more than a confidence does."""
    known = (confidence or "").strip().lower()
    if known in grades():
        return known
    reached = level(confidence)
    below = [name for name, least in grades().items() if least <= reached]
    return max(below, key=lambda name: grades()[name], default="unknown")


def _context(label: Label) -> dict[str, str]:
    said = {"category": label.category, "source": label.source, "network": label.network}
    times = {"valid_from": label.valid_from, "valid_to": label.valid_to}
    found = {name: text for name, text in said.items() if text}
    return found | {name: format_time(moment) for name, moment in times.items() if moment is not None}


def _address(label: Label) -> str | None:
    if label.written:
        return label.written
    where = chain(label.network) if label.network and _known(label.network) else None
    if where is not None and where.family == "utxo":
        return None
    return where.address(label.address) if where and where.family == "tron" else checksum_address(label.address)


@lru_cache(256)
def _known(name: str) -> bool:
    try:
        chain(name)
    except ValueError:
        return False
    return True


def _quoted(text: str) -> str:
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
