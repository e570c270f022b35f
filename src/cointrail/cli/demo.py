"""`cointrail demo`: a heist with known truth, made, imported, traced and scored, with no network and no data."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cointrail.cli.progress import progress
from cointrail.cli.publishing import publish
from cointrail.cli.results import results
from cointrail.drills.demo import Demo, run
from cointrail.reports import show


def demo(
    transfers: Annotated[int, typer.Option(help="Movements of value, about; fees come on top.")] = 200_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same heist.")] = 1,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where ledger and results go.")] = Path("demo"),
) -> None:
    """Make a heist with known truth, trace it, and score the trace. Needs no network and no data."""
    results(out)
    with progress() as step:
        done = run(transfers, seed, out, step)
        content = publish(done.trail, out, step)
    console = Console(highlight=False, soft_wrap=True)
    show(content, console, out)
    _score(done, console)


def _score(done: Demo, console: Console) -> None:
    got, truth = done.score, done.heist.truth
    console.print("\n[bold]Against the known truth[/] (synthetic heist, FIFO)")
    console.print(f"  wallets that held stolen value: {len(truth.tainted):,}")
    console.print(f"  found: recall {got['recall']:.4f}, precision {got['precision']:.4f}")
    exact = "every endpoint agrees to the smallest unit" if got["exact"] else "endpoints differ"
    console.print(f"  amounts: {exact}")
    for asset, errors in got["error"].items():
        for reason, share in errors.items():
            if share:
                console.print(f"    {asset or 'ETH'} {reason}: off by {share:.4%} of what was stolen", markup=False)
