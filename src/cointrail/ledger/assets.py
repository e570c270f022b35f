"""Tokens that the user vouches for, beside the shipped registry: `assets.csv` in the ledger's folder."""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cointrail.chains import Asset, Registry, format_address, parse_address
from cointrail.chains.asset import MOST_DECIMALS, NATIVE
from cointrail.errors import InputError
from cointrail.ledger.files import write_bytes
from cointrail.ledger.manifest import NAME as MANIFEST
from cointrail.ledger.manifest import load

NAME = "assets.csv"
COLUMNS = ("contract", "symbol", "decimals")
MORE = ("form_of",)  # the column may be missing
RAW = 0  # decimals of an asset of which only smallest units were read


def registry(ledger: Path, chain: str) -> Registry:
    """The verified assets for a ledger: the shipped ones and the user's."""
    path = ledger / NAME
    return Registry(chain, read(path) if path.is_file() else ())


def read(path: Path) -> list[Asset]:
    """Assets from a CSV with the columns contract, symbol, decimals, and perhaps form_of: the symbol of the coin that
    the token wraps or stakes. InputError names the bad line."""
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
    return Asset(contract, symbol, decimals, "user", form_of=(row.get("form_of") or "").strip())


def wrappers(known: Registry, contracts: Iterable[str]) -> list[Asset]:
    """What to vouch for where the user says that contracts wrap the native coin and the registry does not say so yet.

    InputError for a contract that is known as something else.
    """
    native = known.get(NATIVE)
    assert native is not None
    found = []
    for contract in contracts:
        key = format_address(parse_address(contract))
        asset = known.get(key) or Asset(key, f"W{native.symbol}", native.decimals, "user", form_of=native.symbol)
        foreign = asset.origin != "user" and asset.form_of != native.symbol
        if foreign or asset.decimals != native.decimals:
            raise InputError(
                f"--wrapped {contract}: is known as {asset.symbol} with {asset.decimals} decimals, which is not"
                f" {native.symbol} wrapped; leave it out"
            )
        if asset.origin == "user":
            found.append(Asset(key, asset.symbol, asset.decimals, "user", form_of=native.symbol))
    return found


@contextmanager
def vouched(ledger: Path, chain: str, assets: Iterable[Asset]) -> Iterator[None]:
    """Keep assets with a ledger while an import of their movements is stored; they go again when storing fails."""
    assets, path = list(assets), ledger / NAME
    if not assets:
        yield
        return
    before = path.read_bytes() if path.is_file() else None
    add(ledger, chain, assets)
    try:
        yield
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            write_bytes(path, before)
        raise


def add(ledger: Path, chain: str, assets: Iterable[Asset]) -> int:
    """Keep assets with a ledger; the later word on a contract counts. How many there are then.

    Raises InputError where amounts in whole units were read with other decimals: they would change their meaning.
    """
    assets = list(assets)
    held = {a.key: a.decimals for a in (load(ledger).assets if (ledger / MANIFEST).is_file() else ())}
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
    out.writerow((*COLUMNS, *MORE))
    out.writerows((asset.key, asset.symbol, asset.decimals, asset.form_of) for _, asset in sorted(kept.items()))
    write_bytes(ledger / NAME, text.getvalue().encode())
    return len(kept)
