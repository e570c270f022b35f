"""`make bench`: how fast it is, printed and written to docs/bench.md with date, commit and machine."""

import argparse
import os
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import flow
from bench.clustering import clustering
from bench.exposing import exposing
from bench.figures import Part
from bench.following import comparing, tracing
from bench.ground import Ground
from bench.looking import looking
from bench.machine import ROOT, commit, machine
from bench.naming import naming
from bench.scanning import scanning
from bench.serving import serving
from bench.settling import settling
from bench.spending import spending
from bench.storing import importing, keeping

PAGE = ROOT / "docs" / "bench.md"
LIBRARIES = ("numpy", "numba", "pyarrow", "networkx")
FULL = {
    "transfers": 10_000_000, "leaf": 100, "repeats": 3, "slice": 500_000, "large": 30_000_000, "spends": 1_000_000,
    "inputs": 10_000_000, "labels": 1_000_000, "hashes": 10_000, "operations": 2_000, "mutations": 20_000,
    "checks": 4_000,
}  # fmt: skip
QUICK = {
    "transfers": 30_000, "leaf": 5_000, "repeats": 1, "slice": 10_000, "large": 50_000, "spends": 6_000,
    "inputs": 50_000, "labels": 5_000, "hashes": 100, "operations": 40, "mutations": 40, "checks": 40,
}  # fmt: skip

INTRO = """# Speed

Every figure here was measured by `make bench` on {date}, commit {commit}, on {machine}; {libraries}.
The load average was {before} at the start and {after} at the end (it counts the measurement itself); most memory used:
{memory:.1f} GB. Times are medians, with the least and the most in brackets; ratios are safer than times.

The ledger is the drills' heist (`cointrail.drills.heist`): {transfers:,} transfers of value with power-law activity, of
which some twenty thousand launder the theft.

"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the page when everything was measured at full size."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the same code on small sizes; says nothing about speed")
    parser.add_argument("--only", metavar="NAME", action="append", help=f"one of {', '.join(NAMES)}; repeatable")
    chosen = parser.parse_args(arguments)
    if strange := set(chosen.only or ()) - set(NAMES):
        parser.error(f"--only {strange.pop()}: there are {', '.join(NAMES)}")
    size = QUICK if chosen.quick else FULL
    before, console, parts = _load(), Console(), []
    with tempfile.TemporaryDirectory(prefix="cointrail-bench-") as folder:
        ground = Ground(Path(folder), size["transfers"], size["leaf"], size["repeats"])
        for name, work in _works(ground, size, chosen.quick):
            if chosen.only is None or name in chosen.only:
                parts.append(work())
                console.print(_shown(parts[-1]))
    if not chosen.quick and chosen.only is None:
        text = INTRO.format(
            date=datetime.now(UTC).date(), commit=commit(), machine=machine(),
            libraries=", ".join(f"{name} {version(name)}" for name in LIBRARIES),
            before=before, after=_load(), memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
            transfers=size["transfers"],
        )  # fmt: skip
        PAGE.write_text(text + "\n".join(part.markdown() for part in parts), encoding="utf-8")
        console.print(f"written to {PAGE}")


NAMES = (
    "import", "store", "trace", "plain", "look", "scan", "settle", "exposure", "spend", "cluster", "flow", "label",
    "serve", "guard",
)  # fmt: skip


def _works(ground: Ground, size: dict[str, int], quick: bool) -> Iterator[tuple[str, Callable[[], Part]]]:
    yield "import", lambda: importing(ground)
    yield "store", lambda: keeping(ground)
    yield "trace", lambda: tracing(ground)
    yield "plain", lambda: comparing(ground, size["slice"])
    yield "look", lambda: looking(ground)
    yield "scan", lambda: scanning(ground, size["large"])
    yield "settle", lambda: settling(ground, size["transfers"])
    yield "exposure", lambda: exposing(ground, size["transfers"], quick)
    yield "spend", lambda: spending(ground, size["spends"])
    yield "cluster", lambda: clustering(ground, size["inputs"], quick)
    yield "flow", lambda: _flow(quick)
    yield "label", lambda: naming(ground, size["labels"])
    yield "serve", lambda: serving(ground, quick)
    yield "guard", lambda: _guard(ground, size, quick)


def _guard(ground: Ground, size: dict[str, int], quick: bool) -> Part:
    try:
        from bench.guarding import guarding  # it needs the node and the contracts that tests have

        return guarding(ground, size, quick)
    except BaseException as error:
        if type(error).__name__ != "Skipped":
            raise
        return Part("guard", "Approval guard", f"Not measured: {error}.")


def _flow(quick: bool) -> Part:
    note = (
        "Ranges of all sinks of a time-expanded theft by maximum flow (`bench.flow`); networkx runs two flows a sink."
    )
    part = Part("flow", "Bounds", note)
    for edges, sinks, amounts, taken, slow, ratio in flow.table(flow.SIZES[:1] if quick else flow.SIZES):
        note = f"networkx {slow} s, {ratio} times as long" if slow else ""
        part.add(f"{edges} edges, {sinks} sinks, {amounts}", f"{taken} s", note)
    return part


def _shown(part: Part) -> Table:
    table = Table(title=part.title, caption=part.note, title_justify="left", caption_justify="left")
    for heading in ("what", "measured", "target", "remarks"):
        table.add_column(heading)
    for figure in part.figures:
        table.add_row(figure.what, figure.value, figure.verdict, figure.note)
    return table


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
