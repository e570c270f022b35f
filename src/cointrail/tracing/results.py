"""A trail as data: trail.json, movements.csv, movements.parquet, holdings.csv. The same inputs give the same bytes."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cointrail import __version__
from cointrail.chains import Asset, format_address, format_time, imitates, to_text, to_units
from cointrail.ledger.assets import registry
from cointrail.ledger.columns import NONE
from cointrail.ledger.files import write_bytes
from cointrail.ledger.ledger import Facts
from cointrail.tracing.account import Account
from cointrail.tracing.tracer import FINE, Trail
from cointrail.tracing.walk import Endpoint

SCHEMA = "cointrail/trail/1"
HOLDINGS = ("chain", "address", "asset", "opening", "opening_inferred", "received", "sent", "held")
COLUMNS = ("policy", "chain", "block", "time", "tx", "from", "to", "asset", "amount", "stolen", "hop")
BACKWARD = {  # what some reasons are called when the walk went backward
    "unspent": ("opening", "already there when the ledger begins"),
    "time": ("time", "already there where the walk was cut off in time; the holding had received value before"),
    "returned": ("returned", "had come from an address that the trace started at, and is not counted twice"),
}


class Results:
    """Turns a trail into what is written: ids into addresses, units into decimals, rows into transactions."""

    def __init__(self, trail: Trail) -> None:
        self.trail, self.ledger = trail, trail.ledger

    @cached_property
    def _facts(self) -> tuple[dict[int, int], Facts]:
        """What the ledger says of every transfer in the trail, and where each row stands in it."""
        keys = {move.key for flow in self.trail.flows.values() for move in flow.moves}
        for flow in self.trail.flows.values():
            for end in flow.endpoints.values():
                keys |= {key for key in (end.first, end.last) if key is not None}
        rows = sorted({abs(key) for key in keys})
        return {row: place for place, row in enumerate(rows)}, self.ledger.facts(rows)

    @cached_property
    def _addresses(self) -> dict[int, str | None]:
        """Address text by id."""
        _, facts = self._facts
        ids = set(np.unique(facts.sender).tolist()) | set(np.unique(facts.recipient).tolist())
        held = self.ledger.index.holding_address
        ids |= {int(held[end.holding]) for flow in self.trail.flows.values() for end in flow.endpoints.values()}
        ids |= {int(held[bound.holding]) for bound in self.trail.bounds or ()}
        ids |= {int(held[holding]) for holding in self._own}
        listed = sorted(ids)
        raw = self.ledger.addresses(listed)
        return {i: format_address(one) if one else None for i, one in zip(listed, raw, strict=True)}

    @cached_property
    def _own(self) -> list[int]:
        """The holdings that the theft left (or reached)."""
        seeds = self.trail.found.seeds
        return sorted({*seeds.sources, *seeds.moves.values()})

    def _address(self, holding: int) -> str | None:
        return self._addresses[int(self.ledger.index.holding_address[holding])]

    def _asset(self, holding: int) -> Asset:
        return self.ledger.assets[int(self.ledger.index.holding_asset[holding])]

    def _time(self, key: int | None) -> str | None:
        if key is None:
            return None
        place, facts = self._facts
        time = int(facts.time[place[abs(key)]])
        return None if time == NONE else format_time(time)

    def movements(self) -> Iterator[dict[str, str]]:
        """One row per policy and movement, in chain order; all values as text."""
        place, facts = self._facts
        for name, flow in self.trail.flows.items():
            for move in sorted(flow.moves, key=lambda move: abs(move.key)):
                at = place[abs(move.key)]
                asset = self.ledger.assets[int(facts.asset[at])]
                tx, block = facts.tx[at], int(facts.block[at])
                yield {
                    "policy": name,
                    "chain": self.ledger.chain,
                    "block": "" if block == NONE else str(block),
                    "time": self._time(move.key) or "",
                    "tx": f"0x{tx.hex()}" if tx else "",
                    "from": self._addresses[int(facts.sender[at])] or "",
                    "to": self._addresses[int(facts.recipient[at])] or "",
                    "asset": asset_id(asset),
                    "amount": to_text(move.amount, asset.decimals),
                    "stolen": to_text(move.stolen, asset.decimals),
                    "hop": str(move.hop),
                }

    def trail_json(self) -> dict[str, Any]:
        """The content of trail.json, as `reports/schema/trail.schema.json` describes it."""
        trail, theft, settings = self.trail, self.trail.theft, self.trail.settings
        return {
            "schema": SCHEMA,
            "version": __version__,
            "ledgers": [self._ledger()],
            "theft": {
                "direction": theft.direction,
                "addresses": [format_address(address) for address in theft.addresses],
                "transactions": [f"0x{hash_.hex()}" for hash_ in theft.transactions],
                "since": None if theft.since is None else format_time(theft.since),
                "until": None if theft.until is None else format_time(theft.until),
                "assets": list(theft.assets),
            },
            "parameters": {
                "policies": list(trail.flows),
                "min_value": None if settings.min_value is None else to_text(to_units(settings.min_value, FINE), FINE),
                "max_hops": settings.max_hops,
                "stop_at": [format_address(address) for address in settings.stop_at],
                "hub": _numbers(asdict(settings.behaviour)) if settings.behaviour else {},
                "bounds": settings.bounds,
            },
            "assets": {name: _describe(asset) for name, asset in sorted(self._used().items())},
            "labels": {"count": len(trail.labels), "digest": trail.labels.digest},
            "policies": {name: self._policy(name) for name in trail.flows},
            "bounds": self._bounds(),
            "bounds_note": None if trail.bounds is not None else "not asked for (--bounds)",
            "holdings": self._books(self._own),
            "unverified": sorted(
                (self._unverified(item.asset, item.transfers, item.amount) for item in trail.found.listed),
                key=lambda row: str(row["asset"]),
            ),
            "warnings": self._warnings(),
        }

    def _used(self) -> dict[str, Asset]:
        """The assets that the results speak of; a walk never leaves the asset it began in."""
        listed = [self.ledger.assets[item.asset] for item in self.trail.found.listed]
        return {asset_id(asset): asset for asset in (*map(self._asset, self._own), *listed)}

    def _ledger(self) -> dict[str, Any]:
        ledger = self.ledger
        times, blocks = ledger.times, ledger.blocks
        return {
            "chain": ledger.chain,
            "digest": ledger.digest,
            "transfers": ledger.transfers,
            "first_time": format_time(times[0]) if times else None,
            "last_time": format_time(times[1]) if times else None,
            "first_block": blocks[0] if blocks else None,
            "last_block": blocks[1] if blocks else None,
            "exact": ledger.manifest.exact,
            "sources": [
                {"name": source.name, "sha256": source.sha256, "rows": source.rows, "format": source.format}
                for source in ledger.manifest.sources
            ],
        }

    def _policy(self, name: str) -> dict[str, Any]:
        flow = self.trail.flows[name]
        stolen = {self.ledger.assets[asset]: amount for asset, amount in flow.stolen.items()}
        ends = sorted(flow.endpoints.values(), key=self._rank)
        passed = {move.recipient for move in flow.moves if not move.ended} - set(self._own)
        return {
            "stolen": {asset_id(a): to_text(n, a.decimals) for a, n in sorted(stolen.items(), key=lambda i: i[0].key)},
            "endpoints": [self._endpoint(end, stolen) for end in ends],
            "balanced": self.trail.balanced(name),
            "addresses": len({int(self.ledger.index.holding_address[holding]) for holding in passed}),
            "movements": len(flow.moves),
            "max_hops": max((move.hop for move in flow.moves), default=0),
        }

    def _rank(self, end: Endpoint) -> tuple[str, int, str, str, str]:
        """The order of endpoints: not by holding, since ids depend on the order of imports."""
        place = self._address(end.holding) or ""
        return self._asset(end.holding).key, -end.amount, place, end.stop.reason, end.stop.label or ""

    def _endpoint(self, end: Endpoint, stolen: dict[Asset, int]) -> dict[str, Any]:
        asset = self._asset(end.holding)
        reason, detail = end.stop.reason, end.stop.detail
        if self.trail.theft.backward:
            reason, detail = BACKWARD.get(reason, (reason, detail))
        first, last = (end.last, end.first) if self.trail.theft.backward else (end.first, end.last)
        share = Fraction(end.amount, stolen[asset]) if stolen.get(asset) else Fraction(0)
        return {
            "chain": self.ledger.chain,
            "address": self._address(end.holding),
            "asset": asset_id(asset),
            "amount": to_text(end.amount, asset.decimals),
            "share": f"{share.numerator}/{share.denominator}",
            "reason": reason,
            "label": end.stop.label,
            "category": end.stop.category,
            "hops": end.hops,
            "first_time": self._time(first),
            "last_time": self._time(last),
            "arrivals": end.arrivals,
            "detail": detail or reason,
        }

    def _bounds(self) -> list[dict[str, Any]]:
        found = []
        ranked = (
            (self._asset(b.holding).key, -b.most, self._address(b.holding) or "", b) for b in self.trail.bounds or ()
        )
        for *_, bound in sorted(ranked, key=lambda item: item[:3]):
            asset = self._asset(bound.holding)
            reason = bound.stop.reason
            found.append(
                {
                    "chain": self.ledger.chain,
                    "address": self._address(bound.holding),
                    "asset": asset_id(asset),
                    "reason": BACKWARD.get(reason, (reason,))[0] if self.trail.theft.backward else reason,
                    "label": bound.stop.label,
                    "least": to_text(bound.least, asset.decimals),
                    "most": to_text(bound.most, asset.decimals),
                }
            )
        return found

    def _holding(self, holding: int) -> dict[str, Any]:
        account, asset = Account(self.ledger.index, holding, backward=False), self._asset(holding)
        received = sum(a for a, comes in zip(account.amounts, account.incoming, strict=True) if comes)
        return {
            "chain": self.ledger.chain,
            "address": self._address(holding),
            "asset": asset_id(asset),
            "opening": to_text(account.inferred, asset.decimals),
            "opening_inferred": bool(account.inferred),
            "received": to_text(received, asset.decimals),
            "sent": to_text(account.inferred + received - account.held, asset.decimals),
            "held": to_text(account.held, asset.decimals),
        }

    def holdings(self) -> Iterator[dict[str, Any]]:
        """The books of every holding that stolen value left or passed through, by address."""
        passed = {move.recipient for flow in self.trail.flows.values() for move in flow.moves if not move.ended}
        return iter(self._books(passed | set(self._own)))

    def _books(self, holdings: Iterable[int]) -> list[dict[str, Any]]:
        rows = (self._holding(holding) for holding in holdings)
        return sorted(rows, key=lambda row: (row["address"] or "", row["asset"]))

    def _unverified(self, number: int, transfers: int, amount: int) -> dict[str, Any]:
        asset = self.ledger.assets[number]
        copied = imitates(asset.symbol, registry(self.ledger.path, self.ledger.chain))
        return {
            "chain": self.ledger.chain,
            "asset": asset_id(asset),
            "symbol": asset.symbol,
            "transfers": transfers,
            "amount": to_text(amount, asset.decimals),
            "reason": f"imitates {copied}" if copied else "nobody vouches for this contract",
        }

    def _warnings(self) -> list[str]:
        found = list(self.trail.found.warnings)
        stop_at, addresses = dict.fromkeys(self.trail.settings.stop_at), self.trail.theft.addresses
        if own := [format_address(address) for address in stop_at if address in addresses]:
            found.append(f"no trace stops at the theft's own addresses: {len(own)} named to stop at, first {own[0]}")
        if missing := [format_address(address) for address in stop_at if not self.ledger.index.candidates(address)]:
            found.append(
                f"{len(missing)} of {len(stop_at)} addresses to stop at are not in the ledger, first {missing[0]}"
            )
        if not self.ledger.manifest.exact:
            found.append("a source of this ledger had rounded its amounts: every figure is approximate")
        if self.trail.found.listed:
            found.append(
                f"unverified assets that moved with the theft: {len(self.trail.found.listed)}; listed, not traced"
            )
        return found


def asset_id(asset: Asset) -> str:
    """How an asset is named in results: the coin's symbol, a token's contract, or the user's code."""
    return asset.key or asset.symbol


def write(trail: Trail, out: Path) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Write trail.json, movements.csv, movements.parquet and holdings.csv into a folder; the first two's content."""
    results = Results(trail)
    content, rows = results.trail_json(), list(results.movements())
    out.mkdir(parents=True, exist_ok=True)
    write_bytes(out / "trail.json", (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())
    _write_csv(out / "movements.csv", COLUMNS, rows)
    _write_csv(out / "holdings.csv", HOLDINGS, results.holdings())
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in COLUMNS}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    write_bytes(out / "movements.parquet", sink.getvalue().to_pybytes())
    return content, rows


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    text = io.StringIO()
    table = csv.DictWriter(text, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    write_bytes(path, text.getvalue().encode())


def _numbers(setting: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Thresholds as one flat table: those inside others are named after both."""
    flat: dict[str, Any] = {}
    for name, value in setting.items():
        if isinstance(value, Mapping):
            flat |= _numbers(value, f"{before}{name}_")
        else:
            flat[before + name] = " and ".join(map(str, value)) if isinstance(value, tuple) else value
    return flat


def _describe(asset: Asset) -> dict[str, Any]:
    return {
        "symbol": asset.symbol,
        "decimals": asset.decimals,
        "contract": asset.contract,
        "verified": asset.verified,
    }
