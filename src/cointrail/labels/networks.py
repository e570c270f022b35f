"""Which chain a source means when it writes ETH, BEP20, eip155:1 or BTC, and whether its addresses can be ours."""

from functools import cache, lru_cache

from cointrail.chains.chain import chains
from cointrail.chains.data import table

TABLE = "networks.csv"
OTHER = "-"  # in the table: a chain whose addresses have another form


@cache
def _terms() -> dict[str, str]:
    named = {row["term"]: row["chain"] for row in table("cointrail.labels", TABLE)}
    for chain in chains().values():
        named |= {chain.name: chain.name, chain.caip2: chain.name}
    return named


@lru_cache(4096)
def elsewhere(term: str) -> bool:
    """Whether the term names a chain whose addresses have another form."""
    return _terms().get(_plain(term)) == OTHER


@lru_cache(4096)
def chain_of(term: str) -> str | None:
    """The name of the chain that the term stands for; None when it is one that is not known, or no chain's (USDT)."""
    found = _terms().get(_plain(term))
    return None if found in (None, "", OTHER) else found


def _plain(term: str) -> str:
    return term.strip().lower().replace(" ", "_")
