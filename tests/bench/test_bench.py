"""The benchmark runs from end to end on small sizes; what it says about speed is not looked at."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = (  # but for the bounds: networkx takes ten seconds there
    "import", "store", "trace", "plain", "look", "scan", "exposure", "cluster", "serve",
)  # fmt: skip


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_every_part_of_the_benchmark_works() -> None:
    done = bench("--quick", *(word for name in PARTS for word in ("--only", name)))
    assert done.returncode == 0, done.stderr
    headings = (
        "Import from Parquet",
        "The ledger on disk",
        "A heist traced",
        "plain means",
        "Looking",
        "kernels",
        "Exposures of a",
    )
    for heading in (*headings, "Exposures of a whole", "Clusters of addresses", "Screening API"):
        assert heading in done.stdout


def test_an_unknown_part_is_refused() -> None:
    done = bench("--only", "everything")
    assert done.returncode == 2
    assert "there are import, store" in done.stderr
