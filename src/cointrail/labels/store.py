"""The labels of a ledger: a folder of Parquet files that is added to and never changed.

Every import writes one file, all or nothing, named after what is in it. Labels that contradict each other are all
kept; whoever looks an address up sees them side by side.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.chains.data import table as shipped
from cointrail.errors import InputError
from cointrail.labels.categories import category
from cointrail.labels.claim import claim
from cointrail.labels.confidence import level
from cointrail.labels.label import Label
from cointrail.labels.segment import SCHEMA, read_files, read_segment, to_label, to_table, write_segment

FOLDER = "labels"
BUILTIN = "builtin.csv"
PREFIX_BYTES = 8  # of an address: enough to find it by a search among machine integers


class Labels:
    """The labels of one ledger and the built-in ones. Opening reads them once; `add` brings the object up to date."""

    def __init__(self, ledger: Path) -> None:
        """Opens the labels in the folder of a ledger; none there is no error. InputError when a file is damaged."""
        self._folder = Path(ledger) / FOLDER
        self._load()

    def add(self, labels: Iterable[Label], files: Mapping[str, str] | None = None) -> int:
        """Stores the labels that are not there yet, in one step that survives a crash; how many these are.

        `files` names the files they came from with their SHA-256.
        """
        self._load()
        known = set(self._identities())
        fresh: dict[bytes, Label] = {}
        for label in labels:
            identity = label.identity()
            if identity not in known:
                fresh.setdefault(identity, label)
        if fresh:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError(f"cannot write labels to {self._folder}: {error.strerror}") from error
            name = sha256(b"".join(sorted(fresh))).hexdigest()
            write_segment(self._folder / f"{name}.parquet", to_table(fresh), files or {})
            self._load()
        return len(fresh)

    def at(self, address: bytes, time: int | None) -> list[Label]:
        """What is claimed about an address at a time (seconds; None: at any time), the surest first.

        Equally sure ones come the latest touched first, then in a fixed order. Of all networks: the same key controls
        an address on every EVM chain.
        """
        key = np.uint64(int.from_bytes(address[:PREFIX_BYTES], "big"))
        first = int(np.searchsorted(self._prefixes, key, "left"))
        if first == len(self._prefixes) or self._prefixes[first] != key:
            return []
        last = int(np.searchsorted(self._prefixes, key, "right"))
        found = [to_label(self._columns, row) for row in self._order[first:last].tolist()]
        kept = {label.identity(): label for label in found if label.address == address and label.valid(time)}
        ranked = sorted(kept.items(), key=lambda item: (-level(item[1].confidence), -(item[1].lastmod or 0), item[0]))
        return [label for _, label in ranked]

    def of_category(self, name: str) -> list[Label]:
        """Every label whose category is `name` in the table of categories, in order of address, each once."""
        place = SCHEMA.get_field_index("category")
        words = self._columns[place].unique().to_pylist()
        meant = [word for word in words if word and (known := category(word)) is not None and known.name == name]
        rows = np.flatnonzero(np.asarray(pc.is_in(self._columns[place], pa.array(meant, pa.string())))).tolist()
        found = (to_label(self._columns, row) for row in rows)
        return sorted(
            {label.identity(): label for label in found}.values(), key=lambda one: (one.address, one.identity())
        )

    def addresses(self) -> npt.NDArray[np.uint8]:
        """Every address that has a label, once, in order: shape (addresses, 20)."""
        raw = self._columns[SCHEMA.get_field_index("address")]
        distinct = sorted(set(raw.to_pylist()))
        return np.frombuffer(b"".join(distinct), np.uint8).reshape(-1, 20)

    @property
    def prefixes(self) -> npt.NDArray[np.uint64]:
        """The first eight bytes of every labelled address as a number, ascending; an address may stand repeatedly."""
        return self._prefixes

    def files(self) -> dict[str, str]:
        """The files that were imported, with their SHA-256, by name."""
        return {name: digest for path in self._paths() for name, digest in read_files(path).items()}

    @property
    def digest(self) -> str:
        """SHA-256 of everything the imported labels say, whatever files and imports they came in."""
        return sha256(b"".join(sorted(set(self._identities())))).hexdigest()

    def __len__(self) -> int:
        """The number of imported labels; the built-in ones do not count."""
        return len(set(self._identities()))

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("*.parquet"))

    def _identities(self) -> list[bytes]:
        found: list[bytes] = self._columns[-1][len(_builtin()) :].to_pylist()
        return found

    def _load(self) -> None:
        tables = [_builtin(), *(read_segment(path) for path in self._paths())]
        table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
        self._columns = [column.chunk(0) for column in table.columns]
        raw = b"".join(self._columns[0].to_pylist())
        words = np.frombuffer(raw, np.uint8).reshape(-1, 20)[:, :PREFIX_BYTES]
        prefixes = np.ascontiguousarray(words).view(">u8").ravel().astype(np.uint64)
        self._order = np.argsort(prefixes, kind="stable")
        self._prefixes = prefixes[self._order]


@cache
def _builtin() -> pa.Table:
    rows = (claim(row, BUILTIN) for row in shipped("cointrail.labels", BUILTIN))
    return to_table({label.identity(): label for label in rows if label is not None})
