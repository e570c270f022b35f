"""Looking things up: one address's movements, the facts of many rows, a transaction."""

import numpy as np

from bench.figures import Part, timed
from bench.ground import Ground

ASKED = 1_000
BUSY = 1_000  # movements of the holding that has about as many


def looking(ground: Ground) -> Part:
    """With the index open and its pages in memory."""
    part = Part("look", "Looking things up", "Python API, ledger and index open; seconds for one call.")
    ledger = ground.ledger()
    index = ledger.index
    rng = np.random.Generator(np.random.PCG64(5))
    degree = np.diff(index.start.astype(np.int64))
    some = rng.choice(np.flatnonzero(degree), ASKED).tolist()
    one = timed(lambda: [index.movements(h) for h in some], ground.repeats).each(ASKED)
    part.add(
        "a holding's movements",
        str(one),
        f"mean over {ASKED:,} random ones, median degree {np.median(degree[some]):.0f}",
    )
    busy = int(np.argmin(np.abs(degree - BUSY)))
    part.add(
        "... of a busy one",
        str(timed(lambda: index.movements(busy), ground.repeats)),
        f"{degree[busy]:,} movements",
    )
    raw = ledger.addresses([index.address(h) for h in some[:20]])
    raw = [address for address in raw if address]
    found = timed(lambda: [ledger.address_id(address) for address in raw], ground.repeats).each(len(raw))
    part.add("an address's number", str(found))
    spread = rng.choice(ledger.transfers, min(ASKED, ledger.transfers), replace=False).tolist()
    part.add(
        f"facts of {len(spread):,} rows",
        str(timed(lambda: ledger.facts(spread), ground.repeats)),
        "all over the ledger",
    )
    start = ledger.transfers // 2
    near = list(range(start, min(start + ASKED, ledger.transfers)))
    part.add(
        f"facts of {len(near):,} rows",
        str(timed(lambda: ledger.facts(near), ground.repeats)),
        "one behind the other",
    )
    hashes = [tx for tx in ledger.facts(spread[:20]).tx if tx]
    looked = timed(lambda: [ledger.transaction(tx) for tx in hashes], ground.repeats).each(len(hashes))
    part.add("a transaction by its hash", str(looked))
    return part
