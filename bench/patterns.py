"""How often the rules for patterns are right: judged by hand on real thefts, and where patterns are known to be.

`judged.csv` says of findings on annotated thefts whether the raw movements, read by hand, bear them out. All findings
under every policy that conserves value are drawn, or so many of a rule and case where there are more; those that the
rules made once and no longer make stay in the file and are counted apart.
"""

import csv
import hashlib
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import commit
from cointrail.chains import format_address, format_time
from cointrail.conversions.rate import Rate, write_rates
from cointrail.drills.demo import LEDGER, run
from cointrail.drills.heist.planted import Planted
from cointrail.ledger import open_ledger
from cointrail.patterns.finding import Finding
from cointrail.patterns.rates import RATES
from cointrail.patterns.reading import digests, read
from cointrail.patterns.rules import PLAIN, find
from cointrail.patterns.surroundings import surroundings
from cointrail.tracing import write
from tests.patterns.cases import CASES, POLICIES, there, traced
from tests.patterns.trails import PLANTS, plain

PAGE = Path(__file__).resolve().parent.parent / "docs" / "accuracy.md"
JUDGED = Path(__file__).with_name("judged.csv")
MOST = 40  # findings of a rule and case that are judged
SEED = b"patterns"  # of the draw
TRAILS = 200  # made-up ones for each rule
HEIST, TRANSFERS = 1, 200_000  # seed and size of the synthetic heist
CHAIN = 3  # wallets of a peel chain
RIGHT = "right"
WORDS = (RIGHT, "wrong", "unclear")
UNPLANTED = 10_000  # seeds of trails with a pattern begin here

Key = tuple[str, str, str, str]  # case, rule, address, time


@dataclass(frozen=True)
class Judged:
    """What was said of the findings of one rule, over all cases."""

    rule: str
    verdicts: Counter[str]  # of those that the rule makes now
    gone: Counter[str]  # of those that it made once
    unjudged: int

    @property
    def n(self) -> int:
        """Findings that were judged."""
        return self.verdicts.total()

    @property
    def precision(self) -> float:
        """Unclear ones count as wrong."""
        return self.verdicts[RIGHT] / self.n


def judgements() -> dict[Key, str]:
    """The judgements by what they are about."""
    with JUDGED.open(newline="", encoding="utf-8") as text:
        return {(r["case"], r["rule"], r["address"], r["time"]): r["judgement"] for r in csv.DictReader(text)}


def key(case: str, one: Finding) -> Key:
    """What a finding is about."""
    return case, one.rule, one.addresses[0], "" if one.time is None else format_time(one.time)


def drawn(found: Iterable[Key]) -> list[Key]:
    """A sample, stratified by case and rule: by a digest, so that it does not depend on who draws it."""
    strata: dict[tuple[str, str], list[Key]] = defaultdict(list)
    for one in sorted(set(found), key=lambda one: hashlib.sha256(SEED + repr(one).encode()).digest()):
        strata[one[:2]].append(one)
    return [one for some in strata.values() for one in some[:MOST]]


def findings() -> Iterator[Key]:
    """Every finding on the annotated thefts, under every policy."""
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            out = traced(case, Path(folder))
            for policy in POLICIES:
                yield from (key(case, one) for one in find(read(out, policy)).findings)


def judged(found: Iterable[Key]) -> list[Judged]:
    """The judgements by rule."""
    said, sample = judgements(), drawn(found)
    now = set(sample)
    out = []
    for rule in PLAIN:
        verdicts = Counter(said[one] for one in sample if one[1] == rule and one in said)
        gone = Counter(word for one, word in said.items() if one[1] == rule and one not in now)
        unjudged = sum(1 for one in sample if one[1] == rule and one not in said)
        out.append(Judged(rule, verdicts, gone, unjudged))
    return out


def by_hand(rules: Iterable[Judged]) -> Iterator[Rate]:
    """A rate for each rule that was judged; what it should have found besides is not known."""
    for one in rules:
        if one.n:
            yield Rate(one.rule, "three thefts, judged by hand", one.n, one.precision, None, _today())


def planted() -> Iterator[Rate]:
    """Made-up trails, each with one planted pattern among random payments."""
    for rule, plant in PLANTS.items():
        hit = right = made = 0
        for seed in range(TRAILS):
            trail = plain(UNPLANTED + seed)
            who = plant(trail)
            found = list(PLAIN[rule](trail.record()))
            true = sum(1 for one in found if who in one.addresses)
            hit, right, made = hit + bool(true), right + true, made + len(found)
        yield Rate(rule, "made-up trails, planted", TRAILS, right / max(1, made), hit / TRAILS, _today())


def false() -> dict[str, float]:
    """Findings of each rule on a random trail without any planted pattern, on average."""
    counts: Counter[str] = Counter()
    for seed in range(TRAILS):
        made = plain(seed).record()
        counts.update({rule: sum(1 for _ in look(made)) for rule, look in PLAIN.items()})
    return {rule: counts[rule] / TRAILS for rule in PLAIN}


def heist() -> Iterator[Rate]:
    """The synthetic heist, whose script says where its wallets peel, rest, split evenly and are poisoned."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "demo"
        done = run(TRANSFERS, HEIST, out)
        write(done.trail, out)
        record = read(out)
        around = surroundings(record, [open_ledger(out / LEDGER)], digests(out))
        found = find(record, around).findings
    yield from scored(done.heist.planted, found, {s.recipient for s in record.steps if s.recipient} | record.victims)


def scored(true: Planted, found: Iterable[Finding], wallets: Set[str]) -> Iterator[Rate]:
    """A heist's findings beside its script, as far as its wallets are in the trail.

    A peel chain is right where three of its wallets peeled; found are the wallets of true chains that are in one.
    """
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for one in found:
        by_rule[one.rule].append(one)
    peeled, chained = _texts(true.peelers), _texts(true.chained) & wallets
    chains = [set(one.addresses) for one in by_rule["peel_chain"]]
    right = sum(1 for one in chains if len(one & peeled) >= CHAIN)
    yield _rate("peel_chain", len(chained), right, len(chains), len(chained & set().union(*chains)))
    for rule, known in (("equal_tranches", true.tranches), ("dormancy", true.resting)):
        said, truth = {one.addresses[0] for one in by_rule[rule]}, _texts(known) & wallets
        yield _rate(rule, len(truth), len(said & truth), len(said), len(said & truth))
    every = {(format_address(a), format_address(b)) for a, b in true.poisoned}
    met, pairs = (
        {one for one in every if one[0] in wallets},
        {one.addresses[:2] for one in by_rule["address_poisoning"]},
    )
    yield _rate("address_poisoning", len(met), len(pairs & met), len(pairs), len(pairs & met))


def _rate(rule: str, true: int, right: int, said: int, hit: int) -> Rate:
    return Rate(rule, "synthetic heist, its script", true, right / max(1, said), hit / max(1, true), _today())


def _texts(addresses: Iterable[bytes]) -> set[str]:
    return set(map(format_address, addresses))


HEADING = "## Patterns on trails"
BEFORE = "## Parameters of the haystacks"  # the section that follows
INTRO = """{heading}

Measured on {date}, commit {commit}. The rates are kept beside the rules, and `cointrail patterns` prints them.

**Judged by hand.** All findings on three annotated thefts (Atomic Wallet 2023, LI.FI 2024, Ronin 2022), under every
policy that conserves value, were compared with the raw movements by those who wrote the rules; each judgement, with its
reason, is in `bench/judged.csv`. The rules were developed on these cases and mended where they were judged wrong: what
they found once and find no more stands in the last column. *Unclear* counts as wrong.

| rule | judged | right | wrong | unclear | precision | found once and no more: right, wrong, unclear |
|---|---|---|---|---|---|---|
"""
FALSE = """
**Made-up trails** (synthetic): a pattern is planted among random payments; precision counts everything else that the
rule finds in the same trail. Random payments that branch are re-splits in a sense, and the rule cannot tell that nobody
planted them.

| rule | trails | precision | recall | findings in a trail without a plant, on average |
|---|---|---|---|---|
"""
SCRIPT = """
**The synthetic heist** (`cointrail demo`, seed {seed}): its script says which wallets peel, rest, fill others evenly or
are poisoned. It says so of intentions: a wallet that splits in two unequal parts looks like one that peels.

| rule | true | precision | recall |
|---|---|---|---|
"""
NOT = """
Fee overpayment was measured nowhere: no set with known truth has the fees of whole blocks.
"""


def section() -> str:
    """The part of docs/accuracy.md, measured anew; the rates are kept beside the rules."""
    rows = judged(findings()) if there() else []
    hand, made, script, none = list(by_hand(rows)), list(planted()), list(heist()), false()
    write_rates([*hand, *made, *script], RATES)
    text = INTRO.format(heading=HEADING, date=_today(), commit=commit())
    for one in rows:
        words = " | ".join(str(one.verdicts[word]) for word in WORDS)
        gone = ", ".join(str(one.gone[word]) for word in WORDS)
        text += f"| {one.rule} | {one.n} | {words} | {one.precision:.4f} | {gone} |\n" if one.n else ""
    every = sum((one.verdicts for one in rows), Counter[str]())
    if every:
        words = " | ".join(str(every[word]) for word in WORDS)
        text += f"| all | {every.total()} | {words} | {every[RIGHT] / every.total():.4f} | |\n"
    text += FALSE
    for rate in made:
        figures = f"{rate.precision:.4f} | {rate.recall:.4f} | {none[rate.rule]:.3f}"
        text += f"| {rate.rule} | {rate.n} | {figures} |\n"
    text += SCRIPT.format(seed=HEIST)
    for rate in script:
        text += f"| {rate.rule} | {rate.n:,} | {rate.precision:.4f} | {rate.recall:.4f} |\n"
    return text + NOT + "\n"


def main() -> None:
    """Measure the patterns alone, and put them into the page in place of what stood there."""
    page = PAGE.read_text("utf-8")
    at = page.index(BEFORE)
    begin = page.find(HEADING)
    PAGE.write_text(page[: begin if begin >= 0 else at] + section() + page[at:], "utf-8")


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


if __name__ == "__main__":
    main()
