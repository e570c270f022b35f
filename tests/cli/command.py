"""The real command in this process: what it printed and how it ended."""

import contextlib
import csv
import gc
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cointrail.cli import app

MAP = "time=time,block=block,tx=tx,from=from,to=to,amount=amount"
NAMES = ("time", "block", "tx", "from", "to", "amount")


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def refused(self) -> bool:
        """Ended as wrong input has to: status 1, one line on stderr, nothing else."""
        one = self.err.startswith("cointrail: ") and self.err.count("\n") == 1 and self.err.endswith("\n")
        return self.status == 1 and one


def run(*arguments: object) -> Done:
    """`cointrail` with these arguments."""
    out, err = io.StringIO(), io.StringIO()
    status, patience = 0, gc.get_threshold()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            app([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        finally:  # a command ends with its process, and may leave rubbish lie; here files would stay open
            gc.set_threshold(*patience)
    return Done(status, out.getvalue(), err.getvalue())


def done(*arguments: object) -> Done:
    """`run` that has to end well."""
    ended = run(*arguments)
    assert ended.status == 0, ended.err
    return ended


def who(number: int) -> str:
    """A test address, lower case."""
    return "0x" + (number.to_bytes(4, "big") * 5).hex()


def line(number: int, sender: int, recipient: int, amount: object, **more: object) -> dict[str, object]:
    """One transfer as a CSV row."""
    place = {"time": 1_700_000_000 + 12 * number, "block": number, "tx": f"0x{number:064x}"}
    return place | {"from": who(sender), "to": who(recipient), "amount": amount} | more


def write(path: Path, rows: Iterable[dict[str, object]], names: Sequence[str] = NAMES) -> Path:
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, names, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return path


def load(path: Path, into: Path, *more: object) -> Done:
    """Import a CSV of `write` as ETH."""
    return run("ledger", "import", path, "--into", into, "--format", "csv", "--map", MAP, *more)


def info(ledger: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(done("ledger", "info", ledger, "--json").out)
    return said


def trail(out: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((out / "trail.json").read_text())
    return content


def movements(out: Path) -> list[dict[str, str]]:
    with (out / "movements.csv").open(newline="") as file:
        return list(csv.DictReader(file))
