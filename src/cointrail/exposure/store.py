"""Exposures on disk, in `exposure/` of a ledger, a folder for each policy: derived, and may be deleted at any time."""

from bisect import bisect_left
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from cointrail import __version__
from cointrail.errors import InputError
from cointrail.exposure.answer import Direction, Exposure, Part, note
from cointrail.exposure.ground import Ground, ground
from cointrail.exposure.passes import ANYTHING, Pass, play
from cointrail.exposure.replay import Came
from cointrail.exposure.settled import kept
from cointrail.exposure.totals import parts
from cointrail.labels import Labels
from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.book import read_all
from cointrail.ledger.derived import BROKEN, check_arrays, read_said, write_arrays
from cointrail.ledger.files import alone
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.policies import POLICIES

FOLDER, SETTLED = "exposure", "settled"
VERSION = 2  # 2: through conversions
WITHIN = "-one-asset"  # behind the policy in the name of a folder without conversions
LOCK = ".exposure.lock"
OWN = ("owner", "address", "first", "asset")  # arrays of both directions
SIDES = ("total", "start", "colour", "hops", "amount")  # ... and of each
SIDE: tuple[Direction, ...] = ("source", "destination")

Step = Callable[[str, float], None]


class Exposures:
    """The exposures of every address of a ledger under one policy, mapped into memory."""

    def __init__(self, ledger: Ledger, labels: Labels, policy: str, conversions: bool = True) -> None:
        """Use `open`. Raises ValueError and the like where nothing sound of this ledger and these labels is stored."""
        folder = _folder(ledger, policy, conversions)
        meta = read_said(folder)
        if meta["state"] != _state(ledger, labels, policy, conversions):
            raise ValueError("made from another ledger, other labels or by another version")
        check_arrays(folder, meta["files"])
        arrays = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in meta["files"]}
        self.policy, self.folder, self.ledger = policy, folder, ledger
        self.digests = ledger.digest, labels.digest
        self._owner, self._address = arrays["owner"], arrays["address"]
        self._first, self._asset = arrays["first"], arrays["asset"]
        self._sides = {side: Pass(*(arrays[f"{side}_{name}"] for name in SIDES)) for side in SIDE}
        ledgers = Ledgers([ledger])
        self._names = [ledgers.name(number) for number in range(len(ledger.assets))]
        large = [self._names[number] for number in meta["too_large"]]
        self._note = note(conversions and not ledger.index.outputs)
        if large:
            self._note += f" Amounts of {', '.join(large)} are too large for the store."

    @classmethod
    def open(
        cls, ledger: Path | str | Ledger, labels: Labels, policy: str = "haircut", conversions: bool = True
    ) -> "Exposures":
        """What `build` stored. InputError where it has to be built (again)."""
        opened = ledger if isinstance(ledger, Ledger) else open_ledger(ledger)
        try:
            return cls(opened, labels, policy, conversions)
        except BROKEN as error:
            why = "there is none yet" if isinstance(error, OSError) else "it is damaged or of an earlier state"
            raise InputError(
                f"{opened.path}: its exposures under {policy} have to be built, as {why}: cointrail exposure"
                f" {opened.path} --all --policy {policy}{'' if conversions else ' --no-conversions'}"
            ) from error

    def of(self, address: bytes) -> Exposure:
        """The exposure of an address. InputError where the ledger does not know it."""
        found: list[Part] = []
        place = self._place(address)
        for side in SIDE:
            seats = range(int(self._first[place]), int(self._first[place + 1]))
            came = ((self._names[int(self._asset[seat])], self._came(self._sides[side], seat)) for seat in seats)
            found += parts(side, {name: one for name, one in came if one.total})
        return Exposure(address, self.policy, tuple(found), *self.digests, note=self._note)

    def __len__(self) -> int:
        """How many addresses there are."""
        return len(self._owner)

    def _place(self, address: bytes) -> int:
        for one in self.ledger.index.candidates(address):
            place = bisect_left(self._owner, one)
            if place < len(self._owner) and self._owner[place] == one and self._address[place].tobytes() == address:
                return place
        text = Ledgers([self.ledger]).text(address)
        raise InputError(f"{text}: no transfer of this address is in {self.ledger.path}")

    def _came(self, side: Pass, seat: int) -> Came:
        first, last = int(side.start[seat]), int(side.start[seat + 1])
        came = Came(_whole(side.total[seat].tolist()))
        rows = zip(
            side.colour[first:last].tolist(),
            side.hops[first:last].tolist(),
            side.amount[first:last].tolist(),
            strict=True,
        )
        for colour, hops, words in rows:
            amount = _whole(words)
            if colour >> 1 == ANYTHING:
                came.known += amount
                continue
            came.amounts[colour], came.hops[colour] = amount, hops
        if self.policy != "poison":
            came.known = sum(came.amounts.values())
        return came


def build(
    ledger: Ledger,
    labels: Labels,
    policy: str = "haircut",
    step: Step = lambda what, share: None,
    conversions: bool = True,
) -> Exposures:
    """The exposures of a ledger, made where they are not there or not of this ledger and these labels.

    Both directions run at once. InputError for a policy that does not exist.
    """
    if policy not in POLICIES:
        raise InputError(f"unknown policy {policy!r}; there are {', '.join(POLICIES)}")
    with suppress(*BROKEN):  # where it is there, nothing is written: evidence may be read-only
        return Exposures(ledger, labels, policy, conversions)
    home = ledger.path / FOLDER
    with suppress(OSError):  # of which the lock tells
        home.mkdir(exist_ok=True)
    with alone(home / LOCK, "the table of its exposures"):
        with suppress(*BROKEN):
            return Exposures(ledger, labels, policy, conversions)
        try:
            _save(ledger, labels, policy, conversions, *both(ledger, labels, policy, step, conversions))
        except MemoryError as error:
            raise InputError(
                f"{ledger.path}: its exposures under {policy} do not fit the memory of this machine; fifo takes"
                " least, and single addresses can be asked for without"
            ) from error
    return Exposures(ledger, labels, policy, conversions)


def both(
    ledger: Ledger,
    labels: Labels,
    policy: str,
    step: Step = lambda what, share: None,
    conversions: bool = True,
) -> tuple[Ground, list[Pass]]:
    """Both passes over a ledger, in two threads."""
    settled = None
    if conversions:
        step("settlement", 0)
        settled = kept(ledger, ledger.path / FOLDER / SETTLED, lambda share: step("settlement", share))
        step("settlement", 1)
    step("labels", 0)
    made = ground(ledger, labels, settled)
    step("labels", 1)
    with ThreadPoolExecutor(len(SIDE)) as pool:
        jobs = [
            pool.submit(play, made, policy, side == "destination", lambda share, side=side: step(side, share))  # type: ignore[misc]
            for side in SIDE
        ]
        return made, [job.result() for job in jobs]


def _folder(ledger: Ledger, policy: str, conversions: bool) -> Path:
    return ledger.path / FOLDER / (policy if conversions else policy + WITHIN)


def _state(ledger: Ledger, labels: Labels, policy: str, conversions: bool) -> dict[str, Any]:
    """What stored exposures depend on."""
    counted = [one.key for one in ledger.assets if one.verified]
    return {
        "version": [VERSION, __version__], "policy": policy, "conversions": conversions,
        "ledger": ledger.digest, "labels": labels.digest,
        "assets": counted, "segments": [one.name for one in ledger.manifest.segments],
    }  # fmt: skip


def _save(ledger: Ledger, labels: Labels, policy: str, conversions: bool, made: Ground, passes: list[Pass]) -> None:
    owner = made.owners
    first = np.searchsorted(made.seat_owner, np.append(owner, owner[-1:] + 1))
    raw = read_all(ledger.path, ledger.manifest.addresses)
    arrays: dict[str, Any] = {
        "owner": owner, "address": raw[owner], "first": first,
        "asset": made.seat_asset,
    }  # fmt: skip
    for side, one in zip(SIDE, passes, strict=True):
        arrays |= {f"{side}_{name}": getattr(one, name) for name in SIDES}
    said = {"state": _state(ledger, labels, policy, conversions), "too_large": made.too_large}
    write_arrays(_folder(ledger, policy, conversions), arrays, said)


def _whole(words: list[int]) -> int:
    return words[0] << 64 | words[1]
