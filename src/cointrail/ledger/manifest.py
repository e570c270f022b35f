"""What a ledger consists of: the only file that says which others count."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cointrail.chains.asset import Origin as Origins
from cointrail.errors import InputError
from cointrail.ledger.files import sealed, unsealed, write_json

VERSION = 1
NAME = "manifest.json"
TRAIL = "trail.json"  # what a trace writes into a folder of its own


@dataclass(frozen=True)
class Segment:
    """A run of transfers in chain order; the segments of a ledger never overlap.

    `name` is the stem of its files in `transfers/`, `transactions/` and `blocks/`. `first` and `last` are the range
    of the ledger's ordering key: block numbers, or times in seconds where rows have no block.
    """

    name: str
    rows: int
    first: int
    last: int
    first_block: int | None
    last_block: int | None
    first_time: int | None
    last_time: int | None
    digests: dict[str, str]  # folder -> SHA-256 of the file


@dataclass(frozen=True)
class Part:
    """A file of the address book, where ids continue from part to part, from 1; of the events, the outputs or the
    terms."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Origin:
    """A file or node that rows were read from."""

    name: str
    format: str
    sha256: str
    rows: int
    bad: int = 0
    options: str = ""  # how it was read: the same file read otherwise is another origin


@dataclass(frozen=True)
class Declared:
    """An asset of this ledger; its id in the rows is its place in the list."""

    key: str
    symbol: str
    decimals: int
    origin: Origins


@dataclass(frozen=True)
class Manifest:
    """The state of a ledger. Replaced as a whole, in one rename."""

    chain: str
    order: str = "block"  # or "time": some row has no block
    exact: bool = True  # false: some source had rounded its amounts
    segments: tuple[Segment, ...] = ()
    addresses: tuple[Part, ...] = ()
    assets: tuple[Declared, ...] = ()
    sources: tuple[Origin, ...] = ()
    events: tuple[Part, ...] = ()
    outputs: tuple[Part, ...] = ()  # of output-based chains: who may spend which
    terms: tuple[Part, ...] = ()  # of their transactions, where a source told them
    version: int = VERSION

    @property
    def transfers(self) -> int:
        return sum(segment.rows for segment in self.segments)

    def with_(self, **changes: Any) -> "Manifest":
        return replace(self, **changes)

    def save(self, folder: Path) -> None:
        write_json(folder / NAME, sealed(asdict(self)))


def load(folder: Path) -> Manifest:
    """Read a ledger's manifest; InputError where there is no ledger or it is of a later version."""
    path = folder / NAME
    if not path.is_file() and (folder / TRAIL).is_file():
        below = next((one.parent for one in sorted(folder.glob(f"*/{NAME}"))), None)
        hint = f"give {below}" if below else "give the ledger that was traced"
        raise InputError(f"{folder}: this is the folder of a trace, not a ledger; {hint}")
    if not path.is_file():
        raise InputError(f"{folder}: no ledger here (no {NAME}); make one with `cointrail ledger import`")
    try:
        raw = json.loads(path.read_text("utf-8"))
        if raw["version"] != VERSION:
            raise InputError(f"{path}: ledger version {raw['version']}, this cointrail reads {VERSION}; update it")
        raw = unsealed(raw)
        raw["segments"] = tuple(Segment(**item) for item in raw["segments"])
        raw["addresses"] = tuple(Part(**item) for item in raw["addresses"])
        raw["assets"] = tuple(Declared(**item) for item in raw["assets"])
        raw["sources"] = tuple(Origin(**item) for item in raw["sources"])
        for name in ("events", "outputs", "terms"):
            raw[name] = tuple(Part(**item) for item in raw.get(name, ()))
        return Manifest(**raw)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: not a ledger manifest ({error}); restore it from a copy or import again") from error
