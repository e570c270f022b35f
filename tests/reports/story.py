"""A made-up theft told step by step, through swaps and over bridges; the books balance because each step keeps them."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

from tests.reports.heists import Made, address, digest, shape, stamp, text

Place = tuple[str, str, str]  # chain, address ('' is nobody), asset
Claims = dict[str, Fraction]  # stolen asset -> part of what was stolen in it, in units
DECIMALS = {"USDC": 6, "USDT": 6}


def key(chain: str, symbol: str) -> str:
    """The name of an asset where several ledgers were read."""
    native = {"ethereum": "ETH", "arbitrum": "ETH"}[chain] == symbol
    return f"{chain}:{symbol if native else address(f'{chain} {symbol}')}"


class Story:
    """Places hold units of stolen value, and what part of the theft these are. Whatever is left is unspent."""

    def __init__(self, policy: str = "haircut") -> None:
        self.policy = policy
        self.rows: list[dict[str, Any]] = []
        self.conversions: list[dict[str, Any]] = []
        self.ends: list[dict[str, Any]] = []
        self.assets: dict[str, dict[str, Any]] = {}
        self.stolen: defaultdict[str, int] = defaultdict(int)
        self.came: defaultdict[str, int] = defaultdict(int)
        self.left: defaultdict[str, int] = defaultdict(int)
        self.held: dict[Place, tuple[int, Claims]] = {}
        self.hops: dict[Place, int] = {}

    def place(self, chain: str, who: str, symbol: str) -> Place:
        """A place, and its asset made known."""
        name = key(chain, symbol)
        contract = None if name.endswith(f":{symbol}") else name.split(":")[1]
        shown = {"chain": chain, "symbol": symbol, "contract": contract, "verified": True}
        self.assets.setdefault(name, {**shown, "decimals": DECIMALS.get(symbol, 18)})
        return chain, address(who) if who else "", name

    def units(self, amount: str, place: Place) -> int:
        """Whole units as smallest ones; 'all' is what the place holds."""
        if amount == "all":
            return self.held[place][0]
        return int(Fraction(amount) * 10 ** self.assets[place[2]]["decimals"])

    def text(self, units: int, place: Place) -> str:
        return text(units, self.assets[place[2]]["decimals"])

    def steal(self, place: Place, amount: str) -> None:
        """What the thief's addresses hold to begin with."""
        units = self.units(amount, place)
        self.stolen[place[2]] += units
        self._put(place, units, {place[2]: Fraction(units)}, 0)

    def _take(self, place: Place, units: int) -> Claims:
        held, claims = self.held[place]
        assert 0 < units <= held, (place, units, held)
        part = Fraction(units, held)
        self.held[place] = (held - units, {asset: claim * (1 - part) for asset, claim in claims.items()})
        return {asset: claim * part for asset, claim in claims.items()}

    def _put(self, place: Place, units: int, claims: Claims, hop: int) -> None:
        held, old = self.held.get(place, (0, {}))
        both = {asset: old.get(asset, Fraction(0)) + claims.get(asset, Fraction(0)) for asset in {*old, *claims}}
        self.held[place] = (held + units, both)
        self.hops[place] = min(hop, self.hops.get(place, hop))

    def _row(self, start: Place, end: Place, units: int, minutes: int, tx: str, extra: dict[str, Any]) -> int:
        hop = self.hops[start] + 1
        amount = units + units // 3
        row = {
            "policy": self.policy,
            "chain": start[0],
            "block": 21_895_238 + minutes * 5,
            "time": stamp(minutes),
            "tx": tx,
            "from": start[1],
            "to": end[1],
            "asset": start[2],
            "amount": self.text(amount, start),
            "stolen": self.text(units, start),
            "hop": hop,
        }
        nothing = dict.fromkeys(("rule", "to_chain", "to_tx", "to_asset", "to_amount", "to_stolen"), "")
        self.rows.append(row | nothing | extra)
        return hop

    def pay(self, start: Place, who: str, amount: str, minutes: int, rule: str = "") -> Place:
        """A plain movement; returns where it went."""
        end = (start[0], address(who) if who else "", start[2])
        units = self.units(amount, start)
        tx = "0x" + digest(f"pay {start} {end} {units} {minutes}")
        hop = self._row(start, end, units, minutes, tx, {"rule": rule})
        self._put(end, units, self._take(start, units), hop)
        return end

    def turn(
        self,
        start: Place,
        end: Place,
        amount: str,
        came: str,
        minutes: int,
        rule: str,
        later: int = 0,
        **told: Any,
    ) -> Place:
        """A conversion; `later` minutes until the other side."""
        units, got = self.units(amount, start), self.units(came, end)
        tx = "0x" + digest(f"turn {start} {end} {units} {minutes}")
        to_tx = "0x" + digest(f"other side of {tx}") if start[0] != end[0] else tx
        other = {"to_chain": end[0], "to_tx": to_tx, "to_asset": end[2]}
        other |= {"to_amount": self.text(got + got // 3, end), "to_stolen": self.text(got, end)}
        hop = self._row(start, end, units, minutes, tx, {"rule": rule, **other})
        self._put(end, got, self._take(start, units), hop)
        self.left[start[2]] += units
        self.came[end[2]] += got
        row = self.rows[-1]
        self.conversions.append(
            {
                **{name: row[name] for name in ("chain", "tx", "time", "asset", "amount", "stolen", "rule")},
                **other,
                "address": row["from"],
                "to_address": end[1],
                "to_time": stamp(minutes + later),
                "bridge": None,
                "confidence": None,
                "ambiguous": 0,
                "rate": None,
                "evidence": "one party lost one asset and gained another in one transaction",
                **told,
            }
        )
        return end

    def end(self, place: Place, reason: str, amount: str = "all", **told: Any) -> None:
        """Value stops here."""
        units = 0 if amount == "0" else self.units(amount, place)
        claims = self._take(place, units) if units else {}
        times = self._times(place)
        shares = {a: str(Fraction(claim) / self.stolen[a]) for a, claim in sorted(claims.items()) if claim}
        self.ends.append(
            {
                "chain": place[0],
                "address": place[1] or None,
                "asset": place[2],
                "amount": self.text(units, place),
                "share": next(iter(shares.values())) if len(shares) == 1 else None,
                "shares": shares,
                "value": None,
                "reason": reason,
                "label": None,
                "category": None,
                "target": None,
                "hops": self.hops[place],
                "first_time": min(times, default=None),
                "last_time": max(times, default=None),
                "arrivals": max(1, len(times)),
                "detail": f"ends here: {reason}",
                **told,
            }
        )

    def _times(self, place: Place) -> list[str]:
        """When value came to a place."""
        turned = [one["to_time"] for one in self.conversions if (one["to_address"], one["to_asset"]) == place[1:]]
        plain = [row["time"] for row in self.rows if not row["to_asset"] and (row["to"], row["asset"]) == place[1:]]
        return turned + plain

    def _sums(self, amounts: dict[str, int]) -> dict[str, str]:
        return {asset: text(units, self.assets[asset]["decimals"]) for asset, units in sorted(amounts.items()) if units}

    def made(self) -> Made:
        """The trail and its movements."""
        for place, (units, _) in sorted(self.held.items()):
            if units and place[1]:
                self.end(place, "unspent", detail="still held at the end of the ledger")
            elif units:
                self.end(place, "fee", detail="paid to the network")
        touched = {row[end] for row in self.rows for end in ("from", "to")} - {""}
        result = {
            "stolen": self._sums(self.stolen),
            "value": None,
            "converted_in": self._sums(self.came),
            "converted_out": self._sums(self.left),
            "conversions": self.conversions,
            "endpoints": self.ends,
            "balanced": None if self.policy == "poison" else True,
            "addresses": len(touched),
            "movements": len(self.rows),
            "max_hops": max(row["hop"] for row in self.rows),
        }
        trail = shape({self.policy: result}, tuple(self.stolen), False)
        arbitrum = {**trail["ledgers"][0], "chain": "arbitrum", "digest": digest("arbitrum"), "events": 0}
        trail["ledgers"] += [arbitrum]
        trail["assets"] = dict(sorted(self.assets.items()))
        trail["holdings"][0]["asset"] = next(iter(self.stolen))
        trail["unverified"][0]["asset"] = f"ethereum:{address('fake')}"
        return trail, sorted(self.rows, key=lambda row: str(row["time"]))
