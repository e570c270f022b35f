"""Prices by asset and time. Exact fractions of a US dollar, never a float, and never a guess."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from cointrail.chains.asset import NATIVE, Asset
from cointrail.errors import InputError
from cointrail.prices.subject import ANYWHERE, Coin, Subject, native, place, wrapped

LIMIT = 2 * 86_400  # seconds: a daily price holds for its day and over one day that is missing, no longer


@dataclass(frozen=True)
class Price:
    """US dollars for one whole unit of an asset."""

    value: Fraction
    time: int  # when the price was, in seconds since 1970: at or before the time that was asked for
    source: str  # file, line and the asset as the file names it


@dataclass(frozen=True)
class PriceFile:
    """One file of prices, for the record of a trace."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Quote:
    """One row of a file. The number stays as its text until it is asked for: most never are."""

    subject: Subject
    time: int
    text: str
    file: str
    line: int
    asset: str  # as the file writes it

    @property
    def value(self) -> Fraction:
        return Fraction(self.text)

    @property
    def place(self) -> str:
        return f"{self.file}, line {self.line}"


class Prices:
    """What assets were worth, as the user's files say."""

    def __init__(self, quotes: Iterable[Quote] = (), files: Iterable[PriceFile] = ()) -> None:
        """Raises InputError where two rows give one asset two prices at one time."""
        self.files = tuple(sorted(set(files), key=lambda file: (file.name, file.sha256)))
        self._quotes = _sorted(quotes)
        self._times = {subject: [one.time for one in rows] for subject, rows in self._quotes.items()}

    def __len__(self) -> int:
        return sum(map(len, self._quotes.values()))

    @property
    def digest(self) -> str:
        """SHA-256 over what the prices say; the order and number of files and rows do not enter."""
        rows = sorted((subject, one.time, one.value) for subject, many in self._quotes.items() for one in many)
        lines = (f"{subject.chain}\t{subject.code}\t{time}\t{value}\n" for subject, time, value in rows)
        return sha256("".join(lines).encode()).hexdigest()

    def at(self, chain: str, key: str, symbol: str, time: int) -> Price | None:
        """The last price at or before a time and at most `LIMIT` old, None where the files give none.

        `key` is that of an `Asset`; `symbol` counts for the native coin alone, and one that is not this chain's gives
        None. A contract's own price comes first, with or without a chain; then, for the wrapped native coin, the
        coin's.
        """
        if key == NATIVE:
            coin = native(chain)
            return self._last(time, _coin(coin)) if coin and symbol.upper() in (coin.symbol, coin.also, "") else None
        contract = key.lower()
        own = self._last(time, Subject(place(chain), contract), Subject(ANYWHERE, contract))
        coin = wrapped(chain, contract)
        return own or (self._last(time, _coin(coin)) if coin else None)

    def value(self, chain: str, asset: Asset, amount: int, time: int) -> Fraction | None:
        """US dollars for `amount` smallest units, None without a price.

        None as well for a token whose decimals nobody vouches for: its smallest units are no known part of one.
        """
        price = self.at(chain, asset.key, asset.symbol, time) if asset.verified else None
        return price.value * amount / 10**asset.decimals if price else None

    def _last(self, time: int, *subjects: Subject) -> Price | None:
        """The latest of the last rows of several subjects; of two equally late the first subject's."""
        found: Quote | None = None
        for subject in subjects:
            before = bisect_right(self._times.get(subject, ()), time)
            last = self._quotes[subject][before - 1] if before else None
            if last and time - last.time <= LIMIT and (found is None or last.time > found.time):
                found = last
        return Price(found.value, found.time, f"{found.place} ({found.asset})") if found else None


def _coin(coin: Coin) -> Subject:
    return Subject(ANYWHERE, coin.symbol)


def _sorted(quotes: Iterable[Quote]) -> Mapping[Subject, list[Quote]]:
    """The rows of each subject by time, one for each time."""
    found: dict[Subject, list[Quote]] = {}
    for one in sorted(quotes, key=lambda one: (one.subject, one.time, one.file, one.line)):
        rows = found.setdefault(one.subject, [])
        if not rows or rows[-1].time != one.time:
            rows.append(one)
        elif rows[-1].value != one.value:
            raise InputError(
                f"{rows[-1].place} and {one.place}: two prices of {one.asset[:80]} at one time,"
                f" {rows[-1].text} and {one.text}: leave one out"
            )
    return found
