"""What the readers of one import share: options, the other files, and what the user has to be told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from cointrail.chains import chain, parse_address, parse_any, wrapped
from cointrail.errors import InputError
from cointrail.ledger.readers.ancestry import Failed
from cointrail.ledger.readers.arrays import valid
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.faults import Mask
from cointrail.ledger.readers.formats import Format
from cointrail.ledger.readers.joins import Blocks, Names
from cointrail.ledger.readers.options import Assets, Options
from cointrail.ledger.readers.parquet import Parquet
from cointrail.ledger.readers.slips import Receipts
from cointrail.ledger.readers.source import Problems, Source
from cointrail.ledger.readers.stream import Items
from cointrail.ledger.readers.text import Text
from cointrail.ledger.readers.tron.files import Told


@dataclass(frozen=True)
class Input:
    """One file to read, or one kind of objects in it: opened, recognised, its columns by our names."""

    source: Source
    file: Parquet | Text | Items | Told
    form: Format
    columns: Mapping[str, str]

    def chunks(self, session: "Session", *names: str) -> Iterator[Chunk]:
        """The rows with the named columns that the file has, or with all that are known."""
        assert not isinstance(self.file, Told), "its records are read one by one"
        wanted = {name: self.columns[name] for name in names if name in self.columns} if names else self.columns
        for chunk in self.file.chunks(wanted):
            session.same_chain(self, chunk)
            yield chunk


@dataclass
class Session:
    """One import. Facts from other files are gathered when a reader first asks for them."""

    options: Options
    inputs: list[Input]
    problems: dict[Source, Problems]
    warnings: list[str] = field(default_factory=list)
    senders: dict[bytes, bytes] | None = None  # of Tron's transactions, once a reader asked
    failed: Failed | None = None  # failed frames of all traces files, once a reader asked

    def __post_init__(self) -> None:
        self.assets = Assets(self.options)
        self.chain = chain(self.options.chain)
        self.parse = parse_any if self.chain.family == "tron" else parse_address  # addresses as its users write them
        self.wrapped = wrapped(self.chain.name) | {parse_address(key) for key in self.options.wrapped}

    def warn(self, text: str) -> None:
        """Tell the user something once."""
        if text not in self.warnings:
            self.warnings.append(text)

    @cached_property
    def blocks(self) -> Blocks:
        """Times and hashes of blocks, from all files that have them; empty when no file lacks them."""
        parts = [Blocks.part(chunk) for item in self._knowing() for chunk in item.chunks(self, *Blocks.COLUMNS)]
        return Blocks(parts)

    @cached_property
    def receipts(self) -> Receipts | None:
        """What the receipts files say, None without any."""
        inputs = [item for item in self.inputs if item.form.reader == "receipts"]
        if not inputs:
            return None
        return Receipts([Receipts.part(chunk) for item in inputs for chunk in item.chunks(self)])

    @cached_property
    def names(self) -> Names:
        """Transaction hashes by block and place, from the files that have all three."""
        inputs = [item for item in self.inputs if item.form.reader != "traces" and item.columns.keys() >= Names.COLUMNS]
        return Names([Names.part(chunk) for item in inputs for chunk in item.chunks(self, *Names.COLUMNS)])

    def _knowing(self) -> list[Input]:
        lacking = {
            name
            for item in self.inputs
            if item.form.reader != "receipts" and "block" in item.columns
            for name in ("time", "block_hash")
            if name not in item.columns
        }
        return [item for item in self.inputs if "block" in item.columns and (lacking & item.columns.keys())]

    def same_chain(self, item: Input, chunk: Chunk) -> None:
        """Raise InputError when a file says that it is from another chain."""
        if not chunk.has("chain_id"):
            return
        wanted = self.chain.number
        others = np.setdiff1d(chunk.values("chain_id", wanted), [wanted])
        if len(others):
            raise InputError(f"{item.source.path}: is from chain {others[0]}, not {self.chain.name}; give its --chain")


def hashed(session: Session, chunk: Chunk, needed: Mask) -> Any:
    """Transaction hashes of traces; where a needed one is missing, those of the transactions given with the file."""
    tx = chunk.hashes("tx")
    if tx is not None and not (needed & ~valid(tx)).any():
        return tx
    return session.names.fill(tx, chunk.values("block", -1), chunk.values("tx_index", -1))
