"""Trials: a case hidden in a haystack is imported, labelled and traced as a user would, and the trail is scored."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cointrail.chains import Asset, format_address
from cointrail.drills.haystack import Background, Case, Haystack, half, haystack, score
from cointrail.labels import import_labels
from cointrail.ledger import open_ledger
from cointrail.ledger.importer import import_tables
from cointrail.tracing import Settings, Theft, Trail, trace

CHAIN = "ethereum"
CODE = "USD"  # the asset of the annotated cases, in cents
POLICY = "haircut"


@dataclass(frozen=True)
class Trial:
    """How well the default trace found the wallets that received stolen value."""

    recall: float
    precision: float
    found: int
    hubs: int  # addresses at which it stopped by their behaviour
    transfers: int


def trial(case: Case, background: Background, folder: Path, halved: bool) -> Trial:
    """Trace one haystack from the case's sources, from the theft on, with default settings.

    `halved` removes a random half of the service labels (by the background's seed), so that behaviour has to tell
    services from wallets. `folder` must be new; the ledger stays there.
    """
    made = haystack(case, background)
    known = half(made.truth.labels, background.seed) if halved else made.truth.labels
    prepare(made, known, folder)
    trail = trace(open_ledger(folder), Theft(made.truth.sources, since=made.truth.since), settings=Settings((POLICY,)))
    recall, precision = score(passed(trail), made.truth)
    hubs = len(trail.survey.hubs) if trail.survey else 0
    return Trial(recall, precision, len(passed(trail)), hubs, trail.ledger.transfers)


def prepare(made: Haystack, labels: Sequence[bytes], folder: Path) -> None:
    """Import a haystack and the labels of some of its services."""
    import_tables([("haystack", made.rows)], folder, CHAIN, describe)
    path = folder.with_name(folder.name + "-labels.csv")
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("address", "entity", "category", "source", "confidence"))
        out.writerows(
            (format_address(a), f"Service {n}", "service", "haystack", "ownership") for n, a in enumerate(labels)
        )
    import_labels([path], folder)


def describe(key: str) -> Asset:
    """The assets of a haystack: the case's, which is named, and fake tokens, which nobody vouches for."""
    return Asset(key, key, 2, "named" if key == CODE else "unknown")


def passed(trail: Trail) -> set[bytes]:
    """Addresses of the wallets that received stolen value and were followed, under the trial's policy."""
    holder = trail.ledger.index.holding_address
    ids = {int(holder[move.recipient]) for move in trail.flows[POLICY].moves if not move.ended}
    return set(trail.ledger.addresses(sorted(ids)))
