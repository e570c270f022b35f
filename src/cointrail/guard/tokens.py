"""Which assets somebody vouches for on the chain of a request."""

from functools import cache

from cointrail.chains import Asset, Registry
from cointrail.chains.asset import NATIVE
from cointrail.chains.chain import chains


class Nowhere(Registry):
    """The assets of a chain that is not known: its coin, and nothing else."""

    def __init__(self) -> None:
        self._assets = {NATIVE: Asset(NATIVE, "coins", 18, "native", "native coin")}


@cache
def registry(chain_id: int | None) -> Registry:
    """The assets of a chain by its EIP-155 number."""
    names = {one.number: one.name for one in chains().values() if one.family == "evm"}
    return Registry(names[chain_id]) if chain_id in names else Nowhere()
