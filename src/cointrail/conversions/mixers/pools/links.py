"""All pools of a ledger with their candidate links."""

from collections.abc import Mapping

from cointrail.conversions.mixers.pools.clues import clues
from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.conversions.mixers.pools.reading import histories
from cointrail.conversions.mixers.pools.table import Pool, Table
from cointrail.conversions.mixers.pools.waiting import learnt
from cointrail.conversions.mixers.pools.weights import shipped
from cointrail.ledger import Ledger


def linkings(
    ledger: Ledger, table: Table | None = None, weights: Mapping[str, float] | None = None
) -> dict[Pool, Linking]:
    """The links of every pool that the ledger holds anything of, in the order of the table (the shipped one)."""
    known = histories(ledger, table)
    windows = [history.windows() for history in known.values()]
    found = clues(ledger, list(known.values()), windows)
    cases = list(zip(known.values(), windows, found, strict=True))
    learned = learnt(cases, shipped() if weights is None else weights)
    return {pool: Linking(*case, learned) for pool, case in zip(known, cases, strict=True)}
