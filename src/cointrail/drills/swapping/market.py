"""Assets on several chains, what they are worth at any time, and what a price file says of it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

STEP = 300  # seconds of one step of the price
YEAR = 365 * 86_400


@dataclass(frozen=True)
class Asset:
    """An asset of one chain. `key`, `decimals` as in a ledger; `coin` is what the price file calls it."""

    chain: str
    key: str
    coin: str
    decimals: int
    popular: float  # how often it is chosen, against the others
    network: float  # USD kept for the fee of a payout
    confirmed: int  # seconds until a deposit counts, on average


ETHEREUM_USDT, TRON_USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7", "0xa614f803b6fd780986a42c78ec9c7f77e6ded13c"
ASSETS = (
    Asset("bitcoin", "", "BTC", 8, 4, 4.0, 1_200),
    Asset("ethereum", "", "ETH", 18, 3, 2.0, 180),
    Asset("ethereum", ETHEREUM_USDT, "USDT", 6, 2, 4.0, 180),
    Asset("tron", TRON_USDT, "USDT", 6, 3, 1.5, 60),
    Asset("tron", "", "TRX", 6, 1, 0.3, 60),
)
OPENING = {"BTC": (60_000.0, 0.5), "ETH": (3_000.0, 0.6), "TRX": (0.12, 0.7), "USDT": (1.0, 0.0)}  # USD, a year's sigma


class Market:
    """Random walks, one a coin."""

    def __init__(self, random: Random, begin: int, span: int) -> None:
        self._begin, self._paths = begin, {}
        for coin, (price, sigma) in OPENING.items():
            path = [price]
            for _ in range(span // STEP + 2):
                path.append(path[-1] * math.exp(random.gauss(0, sigma * math.sqrt(STEP / YEAR))))
            self._paths[coin] = path

    def price(self, coin: str, time: float) -> float:
        """USD for one at a time."""
        path = self._paths[coin]
        place = min(max((time - self._begin) / STEP, 0.0), len(path) - 2.0)
        low = int(place)
        return path[low] + (path[low + 1] - path[low]) * (place - low)

    def quotes(self, random: Random, every: int, noise: float, last: int) -> Iterator[tuple[str, int, str]]:
        """The rows of the price file: coin or contract, time, price."""
        for time in range(self._begin - every, last + every, every):
            for coin in ("BTC", "ETH", "TRX"):
                yield coin, time, f"{self.price(coin, time) * math.exp(random.gauss(0, noise)):.10g}"
            for contract in (ETHEREUM_USDT, TRON_USDT):
                yield contract, time, "1"
