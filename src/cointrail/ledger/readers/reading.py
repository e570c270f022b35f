"""Reading files given together: what each is, its tables, and what was wrong."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cointrail.chains import Asset, chain
from cointrail.errors import InputError
from cointrail.ledger.readers import (
    blocks,
    etherscan,
    logs,
    mapped,
    receipts,
    traces,
    transactions,
    transfers,
    tronscan,
)
from cointrail.ledger.readers.detect import classify, open_table
from cointrail.ledger.readers.options import ASSUMED_DECIMALS, Options
from cointrail.ledger.readers.session import Input, Session
from cointrail.ledger.readers.source import Problems, Source, expand, passed_over
from cointrail.ledger.readers.stream import Items, Stream
from cointrail.ledger.readers.text import Text
from cointrail.ledger.readers.tron.files import FORM, FORMATS, Told, format_of
from cointrail.ledger.readers.tron.reading import read as read_tron

READERS: Mapping[str, Callable[[Input, Session], Iterator[Any]]] = {
    "blocks": blocks.read,
    "etherscan_erc20": etherscan.read_erc20,
    "etherscan_internal": etherscan.read_internal,
    "etherscan_native": etherscan.read_native,
    "logs": logs.read,
    "mapped": mapped.read,
    "native": transfers.read_native,
    "receipts": receipts.read,
    "traces": traces.read,
    "transactions": transactions.read,
    "transfers": transfers.read,
    "tron": read_tron,
    "tronscan_coin": tronscan.read_coin,
    "tronscan_transactions": tronscan.read_transactions,
    "tronscan_transfers": tronscan.read_transfers,
}
TAKES_ASSET = ("mapped", "etherscan_erc20", "tronscan_coin")
SHOWN = 3  # names in a warning
END = 40  # characters of the end of a file in one


class Reading:
    """Files given together, recognised; iterating gives their tables.

    `problems`, `warnings` and `assets` are complete when the iteration has ended without an InputError, and only
    then may anything be stored: a file is refused at its end.
    """

    def __init__(self, paths: Sequence[Path], options: Options) -> None:
        """Recognise and digest every file. Raises InputError for one that is damaged, empty or unknown."""
        options.check()
        self.options = options
        files, left = expand(paths)
        unread = passed_over(left)
        inputs = [item for path in files for item in self._open(path, unread)]
        if options.asset is not None and not any(item.form.reader in TAKES_ASSET for item in inputs):
            raise InputError(f"--asset: {inputs[0].form.name} files say their assets themselves; leave --asset out")
        self.sources: list[Source] = [item.source for item in inputs]
        self.problems: dict[Source, Problems] = {source: Problems(source.path) for source in self.sources}
        self._session = Session(options, inputs, self.problems, unread)

    @property
    def warnings(self) -> list[str]:
        """What the user has to know about the rows, one sentence each."""
        return self._session.warnings

    @property
    def assets(self) -> list[Asset]:
        """Assets in the rows that the registry does not know, with the decimals that were used."""
        return list(self._session.assets.declared.values())

    def __iter__(self) -> Iterator[tuple[Source, Any]]:
        return self.tables()

    def tables(self) -> Iterator[tuple[Source, Any]]:
        """Every row of every file as tables of the schema ROWS, and its events as tables of EVENTS, with the file they
        come from.

        Raises InputError when a file is damaged inside or has too many bad rows.
        """
        session = self._session
        for item in session.inputs:
            untimed = inexact = 0
            for table in READERS[item.form.reader](item, session):
                if not table.num_rows:
                    continue
                if table["time"].null_count or table["block_hash"].null_count:
                    table = session.blocks.fill(table)
                untimed += table["time"].null_count
                if "exact" in table.schema.names:
                    inexact += table.num_rows - table["exact"].combine_chunks().true_count
                yield item.source, table
            problems = self.problems[item.source]
            problems.refuse_if_too_many(self.options.strict)
            self._warn(item, untimed, inexact)
        self._warn_all()

    def _open(self, path: Path, unread: list[str]) -> list[Input]:
        """What a file holds; sentences about objects in it that nobody reads go to `unread`."""
        if chain(self.options.chain).family == "tron" and not self.options.mapped:
            name = format_of(path)
            if name is not None and self.options.format in ("auto", name):
                return [Input(Source.of(path, name), Told(path), FORM, {})]
            if self.options.format in FORMATS:
                raise InputError(f"{path}: not {self.options.format}: {f'it is {name}' if name else 'no such record'}")
        file = open_table(path)
        if self.options.mapped:
            columns = mapped.columns_of(file, self.options.columns or {})
            assert not isinstance(file, Stream)
            return [Input(Source.of(path, mapped.FORMAT.name), file, mapped.FORMAT, columns)]
        found: list[Input] = []
        refused: list[tuple[Items, InputError]] = []
        for part in file.items if isinstance(file, Stream) else [file]:
            try:
                form, columns = classify(path, part, self.options.format)
            except InputError as error:
                if not isinstance(part, Items):
                    raise
                refused.append((part, error))
                continue
            if not self.options.wanted.inputs:
                columns.pop("input", None)  # most of the bytes of a file, and nobody would look at them
            found.append(Input(Source.of(path, form.name), part, form, columns))
        if not found:
            raise refused[0][1]
        for part, _ in refused:
            what = f"of type {part.kind}" if part.kind else "without a type"
            unread.append(f"{path.name}: {part.count} objects {what} were not read: nothing in them moves value")
        return found

    def _warn(self, item: Input, untimed: int, inexact: int) -> None:
        name = item.source.path.name
        if isinstance(item.file, Text) and item.file.unfinished:
            end = item.file.unfinished[-END:].encode("unicode_escape").decode("ascii")
            self._session.warn(
                f"{name}: its last line has no end (… {end}); if the file was cut off, its last value was too"
            )
        if item.form.reader == "mapped" and self.options.asset is None and "asset" not in item.columns:
            coin = self._session.chain.native_symbol
            self._session.warn(
                f"{name}: no column for the asset was named, so all of it counts as {coin}; or give --asset"
            )
        if untimed:
            self._session.warn(f"{name}: {untimed} rows have no time; give the blocks file in the same import")
        if inexact:
            self._session.warn(
                f"{name}: {inexact} amounts were already rounded at the source (floating point); every result from"
                " this ledger will say so; logs, or BigQuery's tables, hold exact amounts"
            )

    def _warn_all(self) -> None:
        session = self._session
        if session.receipts is not None and not session.receipts.used.all():
            count = int((~session.receipts.used).sum())
            session.warn(f"{count} receipts belong to no transaction in the files given")
        assumed = session.assets.assumed
        if assumed:
            shown = ", ".join(assumed[:SHOWN]) + (", ..." if len(assumed) > SHOWN else "")
            session.warn(
                f"{len(assumed)} tokens are not in the registry, {ASSUMED_DECIMALS} decimals were assumed: {shown};"
                " give --decimals if that is wrong"
            )
