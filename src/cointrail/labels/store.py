"""The labels of a ledger: a folder of Parquet files that is added to and never changed.

Every import writes one file, all or nothing, named after what is in it. Labels that contradict each other are all
kept; whoever looks an address up sees them side by side. Decisions about labels stand beside them (`docket`).

Two times are kept apart: when a claim holds (`time`), and when the store learnt of it (`known`).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from time import time as clock

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.chains.data import table as shipped
from cointrail.errors import InputError
from cointrail.labels import docket
from cointrail.labels.categories import category
from cointrail.labels.claim import claim
from cointrail.labels.columns import ADDRESS_BYTES, Columns, distinct, matrix
from cointrail.labels.confidence import level
from cointrail.labels.decision import Action, Decision, Status, held, status, stretches
from cointrail.labels.label import ID_BYTES, Label
from cointrail.labels.listings import TABLE, as_claims
from cointrail.labels.segment import (
    SCHEMA,
    read_files,
    read_recorded,
    read_segment,
    to_table,
    write_segment,
)
from cointrail.labels.standing import Standing

FOLDER = "labels"
BUILTIN = "builtin.csv"
TICK = 1e-6  # seconds between two decisions
PREFIX_BYTES = 8  # of an address: enough to find it by a search among machine integers


class Labels:
    """The labels of one ledger and the built-in ones. Opening reads them once; writing brings the object up to date."""

    def __init__(self, ledger: Path) -> None:
        """Opens the labels in the folder of a ledger; none there is no error. InputError when a file is damaged."""
        self._folder = Path(ledger) / FOLDER
        self._digest = ""  # once it was asked for
        self._load()

    def add(
        self, labels: Iterable[Label], files: Mapping[str, str] | None = None, *, recorded: float | None = None
    ) -> int:
        """Stores the labels that are not there yet, in one step that survives a crash; how many these are.

        `files` names the files they came from with their SHA-256; `recorded` is when the store learns of them, now if
        it is not given.
        """
        self._load()
        given = {label.identity(): label for label in reversed(list(labels))}
        ids = pa.array(list(given), SCHEMA.field("identity").type)
        new = pc.invert(pc.is_in(ids, value_set=self._identities()))
        fresh = {identity: given[identity] for identity in ids.filter(new).to_pylist()}
        if fresh:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError(f"cannot write labels to {self._folder}: {error.strerror}") from error
            name = sha256(b"".join(sorted(fresh))).hexdigest()
            path = self._folder / f"{name}.parquet"
            write_segment(path, to_table(fresh), files or {}, clock() if recorded is None else recorded)
            self._load()
        return len(fresh)

    def at(self, address: bytes, time: int | None, known: float | None = None) -> list[Label]:
        """What is claimed about an address at a time (seconds; None: at any time), the surest first.

        Equally sure ones come the latest touched first, then in a fixed order. Of all networks: the same key controls
        an address on every EVM chain. A label that decisions ended or interrupted comes with the time in which it
        held, once for each. `known`: as the store was at that moment, not as it is.
        """
        found: dict[bytes, Label] = {}
        for standing in self._standings(address, time, known):
            label = standing.label
            for piece in held(label, standing.decisions) if standing.decisions else [label]:
                if piece.valid(time):
                    found[piece.identity()] = piece
        ranked = sorted(found.items(), key=lambda item: _rank(item[1], item[0]))
        return [label for _, label in ranked]

    def of_category(self, name: str) -> list[Label]:
        """Every label whose category is `name` in the table of categories, as `at` tells it, in order of address."""
        column = self._columns.arrays["category"].cast(pa.string())
        words = column.unique().to_pylist()
        meant = [word for word in words if word and (known := category(word)) is not None and known.name == name]
        rows = _places(pc.is_in(column, value_set=pa.array(meant, pa.string())), 0)
        addresses = sorted({self._columns.label(row).address for row in rows})
        return [label for address in addresses for label in self.at(address, None) if label.category in meant]

    def standing(self, address: bytes, time: int | None, known: float | None = None) -> list[Standing]:
        """Every claim ever made about an address, those that do not hold at `time` too, each with its status then.

        Those that count come first, each kind in the order of `at`. With `time` None the status is what decisions
        left of it. `known`: as the store was at that moment (seconds, with their parts), not as it is.
        """
        found = self._standings(address, time, known)
        return sorted(found, key=lambda one: (not one.counts, *_rank(one.label, bytes.fromhex(one.id))))

    def decide(
        self,
        action: Action | str,
        ids: Sequence[str],
        *,
        by: str,
        reason: str,
        url: str | None = None,
        at: int | None = None,
        recorded: float | None = None,
    ) -> Decision:
        """Records a decision about labels, named by their ids, in force from `at` (now if not given) on.

        InputError for an id that no label has, without `by` or `reason`, or where nothing is to be decided: an appeal
        against what does not count, an end of what has ended, a restoration of what is valid.
        """
        self._load()
        moment = clock() if recorded is None else recorded
        if self._decisions:  # one after the other, whatever the clock says
            moment = max(moment, max(one.recorded for one in self._decisions) + TICK)
        begins = int(moment) if at is None else at
        decision = Decision(Action(action), tuple(ids), by.strip(), reason.strip(), url or None, begins, moment)
        if not decision.by or not decision.reason:
            raise InputError("a decision says who made it and why: give --by and --reason")
        if not ids:
            raise InputError("a decision is about labels: name one by its id, as `cointrail label find` shows it")
        for name, row in zip(ids, self._found(ids), strict=True):
            label, told = self._columns.label(row), self._decided.get(name, ())
            before = status(label, told, decision.at)
            same = list(stretches(label, [*told, decision])) == list(stretches(label, told))
            if before in (Status.EARLY, Status.ENDED) or same:
                raise InputError(f"label {name}: it is {before} at that time; there is nothing to {decision.action}")
        docket.keep(self._folder / docket.FOLDER, decision)
        self._load()
        return decision

    def label(self, name: str) -> Label:
        """The label with this id; InputError when there is none."""
        return self._columns.label(self._found([name])[0])

    def missing(self, labels: Iterable[Label], now: int) -> list[str]:
        """The ids of labels by the same sources that hold now and that are not among these."""
        told = list(labels)
        ids = pa.array([label.identity() for label in told], SCHEMA.field("identity").type)
        sources = pa.array(sorted({label.source for label in told}), pa.string())
        source = self._columns.arrays["source"].cast(pa.string())
        gone = pc.and_(
            pc.is_in(source, value_set=sources), pc.invert(pc.is_in(self._columns.arrays["identity"], value_set=ids))
        )
        found = []
        for row in np.flatnonzero(gone.to_numpy(zero_copy_only=False)).tolist():
            name = self._columns.id(row)
            if row >= len(_builtin()) and status(self._columns.label(row), self._decided.get(name, ()), now).counts:
                found.append(name)
        return found

    def overtaken(self) -> dict[int, list[str]]:
        """The ids of labels without an end that count although their source has told when they ended, by that end.

        So it is with a list of freezes that is read again, or an older copy of it after a newer one.
        """
        first = len(_builtin())
        ended = self._columns.arrays["valid_to"].slice(first).is_valid()
        address = self._columns.arrays["address"].slice(first)
        lasting = pc.and_(pc.invert(ended), pc.is_in(address, value_set=address.filter(ended)))
        if not lasting.true_count:
            return {}
        ends = _ends(self._columns.label(row) for row in _places(ended, first))
        found: defaultdict[int, list[str]] = defaultdict(list)
        for row in _places(lasting, first):
            label, name = self._columns.label(row), self._columns.id(row)
            end = ends.get(_claim(label))
            if end is not None and status(label, self._decided.get(name, ()), end).counts:
                found[end].append(name)
        return dict(found)

    def addresses(self) -> npt.NDArray[np.uint8]:
        """Every address that has a label, once, in order: shape (addresses, 20)."""
        return np.unique(self._columns.addresses.view(f"S{ADDRESS_BYTES}")).view(np.uint8).reshape(-1, ADDRESS_BYTES)

    @property
    def prefixes(self) -> npt.NDArray[np.uint64]:
        """The first eight bytes of every labelled address as a number, ascending; an address may stand repeatedly."""
        return self._prefixes

    @property
    def decisions(self) -> Sequence[Decision]:
        """All decisions about these labels, as they were recorded."""
        return self._decisions

    def labels(self) -> Iterable[Label]:
        """The imported labels, one after the other, by address within an import; the built-in ones do not count."""
        for row in range(len(_builtin()), len(self._prefixes)):
            yield self._columns.label(row)

    def files(self) -> dict[str, str]:
        """The files that were imported, with their SHA-256, by name."""
        return {name: digest for path in self._paths() for name, digest in read_files(path).items()}

    @property
    def digest(self) -> str:
        """SHA-256 of everything the imported labels say, whatever files and imports they came in, and of decisions."""
        if not self._digest:
            self._digest = sha256(self._distinct().tobytes()).hexdigest()
            if self._decisions:
                parts = [self._digest, *sorted(one.id for one in self._decisions)]
                self._digest = sha256("\n".join(parts).encode()).hexdigest()
        return self._digest

    @property
    def version(self) -> str:
        """Changes with anything that can change an answer, built-in labels and times of recording too."""
        shipped = matrix(_builtin().column("identity").combine_chunks(), ID_BYTES).tobytes().hex()
        moments = [f"{path.stem} {moment!r}" for path, moment in self._recorded]
        return sha256("\n".join([self.digest, shipped, *moments]).encode()).hexdigest()

    def refresh(self) -> bool:
        """Reads again if another program has added labels or decisions since; whether it had."""
        if self._listing() == self._listed:
            return False
        self._load()
        return True

    def __len__(self) -> int:
        """The number of imported labels; the built-in ones do not count."""
        return len(self._distinct())

    def _standings(self, address: bytes, time: int | None, known: float | None) -> list[Standing]:
        found: dict[str, tuple[Label, float]] = {}
        for row in self._rows(address):
            recorded = self._moments[bisect_right(self._starts, row) - 1]
            name = self._columns.id(row)
            if (known is None or recorded <= known) and (name not in found or recorded < found[name][1]):
                found[name] = self._columns.label(row), recorded
        out = []
        for name, (label, recorded) in found.items():
            told = [one for one in self._decided.get(name, ()) if known is None or one.recorded <= known]
            told.sort(key=lambda one: one.order)
            out.append(Standing(label, name, status(label, told, time), tuple(told), recorded or None))
        return out

    def _rows(self, address: bytes) -> list[int]:
        if len(address) != ADDRESS_BYTES:
            return []  # nobody's
        key = np.uint64(int.from_bytes(address[:PREFIX_BYTES], "big"))
        near = self._order[np.searchsorted(self._prefixes, key, "left") : np.searchsorted(self._prefixes, key, "right")]
        same = (self._columns.addresses[near] == np.frombuffer(address, np.uint8)).all(axis=1)
        rows: list[int] = near[same].tolist()
        return rows

    def _found(self, names: Sequence[str]) -> list[int]:
        """The rows of labels by their ids; InputError for one that is none's."""
        ids = pa.array(list(map(_identity, names)), SCHEMA.field("identity").type)
        rows: list[int | None] = pc.index_in(ids, value_set=self._columns.arrays["identity"]).to_pylist()
        for name, row in zip(names, rows, strict=True):
            if row is None:
                raise InputError(f"{name[:40]!r} is no label here: `cointrail label find` shows ids")
        return [row for row in rows if row is not None]

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("*.parquet"))

    def _listing(self) -> list[str]:
        return [path.name for path in (*self._paths(), *docket.files(self._folder / docket.FOLDER))]

    def _identities(self) -> pa.Array:
        return self._columns.arrays["identity"].slice(len(_builtin()))

    def _distinct(self) -> npt.NDArray[np.uint8]:
        return distinct(self._columns.identities[len(_builtin()) :])

    def _load(self) -> None:
        self._digest = ""
        self._listed = self._listing()
        paths = self._paths()
        tables = [_builtin(), *map(read_segment, paths)]
        self._recorded = [(path, read_recorded(path)) for path in paths]
        self._moments = [0.0, *(moment for _, moment in self._recorded)]
        self._starts = list(accumulate(map(len, tables[:-1]), initial=0))
        self._columns = Columns(pa.concat_tables(tables))
        prefixes = np.ascontiguousarray(self._columns.addresses[:, :PREFIX_BYTES]).view(">u8").ravel().astype(np.uint64)
        self._order = np.argsort(prefixes, kind="stable")
        self._prefixes = prefixes[self._order]
        self._decisions: tuple[Decision, ...] = tuple(map(docket.read, docket.files(self._folder / docket.FOLDER)))
        self._decided: defaultdict[str, list[Decision]] = defaultdict(list)
        for decision in self._decisions:
            for name in decision.labels:
                self._decided[name].append(decision)


def _rank(label: Label, identity: bytes) -> tuple[float, int, bytes]:
    return -level(label.confidence), -(label.lastmod or 0), identity


def _places(mask: pa.BooleanArray, first: int) -> list[int]:
    rows: list[int] = (np.flatnonzero(mask.to_numpy(zero_copy_only=False)) + first).tolist()
    return rows


def _ends(labels: Iterable[Label]) -> dict[bytes, int]:
    """When claims ended, by what they claim; the earliest end where their source tells several."""
    found: dict[bytes, int] = {}
    for label in labels:
        if label.valid_to is not None:
            claimed = _claim(label)
            found[claimed] = min(found.get(claimed, label.valid_to), label.valid_to)
    return found


def _claim(label: Label) -> bytes:
    return replace(label, valid_to=None, lastmod=None).identity()


def _identity(name: str) -> bytes:
    try:
        raw = bytes.fromhex(name)
    except ValueError:
        raw = b""
    if len(raw) != ID_BYTES:
        raise InputError(f"{name[:40]!r} is no id of a label: give the {2 * ID_BYTES} digits of `cointrail label find`")
    return raw


@cache
def _builtin() -> pa.Table:
    rows = [claim(row, BUILTIN) for row in shipped("cointrail.labels", BUILTIN)]
    rows += [claim(row, TABLE) for row in as_claims()]
    return to_table({label.identity(): label for label in rows if label is not None})
