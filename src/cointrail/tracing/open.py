"""Deposits whose other side is not sure: the withdrawals that may be it. Listed, not followed.

Backward it is the other way round: withdrawals at which the trail stops, and the deposits that may be theirs.
"""

from collections.abc import Collection
from functools import cached_property
from typing import Any

from cointrail.aside import Aside
from cointrail.chains import chain, format_time, to_text
from cointrail.conversions.bridges import Crossings, Leg
from cointrail.conversions.bridges.leg import Crossing
from cointrail.conversions.swappers import said_rate
from cointrail.tracing.exit import Stop
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.links import Links
from cointrail.tracing.passages import Passages

LABEL = "label"  # the reason for which a trail stops at a swapper
MOST = 20  # candidates that are listed for each leg, the likeliest
LARGE = 100  # legs of swappers, from which their candidates are weighed beside other work


class Open:
    """The candidates of a trail. `touched`: the transactions that it went through. Weighing them may take a while; it
    is begun at once, and waited for when the first is asked for."""

    def __init__(
        self, ledgers: Ledgers, passages: Passages | None, links: Links | None, touched: Collection[bytes]
    ) -> None:
        self._ledgers = ledgers
        self._numbers = {ledger.chain: number for number, ledger in enumerate(ledgers.all)}
        self._legs: list[Leg] = []
        self._known: dict[int, list[Crossing]] = {}  # the candidates of bridges' legs
        self._reached: dict[int, tuple[int, Stop | None]] = {}  # legs at which the trail stops; None: at a swapper
        bridges = passages.bridges if passages is not None else None
        if bridges is not None and bridges.open:
            self._legs, self._known = bridges.crossings.legs, bridges.crossings.candidates_of
            self._reached = {place: at for place, at in bridges.open.items() if self._legs[place].tx in touched}
        swapped = {place for place, (_, stop) in self._reached.items() if stop is None}

        def weigh() -> tuple[list[Crossing], list[str]]:
            return links.weigh(swapped) if links is not None and swapped else ([], [])

        self._weighed = Aside(weigh, len(swapped) >= LARGE)

    @property
    def notes(self) -> list[str]:
        """What there is to know about candidates that are not listed."""
        return self._weighed.result()[1]

    @cached_property
    def _possible(self) -> dict[int, list[Crossing]]:
        """The candidates of each leg at which the trail stops, the likeliest first."""
        swapped = Crossings([], [], [], self._weighed.result()[0]).candidates_of
        found = {
            place: (swapped if stop is None else self._known).get(place, [])
            for place, (_, stop) in self._reached.items()
        }
        return {place: possible for place, possible in found.items() if possible}

    @cached_property
    def _counts(self) -> dict[tuple[int, str | None, str | None], int]:
        """How many there are where the trail stops: by holding, label and target; at a swapper, by the holding that
        stands for its address."""
        found: dict[tuple[int, str | None, str | None], set[Crossing]] = {}
        for place, possible in self._possible.items():
            holding, stop = self._reached[place]
            end = (self._ledgers.seat(holding), None, None) if stop is None else (holding, stop.label, stop.target)
            found.setdefault(end, set()).update(possible)
        return {end: len(some) for end, some in found.items()}

    @cached_property
    def _listed(self) -> dict[Crossing, None]:
        return dict.fromkeys(one for possible in self._possible.values() for one in possible[:MOST])

    def count(self, holding: int, stop: Stop) -> int:
        """How many candidates there are for what stopped at a holding."""
        end = (holding, None, None) if stop.reason == LABEL else (holding, stop.label, stop.target)
        return self._counts.get(end, 0)

    @property
    def assets(self) -> set[int]:
        """The assets that the rows speak of, as far as the ledgers have them."""
        legs = (self._legs[place] for one in self._listed for place in (one.deposit, one.withdrawal))
        found = (self._ledgers.asset_of(self._numbers[leg.chain], leg.token) for leg in legs if leg.token is not None)
        return {asset for asset in found if asset is not None}

    def rows(self) -> list[dict[str, Any]]:
        """The candidates as rows of trail.json: by deposit in order of time, the likeliest first."""
        return [self._row(one) for one in sorted(self._listed, key=self._order)]

    def _order(self, one: Crossing) -> tuple[Any, ...]:
        out, into = self._legs[one.deposit], self._legs[one.withdrawal]
        return (
            out.time,
            out.chain,
            out.tx,
            out.position,
            -one.confidence,
            into.time,
            into.chain,
            into.tx,
            into.position,
        )

    def _row(self, one: Crossing) -> dict[str, Any]:
        out, into = self._legs[one.deposit], self._legs[one.withdrawal]
        told = said_rate(one.rule, one.confidence, out.bridge)
        return {
            "bridge": out.bridge,
            **self._side(out),
            **{f"to_{name}": value for name, value in self._side(into).items()},
            "rule": one.rule,
            "confidence": one.confidence,
            "ambiguous": one.ambiguous,
            "rate": str(told) if told else None,
        }

    def _text(self, number: int, address: bytes) -> str:
        """An address as people of its chain write it."""
        ledger = self._ledgers.all[number]
        own = ledger.address_id(address)
        return (ledger.texts([own])[0] if own is not None else None) or chain(ledger.chain).address(address)

    def _side(self, leg: Leg) -> dict[str, Any]:
        """Chain, transaction, time, whose value it was or is, asset and amount of a leg."""
        number = self._numbers[leg.chain]
        asset = None if leg.token is None else self._ledgers.asset_of(number, leg.token)
        known = None if asset is None else self._ledgers.assets[asset]
        who = leg.recipient if leg.side != "deposit" else leg.sender and self._text(number, leg.sender)
        return {
            "chain": leg.chain,
            "tx": chain(leg.chain).hash(leg.tx),
            "time": None if leg.time is None else format_time(leg.time),
            "address": who or None,
            "asset": leg.token if asset is None else self._ledgers.name(asset),
            "amount": to_text(leg.amount or 0, known.decimals if known else 0),
        }
