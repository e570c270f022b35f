"""The demonstration: a heist with known truth goes the way of a real one, through import, labels and trace."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cointrail.chains import Registry
from cointrail.drills.heist import Heist, heist, labels_csv
from cointrail.drills.heist.truth import Score, score
from cointrail.errors import InputError
from cointrail.labels import import_labels
from cointrail.ledger import open_ledger
from cointrail.ledger.importer import import_tables
from cointrail.ledger.manifest import NAME
from cointrail.tracing import Settings, Theft, Trail, trace

CHAIN = "ethereum"
LEDGER, LABELS = "ledger", "labels.csv"
POLICIES = ("fifo", "haircut")
LEAST_TRANSFERS = 1_000

Step = Callable[[str, float], None]


@dataclass(frozen=True)
class Demo:
    """The heist that was made, its trail, and how well the trail found it."""

    heist: Heist
    trail: Trail
    score: Score


def run(transfers: int, seed: int, out: Path, step: Step = lambda what, share: None) -> Demo:
    """Make a heist, import it into `out/ledger`, trace it with default settings and score the FIFO trail.

    What an earlier demonstration left in `out` is replaced; InputError for a folder with anything else in it.
    """
    if transfers < LEAST_TRANSFERS:
        raise InputError(f"--transfers {transfers}: give {LEAST_TRANSFERS:,} or more")
    _clear(out)
    step("heist", 0)
    made = heist(transfers, seed)
    step("heist", 1)
    known = Registry(CHAIN)
    named = {asset.key: asset for asset in made.assets}
    rows = [(f"heist seed {seed}", made.rows)]
    import_tables(rows, out / LEDGER, CHAIN, lambda key: known.get(key) or named[key], step, made.events)
    (out / LABELS).write_text(labels_csv(made.labels), encoding="utf-8")
    import_labels([out / LABELS], out / LEDGER)
    theft = Theft(tuple(made.theft_addresses), tuple(made.theft_transactions))
    trail = trace(open_ledger(out / LEDGER, step), theft, settings=Settings(POLICIES, bounds=True), step=step)
    return Demo(made, trail, grade(made, trail))


def grade(made: Heist, trail: Trail) -> Score:
    """Compare the FIFO trail with the truth, to the smallest unit."""
    ledger, flow = trail.ledger, trail.flows["fifo"]
    ends = list(flow.endpoints.values())
    passed = sorted({move.recipient for move in flow.moves if not move.ended})
    holder = ledger.index.holding_address
    raw = ledger.addresses([int(holder[end.holding]) for end in ends])
    keys = [ledger.assets[int(ledger.index.holding_asset[end.holding])].key for end in ends]
    found = [
        ((address or None, key, end.stop.reason, end.stop.target), end.amount)
        for address, key, end in zip(raw, keys, ends, strict=True)
        if end.amount
    ]
    return score(made.truth, found, ledger.addresses([int(holder[holding]) for holding in passed]))


def _clear(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise InputError(f"--out {out}: is a file; give a folder")
    if any(out.iterdir()) and not (out / LEDGER / NAME).is_file():
        raise InputError(f"--out {out}: holds something else than a demonstration; give a new folder")
    shutil.rmtree(out / LEDGER, ignore_errors=True)
