"""Symbols that pretend to be another asset's: Cyrillic look-alikes, hidden characters, or the very same letters.

A symbol is free text that anybody may write into a contract. It identifies nothing; here it only says what a token
that nobody vouches for wants to be taken for.
"""

import unicodedata
from functools import cache

from cointrail.chains.asset import Registry
from cointrail.chains.data import table

TABLE = "lookalikes.csv"
IGNORED = ("C", "M", "Z")  # Unicode categories that the eye does not see: controls and formats, marks, separators


def skeleton(symbol: str) -> str:
    """What a symbol looks like: plain upper-case letters and digits, look-alikes replaced, invisible ones dropped."""
    visible = [c for c in unicodedata.normalize("NFKD", symbol) if unicodedata.category(c)[0] not in IGNORED]
    seen = "".join(_lookalikes().get(c, c) for c in visible).upper()
    return "".join(_lookalikes().get(c, c) for c in seen)


def lookalike(symbol: str) -> bool:
    """Whether the symbol holds characters that only look like plain letters, or that cannot be seen."""
    return not symbol.isascii() and skeleton(symbol).isascii()


def imitates(symbol: str, registry: Registry) -> str | None:
    """The symbol of the verified asset that an unverified token of this symbol would be taken for, None if none.

    Equal plain letters count: whoever asks has already found that nobody vouches for the contract.
    """
    # A small l is read as l or as I, so both readings count.
    wanted = {skeleton(symbol), skeleton(symbol.replace("l", "I"))} - {""}
    return next((asset.symbol for asset in registry if skeleton(asset.symbol) in wanted), None)


@cache
def _lookalikes() -> dict[str, str]:
    return {row["character"]: row["looks_like"] for row in table("cointrail.chains", TABLE)}
