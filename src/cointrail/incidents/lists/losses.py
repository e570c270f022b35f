"""Losses as people write them: `$8.2 million`, `~ 120M USD`, `158.28 WETH and 535,706 USDT`, `~$1,6M`."""

import re
from dataclasses import dataclass
from decimal import Decimal

from cointrail.incidents import vocabulary

DOLLARS = "USD"
SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
NATIONAL = {"US$": "USD", "HK$": "HKD", "A$": "AUD", "C$": "CAD", "RS": "INR", "AED": "AED"}
WORDS = {
    "usd": "USD", "us": "USD", "dollars": "USD", "euros": "EUR", "euro": "EUR", "yen": "JPY", "won": "KRW",
    "rubles": "RUB", "pounds": "GBP", "bitcoin": "BTC", "bitcoins": "BTC", "ether": "ETH", "busdt": "USDT",
    "bsc-usd": "USDT",
}  # fmt: skip
SCALES = {
    "k": 3, "thousand": 3, "m": 6, "mln": 6, "million": 6, "b": 9, "bn": 9, "billion": 9, "crore": 7, "lakh": 5,
}  # fmt: skip
NUMBER = r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+,\d{1,2}(?!\d)|\d*\.\d+|\d+)"
SUM = re.compile(
    rf"(?P<before>US\$|HK\$|A\$|C\$|AED|Rs|[$€£¥])?\s*{NUMBER}\s*"
    r"(?:(?P<scale>thousand|million|billion|crore|lakh|mln|bn|[kmb])(?![a-z]))?\s*"
    r"(?P<after>US\$|[$€£]?[A-Za-z][A-Za-z0-9-]{1,11}|[$€£])?",
    re.IGNORECASE,
)
STABLE = frozenset(("USDT", "USDC", "BUSD", "DAI", "USDP", "TUSD", "USDN", "FRAX", "USDD", "BUSD", "FDUSD"))
LONGEST = 500  # characters of a loss


@dataclass(frozen=True, slots=True)
class Loss:
    """A sum with its currency or coin; no code where the text names none. `comma`: a comma stood for the point."""

    value: Decimal
    code: str
    comma: bool = False

    @property
    def dollars(self) -> bool:
        """Whether it is a sum of dollars: said so, or in coins that are worth one dollar each."""
        return self.code == DOLLARS or self.code in STABLE


def losses(text: str) -> list[Loss]:
    """The sums in a text, in order; coins without a place in our tables are none."""
    found = []
    for part in SUM.finditer(text[:LONGEST]):
        number = part["number"]
        comma = re.fullmatch(r"\d+,\d{1,2}", number) is not None
        value = Decimal(number.replace(",", "." if comma else ""))
        value = value.scaleb(SCALES[part["scale"].lower()]) if part["scale"] else value
        code = _code(part["before"] or "", part["after"] or "")
        if code is not None:
            found.append(Loss(value, code, comma))
    return found


def _code(before: str, after: str) -> str | None:
    """The currency or coin of a sum; empty: none named; None: a word that is neither, so that it is no sum."""
    plain = after.strip("$€£¥").upper()
    named = WORDS.get(plain.lower()) or vocabulary.assets().get(plain)
    if named:  # `$ 330 BNB` and `~$127ETH` are coins: the sign before them is a habit
        return named
    sign = NATIONAL.get(before.upper()) or SIGNS.get(before) or SIGNS.get(after) or NATIONAL.get(after.upper())
    if sign or not after:
        return sign or ""
    return "" if after.lower() in ("and", "in", "multiple", "stolen", "worth", "lost") else None
