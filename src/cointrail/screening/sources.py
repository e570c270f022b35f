"""What screenings are made from, opened once, and again when a file behind it has changed."""

import time as clock
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Protocol

from cointrail.chains.chain import chain
from cointrail.errors import InputError
from cointrail.exposure import Exposure
from cointrail.labels import Labels
from cointrail.labels.store import FOLDER
from cointrail.ledger import Ledger
from cointrail.ledger.manifest import NAME as MANIFEST
from cointrail.prices import Prices
from cointrail.screening.engine import judge
from cointrail.screening.pool import pools
from cointrail.screening.reading import default_rules, read_rules
from cointrail.screening.rule import Rules
from cointrail.screening.screening import Screening
from cointrail.screening.standing import claims
from cointrail.screening.worth import Worth

DECISIONS = "decisions"  # what was decided about labels, in their folder
SETTLED = 50_000_000  # nanoseconds: a folder touched more lately may change again within one tick of its clock


class Exposures(Protocol):
    """Where the exposures of addresses come from."""

    @property
    def ledger(self) -> Ledger:
        """The ledger, in the state of which they are."""

    @property
    def digests(self) -> tuple[str, str]:
        """Of that state, and of the labels."""

    def of(self, address: bytes) -> Exposure | None:
        """The exposure of an address; InputError or None where the ledger does not know it."""


Expose = Callable[[Path], Exposures]
Sign = tuple[int, ...] | None  # by which a change of files is seen; None: look again


@dataclass(frozen=True)
class Snapshot:
    """One consistent state of everything. Screening with it reads memory and mapped files only."""

    ledger: Ledger
    labels: Labels
    exposures: Exposures
    rules: Rules
    worth: Worth
    prices: str | None
    labels_digest: str
    end: int | None  # the last second of the ledger
    manifest: Sign  # of the ledger's file, before it was opened
    late: bool  # whether the ledger on the disk was added to since

    @property
    def behind(self) -> bool:
        """Whether the ledger on the disk was added to, or exposures belong to other labels."""
        return self.late or self.exposures.digests != (self.ledger.digest, self.labels_digest)

    def screen(self, address: bytes, as_of: int, text: str | None = None) -> Screening:
        """The verdict on one address. `text` is the address as it was given, for chains where bytes do not tell it."""
        found = claims(self.labels, address, as_of)
        exposure = self._exposure(address)
        worth_time = as_of if self.end is None else min(as_of, self.end)
        judged = judge(self.rules.at(as_of), found, pools(exposure, self.worth, worth_time), self.worth)
        known = chain(self.worth.chain)
        return Screening(
            address=address,
            text=text if text is not None and known.family != "evm" else known.address(address),
            as_of=as_of,
            judged=judged,
            claims=tuple(found),
            exposure=exposure,
            rules=self.rules,
            worth=self.worth,
            worth_time=worth_time,
            ledger=self.ledger.digest,
            end=self.end,
            late=self.late,
            labels=self.labels_digest,
            prices=self.prices,
        )

    def _exposure(self, address: bytes) -> Exposure | None:
        try:
            return self.exposures.of(address)
        except InputError:
            return None  # the ledger does not know it

    def screen_text(self, text: str, as_of: int) -> Screening:
        """The same for an address as somebody wrote it; InputError where it is none of this chain."""
        return self.screen(chain(self.worth.chain).parse(text), as_of, text.strip())


class Sources:
    """The files, and the snapshot of their last state."""

    def __init__(
        self,
        ledger: Path,
        expose: Expose,
        rules: Path | None = None,
        prices: Prices | None = None,
        again: Expose | None = None,
    ) -> None:
        """`expose` gives the exposures of a ledger and its labels as they are now; `again`, if that is another way,
        those after a change.

        InputError where a file cannot be used.
        """
        self._path, self._rules_file, self._prices = ledger, rules, prices
        self._again = again or expose
        self._signs = self._look()
        self._lock = Lock()  # of whoever replaces the snapshot
        self.snapshot = self._open(expose)

    @property
    def behind(self) -> bool:
        """Whether the snapshot has fewer transfers than the disk, or exposures of other labels than its own."""
        return self.snapshot.behind

    def changed(self) -> bool:
        """Whether a file has changed since the snapshot; a few microseconds."""
        seen = self._look()
        return seen != self._signs or None in seen

    def refresh(self) -> Snapshot:
        """The snapshot of now. InputError, and the old one stays, where a file cannot be used.

        New labels and rules count at once. New transfers, and exposures under new labels, take long to be ready: until
        `renew` was called the old ones are used, and screenings say that they are stale.
        """
        seen = self._look()
        if seen == self._signs and None not in seen:
            return self.snapshot
        rules = self._read_rules() if seen[-1] != self._signs[-1] or None in seen else self.snapshot.rules
        labels = Labels(self._path)
        digest = labels.digest
        with self._lock:
            late = _stat(self._path / MANIFEST) != self.snapshot.manifest
            self.snapshot = replace(self.snapshot, labels=labels, labels_digest=digest, rules=rules, late=late)
        self._signs = seen
        return self.snapshot

    def renew(self) -> None:
        """Open the ledger and the exposures of now; call it again while `behind`.

        InputError, and the old ones stay, where they cannot be used.
        """
        made = self._open(self._again)
        with self._lock:
            self.snapshot = replace(made, rules=self.snapshot.rules)

    def _open(self, expose: Expose) -> Snapshot:
        manifest = _stat(self._path / MANIFEST)
        exposures = expose(self._path)
        ledger, labels = exposures.ledger, Labels(self._path)
        return Snapshot(
            ledger=ledger,
            labels=labels,
            exposures=exposures,
            rules=self._read_rules(),
            worth=Worth(ledger.chain, ledger.assets, self._prices),
            prices=self._prices.digest if self._prices else None,
            labels_digest=labels.digest,
            end=ledger.times[1] if ledger.times else None,
            manifest=manifest,
            late=_stat(self._path / MANIFEST) != manifest,
        )

    def _read_rules(self) -> Rules:
        return read_rules(self._rules_file) if self._rules_file else default_rules()

    def _look(self) -> tuple[Sign, ...]:
        labels = self._path / FOLDER
        return (
            _sign(self._path / MANIFEST),
            _sign(labels),
            _sign(labels / DECISIONS),
            _sign(self._rules_file) if self._rules_file else (),
        )


def _sign(path: Path) -> Sign:
    said = _stat(path)
    return None if said and 0 <= clock.time_ns() - said[1] < SETTLED else said


def _stat(path: Path) -> tuple[int, ...]:
    """What changes with a file; empty where there is none."""
    try:
        said = path.stat()
    except OSError:
        return ()
    return said.st_ino, said.st_mtime_ns, said.st_size
