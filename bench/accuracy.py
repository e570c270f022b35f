"""`make accuracy`: every rule on every set with known truth, written to docs/accuracy.md.

Needs the annotated cases (COINTRAIL_DATA); without them only the synthetic heist is scored.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import incidents
from bench.labelled import measured
from bench.machine import commit, machine
from bench.owning import owned
from bench.patterns import section
from bench.pooling import section as pools
from bench.protecting import section as protection
from bench.swapping import section as swappers
from cointrail.conversions.rate import write_rates
from cointrail.drills.demo import run
from cointrail.drills.haystack import STYLES, load, style
from cointrail.drills.trial import Trial, trial
from cointrail.owners.rules import RATES as OWNERS

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("COINTRAIL_DATA", ROOT.parent / "shared" / "data")) / "tracing"
CASES = {"Atomic Wallet (2023)": "atomic_wallet_2023", "LI.FI (2024)": "lifi_2024"}
SEEDS = 3  # of every style: 24 haystacks for each case and set of labels
AMBIGUOUS = ("payers", "leaks", "mixed")  # styles in which wallets of the case pay strangers after the theft
HEIST_SEEDS = 3

INTRO = """# Accuracy

Every figure here was measured by `make accuracy` on {date}, commit {commit}, on {machine}.
It is measured on what is available: annotated cases hold only true movements, so precision is measured against
**synthetic** background traffic and says nothing certain about real traffic.

## The default trace in a haystack

An annotated case is mixed into at least 300,000 synthetic transfers that also touch its wallets and services
(`cointrail.drills.haystack`, parameters below). The default trace (haircut, no floor, no hop limit, hub and dust rules
as in `cointrail.tracing.behaviour.Behaviour`) starts from the case's sources at the time of the theft. Counted are the
wallets that were followed, against those that a time-respecting walk along the annotated movements can reach.
{seeds} seeds for every style, {all} for each case and set of labels; each cell is mean (lowest).

"""

RULES = """
## Every rule on every labelled set

`make accuracy` also keeps these rates beside the rules, and trails and reports print the least favourable one of a
rule beside what it says.

- **key, recipient, amount**: `cointrail link match` on bridge legs by the bridge's id, without ids, and without ids and
  recipients; deposits that were never paid out are among them as decoys, and n are the pairs that close within the
  window. The rules were **developed on the Nomad pairs**: other bridges, and later pairs, may be harder. In the Chainge
  set only the value in dollars agrees, within 5 %.
- **sets "as traces follow"**: only the pairs that a trace goes on over without keys, sure and without a plausible
  rival, of all pairs whatever their delay. The fees (**-less-fee**), of 4 to 30 basis points, were made up on the same
  real pairs: no set of a bridge that keeps fees has the times of both sides.
- **alarm**: withdrawals that no deposit backs, flagged by the command among all the others.
- **wasabi_1, whirlpool, whirlpool_tx0, alike**: each on its list of real CoinJoins, and against what was spent after
  joins, look-alikes and two blocks. Much of what was spent after joins is the next join, and some payments before a
  Whirlpool are mixes: true rates are higher.
- **decode**: token, recipient, amount and both chains of a leg, read from raw calls or from an explorer's events.
- **swap, payee, unwrap**: conversions in two real blocks, judged by hand from logs and top-level value; n are the
  conversions that the rule found or should have found. Counted as said is what the rule says of who sent the
  transaction or is judged to have converted in it. Rules without a line here never met a judged case.

"""

OWNED = """
## Owners of addresses

Kept beside the rules of `cointrail cluster`, which prints the least favourable one. For inputs and deposits n are the
pairs of addresses with one owner, recall the share of them in one cluster, precision the share of pairs in one cluster
that have one owner. For change n are the payments with change, and each rule is judged alone, where it leaves one
output; no change is joined unless asked for.

- **Emulated runs**: JoinMarket and Wasabi 2 with real software on regtest. Their own transactions join no coins of one
  wallet outside of CoinJoins, so each wallet gathers its coins in one transaction that was added at the end.
- **Made-up wallets and customers** are synthetic: they say that nothing is mixed by mistake, and little about how often
  real people do what misleads a rule. A PayJoin, and a payment into somebody else's deposit address, look like any
  other: with one in a hundred of them the second lines show what that costs.

"""

NOTE = """
In the styles {ambiguous} wallets of the case pay strangers after the theft reached them (small sums, or part of
their own clean money). The annotation calls those strangers clean, no tracer can know it, and they count as errors.
"""


def main() -> None:
    """Measure and write the page."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    text = INTRO.format(
        date=datetime.now(UTC).date(), commit=commit(), machine=machine(), seeds=seeds, all=seeds * len(STYLES)
    )
    text += "".join(_haystacks(seeds)) + NOTE.format(ambiguous=", ".join(AMBIGUOUS))
    text += "".join(_heists()) + "".join(_rules()) + "".join(_owners())
    text += pools() + swappers() + section() + incidents.section() + protection()
    text += (
        "## Parameters of the haystacks\n\nDefaults, and what each style changes; `mixed` draws all by the seed.\n\n"
    )
    text += "```\n" + "\n".join(f"{k} = {v}" for k, v in sorted(vars(style("quiet")).items())) + "\n"
    text += "\n".join(f"{name}: {changes}" for name, changes in STYLES.items()) + "\n```\n"
    (ROOT / "docs" / "accuracy.md").write_text(text)
    print(text)


def _haystacks(seeds: int) -> Iterator[str]:
    if not DATA.is_dir():
        yield f"Not measured: the annotated cases are not in {DATA.name}.\n"
        return
    yield "| case | style | labels | n | recall | precision | stops by behaviour |\n|---|---|---|---|---|---|---|\n"
    for title, name in CASES.items():
        case = load(DATA / name)
        for kind in STYLES:
            for halved in (False, True):
                trials = []
                for seed in range(seeds):
                    with tempfile.TemporaryDirectory() as folder:
                        trials.append(trial(case, style(kind, seed), Path(folder) / "ledger", halved))
                line = _line(title, kind, "half" if halved else "all", trials)
                print(line, end="", flush=True)
                yield line


def _line(title: str, kind: str, labels: str, trials: list[Trial]) -> str:
    recall, precision = [t.recall for t in trials], [t.precision for t in trials]
    hubs = statistics.mean(t.hubs for t in trials)
    return (
        f"| {title} | {kind} | {labels} | {len(trials)} | {statistics.mean(recall):.3f} ({min(recall):.3f}) "
        f"| {statistics.mean(precision):.3f} ({min(precision):.3f}) | {hubs:.0f} |\n"
    )


def _heists() -> Iterator[str]:
    yield "\n## The synthetic heist\n\n`cointrail demo` with its default size, FIFO against the known truth.\n\n"
    yield "| seed | wallets | recall | precision | amounts |\n|---|---|---|---|---|\n"
    for seed in range(1, HEIST_SEEDS + 1):
        with tempfile.TemporaryDirectory() as folder:
            done = run(200_000, seed, Path(folder) / "demo")
        exact = "exact to the smallest unit" if done.score["exact"] else "differ"
        wallets = len(done.heist.truth.tainted)
        yield f"| {seed} | {wallets:,} | {done.score['recall']:.4f} | {done.score['precision']:.4f} | {exact} |\n"


def _rules() -> Iterator[str]:
    """The rates of all rules, measured anew and kept beside them."""
    yield RULES
    found = list(measured())
    if not found:
        yield "Not measured: the labelled sets are not here.\n"
        return
    write_rates(found)
    yield "| rule | set | n | precision | recall | date | command |\n|---|---|---|---|---|---|---|\n"
    for one in found:
        figures = f"{one.n:,} | {one.precision:.4f} | {one.recall:.4f} | {one.date} | `make accuracy`"
        yield f"| {one.rule} | {one.set} | {figures} |\n"


def _owners() -> Iterator[str]:
    """The rates of the rules of owners, measured anew and kept beside them."""
    found = list(owned())
    write_rates(found, OWNERS)
    yield OWNED + "| rule | set | n | precision | recall | date | command |\n|---|---|---|---|---|---|---|\n"
    for one in found:
        figures = f"{one.n:,} | {one.precision:.4f} | {one.recall:.4f} | {one.date} | `make accuracy`"
        yield f"| {one.rule} | {one.set} | {figures} |\n"


if __name__ == "__main__":
    main()
