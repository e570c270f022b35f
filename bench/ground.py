"""What the measurements stand on: a made-up heist in background traffic, as a table, as files and as a ledger."""

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from bench import source
from cointrail.chains import Registry
from cointrail.drills.heist import Heist, heist, labels_csv
from cointrail.labels import import_labels
from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.importer import import_tables
from cointrail.tracing import Theft

CHAIN = "ethereum"
SLICE = 1 << 19  # rows imported at once


@dataclass
class Ground:
    """Everything is made when it is first asked for, in a folder that is thrown away."""

    folder: Path
    transfers: int
    leaf: int  # mean size in ETH of the heist's second payments: the smaller, the more wallets
    repeats: int

    @cached_property
    def heist(self) -> Heist:
        """The heist; `release` lets go of its rows, which are large."""
        return heist(self.transfers, leaf=self.leaf, fees=False)

    @cached_property
    def theft(self) -> Theft:
        """What the tracer is told."""
        return Theft(tuple(self.heist.theft_addresses), tuple(self.heist.theft_transactions))

    @cached_property
    def path(self) -> Path:
        """The ledger of the heist, with the labels of its services."""
        made, path = self.heist, self.folder / "ledger"
        known, named = Registry(CHAIN), {asset.key: asset for asset in self.heist.assets}
        tables = [("heist", part) for part in _slices(made.rows)]
        import_tables(tables, path, CHAIN, lambda key: known.get(key) or named[key])
        (self.folder / "labels.csv").write_text(labels_csv(made.labels), encoding="utf-8")
        import_labels([self.folder / "labels.csv"], path)
        return path

    def ledger(self) -> Ledger:
        """The ledger, opened anew, with its index."""
        opened = open_ledger(self.path)
        _ = opened.index
        return opened

    @cached_property
    def cryo(self) -> list[Path]:
        """The heist in the shape of cryo."""
        return source.cryo(self.heist.rows, self.folder / "cryo")

    @cached_property
    def bigquery(self) -> list[Path]:
        """The heist in the shape of BigQuery."""
        return source.bigquery(self.heist.rows, self.folder / "bigquery")

    def scratch(self) -> Path:
        """An empty place."""
        path = self.folder / "scratch"
        shutil.rmtree(path, ignore_errors=True)
        return path


def _slices(rows: pa.Table) -> list[pa.Table]:
    return [rows.slice(start, SLICE) for start in range(0, rows.num_rows, SLICE)]
