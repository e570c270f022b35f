"""The known pools, and the contracts around them. What is known stands in `contracts.csv`, with its source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from eth_hash.auto import keccak

from cointrail.chains import parse_address
from cointrail.chains.data import table

PACKAGE = "cointrail.conversions.mixers.pools"
FILE = "contracts.csv"
POOL, ROUTER, REGISTRY = "pool", "router", "registry"
KINDS = (POOL, ROUTER, REGISTRY)
# As the contracts declare them: https://github.com/tornadocash/tornado-core, contracts/Tornado.sol
DEPOSIT = keccak(b"Deposit(bytes32,uint32,uint256)")  # the commitment is indexed
WITHDRAWAL = keccak(b"Withdrawal(address,bytes32,address,uint256)")  # the relayer is indexed


@dataclass(frozen=True)
class Pool:
    """A contract that takes exactly `denomination` smallest units of `asset` and pays as much out again.

    `asset`: "" for the chain's coin, else the token's contract in lower case. `since`: a block before which nobody used
    it, None where that is not known.
    """

    chain: str
    address: bytes
    asset: str
    denomination: int
    since: int | None
    name: str
    source: str


@dataclass(frozen=True)
class Table:
    """Pools by chain and address, and the contracts through which they are used."""

    pools: Mapping[tuple[str, bytes], Pool]
    routers: frozenset[tuple[str, bytes]]
    registries: frozenset[tuple[str, bytes]]

    @cached_property
    def topics(self) -> frozenset[bytes]:
        """The first topics of the events that pools tell."""
        return frozenset({DEPOSIT, WITHDRAWAL})

    def on(self, chain: str) -> list[Pool]:
        """The pools of a chain, in the order of the table."""
        return [pool for (place, _), pool in self.pools.items() if place == chain]


@cache
def shipped() -> Table:
    """The table that comes with the package."""
    return read(table(PACKAGE, FILE))


def read(rows: Iterable[Mapping[str, str]]) -> Table:
    """A table from rows with the columns of `contracts.csv`; ValueError for a row that is none."""
    pools: dict[tuple[str, bytes], Pool] = {}
    others: dict[str, set[tuple[str, bytes]]] = {ROUTER: set(), REGISTRY: set()}
    for row in rows:
        key = row["chain"], parse_address(row["address"])
        if row["kind"] not in KINDS or key in pools or any(key in some for some in others.values()):
            raise ValueError(f"{row['address']} on {row['chain']}: of no known kind, or there twice")
        if row["kind"] != POOL:
            others[row["kind"]].add(key)
            continue
        amount = int(row["denomination"])
        if amount <= 0:
            raise ValueError(f"{row['address']} on {row['chain']}: a pool takes more than nothing")
        since = int(row["since"]) if row["since"] else None
        pools[key] = Pool(*key, row["asset"].lower(), amount, since, row["name"], row["source"])
    return Table(pools, frozenset(others[ROUTER]), frozenset(others[REGISTRY]))
