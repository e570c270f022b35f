"""Where screening gets exposures from: those of the whole ledger, computed where they are not there yet."""

import atexit
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

from cointrail.errors import InputError
from cointrail.exposure import Exposures, build
from cointrail.labels import Labels
from cointrail.ledger import open_ledger
from cointrail.ledger.manifest import Manifest
from cointrail.screening import Expose

POLICY = "haircut"  # no order of coins is assumed, as nobody has traced them
LOWEST = "19"  # the priority of what nobody waits for

Step = Callable[[str, float], None]


def exposing(step: Step = lambda what, share: None) -> Expose:
    """A source of exposures; `step` is told how far their computation is."""

    def of(ledger: Path) -> Exposures:
        return build(open_ledger(ledger, step), Labels(ledger), POLICY, step)

    return of


def apart(ledger: Path) -> Exposures:
    """The same, computed by another process at the lowest priority: whoever answers meanwhile is not held up.

    The index of the ledger is made there too. Where ledger or labels change under it, it begins anew. InputError where
    exposures cannot be stored.
    """
    tried: tuple[Manifest, str] | None = None
    while True:
        opened, labels = open_ledger(ledger), Labels(ledger)
        state = opened.manifest, labels.digest
        if opened.indexed:
            try:
                return Exposures.open(opened, labels, POLICY)
            except InputError:
                if state == tried:  # nothing changed, so that another time would not help
                    raise
        tried = state
        _by_another(ledger)


def _by_another(ledger: Path) -> None:
    """Have the exposures stored by another process, which is ended with this one.

    Its priority is low from its first moment on: what it imports, and the threads that come with that, hold nobody up.
    """
    asked = ["exposure", str(ledger.absolute()), "--all", "--policy", POLICY]
    code = f"from cointrail.aside import end_with; end_with({os.getpid()}); from cointrail.cli import app; app()"
    command = ["nice", "-n", LOWEST, sys.executable, "-c", code, *asked]
    process = Popen(command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, text=True, errors="replace")  # noqa: S603
    with process, _ended(process):
        _, said = process.communicate()
    if process.returncode:
        why = said.strip().rpartition("\n")[2].removeprefix("cointrail: ") if process.returncode == 1 else ""
        raise InputError(why or f"{ledger}: the process that computed its exposures ended early; is there memory?")


@contextmanager
def _ended(process: Popen[str]) -> Iterator[None]:
    """If this process ends meanwhile, the other one is gone before it."""

    def end() -> None:
        process.kill()
        process.wait()  # nothing is written any more once whoever stopped the service sees that it has

    atexit.register(end)
    try:
        yield
    finally:
        atexit.unregister(end)
