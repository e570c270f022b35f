"""Made-up trails: a theft, layers of wallets, services, holdings and fees, with books that balance."""

import hashlib
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

Trail = dict[str, Any]
Row = dict[str, Any]
Made = tuple[Trail, list[Row]]

START = datetime(2025, 2, 21, 14, 16, 11, tzinfo=UTC)
SERVICES = (
    ("Example Exchange", "exchange"),
    ("Second Exchange", "exchange"),
    ("Sample Mixer", "mixing_service"),
    ("Test Bridge", "bridge"),
    ("Swap Pool", "defi"),
    ("Lucky House", "gambling"),
    ("Third Exchange", "exchange"),
)
HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "<b>bold</b> & <a href='javascript:alert(1)'>link</a>",
    "{{ 7 * 7 }} {% raw %}",
    "safe\u202eegnahcxe\u202c \u2028 line",
    "Вinance",  # the first letter is Cyrillic
    "]]>--><!--<script>alert(1)//",
    "%{customdata} $\\alpha$",
    "x" * 5_000,
)
UNCONVERTED: Trail = {"value": None, "converted_in": {}, "converted_out": {}, "conversions": []}
UNTURNED = dict.fromkeys(("rule", "to_chain", "to_tx", "to_asset", "to_amount", "to_stolen"), "")
DECIMALS = {"ETH": 18, "stETH": 18, "USDT": 6, "mETH": 18, "cmETH": 18}


def address(name: object) -> str:
    """A made-up address."""
    return "0x" + hashlib.sha256(str(name).encode()).hexdigest()[:40]


def digest(name: object) -> str:
    """A made-up digest."""
    return hashlib.sha256(f"digest {name}".encode()).hexdigest()


def text(units: int, decimals: int) -> str:
    """Smallest units as an exact decimal in whole units."""
    plain = f"{Decimal(units).scaleb(-decimals):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def stamp(minutes: int) -> str:
    """A time after the theft."""
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Route:
    """How one asset moves: the same wallets under every policy, but each policy splits the value in its own way."""

    def __init__(self, asset: str, policy: str, stolen: int, wallets: int, services: int, hops: int, seed: int) -> None:
        self.asset, self.policy, self.stolen, self.hops = asset, policy, stolen, hops
        self.shape = Random(f"shape {asset} {seed}")
        self.split = Random(f"split {policy} {asset} {seed}")
        self.wallets, self.services = wallets, services
        self.rows: list[Row] = []
        self.ends: dict[tuple[str | None, str], dict[str, Any]] = {}

    def run(self) -> None:
        """Move everything from the theft to its ends."""
        layers = self._layers()
        held: defaultdict[str, int] = defaultdict(int)
        held[address("thief")] = self.stolen
        for hop, layer in enumerate(layers, 1):
            for payer in sorted(wallet for wallet in held if held[wallet]):
                value = held.pop(payer)
                if hop > 1 and self.shape.random() < 0.15:
                    self._end(payer, "unspent", value, hop - 1, stamp(self._when(hop)))
                    continue
                fee = value // 50_000 + 1
                self._pay(payer, None, "fee", fee, hop)
                for paid, part in self._parts(value - fee, layer):
                    if isinstance(paid, int):
                        self._pay(payer, address(f"service {paid}"), "label", part, hop, paid)
                    else:
                        self._move(payer, paid, part, hop)
                        held[paid] += part
        for wallet in sorted(held):
            if held[wallet]:
                self._end(wallet, "unspent", held[wallet], self.hops, stamp(self._when(self.hops)))

    def _layers(self) -> list[list[str]]:
        sizes = [max(1, self.wallets // max(1, self.hops)) for _ in range(self.hops)]
        return [[address(f"wallet {self.asset} {hop} {n}") for n in range(size)] for hop, size in enumerate(sizes)]

    def _parts(self, value: int, layer: list[str]) -> list[tuple[str | int, int]]:
        """Whom a wallet pays, and how much; an int is a service."""
        count = min(len(layer), self.shape.choice((1, 2, 3, 5, 9))) if layer else 0
        paid: list[str | int] = list(self.shape.sample(layer, count))
        if self.services and (not paid or self.shape.random() < 0.45):
            paid += [self.shape.randrange(self.services) for _ in range(self.shape.choice((1, 1, 2)))]
        weights = [self.split.randrange(1, 60) ** 2 for _ in paid]
        parts = [value * weight // sum(weights) for weight in weights]
        parts[-1] += value - sum(parts)
        return [(one, part) for one, part in zip(paid, parts, strict=True) if part]

    def _when(self, hop: int) -> int:
        """Minutes after the theft; weeks of dormancy before the third hop."""
        return self.split.randrange(0, 90) + hop * 300 + (26_000 if hop > 2 else 0) + (40_000 if hop > 4 else 0)

    def _move(self, payer: str, paid: str | None, part: int, hop: int) -> str:
        time = stamp(self._when(hop))
        decimals = DECIMALS[self.asset]
        self.rows.append(
            {
                "policy": self.policy,
                "chain": "ethereum",
                "block": 21_895_238 + len(self.rows),
                "time": time,
                "tx": "0x" + digest(f"{self.asset} {payer} {paid} {hop}"),
                "from": payer,
                "to": paid or "",
                "asset": self.asset,
                "amount": text(part + part // 3, decimals),
                "stolen": text(part, decimals),
                "hop": hop,
                **UNTURNED,
            }
        )
        return time

    def _pay(self, payer: str, paid: str | None, reason: str, part: int, hop: int, service: int | None = None) -> None:
        time = self._move(payer, paid, part, hop)
        self._end(paid, reason, part, hop, time, service)

    def _end(self, at: str | None, reason: str, part: int, hop: int, time: str, service: int | None = None) -> None:
        label, category = (None, None) if service is None else SERVICES[service % len(SERVICES)]
        many = label and self.services > len(SERVICES)
        end = self.ends.setdefault(
            (at, reason),
            {
                "chain": "ethereum",
                "address": at,
                "asset": self.asset,
                "units": 0,
                "reason": reason,
                "label": f"{label} {service}" if many else label,
                "category": category,
                "target": None,
                "hops": hop,
                "first_time": time,
                "last_time": time,
                "arrivals": 0,
                "detail": {"label": f"labelled as {label}", "fee": "paid to the network"}.get(
                    reason, "nothing left it before the end of the ledger"
                ),
            },
        )
        end["units"] += part
        end["arrivals"] += 1
        end["first_time"], end["last_time"] = min(end["first_time"], time), max(end["last_time"], time)

    def endpoints(self) -> list[dict[str, Any]]:
        """The endpoints as trail.json has them."""
        result = []
        for end in self.ends.values():
            units = end["units"]
            shared = {key: value for key, value in end.items() if key != "units"}
            share = str(Fraction(units, self.stolen))
            amounts = {"amount": text(units, DECIMALS[self.asset]), "value": None}
            result.append({**shared, **amounts, "share": share, "shares": {self.asset: share}})
        return result


def heist(
    wallets: int = 40,
    services: int = 7,
    hops: int = 5,
    policies: tuple[str, ...] = ("fifo",),
    assets: tuple[str, ...] = ("ETH",),
    bounds: bool = False,
    seed: int = 7,
) -> tuple[Trail, list[Row]]:
    """A trail and its movements. `services` labelled addresses and `hops` layers that share `wallets`."""
    amounts = {
        asset: (401_347 * 10**18 + 123_456_789 if asset == "ETH" else 90_375 * 10 ** DECIMALS[asset])
        for asset in assets
    }
    results: dict[str, Any] = {}
    rows: list[Row] = []
    for policy in policies:
        ends = []
        before = len(rows)
        for asset in assets:
            route = Route(asset, policy, amounts[asset], wallets, services, hops, seed)
            route.run()
            rows += sorted(route.rows, key=lambda row: str(row["time"]))
            ends += route.endpoints()
        touched = {row[end] for row in rows[before:] for end in ("from", "to")} - {""}
        results[policy] = {
            "stolen": {asset: text(amounts[asset], DECIMALS[asset]) for asset in assets},
            **UNCONVERTED,
            "endpoints": ends,
            "balanced": None if policy == "poison" else True,
            "addresses": len(touched),
            "movements": len(rows) - before,
            "max_hops": hops,
        }
    return shape(results, assets, bounds), rows


def shape(results: dict[str, Any], assets: tuple[str, ...], bounds: bool) -> Trail:
    """trail.json around the results by policy."""
    first = next(iter(results.values()))
    return {
        "schema": "cointrail/trail/1",
        "version": "0.1.0",
        "ledgers": [
            {
                "chain": "ethereum",
                "digest": digest("ledger"),
                "transfers": 1_234_567,
                "first_time": "2025-01-01T00:00:11Z",
                "last_time": "2025-05-31T23:59:59Z",
                "first_block": 21_525_891,
                "last_block": 22_607_000,
                "exact": True,
                "events": 0,
                "events_digest": digest("events"),
                "sources": [
                    {
                        "name": "token_transfers.csv",
                        "sha256": digest("source"),
                        "rows": 1_234_000,
                        "format": "ethereum-etl",
                    }
                ],
            }
        ],
        "theft": {
            "direction": "forward",
            "addresses": [address("thief")],
            "transactions": ["0x" + digest("theft")],
            "since": "2025-02-21T14:00:00Z",
            "until": None,
            "assets": [],
        },
        "parameters": {
            "policies": list(results),
            "min_value": None,
            "max_hops": None,
            "stop_at": [],
            "hub": {"least_counterparties": 1000, "least_transfers": 5000},
            "bounds": bounds,
            "conversions": True,
            "keyed_only": False,
            "coinjoins": False,
            "confirmed": [],
            "prices": None,
        },
        "labels": {"count": 2, "digest": "ab" * 32},
        "assets": {
            asset: {
                "chain": "ethereum",
                "symbol": asset,
                "decimals": DECIMALS.get(asset, 18),
                "contract": None if asset == "ETH" else address(f"contract {asset}"),
                "verified": True,
            }
            for asset in assets
        },
        "policies": results,
        "bounds": [_bound(end) for end in first["endpoints"]] if bounds else [],
        "bounds_note": None,
        "holdings": [
            {
                "chain": "ethereum",
                "address": address("thief"),
                "asset": assets[0],
                "opening": "1.5",
                "opening_inferred": True,
                "received": "401347",
                "sent": "401346.25",
                "held": "2.25",
            }
        ],
        "unverified": [
            {
                "chain": "ethereum",
                "asset": address("fake"),
                "symbol": "ЕTH",
                "transfers": 3,
                "amount": "90375.5479",
                "reason": "not in the registry of verified tokens",
            }
        ],
        "warnings": [],
        "findings": [],
        "candidates": [],
        "bridge_candidates": [],
        "coinjoins": [],
        "mixers": [],
    }


def _bound(end: dict[str, Any]) -> dict[str, Any]:
    kept = {key: end[key] for key in ("chain", "address", "asset", "reason", "label")}
    amount = Decimal(end["amount"])
    least, most = amount * Decimal("0.5"), amount * Decimal("1.75")
    return {**kept, "least": _shown(least), "most": _shown(most), "sharp": True}


def _shown(value: Decimal) -> str:
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def hostile() -> tuple[Trail, list[Row]]:
    """A trail in which every text that a stranger can choose is an attack."""
    trail, rows = heist(wallets=20, services=len(HOSTILE), policies=("fifo", "haircut"))
    for policy in trail["policies"].values():
        for number, end in enumerate(end for end in policy["endpoints"] if end["label"]):
            end["label"] = end["detail"] = HOSTILE[number % len(HOSTILE)]
            end["category"] = HOSTILE[0]
    trail["ledgers"][0]["sources"][0]["name"] = HOSTILE[0]
    trail["unverified"] = [{**trail["unverified"][0], "symbol": text, "reason": text} for text in HOSTILE]
    trail["warnings"] = list(HOSTILE)
    trail["bounds_note"] = HOSTILE[0]
    trail["assets"]["ETH"]["symbol"] = "<img src=x>"
    return trail, rows


def backward() -> tuple[Trail, list[Row]]:
    """The same paths walked the other way: where the value held by the last address came from."""
    trail, rows = heist(wallets=20)
    trail["theft"]["direction"] = "backward"
    for row in rows:
        row["from"], row["to"] = row["to"], row["from"]
    reasons = {"unspent": "opening", "fee": "mint"}
    for end in trail["policies"]["fifo"]["endpoints"]:
        end["reason"] = reasons.get(end["reason"], end["reason"])
    return trail, rows


def nothing() -> tuple[Trail, list[Row]]:
    """Nothing was stolen and nothing moved."""
    trail, _ = heist()
    none = {
        **UNCONVERTED,
        "stolen": {},
        "endpoints": [],
        "balanced": True,
        "addresses": 0,
        "movements": 0,
        "max_hops": 0,
    }
    empty: Trail = {
        "transfers": 0,
        "first_time": None,
        "last_time": None,
        "first_block": None,
        "last_block": None,
        "sources": [],
    }
    trail["ledgers"][0] |= empty
    return {**trail, "policies": {"fifo": none}, "holdings": [], "unverified": [], "assets": {}}, []
