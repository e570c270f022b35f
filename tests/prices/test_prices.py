"""Which price counts: compared with a plain scan over all rows, on chains and assets of every kind."""

import csv
import os
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chains import Asset, Registry, parse_time
from cointrail.chains.chain import chains
from cointrail.errors import InputError
from cointrail.prices import Price, Prices, read_prices
from cointrail.prices.price import LIMIT, Quote
from cointrail.prices.subject import ANYWHERE, Subject

DATA = Path(os.environ.get("COINTRAIL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
DAILY = DATA / "chain_samples" / "price_btc_usd" / "BTC-USD.csv"

DAY = 86_400
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"
STETH = "0xae7ab96520de3a18e5e111b5eaab095312d7fe84"
WBTC = "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599"
PREDEPLOY = "0x4200000000000000000000000000000000000006"  # the wrapped native coin of Optimism and of Base

SUBJECTS = (Subject("ethereum", USDT), Subject("bsc", USDT), Subject(ANYWHERE, USDT), Subject(ANYWHERE, "ETH"))
times = st.integers(0, 8 * DAY)
rows = st.dictionaries(st.tuples(st.sampled_from(SUBJECTS), times), st.integers(1, 10**30), max_size=30)


def prices(folder: Path, *lines: str, header: str = "asset,time,price") -> Prices:
    path = folder / "prices.csv"
    path.write_text("\n".join((header, *lines)), "utf-8")
    return read_prices([path])


def scanned(given: dict[tuple[Subject, int], int], time: int, *subjects: Subject) -> tuple[int, Fraction] | None:
    """Time and price of the row that counts, found by looking at every one."""
    fit = [
        (moment, -subjects.index(subject), price)
        for (subject, moment), price in given.items()
        if subject in subjects and moment <= time <= moment + LIMIT
    ]
    return (max(fit)[0], Fraction(max(fit)[2])) if fit else None


@given(rows, times, st.sampled_from(["ethereum", "bsc"]))
def test_the_search_finds_what_a_scan_finds(given: dict[tuple[Subject, int], int], time: int, chain: str) -> None:
    quotes = [Quote(s, moment, str(p), "f", n, s.code) for n, ((s, moment), p) in enumerate(given.items(), start=2)]
    book = Prices(quotes)
    assert Prices(reversed(quotes)).digest == book.digest and len(book) == len(given)
    token = book.at(chain, USDT, "", time)
    wanted = scanned(given, time, Subject(chain, USDT), Subject(ANYWHERE, USDT))
    assert (token is None) == (wanted is None) and (token is None or (token.time, token.value) == wanted)
    coin = book.at("ethereum", "", "ETH", time)
    wanted = scanned(given, time, Subject(ANYWHERE, "ETH"))
    assert (coin is None) == (wanted is None) and (coin is None or (coin.time, coin.value) == wanted)
    assert book.at("ethereum", WETH, "WETH", time) == coin


def test_the_last_price_at_or_before_and_not_too_old(tmp_path: Path) -> None:
    book = prices(tmp_path, f"ETH,{10 * DAY},1", f"ETH,{20 * DAY},2.5")
    found = book.at("ethereum", "", "ETH", 10 * DAY)
    assert found == Price(Fraction(1), 10 * DAY, "prices.csv, line 2 (ETH)")
    for time, value in ((10 * DAY - 1, None), (12 * DAY, 1), (12 * DAY + 1, None), (20 * DAY - 1, None)):
        price = book.at("ethereum", "", "ETH", time)
        assert (price and price.value) == value
    later = book.at("ethereum", "", "ETH", 21 * DAY)
    assert later and later.value == Fraction(5, 2)


def test_a_coin_counts_where_it_is_that_very_coin(tmp_path: Path) -> None:
    book = prices(tmp_path, "eth,0,2000", "MATIC,0,0.5", "BTC,0,30000")
    valued = {name for name in chains() if book.at(name, "", chains()[name].native_symbol, 1)}
    ether = {"ethereum", "arbitrum", "optimism", "base", "blast", "linea", "scroll", "zksync", "polygon-zkevm"}
    assert valued == ether | {"polygon", "bitcoin"}
    assert book.at("eip155:10", "", "ETH", 1) == book.at("Optimism", "", "eth", 1) is not None
    assert book.at("polygon", "", "MATIC", 1) == book.at("polygon", "", "POL", 1) is not None
    assert book.at("bitcoin", "", "BTC", 1) is not None
    assert book.at("ethereum", "", "BTC", 1) is None
    assert book.at("sepolia", "", "ETH", 1) is None
    assert book.at("nowhere", "", "ETH", 1) is None


def test_only_the_wrapped_native_coin_falls_back(tmp_path: Path) -> None:
    book = prices(tmp_path, "ETH,0,2000", "BTC,0,30000", f"{STETH},{DAY},1990")
    coin = book.at("ethereum", "", "ETH", 1)
    assert coin and book.at("ethereum", WETH.upper().replace("X", "x"), "WETH", 1) == coin
    assert book.at("base", PREDEPLOY, "WETH", 1) == book.at("optimism", PREDEPLOY, "", 1) == coin
    assert book.at("ethereum", PREDEPLOY, "WETH", 1) is None  # nobody's contract there
    assert book.at("arbitrum", WETH, "WETH", 1) is None
    assert book.at("ethereum", STETH, "stETH", 1) is None  # staked: its own price, which comes a day later
    assert book.at("ethereum", STETH, "stETH", DAY) is not None
    assert book.at("ethereum", WBTC, "WBTC", 1) is None  # custodial
    assert book.at("ethereum", USDT, "ETH", 1) is None  # a symbol proves nothing
    own = prices(tmp_path, "ETH,0,2000", f"{WETH},0,1999").at("ethereum", WETH, "WETH", 1)
    assert own and own.value == 1999


def test_every_registered_form_but_the_wrapped_coin_has_no_price_of_its_coin(tmp_path: Path) -> None:
    book = prices(tmp_path, "ETH,0,2000", "BTC,0,30000", "SOL,0,100", "TRX,0,1", "RUNE,0,1")
    priced = [asset.symbol for asset in Registry("ethereum") if book.at("ethereum", asset.key, asset.symbol, 1)]
    assert priced == ["ETH", "WETH"]


def test_value_is_exact(tmp_path: Path) -> None:
    book = prices(tmp_path, "ETH,0,1830.123456789", f"{USDT},0,3e-7")
    ether, token = Registry("ethereum").get(""), Registry("ethereum").get(USDT)
    assert ether and token
    assert book.value("ethereum", ether, 1, 1) == Fraction(1_830_123_456_789, 10**27)
    assert book.value("ethereum", token, 2**256 - 1, 1) == Fraction(3 * (2**256 - 1), 10**13)
    assert book.value("ethereum", ether, 0, 1) == 0
    assert book.value("ethereum", ether, 1, 3 * DAY) is None
    assert book.value("ethereum", Asset(USDT, "USDT", 6, "unknown"), 1, 1) is None  # decimals are a guess
    assert book.value("ethereum", Asset("ETH", "ETH", 2, "named"), 1, 1) is None  # a code is no coin
    assert Prices().value("ethereum", ether, 1, 1) is None


def test_the_record(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("asset,time,price\nETH,0,2.50\nETH,9,3\n")
    two.write_text("price;note;time;asset\n25e-1;x;1970-01-01;eip155:1/slip44:60\n3.0;;9;eth\n")
    first, second, both = read_prices([one]), read_prices([two]), read_prices([two, one])
    assert first.digest == second.digest == both.digest != Prices().digest
    assert len(both) == 2 and [(file.name, file.rows) for file in both.files] == [("one.csv", 2), ("two.csv", 2)]
    assert first.files[0].sha256 != second.files[0].sha256
    found = both.at("ethereum", "", "ETH", 5)
    assert found and found.source == "one.csv, line 2 (ETH)"
    two.write_text("asset,time,price\nETH,0,2.51\n")
    assert read_prices([two]).digest != first.digest
    with pytest.raises(InputError, match=r"one.csv, line 2 and two.csv, line 2: two prices of ETH at one time"):
        read_prices([two, one])


@pytest.mark.skipif(not DAILY.is_file(), reason="no daily prices here (COINTRAIL_DATA names the data)")
def test_a_table_of_days_becomes_a_price_file(tmp_path: Path) -> None:
    with DAILY.open(newline="") as text:
        days = {row["Date"]: row["Open"] for row in csv.DictReader(text)}
    book = prices(tmp_path, *(f"BTC,{day},{price}" for day, price in days.items()))
    assert len(book) == len(days) == 4_630
    assert days["2024-10-27"] == "67016.796875"
    for day, price in days.items():
        for second in (0, DAY - 1):
            found = book.at("bitcoin", "", "BTC", parse_time(day) + second)
            assert found and found.value == Fraction(price) and found.time == parse_time(day)
    ends = [date.fromisoformat(day) for day in days]
    assert all(later - day == timedelta(days=1) for day, later in pairwise(ends))
    end = parse_time(max(days)) + LIMIT
    assert book.at("bitcoin", "", "BTC", end) and not book.at("bitcoin", "", "BTC", end + 1)
