"""Exposures of every address of a large ledger against sixteen categories, both ways, and single answers."""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.figures import Part, Times
from bench.ground import CHAIN, Ground
from bench.machine import ROOT
from bench.peers.memory import megabytes
from bench.scanning import touch
from bench.settling import swaps
from cointrail.exposure import DIRECTIONS, Exposures, build
from cointrail.exposure.ground import ground as prepared
from cointrail.exposure.said import categories
from cointrail.exposure.store import FOLDER, SETTLED, WITHIN
from cointrail.labels import Label, Labels
from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.rows import ADDRESS_BYTES
from cointrail.tracing.policies import POLICIES
from tests.making import row, table, write

MOST, ANSWER = 60.0, 1e-3  # seconds for all, and for one answer
CATEGORIES = 16
BUSIEST, ONE_IN = 200, 500  # labelled: the busiest addresses, and one in so many of all
ASKED = 2_000
ALONE, ANEW, AGAIN = "alone", "anew", "again"
SAME, KINDS = {"tx": bytes(31) + b"\7", "tx_index": 0}, ("", "COIN")
FEW = ("haircut", "fifo")  # one of each kernel


def exposing(ground: Ground, movements: int, quick: bool = False) -> Part:
    """Build under every policy (`quick`: two), each in a process of its own; then ask for addresses."""
    part = Part(
        "exposure",
        "Exposures of a whole ledger",
        f"Every address of the heist's ledger against {CATEGORIES} categories: labels on the {BUSIEST} busiest"
        f" addresses and on one in {ONE_IN} of all, at random. From the open index to the files on disk, both"
        " directions at once in two threads; each policy in a process of its own. Memory is the most held by that"
        " process, mapped files included. The memory limit is a loop that does two random read-modify-writes of 16"
        " bytes a transfer over the same addresses and nothing else, once for each direction, on one core. The ledger"
        " of swaps is that of the conversions above, labelled alike: what following swaps costs in one run.",
    )
    ledger = ground.ledger()
    labels = _labelled(ledger, ground.folder / "labelled")
    limit = _limit(ledger, labels)
    rows = ledger.transfers
    part.add("the memory limit", f"{2 * limit:.2g} s", f"{rows / limit / 1e6:.0f} M transfers/s in one direction")
    for policy in FEW if quick else POLICIES:
        taken, processor, memory, records = _measured(ledger, ground.folder / "labelled", policy, ANEW)
        note = f"{rows / taken / 1e6:.2f} M transfers/s, {processor:.0f} s of processor time, {memory:.1f} GB,"
        note += f" {records / 1e6:.1f} M amounts by address and category; {processor / limit / 2:.0f} times the limit"
        part.add(f"{policy}, {rows:,} transfers", f"{taken:.1f} s", note, f"< {MOST:.0f} s", taken < MOST)
    _through_swaps(part, ground, movements)
    stored = Exposures.open(ledger, labels)
    rng = np.random.Generator(np.random.PCG64(9))
    ids = rng.choice(len(ledger.index.prefix), min(ASKED, len(ledger.index.prefix)), replace=False) + 1
    asked = ledger.addresses(ids.tolist())
    times = []
    for one in asked:
        began = time.perf_counter()
        stored.of(one)
        times.append(time.perf_counter() - began)
    answer = Times(times, [0.0])
    worst = sorted(times)[int(len(times) * 0.99)]
    note = f"{len(asked):,} addresses at random; 99 % within {worst * 1e6:.0f} us"
    part.add("one address, from the store", f"{answer.median * 1e6:.0f} us", note, "< 1 ms", answer.median < ANSWER)
    return part


def _through_swaps(part: Part, ground: Ground, movements: int) -> None:
    """The same on the ledger of swaps: each asset by itself, through swaps, and again with settlements kept."""
    labelled = ground.folder / "swaps labelled"
    made = swaps(ground.folder / "swaps exposed", movements)
    _labelled(made, labelled)
    alone = 0.0
    for what, how in (("each asset by itself", ALONE), ("through swaps", ANEW), ("through swaps, new labels", AGAIN)):
        taken, processor, memory, records = _measured(made, labelled, FEW[0], how)
        alone = alone or processor
        note = f"{processor:.0f} s of processor time ({processor / alone:.1f} times), {memory:.1f} GB,"
        note += f" {records / 1e6:.1f} M amounts"
        name = f"{FEW[0]}, {made.transfers:,} movements of a ledger of swaps, {what}"
        part.add(name, f"{taken:.1f} s", note, f"< {MOST:.0f} s", taken < MOST)


def _measured(ledger: Ledger, labelled: Path, policy: str, how: str) -> tuple[float, float, float, float]:
    """Seconds, seconds of processor time, GB and amounts of one build, in a process of its own."""
    command = [sys.executable, "-m", "bench.exposing", str(ledger.path), str(labelled), policy, how]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    taken, processor, memory, records = map(float, done.stdout.split())
    return taken, processor, memory, records


def _labelled(ledger: Ledger, folder: Path) -> Labels:
    """Made-up labels, kept apart from the ledger's own."""
    index = ledger.index
    degree = np.diff(index.start.astype(np.int64))
    rng = np.random.Generator(np.random.PCG64(5))
    known = len(index.prefix)
    drawn = rng.choice(known, known // ONE_IN, replace=False) + 1
    busy = index.holding_address[np.argsort(degree)[-BUSIEST:]]
    ids = np.unique(np.concatenate([busy, drawn]))
    labels = Labels(folder)
    labels.add(
        Label(raw, CHAIN, f"entity {n}", categories()[n % CATEGORIES], None, None, "bench", None, None, None, None, "b")
        for n, raw in enumerate(ledger.addresses(ids[ids > 0].tolist()))
        if len(raw) == ADDRESS_BYTES
    )
    return labels


def _limit(ledger: Ledger, labels: Labels) -> float:
    """Seconds of the loop without logic over all rows."""
    moving = ledger.index.amount != 0
    sender = prepared(ledger, labels).sender[moving]
    recipient: npt.NDArray[np.uint32] = sender ^ ledger.index.link[moving]
    amount = np.ones(len(sender), np.int64)
    state = np.zeros((len(ledger.index.holding_asset), 2), np.int64)
    touch(sender[:1], recipient[:1], amount[:1], state)
    began = time.perf_counter()
    touch(sender, recipient, amount, state)
    return time.perf_counter() - began


def measure(path: str, labelled: str, policy: str, how: str) -> None:
    """Build anew, compiled code warm: seconds, seconds of processor time, GB, and how many amounts there are.

    `how`: each asset ALONE, through swaps with everything made ANEW, or AGAIN with the settlements that are kept.
    """
    ledger, labels, conversions = open_ledger(Path(path)), Labels(Path(labelled)), how != ALONE
    with tempfile.TemporaryDirectory() as small:
        write(Path(small), table([row(1, 1, 2, 3), row(2, 2, 3, 1), *(row(3, 1, 2, 3, asset=a) | SAME for a in KINDS)]))
        build(open_ledger(small), Labels(Path(small)), policy, conversions=conversions)
    for name in (policy, policy + WITHIN, *((SETTLED,) if how == ANEW else ())):
        shutil.rmtree(ledger.path / FOLDER / name, ignore_errors=True)
    _ = ledger.index
    began, spent = time.perf_counter(), _processor()
    made = build(ledger, labels, policy, conversions=conversions)
    taken, processor = time.perf_counter() - began, _processor() - spent
    amounts = sum(len(np.load(made.folder / f"{side}_hops.npy", mmap_mode="r")) for side in DIRECTIONS)
    print(taken, processor, megabytes("VmHWM") / 1024, amounts)


def _processor() -> float:
    """Seconds of processor time of this process and those that it forked."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


if __name__ == "__main__":
    measure(*sys.argv[1:])
