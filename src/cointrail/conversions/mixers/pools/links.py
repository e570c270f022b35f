"""All pools of a ledger with their candidate links."""

from collections.abc import Mapping

from cointrail.conversions.mixers.pools.clues import clues
from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.conversions.mixers.pools.reading import histories
from cointrail.conversions.mixers.pools.table import Pool, Table
from cointrail.ledger import Ledger


def linkings(
    ledger: Ledger, table: Table | None = None, weights: Mapping[str, float] | None = None
) -> dict[Pool, Linking]:
    """The links of every pool that the ledger holds anything of, in the order of the table (the shipped one)."""
    known = histories(ledger, table)
    windows = [history.windows() for history in known.values()]
    found = clues(ledger, list(known.values()), windows)
    return {
        pool: Linking(history, seen, said, weights)
        for (pool, history), seen, said in zip(known.items(), windows, found, strict=True)
    }
