"""The approval guard: hashes against Safe's own library, false alarms, harm that must not be safe, and speed."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.figures import Part
from bench.ground import Ground
from bench.machine import ROOT
from cointrail.chains import checksum_address
from cointrail.guard import check
from cointrail.guard.hashing import form_of, hashes
from cointrail.guard.request import Transaction
from tests.guard.mutations import mutation
from tests.guard.safes import OWNERS
from tests.guard.world import World, world

PEER = "safe-eth-py==7.27.0"
CORES = 2
PLAIN_RATE, RUN_RATE = 2_000, 500  # checks a second on two cores: without and with simulation
VERSIONS = ("0.1.0", "1.0.0", "1.1.1", "1.2.0", "1.3.0", "1.4.1", "1.5.0")
CHAINS = (1, 10, 137, 8453, 42161, 11155111)
MOST_REVIEW, MOST_ASKED = 5.0, 1.0  # per cent of ordinary operations, without and with intent files


def guarding(ground: Ground, size: dict[str, int], alone: bool) -> Part:
    """All of it; `alone` installs no peer."""
    part = Part(
        "guard",
        "Approval guard",
        "A Safe 1.5.0 with a past on real Safe and Uniswap V2 code, taken as state from a node; operations, harm and"
        " hashes are drawn with fixed seeds. Ordinary operations: payments, batches, swaps, wraps, owner rotations,"
        " cancellations; module set-ups with intent. Harm: every kind of `tests/guard/mutations.py`, signed by deceived"
        " owners, not signed yet, with signatures of the ordinary operation, or with its hash shown.",
    )
    _hashed(part, ground.folder, size["hashes"], alone)
    with world() as made:
        pass
    _ordinary(part, made, size["operations"])
    _harmful(part, made, size["mutations"])
    _quick(part, made, size["checks"])
    return part


def _hashed(part: Part, folder: Path, count: int, alone: bool) -> None:
    chance = random.Random(11)
    drawn = [_transaction(chance) for _ in range(count)]
    own = [_hash(*one) for one in drawn]
    if alone:
        part.add("hashes", f"{len(own):,}", f"{PEER} was not there to compare with")
        return
    peer = folder / "safe-eth"
    subprocess.run([sys.executable, "-m", "venv", str(peer)], check=True, capture_output=True)
    program = peer / "bin" / "python"
    install = [str(program), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER]
    subprocess.run(install, check=True, capture_output=True)
    source, target = folder / "transactions.json", folder / "hashes.json"
    source.write_text(json.dumps([_plain(*one) for one in drawn]), "utf-8")
    script = str(ROOT / "bench" / "peers" / "safe_eth_run.py")
    subprocess.run([str(program), script, str(source), str(target)], check=True)
    same = sum(a == b for a, b in zip(own, json.loads(target.read_text("utf-8")), strict=True))
    part.add(f"hashes equal to those of {PEER}", f"{same:,} of {count:,}", "every version", "all", same == count)


def _ordinary(part: Part, made: World, count: int) -> None:
    for asked in (False, True):
        verdicts, kinds = _spread(_judge_ordinary, made, count, asked)
        share = 100 * verdicts["review"] / count
        what = f"{count:,} ordinary operations" + (" with intent files" if asked else "")
        part.add(f"{what}: stop", f"{verdicts['stop']}", "", "none", verdicts["stop"] == 0)
        most = MOST_ASKED if asked else MOST_REVIEW
        rows = ", ".join(f"{kind} {times}" for kind, times in kinds.most_common(4))
        part.add("... review", f"{share:.2f} %", rows, f"<= {most:g} %", share <= most)


def _harmful(part: Part, made: World, count: int) -> None:
    verdicts, kinds = _spread(_judge_harmful, made, count, False)
    note = ", ".join(f"{kind} {times}" for kind, times in kinds.most_common(5))
    part.add(f"{count:,} mutations: safe", f"{verdicts['safe']}", note, "none", verdicts["safe"] == 0)
    part.add("... stop", f"{100 * verdicts['stop'] / count:.1f} %", "the others are review")


def _quick(part: Part, made: World, count: int) -> None:
    for run, target in ((False, PLAIN_RATE), (True, RUN_RATE)):
        spent = [seconds for _, seconds in _each(_judge_quick, made, count, run)]
        rate = count / max(wall for wall, _ in spent)
        apart = count / max(processor for _, processor in spent)
        what = f"checks a second on {CORES} cores, " + ("with simulation" if run else "without simulation")
        note = f"three confirmations each; {apart:,.0f} a second by processor time alone"
        part.add(what, f"{rate:,.0f}", note, f">= {target:,}", rate >= target)


def _spread(work: Callable[..., Any], made: World, count: int, flag: bool) -> tuple[Counter[str], Counter[str]]:
    verdicts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for (some, strange), _ in _each(work, made, count, flag):
        verdicts += some
        kinds += strange
    return verdicts, kinds


def _each(work: Callable[..., Any], made: World, count: int, flag: bool) -> list[Any]:
    """The work in parts, a process each."""
    share = count // CORES
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(work, made, core * share, count if core == CORES - 1 else (core + 1) * share, flag)
                for core in range(CORES)]  # fmt: skip
        return [job.result() for job in jobs]


def _judge_ordinary(made: World, first: int, last: int, asked: bool) -> Any:
    verdicts: Counter[str] = Counter()
    strange: Counter[str] = Counter()
    for number in range(first, last):
        chance = random.Random(f"ordinary {number}")
        # a module lets a contract move everything: it is set up with intent or not at all
        kind = "module" if asked and chance.random() < 0.01 else None
        operation = made.operation(chance, kind)
        intent = made.intent(operation) if asked else None
        found = check(made.request(operation.transaction), state=made.state, history=made.history, intent=intent)
        verdicts[found.verdict] += 1
        if found.verdict != "safe":
            strange[operation.kind] += 1
    return (verdicts, strange), None


def _judge_harmful(made: World, first: int, last: int, flag: bool) -> Any:
    verdicts: Counter[str] = Counter()
    strange: Counter[str] = Counter()
    for number in range(first, last):
        chance = random.Random(f"harmful {number}")
        harm, operation = mutation(made, chance, number)
        intent = made.intent(operation) if chance.random() < 0.3 else None
        state = made.state if chance.random() < 0.8 else None
        found = check(harm.request, state=state, history=made.history, intent=intent)
        verdicts[found.verdict] += 1
        if found.verdict == "safe":
            strange[f"{harm.name} {harm.way}"] += 1
    return (verdicts, strange), None


def _judge_quick(made: World, first: int, last: int, run: bool) -> Any:
    chance = random.Random(first)
    asked = [made.request(made.operation(chance).transaction, OWNERS[:3]) for _ in range(first, last)]
    history, state = made.history, made.state if run else None
    for request in asked[:20]:
        check(request, state=state, history=history)
    began, spent = time.perf_counter(), time.process_time()
    for request in asked:
        check(request, state=state, history=history)
    return (Counter(), Counter()), (time.perf_counter() - began, time.process_time() - spent)


def _transaction(chance: random.Random) -> tuple[str, int, bytes, Transaction]:
    def wide() -> int:
        return chance.getrandbits(chance.choice((0, 8, 64, 255)))

    def account() -> bytes:
        return chance.choice((bytes(20), chance.randbytes(20)))

    made = Transaction(
        chance.randbytes(20), wide(), chance.randbytes(chance.randrange(200)), chance.randrange(2),
        wide(), wide(), wide(), account(), account(), wide(),
    )  # fmt: skip
    return chance.choice(VERSIONS), chance.choice(CHAINS), chance.randbytes(20), made


def _hash(version: str, chain_id: int, safe: bytes, tx: Transaction) -> str:
    form = form_of(version)
    assert form is not None
    return hashes(safe, chain_id, tx, form).safe_tx.hex()


def _plain(version: str, chain_id: int, safe: bytes, tx: Transaction) -> list[Any]:
    """As the peer's script reads it."""
    return [
        version, chain_id, checksum_address(safe), checksum_address(tx.to), tx.value, tx.data.hex(), tx.operation,
        tx.safe_tx_gas, tx.base_gas, tx.gas_price, checksum_address(tx.gas_token), checksum_address(tx.refund_receiver),
        tx.nonce,
    ]  # fmt: skip
