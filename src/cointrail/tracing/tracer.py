"""A trace: a theft looked up, followed under one or more policies, and its books balanced."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cointrail.aside import Aside
from cointrail.chains import to_units
from cointrail.conversions.bridges import Table, shipped
from cointrail.conversions.swappers import ConfirmedFile
from cointrail.errors import InputError
from cointrail.labels import Labels
from cointrail.ledger import Ledger
from cointrail.prices import Prices
from cointrail.tracing.account import Account
from cointrail.tracing.behaviour import Behaviour
from cointrail.tracing.bounds import Bound, bounds
from cointrail.tracing.joins import Joins
from cointrail.tracing.ledgers import Fact, Ledgers
from cointrail.tracing.links import Links
from cointrail.tracing.passages import Passages
from cointrail.tracing.policies import CONSERVING, POLICIES
from cointrail.tracing.shares import UNITS
from cointrail.tracing.stops import Judge
from cointrail.tracing.survey import Survey, begun, survey
from cointrail.tracing.theft import Found, Theft, find, followed
from cointrail.tracing.walk import Flow, Limits, Walk

LARGE = 5_000  # holdings reached, from which bounds are computed beside the policies
FINE = 36  # decimals in which --min-value may be given, whatever the asset has

Step = Callable[[str, float], None]  # what is being done, and the share that is done (below 0: a count)


@dataclass(frozen=True)
class Settings:
    """How to trace. The default has neither floor nor hop limit; it stops at labels and at what behaves like a
    service."""

    policies: tuple[str, ...] = ("fifo",)
    min_value: str | None = None  # whole units of whichever asset: smaller stolen parts are not followed
    max_hops: int | None = None
    stop_at: tuple[bytes, ...] = ()
    bounds: bool = False
    conversions: bool = True  # go on through swaps and over bridges
    coinjoins: bool = False  # go on through CoinJoins, as if it were known whose output is whose
    keyed_only: bool = False  # cross bridges by their own keys alone, not by what else the legs show
    bridges: Table = field(default_factory=shipped)  # whose events are read
    confirmed: tuple[ConfirmedFile, ...] = ()  # what swappers paid out for which deposits, as somebody was told
    prices: Prices = field(default_factory=Prices)  # what assets were worth; empty: shares are told instead
    behaviour: Behaviour | None = field(default_factory=Behaviour)  # None: do not judge behaviour

    def check(self) -> None:
        """InputError for a policy or a number that does not exist."""
        for name in self.policies:
            if name not in POLICIES:
                raise InputError(f"unknown policy {name!r}; there are {', '.join(POLICIES)}, and all")
        if not self.policies:
            raise InputError("no policy given; name one, or all")
        if self.confirmed and not self.conversions:
            raise InputError("confirmed links are not followed without conversions; leave one of the two out")
        if self.max_hops is not None and self.max_hops < 1:
            raise InputError(f"--max-hops {self.max_hops}: give 1 or more")


@dataclass
class Trail:
    """The result of a trace: every movement that carried stolen value, and where it stopped."""

    ledgers: Ledgers
    labels: list[Labels]  # of each ledger
    theft: Theft
    settings: Settings
    found: Found
    survey: Survey | None
    passages: Passages | None
    flows: dict[str, Flow]
    joins: Joins  # the CoinJoins on the way
    links: Links | None  # from one ledger into another; None without conversions
    within: Aside[list[Bound] | None]  # the bounds, once they are computed

    @property
    def ledger(self) -> Ledger:
        """The first ledger."""
        return self.ledgers.all[0]

    @property
    def bounds(self) -> list[Bound] | None:
        """The least and the most that can have reached each endpoint; None where they were not asked for."""
        return self.within.result()

    @cached_property
    def facts(self) -> dict[int, Fact]:
        """What the ledgers say of every row in the flows, by key without sign."""
        keys: set[int] = set()
        for flow in self.flows.values():
            keys |= {key for move in flow.moves for key in (move.key, move.landed)}
            keys |= {key for end in flow.endpoints.values() for key in (end.first, end.last) if key is not None}
        return self.ledgers.facts(sorted({abs(key) for key in keys}))

    def balanced(self, policy: str) -> bool | None:
        """Whether the books balance, asset by asset and share by share; None for poison."""
        return balanced(self.ledgers, self.flows[policy])


def trace(
    ledger: Ledger | Sequence[Ledger],
    theft: Theft,
    policy: str | Sequence[str] = "fifo",
    *,
    settings: Settings | None = None,
    step: Step = lambda what, share: None,
) -> Trail:
    """Follow a theft through one ledger or several.

    `policy` names one policy, several, or "all"; `settings` overrides it. Raises InputError where the theft is not in
    the ledgers or a setting is wrong, and RuntimeError should the books ever not balance.
    """
    if settings is None:
        names = (policy,) if isinstance(policy, str) else tuple(policy)
        settings = Settings(tuple(POLICIES) if names == ("all",) else names)
    settings.check()
    ledgers = Ledgers([ledger] if isinstance(ledger, Ledger) else ledger)
    floor = _floor(ledgers, settings.min_value)
    found = find(ledgers, theft, settings.conversions)
    labels = [Labels(one.path) for one in ledgers.all]
    judge = Judge(ledgers, labels, settings.stop_at, theft.backward)
    passages, links = None, None
    if settings.conversions:
        links = Links(
            ledgers,
            labels,
            theft.backward,
            lambda asset: followed(ledgers, theft, asset),
            settings.bridges,
            settings.keyed_only,
            settings.prices,
            settings.confirmed,
        )
        passages = Passages(
            ledgers,
            theft.backward,
            lambda asset: followed(ledgers, theft, asset),
            found.robbed,
            links.find,
            settings.prices,
            links.wallets,
            links.gates,
        )
    accounts: dict[int, Account] = {}
    joins = Joins(ledgers)
    joined = (lambda holding: None) if settings.coinjoins else joins
    whole = Walk(ledgers, accounts, theft.backward, judge, Limits({}, until=found.until), passages, joined)
    seen = None
    if settings.behaviour is not None:
        judge.rule, judge.start = settings.behaviour, begun(whole, found.seeds)
        seen = survey(whole, found.seeds, judge, found.until, settings.behaviour, lambda n: step("reach", -n))
        judge.hubs, judge.dust = seen.hubs, seen.dust
    limits = Limits(floor, settings.max_hops, found.until)
    walk = Walk(ledgers, accounts, theft.backward, judge, limits, passages, joined)
    flows: dict[str, Flow] = {}

    def bound() -> list[Bound] | None:
        if not settings.bounds:
            return None
        plain = settings.min_value is None and settings.max_hops is None
        walked = flows.get("poison") if plain else None  # a copy begins before it is there
        return bounds(whole, walked or whole.follow("poison", found.seeds), found.seeds)

    within = Aside(bound, settings.bounds and seen is not None and seen.reached >= LARGE)
    for name in settings.policies:
        flow = flows[name] = walk.follow(name, found.seeds, lambda n, name=name: step(name, -n))  # type: ignore[misc]
        if balanced(ledgers, flow) is False:
            raise RuntimeError(f"the books of {name} do not balance: a bug; please report it with the ledger")
    return Trail(ledgers, labels, theft, settings, found, seen, passages, flows, joins, links, within)


def balanced(ledgers: Ledgers, flow: Flow) -> bool | None:
    """Check the books of one walk: asset by asset to the smallest unit, and the shares of what was stolen.

    Stolen and converted into an asset = ended in it and converted out of it; the claims of all endpoints on what was
    stolen of an asset are all of it.
    """
    if flow.policy not in CONSERVING:
        return None
    books: dict[int, int] = {}
    claims: dict[int, int] = {}
    for sums, sign in ((flow.stolen, 1), (flow.came, 1), (flow.left, -1)):
        for asset, amount in sums.items():
            books[asset] = books.get(asset, 0) + sign * amount
    for end in flow.endpoints.values():
        asset = ledgers.asset(end.holding)
        books[asset] = books.get(asset, 0) - end.amount
        for stolen, units in end.claims.items():
            claims[stolen] = claims.get(stolen, 0) + units
    whole = {asset: amount * UNITS for asset, amount in flow.stolen.items() if amount}
    return not any(books.values()) and {asset: units for asset, units in claims.items() if units} == whole


def _floor(ledgers: Ledgers, min_value: str | None) -> dict[int, int]:
    if min_value is None:
        return {}
    floor = {}
    for number, asset in enumerate(ledgers.assets):
        try:
            floor[number] = -(-to_units(min_value, FINE) * 10**asset.decimals // 10**FINE)
        except ValueError as error:
            raise InputError(f"--min-value {min_value}: {error}") from error
    return floor
