"""What formulas may ask for: what somebody said, and what the ledger counts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cointrail.errors import InputError
from cointrail.incidents import statistics
from cointrail.incidents.aggregate import Aggregate, metrics, pick
from cointrail.incidents.entry import Entry
from cointrail.incidents.formula import Function, Unknown, Value
from cointrail.incidents.money import money
from cointrail.incidents.projection import Projection
from cointrail.incidents.span import span
from cointrail.incidents.vocabulary import within
from cointrail.incidents.window import window, years


@dataclass(frozen=True, slots=True)
class Figures:
    """Published figures, the thefts that count, all thefts with those that do not, and the projection."""

    published: Sequence[Aggregate]
    entries: Sequence[Entry]
    all: Sequence[Entry]
    project: Callable[[int], Projection | None]

    def functions(self) -> Mapping[str, Function]:
        """The functions of formulas, by name."""
        return {
            "said": self.said, "said_sum": self.said_sum, "said_most": self.said_most, "counted": self.counted,
            "counted_most": self.counted_most,
            "incident": self.incident, "largest": self.largest, "attributed": self.attributed, "chance": self.chance,
        }  # fmt: skip

    def said(self, by: str, metric: str, of: str, when: str, whole: str = "", said: str = "latest") -> Value:
        """What a publisher said of a window: `latest`, `first`, or the last thing by a day."""
        if metric not in metrics():
            raise InputError(f"{metric!r} is no metric: there are {', '.join(metrics())}")
        part = whole or ("all theft" if metric.startswith("share") else "")
        known = self.published
        if said not in ("latest", "first"):
            known = [one for one in known if one.known(span(said).last)]
        found = pick(known, by, (metric, of, part, window(when).text), "first" if said == "first" else "latest")
        if found is None:
            raise Unknown(f"{by} published no {metric} of {of} in {when}")
        ends = found.figure.range()
        return Value.of(found.figure.value, ends.least, ends.most)

    def said_sum(self, by: str, metric: str, of: str, when: str, said: str = "latest") -> Value:
        """The sum over the whole years of a window of what a publisher said of each."""
        parts = [self.said(by, metric, of, one.text, said=said) for one in years(when)]
        return Value(sum((p.value for p in parts), Fraction(0)), sum((p.least for p in parts), Fraction(0)),
                     sum((p.most for p in parts), Fraction(0)))  # fmt: skip

    def said_most(self, by: str, metric: str, of: str, when: str, said: str = "latest") -> Value:
        """The largest over the whole years of a window of what a publisher said of each."""
        parts = [self.said(by, metric, of, one.text, said=said) for one in years(when)]
        return max(parts, key=lambda part: part.value)

    def counted(self, metric: str, when: str, **chosen: str) -> Value:
        """What the ledger counts in a window: `stolen`, `incidents`, `mean`, `largest`, `top three share` and others.

        Chosen by `actor`, `kind`, `platform`, `attack`, `chain`, `services="yes"`, `least` (dollars).
        """
        found = statistics.during(_chosen(self.entries, chosen), window(when))
        if not found:
            raise Unknown(f"the ledger has no such theft in {when}")
        whole = statistics.total(found)
        amounts = statistics.values(found)
        if metric == "incidents":
            return Value.of(len(found))
        if metric == "stolen":
            return Value.of(whole.value, whole.least, whole.most)
        if metric == "mean" and amounts:
            return Value(*(Fraction(part) / len(amounts) for part in (whole.value, whole.least, whole.most)))
        if metric == "largest" and amounts:
            return Value.of(amounts[0])
        named = {
            "top three share": statistics.top_share, "largest over median": statistics.largest_over_median,
            "gini": statistics.gini,
        }  # fmt: skip
        if metric not in named:
            raise InputError(f"nothing counts {metric!r}")
        ways = [statistics.values(found, weigh) for weigh in (statistics.usd, statistics.least, statistics.most)]
        told = [value for amounts in ways if (value := named[metric](amounts)) is not None]
        if not told:
            raise Unknown(f"no sums for {metric} in {when}")
        return Value.of(told[0], min(told), max(told))

    def counted_most(self, metric: str, when: str, **chosen: str) -> Value:
        """The largest over the whole years of a window of what the ledger counts in each."""
        parts = []
        for one in years(when):
            with suppress(Unknown):
                parts.append(self.counted(metric, one.text, **chosen))
        if not parts:
            raise Unknown(f"the ledger has no such theft in {when}")
        return max(parts, key=lambda part: part.value)

    def incident(self, name: str, field: str = "usd") -> Value:
        """What sources say about a number of one theft: the winner's, from the least to the most."""
        entry = self._entry(name)
        said = [claim.number for claim in entry.incident.about(field) if claim.number is not None]
        if not said:
            raise Unknown(f"no source says {field} of {name}")
        return Value.of(entry.numbers.get(field, said[0]), min(said), max(said))

    def largest(self, when: str, without: str = "", disputed: str = "no") -> Value:
        """The largest theft of a window, without one that is named; with `disputed="yes"` also of those left out."""
        pool = self.all if disputed == "yes" else self.entries
        amounts = [
            (one.usd, one.least or one.usd, one.most or one.usd)
            for one in statistics.during(pool, window(when)) if one.usd and one.id != without
        ]  # fmt: skip
        if not amounts:
            raise Unknown(f"no theft with a sum in {when}")
        return Value.of(*max(amounts))

    def attributed(self, name: str, actor: str, by: str) -> Value:
        """Days from a theft to a source's attribution of it to an actor or a unit of it."""
        entry = self._entry(name)
        times = [
            claim.said.last for claim in entry.incident.about("actor")
            if claim.by == by and claim.said and not claim.denies and actor in within(claim.value)
        ]  # fmt: skip
        if not times:
            raise Unknown(f"{by} attributed {name} to {actor} nowhere with a date")
        return Value.of((min(times) - entry.when.first).days)

    def chance(self, year: str, of: str = "record") -> Value:
        """The chance that a year breaks the `record` of years, exceeds the `last`, or holds the `largest` theft yet."""
        found = self.project(int(year))
        if found is None:
            raise Unknown(f"too few years to project {year}")
        chances = {"record": found.record_broken, "last": found.last_exceeded, "largest": found.largest_broken}
        if of not in chances:
            raise InputError(f"no chance of {of!r}: there are {', '.join(chances)}")
        return Value.of(Decimal(str(chances[of])))

    def _entry(self, name: str) -> Entry:
        found = next((one for one in self.all if one.id == name), None)
        if found is None:
            raise Unknown(f"{name} is not in the ledger")
        return found


def _chosen(entries: Iterable[Entry], chosen: Mapping[str, str]) -> list[Entry]:
    found = list(entries)
    for name, word in chosen.items():
        if name == "services":
            found = statistics.of_services(found) if word == "yes" else found
        elif name == "least":
            found = [one for one in found if one.usd is not None and one.usd >= money(word)]
        elif name not in TESTS:
            raise InputError(f"nothing is chosen by {name!r}: there are services, least, {', '.join(TESTS)}")
        else:
            found = [one for one in found if TESTS[name](one, word)]
    return found


TESTS: Mapping[str, Callable[[Entry, str], bool]] = {
    "actor": lambda one, word: one.by(word),
    "kind": lambda one, word: one.kind in word.split("|"),
    "platform": lambda one, word: one.platform in word.split("|"),
    "attack": lambda one, word: one.attack in word.split("|"),
    "chain": lambda one, word: word in one.chains,
    "without": lambda one, word: one.id != word,
}
