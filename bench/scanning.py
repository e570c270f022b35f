"""The scan kernels against the rate at which memory takes random read-modify-writes."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from bench.figures import Part
from bench.ground import Ground
from cointrail.drills.draw import popular
from cointrail.tracing import scan_kernels as kernels
from cointrail.tracing.scan import POLICIES, Stream, run, stream

LEAST_SHARE = {"haircut": 0.50, "fifo": 0.25}
ROUNDS = 5
SEEDS = 100  # stolen transfers
STRESS = 0.01  # share of all transfers that is stolen in the stress line: many addresses hold many lots
MEAN_DEGREE, SKEW = 11, 0.9  # as in `drills.heist.traffic`
MEDIAN_GWEI, SIGMA = 2.06e8, 2.55


@njit(cache=True)
def touch(sender: Any, recipient: Any, amount: Any, state: Any) -> None:
    """Two read-modify-writes of 16 bytes a transfer, and no logic."""
    for i in range(sender.size):
        s, r, a = sender[i], recipient[i], amount[i]
        state[s, 0] -= a
        state[s, 1] += 1
        state[r, 0] += a
        state[r, 1] += 1


def made_up(transfers: int) -> Stream:
    """Transfers with the degrees and amounts of the drills' traffic."""
    rng = np.random.Generator(np.random.PCG64(3))
    people = 2 * transfers // MEAN_DEGREE
    sender = popular(rng, transfers, people, SKEW).astype(np.uint32) + np.uint32(1)
    recipient = popular(rng, transfers, people, SKEW).astype(np.uint32) + np.uint32(1)
    amount = np.exp(SIGMA * rng.standard_normal(transfers)) * MEDIAN_GWEI
    return Stream(sender, recipient, np.maximum(amount, 1).astype(np.int64), np.arange(transfers), people + 1, 10**9)


def scanning(ground: Ground, large: int) -> Part:
    """On the native coin of the heist's ledger, and on a larger made-up stream."""
    part = Part(
        "scan",
        "Whole-ledger scan kernels",
        "One thread, exact 64-bit integers, M transfers/s. The random read-modify-write rate is that of a loop that"
        " does the same two 16-byte read-modify-writes a transfer over the same addresses, with no logic; the memory"
        " limit is the same loop over uniformly random addresses, which caches do not help. Each round measures all of"
        f" them in turn; given are medians over {ROUNDS} rounds, of rates and of the shares in the same round. The"
        " kernels ask for records ahead (prefetch), the plain loop does not. Opening balances are known before (second"
        " line).",
    )
    ledger = ground.ledger()
    native = next(n for n, asset in enumerate(ledger.assets) if not asset.key)
    began = time.perf_counter()
    flow = stream(ledger, native)
    read = time.perf_counter() - began
    began = time.perf_counter()
    _ = flow.opening
    opened = time.perf_counter() - began
    count = len(flow.row)
    part.add("reading the stream", f"{count / read / 1e6:.1f}", "from Parquet and index, once")
    part.add("inferring the opening balances", f"{count / opened / 1e6:.1f}", "once")
    _lines(part, flow, f"ledger ({count / 1e6:.3g} M)")
    flow = made_up(large)
    _lines(part, flow, f"made up ({large / 1e6:.3g} M)")
    return part


def _lines(part: Part, flow: Stream, name: str) -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    count = len(flow.row)
    start = count // 10
    few = flow.row[rng.choice(np.arange(start, start + max(SEEDS, count // 100)), SEEDS, replace=False)].tolist()
    many = flow.row[np.flatnonzero(rng.random(count) < STRESS)].tolist()
    uniform = [rng.integers(0, flow.addresses, count, np.uint32) for _ in range(2)]
    state = np.zeros((flow.addresses, 2), np.int64)
    works: dict[str, Callable[[], float]] = {
        "touch": lambda: _touched(flow.sender, flow.recipient, flow.amount, state),
        "limit": lambda: _touched(uniform[0], uniform[1], flow.amount, state),
    }
    works |= {policy: lambda policy=policy: _kernel(flow, policy, few) for policy in POLICIES}  # type: ignore[misc]
    works["fifo, stress"] = lambda: _kernel(flow, "fifo", many)
    for work in works.values():  # compile, and touch all memory once
        work()
    rounds = [{name: work() for name, work in works.items()} for _ in range(ROUNDS)]
    size = state.nbytes / 1e6
    rates = {what: median(count / round_[what] / 1e6 for round_ in rounds) for what in works}
    part.add(f"{name}: random read-modify-write", f"{rates['touch']:.1f}", f"{flow.addresses:,} records, {size:.0f} MB")
    part.add(f"{name}: memory limit", f"{rates['limit']:.1f}", "uniformly random addresses")
    for what in works:
        if what in ("touch", "limit"):
            continue
        share = median(round_["touch"] / round_[what] for round_ in rounds)
        limit = median(round_["limit"] / round_[what] for round_ in rounds)
        least = LEAST_SHARE.get(what)
        note = f"{limit:.0%} of the memory limit"
        note += f"; {len(many):,} transfers stolen" if what.endswith("stress") else f"; {SEEDS} transfers stolen"
        target = ("", None) if least is None else (f">= {least:.0%}", share >= least)
        part.add(f"{name}: {what}", f"{rates[what]:.1f}, {share:.0%} of it", note, *target)


def _touched(
    sender: npt.NDArray[Any], recipient: npt.NDArray[Any], amount: npt.NDArray[Any], state: npt.NDArray[Any]
) -> float:
    began = time.perf_counter()
    touch(sender, recipient, amount, state)
    return time.perf_counter() - began


def _kernel(flow: Stream, policy: str, moves: list[int]) -> float:
    """The seconds spent in the kernel itself, of a whole scan."""
    kernel = getattr(kernels, policy)
    spent = 0.0

    def clocked(*arguments: Any) -> Any:
        nonlocal spent
        began = time.perf_counter()
        out = kernel(*arguments)
        spent += time.perf_counter() - began
        return out

    setattr(kernels, policy, clocked)
    try:
        found = run(flow, {}, moves, policy)
    finally:
        setattr(kernels, policy, kernel)
    if found.balanced is False:
        raise AssertionError(f"the books of the {policy} scan do not balance")
    return spent
