"""A trail as data: the content of trail.json, movements.csv and holdings.csv."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from functools import cached_property
from typing import Any

from cointrail import __version__
from cointrail.chains import Asset, format_time, imitates, to_text, to_units
from cointrail.conversions.rate import rate
from cointrail.conversions.settlement import RULES
from cointrail.ledger import Ledger
from cointrail.ledger.assets import registry
from cointrail.tracing.account import Account
from cointrail.tracing.candidates import Candidate, candidates
from cointrail.tracing.converted import proven
from cointrail.tracing.findings import Findings
from cointrail.tracing.mixed import Mixed
from cointrail.tracing.open import Open
from cointrail.tracing.policies import CONSERVING
from cointrail.tracing.shares import UNITS
from cointrail.tracing.telling import Crossed
from cointrail.tracing.tracer import FINE, Trail
from cointrail.tracing.walk import Endpoint, Flow, Move

SCHEMA = "cointrail/trail/1"
HOLDINGS = ("chain", "address", "asset", "opening", "opening_inferred", "received", "sent", "held")
COLUMNS = (
    "policy", "chain", "block", "time", "tx", "from", "to", "asset", "amount", "stolen", "hop",
    "rule", "to_chain", "to_tx", "to_asset", "to_amount", "to_stolen",
)  # fmt: skip
STRAIGHT = dict.fromkeys(COLUMNS[-5:], "")  # what movements.csv says of the other side where nothing was turned
BACKWARD = {  # what some reasons are called when the walk went backward
    "unspent": ("opening", "already there when the ledger begins"),
    "time": ("time", "already there where the walk was cut off in time; the holding had received value before"),
    "returned": ("returned", "had come from an address that the trace started at, and is not counted twice"),
}


class Results:
    """Turns a trail into what is written: numbers into addresses, units into decimals, keys into transactions."""

    def __init__(self, trail: Trail) -> None:
        self.trail, self.ledgers = trail, trail.ledgers
        touched = {fact.tx for fact in trail.facts.values() if fact.tx}
        self._open = Open(trail.ledgers, trail.passages, trail.links, touched)
        self._places: dict[int, dict[str, Any]] = {}  # by holding, of which the same few are named again and again
        self._assets: dict[int, Asset] = {}
        self._times: dict[int, str | None] = {}  # by row
        self._whens: dict[int, tuple[str, str, str]] = {}  # by row

    @cached_property
    def _addresses(self) -> dict[int, str | None]:
        """Address text by holding; None is nobody."""
        holdings = set(self._own)
        for flow in self.trail.flows.values():
            holdings |= {side for move in flow.moves for side in (move.sender, move.recipient)}
            holdings |= {end.holding for end in flow.endpoints.values()}
        return self.ledgers.texts(sorted(holdings))

    @cached_property
    def _own(self) -> list[int]:
        """The holdings that the theft left (or reached)."""
        seeds = self.trail.found.seeds
        return sorted({*seeds.sources, *(holding for _, holding in seeds.moves)})

    def _place(self, holding: int) -> dict[str, Any]:
        """Chain, address and asset of a holding, as all results name them."""
        found = self._places.get(holding)
        if found is None:
            asset = self.ledgers.asset(holding)
            found = self._places[holding] = {
                "chain": self.ledgers.chain_of(asset),
                "address": self._addresses[holding],
                "asset": self.ledgers.name(asset),
            }
        return found

    def _amount(self, amount: int, holding: int) -> str:
        return to_text(amount, self._asset(holding).decimals)

    def _asset(self, holding: int) -> Asset:
        found = self._assets.get(holding)
        if found is None:
            found = self._assets[holding] = self.ledgers.assets[self.ledgers.asset(holding)]
        return found

    def _time(self, key: int | None) -> str | None:
        if key is None:
            return None
        if abs(key) not in self._times:
            time = self.trail.facts[abs(key)].time
            self._times[abs(key)] = None if time is None else format_time(time)
        return self._times[abs(key)]

    def _tx(self, key: int) -> str | None:
        tx = self.trail.facts[abs(key)].tx
        return self.ledgers.hash(key, tx) if tx else None

    def movements(self) -> Iterator[dict[str, str]]:
        """One row per policy and movement, in chain order; all values as text."""
        for name, flow in self.trail.flows.items():
            for move in sorted(flow.moves, key=self._order):
                yield self._movement(name, move)

    def _movement(self, name: str, move: Move) -> dict[str, str]:
        backward = self.trail.theft.backward
        sender, recipient = (move.recipient, move.sender) if backward else (move.sender, move.recipient)
        first, last = (move.landed, move.key) if backward else (move.key, move.landed)
        gone, came = (move.amount, move.stolen), (move.got, move.came)
        (amount, stolen), arrived = (came, gone) if backward else (gone, came)
        place, to = self._place(sender), self._place(recipient)
        whole = self._amount(amount, sender)
        block, time, tx = self._when(first)
        row = {
            "policy": name,
            "chain": place["chain"],
            "block": block,
            "time": time,
            "tx": tx,
            "from": place["address"] or "",
            "to": to["address"] or "",
            "asset": place["asset"],
            "amount": whole,
            "stolen": whole if stolen == amount else self._amount(stolen, sender),
            "hop": str(move.hop),
            "rule": move.rule,
            **STRAIGHT,
        }
        if self._turned(move):
            row["to_chain"], row["to_asset"] = to["chain"], to["asset"]
            row["to_tx"] = self._tx(last) or ""
            row["to_amount"] = self._amount(arrived[0], recipient)
            row["to_stolen"] = self._amount(arrived[1], recipient)
        return row

    def _when(self, key: int) -> tuple[str, str, str]:
        """Block, time and transaction of a row; every policy asks for the same ones."""
        key = abs(key)
        found = self._whens.get(key)
        if found is None:
            block = self.trail.facts[key].block
            told = "" if block is None else str(block), self._time(key) or "", self._tx(key) or ""
            found = self._whens[key] = told
        return found

    def _order(self, move: Move) -> tuple[int, int, str, str, str, str]:
        """Chain order, and inside a transaction an order that does not depend on numbers given at import."""
        near, far = move.sender, move.recipient
        return (
            abs(move.key),
            abs(move.landed),
            self._addresses[near] or "",
            self._addresses[far] or "",
            self._asset(near).key,
            self._asset(far).key,
        )

    def _turned(self, move: Move) -> bool:
        """Whether a move changed the asset, or went over a bridge; most are plain transfers, which do neither."""
        if not move.rule:
            return False
        return move.crossing >= 0 or self.ledgers.asset(move.sender) != self.ledgers.asset(move.recipient)

    def _conversion(self, row: Mapping[str, str], move: Move) -> dict[str, Any]:
        """A conversion, from its row in movements.csv."""
        first, last = sorted((abs(move.key), abs(move.landed)))
        crossed = self._crossed(move)
        told = rate(move.rule, crossed.bridge if crossed else "")
        return {
            "chain": row["chain"],
            "tx": row["tx"] or None,
            "time": self._time(first),
            "address": row["from"] or None,
            "asset": row["asset"],
            "amount": row["amount"],
            "stolen": row["stolen"],
            "to_chain": row["to_chain"],
            "to_tx": row["to_tx"] or None,
            "to_time": self._time(last),
            "to_address": row["to"] or None,
            "to_asset": row["to_asset"],
            "to_amount": row["to_amount"],
            "to_stolen": row["to_stolen"],
            "rule": move.rule,
            "bridge": crossed.bridge if crossed else None,
            "confidence": crossed.confidence if crossed else told.precision if told else None,
            "ambiguous": crossed.ambiguous if crossed else 0,
            "rate": str(told) if told else None,
            "evidence": crossed.evidence if crossed else RULES[move.rule],
        }

    def _crossed(self, move: Move) -> Crossed | None:
        """The bridge link that a move followed."""
        passages = self.trail.passages
        return passages.bridges.crossed(move.crossing) if passages and passages.bridges and move.crossing >= 0 else None

    def trail_json(self) -> dict[str, Any]:
        """The content of trail.json, as `reports/schema/trail.schema.json` describes it."""
        trail, theft, settings = self.trail, self.trail.theft, self.trail.settings
        return {
            "schema": SCHEMA,
            "version": __version__,
            "ledgers": [_ledger(ledger) for ledger in self.ledgers.all],
            "theft": {
                "direction": theft.direction,
                "addresses": [self.ledgers.text(address) for address in theft.addresses],
                "transactions": [self.ledgers.hash(0, hash_) for hash_ in theft.transactions],
                "since": None if theft.since is None else format_time(theft.since),
                "until": None if theft.until is None else format_time(theft.until),
                "assets": list(theft.assets),
            },
            "parameters": {
                "policies": list(trail.flows),
                "min_value": None if settings.min_value is None else to_text(to_units(settings.min_value, FINE), FINE),
                "max_hops": settings.max_hops,
                "stop_at": [self.ledgers.text(address) for address in settings.stop_at],
                "hub": _numbers(asdict(settings.behaviour)) if settings.behaviour else {},
                "bounds": settings.bounds,
                "conversions": settings.conversions,
                "keyed_only": settings.keyed_only,
                "coinjoins": settings.coinjoins,
                "prices": self._prices(),
                "confirmed": [
                    {"name": one.name, "sha256": one.sha256, "rows": len(one.rows)} for one in settings.confirmed
                ],
            },
            "assets": {self.ledgers.name(asset): self._describe(asset) for asset in self._used()},
            "labels": {"count": sum(map(len, trail.labels)), "digest": _digest([one.digest for one in trail.labels])},
            "policies": {name: self._policy(name) for name in trail.flows},
            "bounds": self._bounds(),
            "bounds_note": self._bounds_note(),
            "holdings": self._books(self._own),
            "unverified": sorted(
                (self._unverified(item.asset, item.transfers, item.amount) for item in trail.found.listed),
                key=lambda row: str(row["asset"]),
            ),
            "warnings": self._warnings(),
            "findings": Findings(trail).rows(),
            "candidates": [self._candidate(one) for one in self._candidates],
            "bridge_candidates": self._open.rows(),
            "coinjoins": [row for name, flow in trail.flows.items() for row in trail.joins.rows(name, flow)],
            "mixers": Mixed(trail).rows(),
        }

    def _prices(self) -> dict[str, Any] | None:
        prices = self.trail.settings.prices
        if not len(prices):
            return None
        files = [{"name": one.name, "sha256": one.sha256, "rows": one.rows} for one in prices.files]
        return {"digest": prices.digest, "files": files}

    def _used(self) -> list[int]:
        """The assets that the results speak of, by name."""
        used = {self.ledgers.asset(holding) for holding in self._own}
        used |= {item.asset for item in self.trail.found.listed}
        for flow in self.trail.flows.values():
            used |= {*flow.stolen, *flow.came}
        used |= {self.ledgers.asset(one.holding) for one in self._candidates} | {one.share for one in self._candidates}
        used |= self._open.assets
        return sorted(used, key=self.ledgers.name)

    def _describe(self, number: int) -> dict[str, Any]:
        asset = self.ledgers.assets[number]
        return {
            "chain": self.ledgers.chain_of(number),
            "symbol": asset.symbol,
            "decimals": asset.decimals,
            "contract": asset.contract,
            "verified": asset.verified,
        }

    @cached_property
    def _candidates(self) -> list[Candidate]:
        passages = self.trail.passages
        if passages is None or self.trail.theft.backward:
            return []
        return candidates(self.ledgers, passages, (move for flow in self.trail.flows.values() for move in flow.moves))

    def _candidate(self, one: Candidate) -> dict[str, Any]:
        facts = self.ledgers.facts([one.into, one.key])
        texts = self.ledgers.texts([one.contract, one.holding])
        into, out = facts[one.into], facts[one.key]
        asset = self.ledgers.asset(one.holding)
        return {
            "chain": self.ledgers.chain_of(asset),
            "contract": texts[one.contract],
            "into_tx": self.ledgers.hash(one.into, into.tx) if into.tx else None,
            "share_asset": self.ledgers.name(one.share),
            "tx": self.ledgers.hash(one.key, out.tx) if out.tx else None,
            "time": None if out.time is None else format_time(out.time),
            "address": texts[one.holding],
            "asset": self.ledgers.name(asset),
            "amount": self._amount(one.amount, one.holding),
        }

    def _sums(self, amounts: Mapping[int, int]) -> dict[str, str]:
        """Amounts by asset, as text, by name."""
        named = {self.ledgers.name(a): to_text(n, self.ledgers.assets[a].decimals) for a, n in amounts.items() if n}
        return dict(sorted(named.items()))

    def _policy(self, name: str) -> dict[str, Any]:
        flow = self.trail.flows[name]
        ends = sorted(flow.endpoints.values(), key=self._rank)
        passed = {move.recipient for move in flow.moves if not move.ended} - set(self._own)
        backward = self.trail.theft.backward
        worth = self._worth(flow)
        return {
            "stolen": self._sums(flow.stolen),
            "value": _dollars(sum(worth.values(), Fraction(0))) if worth else None,
            "converted_in": self._sums(flow.left if backward else flow.came),
            "converted_out": self._sums(flow.came if backward else flow.left),
            "conversions": [
                self._conversion(self._movement(name, move), move)
                for move in sorted(filter(self._turned, flow.moves), key=self._order)
            ],
            "endpoints": [self._endpoint(end, flow, worth) for end in ends],
            "balanced": self.trail.balanced(name),
            "addresses": len({self.ledgers.owner(holding) for holding in passed if not self.ledgers.through(holding)}),
            "movements": len(flow.moves),
            "max_hops": max((move.hop for move in flow.moves), default=0),
        }

    def _rank(self, end: Endpoint) -> tuple[str, int, str, str, str, str]:
        """The order of endpoints: not by holding, since ids depend on the order of imports."""
        place = self._addresses[end.holding] or ""
        asset = self.ledgers.asset(end.holding)
        key = self.ledgers.assets[asset].key if self.ledgers.one else self.ledgers.name(asset)
        return key, -end.amount, place, end.stop.reason, end.stop.label or "", end.stop.target or ""

    def _worth(self, flow: Flow) -> dict[int, Fraction]:
        """What was stolen of each asset was worth in USD when the first of it was; empty if not known for all."""
        found = {
            asset: self._value(asset, amount, flow.begun[asset]) for asset, amount in flow.stolen.items() if amount
        }
        known = {asset: value for asset, value in found.items() if value is not None}
        return known if len(known) == len(found) and any(known.values()) else {}

    def _value(self, asset: int, amount: int, key: int | None) -> Fraction | None:
        if key is None or self.trail.passages is None:
            return None
        return self.trail.passages.worth(asset, amount, self.ledgers.time(key))

    def _endpoint(self, end: Endpoint, flow: Flow, worth: Mapping[int, Fraction]) -> dict[str, Any]:
        reason, detail = end.stop.reason, end.stop.detail
        if self.trail.theft.backward:
            reason, detail = BACKWARD.get(reason, (reason, detail))
        if count := self._open.count(end.holding, end.stop):
            detail = f"{detail}; {count:,} candidate{'s' if count > 1 else ''} in bridge_candidates"
        first, last = (end.last, end.first) if self.trail.theft.backward else (end.first, end.last)
        shares = self._shares(end, flow)
        share = next(iter(shares.values())) if len(shares) == 1 else None
        if worth and flow.policy in CONSERVING:
            share = self._part(end, flow, worth)
        value = self._value(self.ledgers.asset(end.holding), end.amount, last)
        return {
            **self._place(end.holding),
            "amount": self._amount(end.amount, end.holding),
            "share": share,
            "shares": shares,
            "value": None if value is None else _dollars(value),
            "reason": reason,
            "label": end.stop.label,
            "category": end.stop.category,
            "target": end.stop.target,
            "hops": end.hops,
            "first_time": self._time(first),
            "last_time": self._time(last),
            "arrivals": end.arrivals,
            "detail": detail or reason,
        }

    def _part(self, end: Endpoint, flow: Flow, worth: Mapping[int, Fraction]) -> str:
        """The part of the whole theft, by what everything was worth when it was stolen."""
        whole = sum(worth.values(), Fraction(0))
        part = (
            sum((worth[a] * units / (flow.stolen[a] * UNITS) for a, units in end.claims.items() if units), Fraction(0))
            / whole
        )
        return f"{part.numerator}/{part.denominator}"

    def _shares(self, end: Endpoint, flow: Flow) -> dict[str, str]:
        """Exact fractions of what was stolen, by the asset that it was stolen in."""
        if flow.policy not in CONSERVING:
            asset = self.ledgers.asset(end.holding)
            stolen = flow.stolen.get(asset)
            return {self.ledgers.name(asset): _fraction(end.amount, stolen)} if stolen else {}
        found = {
            self.ledgers.name(asset): _fraction(units, flow.stolen[asset] * UNITS)
            for asset, units in end.claims.items()
            if units
        }
        return dict(sorted(found.items()))

    def _bounds(self) -> list[dict[str, Any]]:
        found = []
        self._addresses.update(self.ledgers.texts(sorted({bound.holding for bound in self.trail.bounds or ()})))
        for bound in self.trail.bounds or ():
            reason = bound.stop.reason
            found.append(
                {
                    **self._place(bound.holding),
                    "reason": BACKWARD.get(reason, (reason,))[0] if self.trail.theft.backward else reason,
                    "label": bound.stop.label,
                    "least": self._amount(bound.least, bound.holding),
                    "most": self._amount(bound.most, bound.holding),
                    "sharp": bound.sharp,
                }
            )
        ranked = zip(self.trail.bounds or (), found, strict=True)
        order = sorted(ranked, key=lambda pair: (pair[1]["asset"], -pair[0].most, pair[1]["address"] or ""))
        return [row for _, row in order]

    def _bounds_note(self) -> str | None:
        if self.trail.bounds is None:
            return "not asked for (--bounds)"
        notes = []
        wide = {self.ledgers.asset(bound.holding) for bound in self.trail.bounds if not bound.sharp}
        if wide:
            names = ", ".join(sorted(map(self.ledgers.name, wide)))
            notes.append(
                f"they may be wider than need be for {names}, which several conversions of mixed coins brought"
            )
        if not all(proven(move) for flow in self.trail.flows.values() for move in flow.moves):
            notes.insert(0, "of what crossed by links that no key proves, nothing may have come")
        return "; ".join(notes) or None

    def _book(self, holdings: Sequence[int]) -> dict[str, Any]:
        """The books of a holding, or of the outputs of an address together."""
        first, opening, received, held = holdings[0], 0, 0, 0
        for holding in holdings:
            account = Account(self.ledgers, holding, backward=False)
            opening += account.inferred
            held += account.held
            received += sum(a for a, comes in zip(account.amounts, account.incoming, strict=True) if comes)
        return {
            **self._place(first),
            "opening": self._amount(opening, first),
            "opening_inferred": bool(opening),
            "received": self._amount(received, first),
            "sent": self._amount(opening + received - held, first),
            "held": self._amount(held, first),
        }

    def holdings(self) -> Iterator[dict[str, Any]]:
        """The books of every holding that stolen value left or passed through, by address."""
        passed = {move.recipient for flow in self.trail.flows.values() for move in flow.moves if not move.ended}
        return iter(self._books(passed | set(self._own)))

    def _books(self, holdings: Iterable[int]) -> list[dict[str, Any]]:
        seats: dict[int, list[int]] = {}
        for holding in holdings:
            if not self.ledgers.through(holding):
                seats.setdefault(self.ledgers.seat(holding), []).append(holding)
        rows = (self._book(own) for own in seats.values())
        return sorted(rows, key=lambda row: (row["address"] or "", row["asset"]))

    def _unverified(self, number: int, transfers: int, amount: int) -> dict[str, Any]:
        asset, chain = self.ledgers.assets[number], self.ledgers.chain_of(number)
        path = next(ledger.path for ledger in self.ledgers.all if ledger.chain == chain)
        copied = imitates(asset.symbol, registry(path, chain))
        return {
            "chain": chain,
            "asset": self.ledgers.name(number),
            "symbol": asset.symbol,
            "transfers": transfers,
            "amount": to_text(amount, asset.decimals),
            "reason": f"imitates {copied}" if copied else "nobody vouches for this contract",
        }

    def _warnings(self) -> list[str]:
        found = list(self.trail.found.warnings)
        stop_at, addresses = dict.fromkeys(self.trail.settings.stop_at), self.trail.theft.addresses
        if own := [self.ledgers.text(address) for address in stop_at if address in addresses]:
            found.append(f"no trace stops at the theft's own addresses: {len(own)} named to stop at, first {own[0]}")
        indexes = [ledger.index for ledger in self.ledgers.all]
        absent = [one for one in stop_at if not any(index.candidates(one) for index in indexes)]
        if missing := [self.ledgers.text(address) for address in absent]:
            found.append(
                f"{len(missing)} of {len(stop_at)} addresses to stop at are not in the ledger, first {missing[0]}"
            )
        passages = self.trail.passages
        found += self.trail.links.notes if self.trail.links else []
        found += self._open.notes
        if passages is not None and passages.bridges is not None and passages.bridges.asked:
            found += passages.bridges.crossings.notes
        if not all(ledger.manifest.exact for ledger in self.ledgers.all):
            found.append("a source of this ledger had rounded its amounts: every figure is approximate")
        if self.trail.found.listed:
            found.append(
                f"unverified assets that moved with the theft: {len(self.trail.found.listed)}; listed, not traced"
            )
        return found


def _ledger(ledger: Ledger) -> dict[str, Any]:
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
        "events": len(ledger.events),
        "events_digest": ledger.events.digest,
        "sources": [
            {"name": source.name, "sha256": source.sha256, "rows": source.rows, "format": source.format}
            for source in ledger.manifest.sources
        ],
    }


def _dollars(value: Fraction) -> str:
    """USD to the cent, as exact text."""
    return to_text(round(value * 100), 2)


def _fraction(part: int, whole: int) -> str:
    share = Fraction(part, whole)
    return f"{share.numerator}/{share.denominator}"


def _digest(digests: list[str]) -> str:
    """One digest for the labels of all ledgers; of one ledger it is its own."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def _numbers(setting: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Thresholds as one flat table: those inside others are named after both."""
    flat: dict[str, Any] = {}
    for name, value in setting.items():
        if isinstance(value, Mapping):
            flat |= _numbers(value, f"{before}{name}_")
        else:
            flat[before + name] = " and ".join(map(str, value)) if isinstance(value, tuple) else value
    return flat
