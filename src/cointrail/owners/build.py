"""The clusters of a ledger: read from disk, extended when the ledger grew, made anew when what they rest on changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import takewhile

import numpy as np

from cointrail.labels import Labels
from cointrail.ledger import Ledger
from cointrail.ledger.book import NOBODY
from cointrail.ledger.files import alone
from cointrail.owners import store
from cointrail.owners.change import Change, change_ties
from cointrail.owners.clusters import Clusters
from cointrail.owners.deposits import Sweep
from cointrail.owners.guards import MOST
from cointrail.owners.joins import ALIKE_OUTPUTS, Joins
from cointrail.owners.kinds import kinds
from cointrail.owners.known import Known, known
from cointrail.owners.payments import payments, whole
from cointrail.owners.sweeping import deposits
from cointrail.owners.ties import Ids, inputs, merged

LOCK = ".owners.lock"
NOTHING = np.empty(0, np.uint32)

Step = Callable[[str, float], None]


@dataclass(frozen=True)
class Owners:
    """The clusters of a ledger, by address id, and what was known when they were made.

    `sweeps` and `services` are of account chains: what joined, and who pays into too many deposit addresses. `change`
    is the rule by which change was joined too.
    """

    ledger: Ledger
    clusters: Clusters
    known: Known
    sweeps: list[Sweep] = field(default_factory=list)
    services: set[int] = field(default_factory=set)
    change: Change | None = None


def owners(
    ledger: Ledger,
    labels: Labels,
    joins: Joins = ALIKE_OUTPUTS,
    most: int | None = MOST,
    change: Change | None = None,
    paid: int = 1,
    step: Step = lambda what, share: None,
) -> Owners:
    """The clusters of a ledger; its labels say who is an exchange, and keep actors apart.

    On output-based chains by transactions that spend from several addresses, but for those that `joins` detects; kept
    beside the ledger and extended with it. With a rule of `change` also by what that rule alone leaves; then all is
    held in memory, about a hundred bytes an output, and nothing is kept. On account chains by deposit addresses, which
    are looked up anew, since a service is told from a customer by all that it did; `paid` is how often a customer must
    have paid into one.
    """
    told = known(ledger, labels)
    made = Clusters(told.guards(most))
    if not ledger.index.outputs:
        found = deposits(ledger, told, paid)
        made.extend(found.ties)
        return Owners(ledger, made, told, found.sweeps, found.services)
    if change is not None:
        _change(ledger, made, joins, change, step)
        return Owners(ledger, made, told, change=change)
    with alone(ledger.path / LOCK, "the table of its clusters"):
        return Owners(ledger, _extended(ledger, made, joins, step), told)


def _extended(ledger: Ledger, made: Clusters, joins: Joins, step: Step) -> Clusters:
    segments = [sha256(repr(sorted(one.digests.items())).encode()).hexdigest() for one in ledger.manifest.segments]
    state = {"rules": _rules(made, joins), "segments": segments}
    unknown = NOTHING
    done = 0
    if (stored := store.load(ledger.path, made.guards)) is not None:
        there, said, without = stored
        if said == state:
            return there
        if said["rules"] == state["rules"] and not _told_since(ledger, without):
            made, unknown = there, without
            done = _common(said["segments"], segments)
            if done < len(said["segments"]):
                made.cut(int(ledger.index.first_tx[done]))
    for number in range(done, len(segments)):
        told = payments(ledger, number)
        nobody = told.inputs.coin[told.inputs.owner == NOBODY]
        unknown = np.union1d(unknown, nobody)
        made.extend(inputs(told.inputs.tx, told.inputs.owner, joins.detect(told)).later(told.first))
        step("owners", (number + 1) / len(segments))
    store.save(ledger.path, made, state, unknown)
    return made


def _change(ledger: Ledger, made: Clusters, joins: Joins, rule: Change, step: Step) -> None:
    """Take in the ties of a whole ledger, those of change too."""
    kind, parts = kinds(ledger), []
    for number in range(len(ledger.manifest.segments)):
        parts.append(payments(ledger, number, ledger.terms).typed(kind))
        step("owners", (number + 1) / len(ledger.manifest.segments))
    if parts:
        told = whole(parts)
        barred = joins.detect(told)
        made.extend(merged(inputs(told.inputs.tx, told.inputs.owner, barred), change_ties(told, rule, barred)))


def _rules(made: Clusters, joins: Joins) -> str:
    """A digest of all but the ledger that clusters depend on."""
    guards = made.guards
    actors = sorted(zip(guards.labelled.tolist(), guards.actor.tolist(), strict=True))
    return sha256(repr((joins.name, guards.most, actors)).encode()).hexdigest()


def _told_since(ledger: Ledger, unknown: Ids) -> bool:
    """Whether a later import told the owner of an output that was spent by nobody known before."""
    return bool((ledger.index.owner[unknown] != unknown).any())


def _common(one: list[str], other: list[str]) -> int:
    """How many segments two states of a ledger begin with together."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
