"""The trace of a heist by the lazy walk, and the same by plain means."""

import time
from pathlib import Path

from bench import plain
from bench.figures import Part, timed
from bench.ground import Ground
from cointrail.labels import Labels
from cointrail.ledger import Ledger
from cointrail.tracing import Settings, Trail, trace, write
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.stops import Judge
from cointrail.tracing.theft import find
from cointrail.tracing.walk import Seeds

MOST_SECONDS = 2.0
LEAST_TOUCHED = 10_000
POLICIES = ("fifo", "haircut", "poison")


def tracing(ground: Ground) -> Part:
    """By the Python API, with default settings."""
    part = Part(
        "trace",
        "A heist traced",
        "`cointrail.trace(ledger, theft, policy)` with default settings (labels, hub and dust rules, no floor, no hop"
        " limit); ledger and index are open. Finding the theft, reading the labels, all rounds of the survey and the"
        " check of the books are included; writing the results is apart.",
    )
    for policy in POLICIES:
        ledgers: list[Ledger] = []
        trails: list[Trail] = []

        def open_(ledgers: list[Ledger] = ledgers) -> None:
            ledgers.append(ground.ledger())

        def follow(ledgers: list[Ledger] = ledgers, trails: list[Trail] = trails, policy: str = policy) -> None:
            trails.append(trace(ledgers[-1], ground.theft, policy))

        taken = timed(follow, ground.repeats + 2, open_)
        trail = trails[-1]
        flow, seen = trail.flows[policy], trail.survey
        touched = len({move.recipient for move in flow.moves if not move.ended})
        note = f"{touched:,} wallets, {len(flow.moves):,} movements, {len(flow.endpoints):,} endpoints"
        if seen is not None:
            note += f"; survey: {seen.rounds} rounds, {seen.reached:,} reached"
        note += f"; {taken.processor}"
        target = (f"< {MOST_SECONDS:.0f} s", taken.median < MOST_SECONDS) if touched >= LEAST_TOUCHED else ("", None)
        part.add(policy, str(taken), note, *target)
        if policy == "fifo":
            out = timed(lambda trail=trail: write(trail, ground.folder / "out"), ground.repeats)  # type: ignore[misc]
            part.add("... results written", str(out), "trail.json, movements.csv, movements.parquet")
    return part


def comparing(ground: Ground, slice_: int) -> Part:
    """The plain ways; each must find what the walk finds."""
    part = Part(
        "plain",
        "The same trace by plain means",
        "Haircut on every transfer of the ledger in chain order, in Python integers, with the same stops (labels,"
        " nobody); conversions, hub and dust rules are left out on both sides, and the results are compared to the"
        " smallest unit.",
    )
    ledger = ground.ledger()
    settings = Settings(("haircut",), behaviour=None, conversions=False)
    trail = trace(ledger, ground.theft, settings=settings)
    own = timed(lambda: trace(ledger, ground.theft, settings=settings), ground.repeats)
    fast = own.median
    part.add("cointrail, without hub and dust rules", str(own))
    seeds = find(Ledgers([ledger]), ground.theft, settled=False).seeds
    stops = _stops(ground.path, ledger)
    expected: dict[int, int] = {}
    for end in trail.flows["haircut"].endpoints.values():
        expected[end.holding] = expected.get(end.holding, 0) + end.amount
    rows = plain.Rows(ledger)
    began = time.perf_counter()
    found = plain.by_dictionary(rows, seeds, stops)
    slow = time.perf_counter() - began
    if found != {holding: amount for holding, amount in expected.items() if amount}:
        raise AssertionError("the plain reference disagrees with the walk")
    speed = ledger.transfers / slow / 1e6
    part.add(
        "plain Python, dictionaries",
        f"{slow:.1f} s",
        f"once; {speed:.2f} M transfers/s; {slow / fast:,.0f} times as long",
    )
    _networkx(part, ledger, seeds, stops, slice_, fast)
    return part


def _networkx(part: Part, ledger: Ledger, seeds: Seeds, stops: set[int], slice_: int, fast: float) -> None:
    """On a slice around the theft; the whole ledger would take ten gigabytes."""
    first = max(0, min(key for key, _ in seeds.moves) - slice_ // 10)
    rows = plain.Rows(ledger, first, min(first + slice_, ledger.transfers))
    began = time.perf_counter()
    graph = plain.graph(rows)
    built = time.perf_counter() - began
    began = time.perf_counter()
    found = plain.by_networkx(graph, seeds, stops)
    taken = time.perf_counter() - began
    if found != plain.by_dictionary(rows, seeds, stops):
        raise AssertionError("networkx disagrees with the plain reference")
    whole = (built + taken) * ledger.transfers / (rows.last - rows.first)
    note = f"once, on {rows.last - rows.first:,} transfers; of that {built:.1f} s to build the graph"
    part.add("networkx, a slice", f"{built + taken:.1f} s", note)
    part.add("... as fast on the whole ledger", f"{whole:.0f} s", f"extrapolated; {whole / fast:,.0f} times as long")


def _stops(path: Path, ledger: Ledger) -> set[int]:
    """The holdings at which the tracer stops whatever happens: nobody's, and those of labelled addresses."""
    judge = Judge(Ledgers([ledger]), [Labels(path)], (), False)
    index = ledger.index
    ids = index.beginning_with(Labels(path).prefixes) | {0}
    return {h for address in ids for h in index.holdings(address) if judge(h, 0) is not None}
