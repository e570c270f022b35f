"""Which chain a source means when it writes ETH, BEP20, eip155:1 or BTC, and whether its addresses can be ours."""

import re
from functools import cache, lru_cache
from pathlib import Path

from cointrail.chains.chain import chains
from cointrail.chains.data import table

TABLE = "networks.csv"
EXPLORERS = {"etherscan": "ethereum", "bscscan": "bsc", "polygonscan": "polygon", "arbiscan": "arbitrum"}
NEAR = 2  # folders above a file that may name its chain
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


def network_of(path: Path) -> str:
    """The chain that a file's folders name, by its number or its explorer; "" where they name none.

    Public collections keep the labels of chains in folders: `labels/10/contracts.csv`, `data/bscscan/accounts.json`.
    """
    for part in reversed(path.absolute().parts[-1 - NEAR : -1]):
        if re.fullmatch(r"[0-9]{1,9}", part) and (found := chain_of(f"eip155:{part}")):
            return found
        if part in EXPLORERS:
            return EXPLORERS[part]
    return ""


def _plain(term: str) -> str:
    return term.strip().lower().replace(" ", "_")
