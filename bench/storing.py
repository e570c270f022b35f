"""Import from Parquet, and what a ledger takes on disk."""

from pathlib import Path

from bench.figures import Part, timed
from bench.ground import CHAIN, Ground
from cointrail.chains import Registry
from cointrail.ledger import index as indexes
from cointrail.ledger import open_ledger
from cointrail.ledger.digest import digest
from cointrail.ledger.importer import import_files
from cointrail.ledger.readers import Options

LEAST_RATE = 500_000  # rows a second
MOST_BYTES = 60  # a transfer, with index, hashes apart
HASHES = ("transactions", "blocks")


def importing(ground: Ground) -> Part:
    """From files of other tools into a new ledger."""
    part = Part(
        "import",
        "Import from Parquet",
        "Into a new ledger, everything included: digest of the files, decoding, checks, sorting, writing, fsync. The"
        " files hold the same transfers of value; cryo's have binary columns and their times in a blocks file,"
        " BigQuery's are text.",
    )
    for name, files in (("cryo erc20_transfers + blocks", ground.cryo), ("BigQuery token_transfers", ground.bigquery)):
        rows: list[int] = []

        def read(files: list[Path] = files, rows: list[int] = rows) -> None:
            rows.append(import_files(files, ground.folder / "scratch", Options(Registry(CHAIN))).rows)

        taken = timed(read, ground.repeats, ground.scratch)
        count = rows[-1]
        size = sum(file.stat().st_size for file in files) / count
        met = count / taken.median >= LEAST_RATE
        note = f"{count:,} rows, {size:.0f} bytes each in the files; {taken.processor}"
        part.add(name, taken.rate(count), note, ">= 0.5 M/s", met)
    ground.scratch()
    return part


def keeping(ground: Ground) -> Part:
    """Bytes on disk, and the time for what is derived."""
    part = Part("store", "The ledger on disk", "Bytes per transfer of the heist's ledger; hashes are listed apart.")
    ledger = ground.ledger()
    count = ledger.transfers
    size = {folder: _size(ground.path / folder) for folder in ("transfers", "addresses", "index", *HASHES)}
    total = sum(bytes_ for folder, bytes_ in size.items() if folder not in HASHES)
    part.add(
        "transfers, addresses and index", f"{total / count:.1f}", f"{count:,} transfers", "<= 60", total <= 60 * count
    )
    notes = {
        "transfers": "Parquet, zstd",
        "addresses": f"{sum(p.rows for p in ledger.manifest.addresses):,} addresses",
        "index": "memory-mapped arrays: movements by holding, amounts, prefixes of addresses and hashes",
        "transactions": "32 incompressible bytes each, and where they are",
        "blocks": "hashes of blocks, where the source gives them",
    }
    for folder, bytes_ in size.items():
        part.add(f"... {folder}", f"{bytes_ / count:.1f}", notes[folder])
    manifest, path = ledger.manifest, ground.path
    content = ledger.digest
    part.add("digest of the content", str(timed(lambda: digest(path, manifest), ground.repeats)), "SHA-256 of all rows")
    part.add("index, built anew", str(timed(lambda: indexes.build(path, manifest, content), ground.repeats)))
    part.add("opening ledger and index", str(timed(lambda: open_ledger(path).index, ground.repeats)))
    return part


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
