"""Attacks on wallets: how often what `cointrail protect` says is true, on made-up ledgers that know."""

import random
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import ROOT, commit
from cointrail.chains import format_address
from cointrail.chains.likeness import LEADING, TRAILING
from cointrail.conversions.rate import Rate, write_rates
from cointrail.drills.attacks import Score, Spam, judge, play, spam
from cointrail.drills.attacks.spam import DIGITS
from cointrail.guard.protect import Attack, protect
from cointrail.guard.protect.poisoned import chance, poisoned
from cointrail.guard.protect.report import RATES, SURE, digits
from cointrail.ledger import open_ledger
from cointrail.patterns.surroundings import Approach

PAGE = ROOT / "docs" / "accuracy.md"
HEADING = "## Attacks on wallets"
BEFORE = "## Parameters of the haystacks"
SPAM_SEEDS, EACH, HUBS, CROWD = (71, 171, 172), 200, 40, 20_000  # of each ledger
PLAYS, PLAY_SEED = 12, 9_000  # seeds on which no rule was tried before
LOW_WALLETS, LOW_KNOWN, LOW_STRANGERS = 40, 10, 5_000  # where few digits are enough, to count chance
MADE, CHANCE = "made-up ledger with planted look-alikes", "made-up plays of attacks among honest business"

INTRO = """{heading}

Measured on {date}, commit {commit}; `cointrail protect` prints the rates, kept beside the rules. All of it
is **made up**, honest business too, and by those who wrote the rules: real precision depends on how much of each
business a ledger holds. Seeds are others than those the rules were tried on.

**Look-alikes by matching digits.** {each} planted for every number of digits, cut at random between both ends (two at
least at either), one wallet each, with ten strangers that come by nothing; beside them {hubs} wallets that deal with
{crowd:,} people and are spammed by as many strangers, where chance alone makes look-alikes. *Enough* are those with
three leading and four trailing digits, which the rule asks for.

| digits | planted | enough | found | recall | recall of enough | by chance | precision |
|---|---|---|---|---|---|---|---|
"""
CALIBRATION = """
**How well the chance is calibrated**: look-alikes that unrelated addresses make, expected by `chance` and counted. The
upper rows are of {wallets} wallets with {known} known and {strangers:,} strange addresses each, where one digit at
either end was enough; the lower ones are the {hubs} busy wallets above.

| digits or more | expected | counted |
|---|---|---|
"""
KINDS = """
**The other attacks**, in {plays} plays of two campaigns of each attack and two of each business. A wallet counts once
for each kind. Takings after which anything came back from the takers are counted apart, and never left out, as a thief
could send something back for that very purpose; no thief of the plays does, so their rate is nought. *Attacks* are
those of `drills/attacks/thieves.py`; what is missed are thieves who take an address for each wallet, wallets that had
never done anything themselves, and small campaigns.

| rule | true | found | precision | recall | missed, by attack |
|---|---|---|---|---|---|
"""
BUSINESS = """
Who was accused, of the honest wallets that look like victims (`drills/attacks/honest.py` says what each business does).
The issuer who takes an old token and gives a new one later, and people who gather many unconnected wallets, do what a
thief does.

| business | wallets | accused | of |
|---|---|---|---|
"""


@dataclass
class Likeness:
    """Planted look-alikes of so many digits, and what was found."""

    planted: int = 0
    enough: int = 0
    hit: int = 0
    wrong: int = 0


@dataclass
class Measured:
    """All of it."""

    likeness: dict[int, Likeness] = field(default_factory=dict)
    busy: list[int] = field(default_factory=list)  # digits of look-alikes that chance made before busy wallets
    scores: dict[str, Score] = field(default_factory=dict)
    business: Counter[str] = field(default_factory=Counter)


def measure() -> Measured:
    """Make the ledgers, and look."""
    found = Measured({number: Likeness() for number in DIGITS})
    for seed in SPAM_SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            made = spam(Path(folder) / "ledger", seed, EACH, HUBS, CROWD)
            _compared(found, made, protect(open_ledger(made.ledger)).attacks)
    for seed in range(PLAY_SEED, PLAY_SEED + PLAYS):
        with tempfile.TemporaryDirectory() as folder:
            played = play(Path(folder) / "ledger", seed)
            judge(played, protect(open_ledger(played.ledger)).attacks, found.scores)
        found.business.update(played.honest.values())
    return found


def _compared(found: Measured, made: Spam, attacks: Iterable[Attack]) -> None:
    """Count what was planted and what was said of it."""
    said = {(one.wallet, one.by): one for one in attacks if one.kind == "poisoning"}
    for pair, (leading, trailing) in made.planted.items():
        row = found.likeness[leading + trailing]
        row.planted += 1
        row.enough += leading >= LEADING and trailing >= TRAILING
        row.hit += pair in said
    for pair, one in said.items():
        if pair not in made.planted:
            found.busy.append(digits(one))
            if digits(one) in found.likeness:
                found.likeness[digits(one)].wrong += 1


def low() -> list[Attack]:
    """Look-alikes that chance makes where one digit at either end is enough."""
    drawn, found = random.Random(SPAM_SEEDS[0]), list[Attack]()

    def moved(time: int, sender: str, recipient: str, amount: int) -> Approach:
        return Approach("ethereum", time, time, f"0x{time:064x}", sender, recipient, "", False, None, amount)

    def somebody() -> str:
        return format_address(drawn.randbytes(20))

    for _ in range(LOW_WALLETS):
        wallet = somebody()
        movements = [moved(time, wallet, somebody(), 10**18) for time in range(LOW_KNOWN)]
        movements += [moved(LOW_KNOWN + time, somebody(), wallet, 0) for time in range(LOW_STRANGERS)]
        found += poisoned(movements, wallet, 1, 1)
    return found


def rates(found: Measured) -> Iterator[Rate]:
    """As they are kept beside the rules."""
    for number, row in _joined(found.likeness).items():
        rule = f"poisoning, {number if number < SURE else f'{SURE} or more'} digits"
        if number >= LEADING + TRAILING:
            yield Rate(rule, MADE, row.planted, _precision(row), row.hit / row.planted, _today())
    for kind, score in sorted(found.scores.items()):
        n, recall = (score.true, score.recall) if score.true else (score.right + score.wrong.total(), None)
        yield Rate(kind, CHANCE, n, score.precision, recall, _today())


def section() -> str:
    """The part of docs/accuracy.md, measured anew; the rates are kept beside the rules."""
    found = measure()
    write_rates(rates(found), RATES)
    hubs = HUBS * len(SPAM_SEEDS)
    text = INTRO.format(
        heading=HEADING, date=_today(), commit=commit(), each=EACH * len(SPAM_SEEDS), hubs=hubs, crowd=CROWD
    )
    text += "".join(_likeness(found.likeness))
    text += CALIBRATION.format(wallets=LOW_WALLETS, known=LOW_KNOWN, strangers=LOW_STRANGERS, hubs=hubs)
    text += "".join(_chances(low(), found.busy))
    text += KINDS.format(plays=PLAYS) + "".join(_kinds(found.scores))
    return text + BUSINESS + "".join(_businesses(found)) + "\n"


def _likeness(rows: dict[int, Likeness]) -> Iterator[str]:
    for number, row in rows.items():
        enough = f"{row.hit / row.enough:.4f}" if row.enough else "-"
        precision = f"{_precision(row):.4f}" if row.hit + row.wrong else "-"
        yield (
            f"| {number} | {row.planted} | {row.enough} | {row.hit} | {row.hit / row.planted:.4f} | {enough} "
            f"| {row.wrong} | {precision} |\n"
        )


def _chances(few: Iterable[Attack], busy: Iterable[int]) -> Iterator[str]:
    counted, strange = Counter(map(digits, few)), Counter(busy)
    for number in range(2, 6):
        expected = LOW_WALLETS * chance(LOW_STRANGERS, LOW_KNOWN, number, 2)
        yield f"| {number} | {expected:.1f} | {sum(n for d, n in counted.items() if d >= number)} |\n"
    for number in range(LEADING + TRAILING, LEADING + TRAILING + 3):
        expected = HUBS * len(SPAM_SEEDS) * chance(CROWD, CROWD, number)
        yield f"| {number} | {expected:.1f} | {sum(n for d, n in strange.items() if d >= number)} |\n"


def _kinds(scores: dict[str, Score]) -> Iterator[str]:
    for kind, score in sorted(scores.items()):
        missed = ", ".join(f"{name} {times}" for name, times in score.missed.most_common() if times)
        said = score.right + score.wrong.total()
        recall = f"{score.recall:.4f} | {missed or 'none'}" if score.true else "- | -"
        yield f"| {kind} | {score.true or '-'} | {said:,} | {score.precision:.4f} | {recall} |\n"


def _businesses(found: Measured) -> Iterator[str]:
    for name, wallets in found.business.items():
        accused = {kind: score.wrong[name] for kind, score in found.scores.items() if score.wrong[name]}
        words = ", ".join(f"{kind} {times}" for kind, times in accused.items())
        yield f"| {name} | {wallets:,} | {sum(accused.values())} | {words} |\n"
    others = sum(score.wrong["others"] for score in found.scores.values())
    yield f"| all others | - | {others} | |\n"


def _joined(rows: dict[int, Likeness]) -> dict[int, Likeness]:
    """From SURE digits on as one."""
    out: dict[int, Likeness] = {}
    for number, row in rows.items():
        into = out.setdefault(min(number, SURE), Likeness())
        for name in vars(row):
            setattr(into, name, getattr(into, name) + getattr(row, name))
    return out


def _precision(row: Likeness) -> float:
    return row.hit / (row.hit + row.wrong) if row.hit + row.wrong else 1.0


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def main() -> None:
    """Measure protection alone, and put it into the page in place of what stood there."""
    page = PAGE.read_text("utf-8")
    at = page.index(BEFORE)
    begin = page.find(HEADING)
    PAGE.write_text(page[: begin if begin >= 0 else at] + section() + page[at:], "utf-8")


if __name__ == "__main__":
    main()
