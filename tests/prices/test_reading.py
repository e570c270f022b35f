"""What a price file may say, and that everything else is refused with its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chains.address import checksum_address, parse_address
from cointrail.chains.chain import chains
from cointrail.chains.data import table
from cointrail.chains.wrapped import wrapped
from cointrail.errors import InputError
from cointrail.prices import read_prices
from cointrail.prices.reading import _price
from cointrail.prices.subject import Subject, native, parse_subject

USDT = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
LOW = USDT.lower()


@pytest.mark.parametrize(
    ("asset", "chain", "wanted"),
    [
        ("ETH", "", ("", "ETH")),
        (" eth ", "arbitrum", ("", "ETH")),
        ("matic", "polygon", ("", "POL")),
        ("bitcoin:BTC", "", ("", "BTC")),
        (USDT, "", ("", LOW)),
        (USDT, "Ethereum", ("ethereum", LOW)),
        (LOW, "eip155:56", ("bsc", LOW)),
        (f"bsc:{LOW}", "", ("bsc", LOW)),
        (f"eip155:8453:{LOW}", "base", ("base", LOW)),
        (f"eip155:1/erc20:{USDT}", "", ("ethereum", LOW)),
        ("eip155:1/slip44:60", "ethereum", ("", "ETH")),
        ("eip155:10/slip44:60", "", ("", "ETH")),
        ("eip155:137/slip44:966", "", ("", "POL")),
        ("bip122:000000000019d6689c085ae165831e93/slip44:0", "", ("", "BTC")),
    ],
)
def test_assets(asset: str, chain: str, wanted: tuple[str, str]) -> None:
    assert parse_subject(asset, chain) == Subject(*wanted)


@pytest.mark.parametrize(
    ("asset", "chain", "why"),
    [
        ("", "", "not the symbol of a native coin"),
        ("USDT", "", "not the symbol of a native coin"),
        ("EТH", "", "not the symbol of a native coin"),  # a Cyrillic letter
        ("ETH", "bsc", "not the native coin of 'bsc'"),
        ("ETH", "sepolia", "not the native coin of 'sepolia'"),
        ("ETH", "nowhere", "not the native coin of 'nowhere'"),
        (USDT[:-1], "", "not an address"),
        (USDT.replace("dAC", "DAC"), "", "checksum"),
        (USDT, "bitcoin", "no tokens"),
        (USDT, "solana", "unknown chain"),
        (f"nowhere:{LOW}", "", "unknown chain"),
        (f"bsc:{LOW}", "base", "two chains"),
        (f"eip155:1/erc20:{LOW}", "base", "two chains"),
        (f"/erc20:{LOW}", "", "unknown chain"),
        ("eip155:56/slip44:60", "", "not the native coin"),
        ("eip155:11155111/slip44:60", "", "not the native coin"),
        ("eip155:1/slip44:1", "", "no asset known here"),
        ("eip155:1/slip44:99999999999", "", "no asset known here"),
        ("/slip44:60", "", "no asset known here"),
        (f"eip155:1/erc721:{LOW}", "", "no asset known here"),
        ("eip155:1/erc20:ETH", "", "no asset known here"),
    ],
)
def test_what_is_no_asset(asset: str, chain: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        parse_subject(asset, chain)


@pytest.mark.parametrize("text", ["1", "0.1", ".5", "5.", "1e-9", "12.5E+3", "0" * 20 + "1", "1e99"])
def test_prices(text: str) -> None:
    assert _price(f" {text} ") == text


@pytest.mark.parametrize(
    "text",
    ["", "0", "0.00", "0e9", "-1", "+1", "1,5", "1_000", "1/2", "nan", "inf", "0x1", ".", "e5", "1e100", "1e999999999"],
)
def test_what_is_no_price(text: str) -> None:
    refuse(text)


@pytest.mark.parametrize("text", ["١", "1" * 101, "$1", "1 2", "1\n2"])
def test_what_only_looks_like_a_price(text: str) -> None:
    refuse(text)


def refuse(text: str) -> None:
    with pytest.raises(ValueError, match="price"):
        _price(text)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "p.csv: the header must name asset, time, price once"),
        (b"asset,time\nETH,0\n", "the header must name price once"),
        (b"asset,time,price,Price\nETH,0,1,1\n", "the header must name price once"),
        (b"asset,time,price,chain,chain\n", "the header must name chain once"),
        (b"asset,time,price\n\nETH,0,1\nETH,0\n", "p.csv, line 4: 2 cells under 3 columns"),
        (b"asset,time,price\nETH,0,1,2\n", "p.csv, line 2: 4 cells under 3 columns"),
        (b"asset,time,price\nETH,yesterday,1\n", "p.csv, line 2: 'yesterday' is not a time"),
        (b"asset,time,price\nETH,1683029999000,1\n", "p.csv, line 2: .* milliseconds"),
        (b"asset,time,price\nETH,0,0\n", "p.csv, line 2: price 0: leave the row out"),
        (b"asset,time,price\nUSDT,0,1\n", "p.csv, line 2: 'USDT' is not the symbol of a native coin"),
        (b"asset,time,price\nETH,5,1\nETH,5,2\n", "p.csv, line 2 and p.csv, line 3: two prices of ETH"),
        (b"asset,time,price\nETH,0,1\neip155:1/slip44:60,0,2\n", "line 2 and p.csv, line 3: two prices"),
        (b'asset,time,price\n"ETH,0,1\n', "p.csv, line 2: not CSV"),
        (b"asset,time,price\n" + b"x" * 200_000 + b",0,1\n", "p.csv, line 2: not CSV"),
        (b"asset,time,price\nETH,0,\xff\n", "not a text file"),
    ],
)
def test_bad_files(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=why) as raised:
        read_prices([path])
    assert "\n" not in str(raised.value)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file of prices"):
        read_prices([])
    for path in (tmp_path, tmp_path / "gone.csv"):
        with pytest.raises(InputError, match="cannot read prices from"):
            read_prices([path])


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: b"asset,time,price\n" + text.encode()))
def test_nothing_else_escapes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "p.csv"
    path.write_bytes(content)
    try:
        read_prices([path])
    except InputError as error:
        assert "\n" not in str(error)


def test_any_order_of_columns_blank_lines_and_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(
        "\ufeffPrice\tnote\tCHAIN\tTime\tAsset\r\n\r\n1.5\tx\t\t0\tETH\r\n2\t\tbsc\t0\t".encode() + LOW.encode()
    )
    book = read_prices([path])
    ether, token = book.at("base", "", "ETH", 0), book.at("bsc", LOW, "", 0)
    assert ether and ether.source == "p.csv, line 3 (ETH)"
    assert token and token.value == 2 and book.at("ethereum", LOW, "", 0) is None


def test_the_tables_agree_with_the_chains() -> None:
    coins = table("cointrail.prices", "coins.csv")
    assert len({row["symbol"] for row in coins}) == len({row["home"] for row in coins}) == len(coins)
    for row in coins:
        coin = native(row["home"])
        assert coin and coin.symbol == row["symbol"]
        assert row["home"] not in chains() or chains()[row["home"]].native_symbol.upper() == row["symbol"]
    assert [name for name in chains() if native(name) is None] == ["sepolia", "bitcoin-regtest", "bitcoin-testnet"]
    for row in table("cointrail.prices", "wrapped.csv"):
        assert row["contract"] == checksum_address(parse_address(row["contract"]))
        assert row["chain"] in chains() and row["source"].endswith(row["contract"])
        assert parse_address(row["contract"]) not in wrapped(row["chain"])  # a fact stands in one table
