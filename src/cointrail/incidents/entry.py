"""A theft as one rule set reads it: one value a field, and the claims that won."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cointrail.incidents.claim import Claim
from cointrail.incidents.incident import Incident
from cointrail.incidents.rules import Rules
from cointrail.incidents.span import Span
from cointrail.incidents.vocabulary import CONFIDENCE, within

NUMBERS = ("usd", "nominal", "recovered", "made_whole", "frozen", "victims", "incidents")
MOMENTS = ("stolen_at", "first_move", "disclosed", "cashed_out")
WORDS = ("platform", "kind")
KIND_OF = {"personal wallet": "personal", "physical": "physical"}
NOBODY = "not attributed"
UNSAID = "not said"


@dataclass(frozen=True, slots=True)
class Entry:
    """One theft as it counts: when, how much, who, how, where; None and empty are "no source says".

    `least` and `most` are the ends of what sources say it was worth. `left_out` says why totals leave it out.
    """

    incident: Incident
    when: Span
    usd: Decimal | None
    least: Decimal | None
    most: Decimal | None
    kind: str
    platform: str
    attacks: tuple[str, ...]
    chains: tuple[str, ...]
    actor: str
    confidence: str
    disputed: bool  # the attribution is denied by another source
    numbers: Mapping[str, Decimal]
    moments: Mapping[str, Span]
    won: Mapping[str, Claim] = field(repr=False)
    left_out: str = ""

    @property
    def id(self) -> str:
        """The id of the incident."""
        return self.incident.id

    @property
    def attack(self) -> str:
        """How it was done, by the winning claim."""
        return self.attacks[0] if self.attacks else UNSAID

    def by(self, actor: str) -> bool:
        """Whether it counts as that actor's, or as that of a unit of it."""
        return actor in within(self.actor)


def entries(incidents: Mapping[str, Incident], rules: Rules, day: date | None = None) -> list[Entry]:
    """Every theft as the rules read it, in order of date and id; with a day, as it was known at its end."""
    known = list(incidents.values()) if day is None else _known(incidents.values(), day)
    names = frozenset(one.id for one in known)
    return sorted((_entry(one, rules, names) for one in known), key=lambda one: (one.when, one.id))


def counted(all_of: Iterable[Entry]) -> list[Entry]:
    """Those that totals count."""
    return [one for one in all_of if not one.left_out]


def _known(incidents: Iterable[Incident], day: date) -> list[Incident]:
    return [kept for one in incidents if (kept := one.known(day)) is not None]


def _entry(incident: Incident, rules: Rules, known: frozenset[str]) -> Entry:
    won: dict[str, Claim] = {}
    for name in ("date", *NUMBERS, *MOMENTS, *WORDS, "attack", "part_of", "disputed"):
        claim = rules.winner(incident.about(name), incident)
        if claim is not None:
            won[name] = claim
    actor, confidence, disputed, who = _actor(incident, rules)
    if who is not None:
        won["actor"] = who
    sums = [claim.number for claim in incident.about("usd") if claim.number is not None]
    attacks = [won["attack"].value] if "attack" in won else []
    platform = won["platform"].value if "platform" in won else UNSAID
    kind = won["kind"].value if "kind" in won else _kind(platform, attacks)
    moments = {name: won[name].when for name in MOMENTS if name in won}
    numbers = {name: won[name].number for name in NUMBERS if name in won}
    when = won["date"].when
    return Entry(
        incident, when if when is not None else incident.when, numbers.get("usd"), min(sums, default=None),
        max(sums, default=None), kind, platform,
        tuple(dict.fromkeys([*attacks, *(claim.value for claim in incident.about("attack"))])),
        tuple(dict.fromkeys(claim.value for claim in incident.about("chain"))), actor, confidence, disputed,
        {name: value for name, value in numbers.items() if value is not None},
        {name: value for name, value in moments.items() if value is not None}, won, _left_out(won, known),
    )  # fmt: skip


def _kind(platform: str, attacks: list[str]) -> str:
    """What kind of theft it is where no source says so: by what was robbed, or by force."""
    return KIND_OF.get(platform, "physical" if "coercion" in attacks else "service")


def _actor(incident: Incident, rules: Rules) -> tuple[str, str, bool, Claim | None]:
    """Who did it: the surest attribution that counts, its confidence, whether it is denied, and the claim."""
    said = incident.about("actor")
    denied = {claim.value for claim in said if claim.denies}
    best: tuple[int, str, bool, Claim] | None = None
    for level, word in enumerate(CONFIDENCE):
        for disputed in (False, True):
            group = [
                claim for claim in said
                if not claim.denies and bool(within(claim.value) & denied) == disputed
                and (CONFIDENCE[-1] if disputed else claim.confidence) == word
            ]  # fmt: skip
            winner = rules.winner(group, incident)
            if best is None and winner is not None and rules.counts(word):
                best = level, word, disputed, winner
    return (NOBODY, "", bool(denied), None) if best is None else (best[3].value, best[1], best[2], best[3])


def _left_out(won: Mapping[str, Claim], known: frozenset[str]) -> str:
    if "part_of" in won and won["part_of"].value in known:
        return f"part of {won['part_of'].value}"
    return won["disputed"].value if "disputed" in won else ""
