"""CSV files whose columns the user names: --map time=COL,block=COL,tx=COL,from=COL,to=COL,amount=COL[,asset=COL]."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from cointrail.chains import parse_hash
from cointrail.chains.address import format_address
from cointrail.chains.asset import NATIVE, Asset
from cointrail.errors import InputError
from cointrail.ledger.readers import hexes
from cointrail.ledger.readers.amounts import units
from cointrail.ledger.readers.arrays import Index, distinct, select, valid
from cointrail.ledger.readers.build import build, pick, settle
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.faults import Faults
from cointrail.ledger.readers.formats import Format
from cointrail.ledger.readers.limbs import Limbs
from cointrail.ledger.readers.parquet import Parquet
from cointrail.ledger.readers.session import Input, Session
from cointrail.ledger.readers.source import escape
from cointrail.ledger.readers.stream import Stream
from cointrail.ledger.readers.text import Text
from cointrail.ledger.rows import Kind, Status

OURS = {"from": "sender", "to": "recipient"}  # what the keys of --map are called here
FORMAT = Format("csv", "csv", "mapped", required={"sender": (), "recipient": (), "amount": ()})


def columns_of(file: Parquet | Text | Stream, wanted: Mapping[str, str]) -> dict[str, str]:
    """Our names to those of the file, by the user's map; InputError that lists the columns where one is missing."""
    if not isinstance(file, Text):
        what = "Parquet" if isinstance(file, Parquet) else "JSON"
        raise InputError(f"{file.path}: a {what} file; --map is for CSV, leave it out")
    for key, name in wanted.items():
        if name not in file.names:
            shown = ", ".join(escape(written) for written in file.names)
            raise InputError(f"{file.path}: no column {name!r} for --map {key}=; its columns are {shown}")
    return {OURS.get(key, key): name for key, name in wanted.items()}


def read(item: Input, session: Session) -> Iterator[Any]:
    """OTHER rows in file order; amounts are exact decimals in whole units of the asset."""
    asset = session.assets.named() or session.options.registry.get(NATIVE)
    for chunk in item.chunks(session):
        raw, faults = chunk.columns, chunk.faults
        columns = {
            "sender": hexes.addresses(raw["sender"], chunk.written["sender"], faults, session.parse),
            "recipient": hexes.addresses(raw["recipient"], chunk.written["recipient"], faults, session.parse),
            "block": chunk.integers("block"),
            "time": chunk.seconds("time"),
            "tx": hexes.hashes(raw["tx"], chunk.written["tx"], faults, parse_hash) if chunk.has("tx") else None,
        }
        for name in ("sender", "recipient"):
            faults.add(~valid(columns[name]), f"no {chunk.written[name]}")
        placed = [valid(columns[name]) for name in ("block", "time") if columns[name] is not None]
        faults.add(~np.logical_or.reduce(placed), "neither time nor block")
        if chunk.has("asset"):
            assets, which = _assets(chunk, session)
            columns["asset"] = hexes.keyed([known.key if known else NATIVE for known in assets], which)
            amount = each(chunk, "amount", assets, which)
        elif asset is not None:
            columns["asset"] = asset.key
            amount = units(raw["amount"], asset.decimals, chunk.written["amount"], faults)
        good = settle(chunk, session.problems[item.source])
        yield pick(build(amount, **columns, kind=int(Kind.OTHER), status=int(Status.UNKNOWN)), good)


def each(chunk: Chunk, name: str, assets: list[Asset | None], which: Index, grouped: bool = False) -> Limbs:
    """Amounts where every row has its own asset, in smallest units of that."""
    limbs = np.zeros((chunk.rows, 4), np.uint64)
    decimals = np.array([-1 if asset is None else asset.decimals for asset in assets] + [-1])[which]
    for count in np.unique(decimals[decimals >= 0]):
        rows = decimals == count
        own = Faults(int(rows.sum()))
        limbs[rows] = units(select(chunk.columns[name], rows), int(count), chunk.written[name], own, grouped)
        place = np.full(chunk.rows, -1)
        place[rows] = np.arange(len(own.code))
        chunk.faults.spread(own, place)
    return limbs


def _assets(chunk: Chunk, session: Session) -> tuple[list[Asset | None], Index]:
    """The distinct assets of a chunk and which each row has; an empty cell is the native coin."""
    values, which = distinct(chunk.columns["asset"])
    assets: list[Asset | None] = []
    unknown = Faults(len(values))
    for number, text in enumerate(values.to_pylist()):
        try:
            key = format_address(session.parse(text)) if text.strip() else NATIVE
            assets.append(session.assets.contract(key) if key else session.options.registry.get(NATIVE))
        except InputError:
            assets.append(None)
            unknown.add_rows(np.array([number]), "unknown asset: a contract, or nothing for the native coin, is needed")
    chunk.faults.spread(unknown, which)
    return assets, which
