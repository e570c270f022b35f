"""What differs between Bitcoin and its kin. The facts are in `networks.csv`.

Sources: chainparams.cpp of Bitcoin Core, Litecoin Core, Dogecoin Core and Bitcoin Cash Node.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from cointrail.chains.data import table

PLAIN, MERGED, EXTENDED = "plain", "merged", "extended"


@dataclass(frozen=True)
class Network:
    """One chain: the first bytes of base58 addresses, prefixes of others, and what stands before a block in a file.

    `script_versions`: the first is written, all are read. `prefix` of witness addresses and `cash_prefix` are "" where
    the chain has none. `work` is PLAIN where a block's hash shows it, MERGED where another chain's block may tell it,
    and EXTENDED where blocks may also have a part for private amounts behind their transactions.
    """

    chain: str
    key_version: bytes
    script_versions: tuple[bytes, ...]
    prefix: str
    cash_prefix: str
    magics: tuple[bytes, ...]
    genesis: bytes  # hash of the first block, as shown
    work: str
    most: int  # smallest units that one output can be worth


@cache
def networks() -> Mapping[str, Network]:
    """All networks by the name of their chain."""
    found = {}
    for row in table("cointrail.chains.bitcoin", "networks.csv"):
        scripts = (row["script_version"], row["other_script_version"])
        found[row["chain"]] = Network(
            row["chain"],
            bytes.fromhex(row["key_version"]),
            tuple(bytes.fromhex(one) for one in scripts if one),
            row["prefix"],
            row["cash_prefix"],
            tuple(bytes.fromhex(one) for one in (row["magic"], row["other_magic"]) if one),
            bytes.fromhex(row["genesis"]),
            row["work"],
            int(row["most"]),
        )
    return MappingProxyType(found)
