"""A trace: a theft looked up, followed under one or more policies, and its books balanced."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cointrail.chains import to_units
from cointrail.errors import InputError
from cointrail.labels import Labels
from cointrail.ledger import Ledger
from cointrail.tracing.account import Account
from cointrail.tracing.behaviour import Behaviour
from cointrail.tracing.bounds import Bound, bounds
from cointrail.tracing.policies import CONSERVING, POLICIES
from cointrail.tracing.stops import Judge
from cointrail.tracing.survey import Survey, survey
from cointrail.tracing.theft import Found, Theft, find
from cointrail.tracing.walk import Flow, Limits, Walk

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
    behaviour: Behaviour | None = field(default_factory=Behaviour)  # None: do not judge behaviour

    def check(self) -> None:
        """InputError for a policy or a number that does not exist."""
        for name in self.policies:
            if name not in POLICIES:
                raise InputError(f"unknown policy {name!r}; there are {', '.join(POLICIES)}, and all")
        if not self.policies:
            raise InputError("no policy given; name one, or all")
        if self.max_hops is not None and self.max_hops < 1:
            raise InputError(f"--max-hops {self.max_hops}: give 1 or more")


@dataclass
class Trail:
    """The result of a trace: every movement that carried stolen value, and where it stopped."""

    ledger: Ledger
    labels: Labels
    theft: Theft
    settings: Settings
    found: Found
    survey: Survey | None
    flows: dict[str, Flow]
    bounds: list[Bound] | None

    def balanced(self, policy: str) -> bool | None:
        """Whether what was stolen is the sum over the endpoints, asset by asset; None for poison."""
        return balanced(self.ledger, self.flows[policy])


def trace(
    ledger: Ledger,
    theft: Theft,
    policy: str | Sequence[str] = "fifo",
    *,
    settings: Settings | None = None,
    step: Step = lambda what, share: None,
) -> Trail:
    """Follow a theft through a ledger.

    `policy` names one policy, several, or "all"; `settings` overrides it. Raises InputError where the theft is not in
    the ledger or a setting is wrong, and RuntimeError should the books ever not balance.
    """
    if settings is None:
        names = (policy,) if isinstance(policy, str) else tuple(policy)
        settings = Settings(tuple(POLICIES) if names == ("all",) else names)
    settings.check()
    floor = _floor(ledger, settings.min_value)
    index = ledger.index
    found = find(ledger, theft)
    labels = Labels(ledger.path)
    judge = Judge(ledger, labels, settings.stop_at, theft.backward)
    accounts: dict[int, Account] = {}
    whole = Walk(index, accounts, theft.backward, judge, Limits({}, until=found.until))
    seen = None
    if settings.behaviour is not None:
        seen = survey(whole, found.seeds, judge, found.until, settings.behaviour, lambda n: step("reach", -n))
        judge.hubs, judge.dust = seen.hubs, seen.dust
    walk = Walk(index, accounts, theft.backward, judge, Limits(floor, settings.max_hops, found.until))
    flows = {}
    for name in settings.policies:
        flow = flows[name] = walk.follow(name, found.seeds, lambda n, name=name: step(name, -n))  # type: ignore[misc]
        if balanced(ledger, flow) is False:
            raise RuntimeError(f"the books of policy {name} do not balance: a bug; please report it with the ledger")
    limits: list[Bound] | None = None
    if settings.bounds:
        plain = settings.min_value is None and settings.max_hops is None
        reach = flows["poison"] if plain and "poison" in flows else whole.follow("poison", found.seeds)
        limits = bounds(whole, reach, found.seeds, lambda share: step("bounds", share))
    return Trail(ledger, labels, theft, settings, found, seen, flows, limits)


def balanced(ledger: Ledger, flow: Flow) -> bool | None:
    """Check the books of one walk to the smallest unit."""
    if flow.policy not in CONSERVING:
        return None
    ended: dict[int, int] = {}
    for end in flow.endpoints.values():
        asset = int(ledger.index.holding_asset[end.holding])
        ended[asset] = ended.get(asset, 0) + end.amount
    return {a: n for a, n in ended.items() if n} == {a: n for a, n in flow.stolen.items() if n}


def _floor(ledger: Ledger, min_value: str | None) -> dict[int, int]:
    if min_value is None:
        return {}
    floor = {}
    for number, asset in enumerate(ledger.assets):
        try:
            floor[number] = -(-to_units(min_value, FINE) * 10**asset.decimals // 10**FINE)
        except ValueError as error:
            raise InputError(f"--min-value {min_value}: {error}") from error
    return floor
