"""Who plays: the services with their labels, the assets, and the numbers by which the other parts call them."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

import numpy as np

from cointrail.chains import Asset, Registry, format_address
from cointrail.drills.data import rows
from cointrail.drills.draw import octets

SOURCE = "made up by the drill"
GENUINE = ("stETH", "cmETH", "mETH", "USDT", "USDC", "WETH")
FAKES = (("\u0415\u0422\u041d", 18, "fake ETH, in Cyrillic letters"), ("stETH", 18, "fake stETH, in plain letters"))
STETH, CMETH, METH, USDT, USDC, WETH, FAKE_ETH, FAKE_STETH = range(1, 9)  # rows of the asset table; 0 is ETH


@dataclass(frozen=True)
class Tag:
    """One label row."""

    address: bytes
    entity: str
    category: str
    source: str
    confidence: int  # 0 to 100


@dataclass(frozen=True)
class Service:
    """A made-up service; its number is its rank among the most used addresses."""

    number: int
    entity: str
    category: str
    confidence: int

    def tag(self, address: bytes) -> Tag:
        """The label of this service on an address of its."""
        return Tag(address, self.entity, self.category, SOURCE, self.confidence)


def services() -> dict[str, Service]:
    """The services by short name; they come first in the address table."""
    table = rows("cointrail.drills.heist", "services.csv")
    return {
        row["name"]: Service(number, row["entity"], row["category"], int(row["confidence"]))
        for number, row in enumerate(table)
    }


def assets(rng: np.random.Generator) -> list[Asset]:
    """ETH, the genuine tokens from the registry, and two fake tokens under contracts of their own."""
    registry = Registry("ethereum")
    known = [registry.get(""), *(registry.by_symbol(symbol) for symbol in GENUINE)]
    contracts = ["0x" + row.tobytes().hex() for row in octets(rng, len(FAKES), 20)]
    fakes = [
        Asset(key, symbol, decimals, "unknown", name)
        for key, (symbol, decimals, name) in zip(contracts, FAKES, strict=True)
    ]
    return [asset for asset in known if asset is not None] + fakes


def labels_csv(tags: Iterable[Tag]) -> str:
    """The labels as a CSV file that `label import` reads."""
    lines = [",".join(field.name for field in fields(Tag))]
    lines += [",".join([format_address(tag.address), *map(str, astuple(tag)[1:])]) for tag in tags]
    return "\n".join(lines) + "\n"
