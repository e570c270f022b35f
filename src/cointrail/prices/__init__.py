"""What an asset was worth at a time, from the user's files. Nothing is looked up, and no price is no price."""

from cointrail.prices.price import Price, PriceFile, Prices
from cointrail.prices.reading import read_prices

__all__ = ["Price", "PriceFile", "Prices", "read_prices"]
