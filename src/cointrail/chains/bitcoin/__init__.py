"""Bitcoin and its kin: what outputs demand of who spends them, and how that is written as an address."""

from cointrail.chains.bitcoin.address import NO_ADDRESS, address, parse
from cointrail.chains.bitcoin.network import Network, networks

__all__ = ["NO_ADDRESS", "Network", "address", "networks", "parse"]
