"""Labels by the million: importing them, opening the store, and asking it for addresses."""

import time
from pathlib import Path

import numpy as np

from bench.figures import Part, timed
from bench.ground import Ground
from cointrail.chains import format_address
from cointrail.labels import Labels, import_labels

ASKED = 2_000
CROWD = 50  # labels of one address
DECIDED = 1_000  # labels with a decision
IMPORT_SECONDS, ANSWER_SECONDS = 60.0, 1e-3
HEAD = "address,entity,category,source,confidence,valid_from\n"
PACK = "title: t\ncreator: c\nsource: https://example.org\nconfidence: web_crawl\ncurrency: ETH\ntags:\n"


def naming(ground: Ground, count: int) -> Part:
    """One label an address; one address has many."""
    note = f"{count:,} labels of as many addresses and {CROWD} of one; imported from a file, then asked in Python."
    part = Part("label", "Labels", note)
    folder = ground.folder / "labels"
    folder.mkdir()
    rng = np.random.Generator(np.random.PCG64(11))
    raw = rng.integers(0, 256, (count, 20), np.uint8)
    csv, pack = _files(folder, raw)
    for name, path in (("CSV", csv), ("TagPack", pack)):
        took = timed(lambda path=path, name=name: import_labels([path], folder / name), 1)  # type: ignore[misc]
        part.add(
            f"import, {name}",
            str(took),
            f"{took.rate(count)}; {took.processor}",
            "1 million a minute",
            _fast(took.median, count),
        )
    opened = timed(lambda: Labels(folder / "CSV"), ground.repeats)
    part.add("open the store", str(opened), f"{_size(folder / 'CSV') / 1e6:.0f} MB of files")
    store = Labels(folder / "CSV")
    some = [row.tobytes() for row in raw[rng.integers(0, count, ASKED)]]
    _answers(part, "an address with a label", store, some)
    _answers(part, "... without", store, [bytes(row) for row in rng.integers(0, 256, (ASKED, 20), np.uint8)])
    _answers(part, f"... with {CROWD}", store, [bytes(20)] * 20)
    named = [store.standing(address, None)[0].id for address in dict.fromkeys(some)][:DECIDED]
    took = timed(lambda: store.decide("revoke", named, by="bench", reason="to measure"), 1)
    part.add(f"a decision about {len(named):,} labels", str(took))
    _answers(part, "an address whose label has one", store, some[: len(named)])
    part.add("version of everything", str(timed(lambda: store.version, ground.repeats)))
    return part


def _answers(part: Part, what: str, store: Labels, addresses: list[bytes]) -> None:
    """The mean, and the slowest of all."""
    each = []
    for address in addresses:
        began = time.perf_counter()
        store.standing(address, 1_600_000_000)
        each.append(time.perf_counter() - began)
    mean = sum(each) / len(each)
    ordered = sorted(each)
    note = f"mean of {len(each):,}; 99 of 100 within {ordered[int(len(ordered) * 0.99)] * 1e6:.0f} us"
    part.add(what, f"{mean * 1e6:.0f} us", note, "1 ms", mean < ANSWER_SECONDS)


def _files(folder: Path, raw: np.ndarray) -> tuple[Path, Path]:
    csv, pack = folder / "labels.csv", folder / "pack.yaml"
    with csv.open("w") as table, pack.open("w") as tags:
        table.write(HEAD)
        tags.write(PACK)
        for place, row in enumerate(raw):
            address = format_address(row.tobytes())
            day = f"2020-01-{place % 28 + 1:02d}"
            table.write(
                f"{address},Owner {place % 50_000},exchange,https://example.org/{place % 100},web_crawl,{day}\n"
            )
            tags.write(f"- address: '{address}'\n  label: Owner {place % 50_000}\n  category: exchange\n")
        for place in range(CROWD):
            table.write(f"{format_address(bytes(20))},Crowd {place},exchange,https://example.org/crowd,web_crawl,\n")
    return csv, pack


def _fast(seconds: float, count: int) -> bool:
    return seconds / count < IMPORT_SECONDS / 1_000_000


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
