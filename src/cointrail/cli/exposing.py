"""Where screening gets exposures from: those of the whole ledger, computed where they are not there yet."""

import os
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from cointrail.errors import InputError
from cointrail.exposure import Exposures, build
from cointrail.labels import Labels
from cointrail.ledger import open_ledger
from cointrail.screening import Expose

POLICY = "haircut"  # no order of coins is assumed, as nobody has traced them
LOWEST = 19  # the priority of what nobody waits for

Step = Callable[[str, float], None]


def exposing(step: Step = lambda what, share: None) -> Expose:
    """A source of exposures; `step` is told how far their computation is."""

    def of(ledger: Path) -> Exposures:
        return build(open_ledger(ledger, step), Labels(ledger), POLICY, step)

    return of


def apart(ledger: Path) -> Exposures:
    """The same, computed by another process at the lowest priority: whoever answers meanwhile is not held up.

    Where ledger or labels change under it, it begins anew. InputError where exposures cannot be stored.
    """
    tried: tuple[str, str] | None = None
    while True:
        opened, labels = open_ledger(ledger), Labels(ledger)
        state = opened.digest, labels.digest
        try:
            return Exposures.open(opened, labels, POLICY)
        except InputError:
            if state == tried:  # nothing changed, so that another time would not help
                raise
        tried = state
        _by_another(ledger)


def _by_another(ledger: Path) -> None:
    """Have the exposures stored by another process. It ends by itself, whatever becomes of this one."""
    spawn = get_context("spawn")
    told, tell = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_store, args=(ledger, tell), daemon=True)
    process.start()
    tell.close()  # so that its end is seen here
    try:
        why = told.recv()
    except EOFError:
        why = f"{ledger}: the process that computed its exposures ended early; is there enough memory?"
    process.join()
    if why:
        raise InputError(why)


def _store(ledger: Path, tell: "Connection[Any, Any]") -> None:
    if hasattr(os, "nice"):
        os.nice(LOWEST)
    why = ""
    try:
        exposing()(ledger)
    except (InputError, OSError) as error:
        why = str(error)
    with suppress(BrokenPipeError):  # whoever asked is gone
        tell.send(why)
