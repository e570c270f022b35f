"""Tokens that the user vouches for, beside the shipped registry: `assets.csv` in the ledger's folder."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from cointrail.chains import Asset, Registry, format_address, parse_address
from cointrail.chains.asset import MOST_DECIMALS
from cointrail.errors import InputError
from cointrail.ledger.files import write_bytes
from cointrail.ledger.manifest import load

NAME = "assets.csv"
COLUMNS = ("contract", "symbol", "decimals")
RAW = 0  # decimals of an asset of which only smallest units were read


def registry(ledger: Path, chain: str) -> Registry:
    """The verified assets for a ledger: the shipped ones and the user's."""
    path = ledger / NAME
    return Registry(chain, read(path) if path.is_file() else ())


def read(path: Path) -> list[Asset]:
    """Assets from a CSV with the columns contract, symbol, decimals; InputError names the bad line."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        wanted = ", ".join(COLUMNS)
        raise InputError(f"{path}: cannot be read ({error}); give a CSV with the columns {wanted}") from error
    try:
        rows = csv.DictReader(io.StringIO(text))
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            raise InputError(f"{path}: no column {missing[0]!r}; the columns are {', '.join(COLUMNS)}")
        return [_asset(row, f"{path}, line {rows.line_num}") for row in rows]
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV ({error}); give one with the columns {', '.join(COLUMNS)}") from error


def _asset(row: dict[str, str | None], place: str) -> Asset:
    symbol = (row["symbol"] or "").strip()
    try:
        decimals = int(row["decimals"] or "")
        contract = format_address(parse_address(row["contract"] or ""))
    except ValueError as error:
        raise InputError(f"{place}: {error}; correct the row") from error
    if not 0 <= decimals <= MOST_DECIMALS or not symbol:
        raise InputError(f"{place}: give a symbol, and decimals from 0 to {MOST_DECIMALS}")
    return Asset(contract, symbol, decimals, "user")


def add(ledger: Path, chain: str, assets: Iterable[Asset]) -> int:
    """Keep assets with a ledger; the later word on a contract counts. How many there are then.

    Raises InputError where amounts in whole units were read with other decimals: they would change their meaning.
    """
    assets = list(assets)
    held = {asset.key: asset.decimals for asset in load(ledger).assets}
    for asset in assets:
        if held.get(asset.key, 0) not in (RAW, asset.decimals):
            raise InputError(
                f"{asset.symbol} ({asset.key}): amounts of it were read with {held[asset.key]} decimals, not"
                f" {asset.decimals}; import its files again, with --decimals {asset.decimals}, into a new ledger"
            )
    kept = {asset.key: asset for asset in (read(ledger / NAME) if (ledger / NAME).is_file() else [])}
    kept.update((asset.key, asset) for asset in assets)
    Registry(chain, kept.values())  # refuses what contradicts the shipped facts
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(COLUMNS)
    out.writerows((asset.key, asset.symbol, asset.decimals) for _, asset in sorted(kept.items()))
    write_bytes(ledger / NAME, text.getvalue().encode())
    return len(kept)
