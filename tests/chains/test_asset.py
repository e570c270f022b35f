"""The registry of verified assets, what the user adds to it, and symbols that pretend."""

import pytest

from cointrail.chains import tron
from cointrail.chains.address import checksum_address, parse_address
from cointrail.chains.asset import Asset, Registry
from cointrail.chains.chain import chains
from cointrail.chains.data import table
from cointrail.chains.symbol import imitates, lookalike, skeleton
from cointrail.errors import InputError

USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
ROWS = table("cointrail.chains", "tokens/ethereum.csv")


def test_every_fact_is_well_formed() -> None:
    assert len(ROWS) >= 200
    assert len({row["contract"].lower() for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert checksum_address(parse_address(row["contract"])) == row["contract"]
        assert 0 <= int(row["decimals"]) <= 36
        assert row["symbol"] and row["symbol"] == row["symbol"].strip() and row["symbol"].isascii()
        assert row["name"]
        assert row["source"] == f"https://etherscan.io/token/{row['contract']}"
    assert {"WETH", "stETH", "mETH", "cmETH"} <= {row["symbol"] for row in ROWS if row["form_of"] == "ETH"}


@pytest.mark.parametrize(
    ("symbol", "decimals"),
    [("ETH", 18), ("WETH", 18), ("USDT", 6), ("USDC", 6), ("WBTC", 8), ("GUSD", 2), ("cDAI", 8), ("cmETH", 18)],
)
def test_decimals_that_everybody_knows(symbol: str, decimals: int) -> None:
    asset = Registry("ethereum").by_symbol(symbol)
    assert asset is not None
    assert asset.decimals == decimals
    assert asset.verified


@pytest.mark.parametrize("name", list(chains()))
def test_every_chain_has_its_native_coin(name: str) -> None:
    native = Registry(name).get("")
    assert native is not None
    assert (native.symbol, native.origin, native.contract) == (chains()[name].native_symbol, "native", None)


def test_tokens_are_found_by_contract() -> None:
    registry = Registry("Ethereum")
    usdt = registry.get(USDT)
    assert usdt is not None
    assert (usdt.key, usdt.symbol, usdt.decimals, usdt.origin) == (USDT, "USDT", 6, "registry")
    assert registry.get(checksum_address(parse_address(USDT))) == usdt
    assert registry.get("USDT") is None  # a symbol is not a key
    assert registry.get("0x" + "12" * 20) is None
    assert not Asset("0x" + "12" * 20, "USDT", 6, "unknown").verified


def test_the_user_extends_the_registry() -> None:
    token = Asset("0x" + "AB" * 20, "MYT", 4, "user")
    registry = Registry("ethereum", [token, Asset("USD", "USD", 2, "named")])
    found = registry.get("0x" + "ab" * 20)
    assert found is not None
    assert (found.key, found.contract, found.decimals) == ("0x" + "ab" * 20, "0x" + "ab" * 20, 4)
    assert registry.by_symbol("usd") == Asset("USD", "USD", 2, "named")
    assert len(registry) == len(list(registry)) == len(Registry("ethereum")) + 2
    assert Registry("ethereum").get("USD") is None  # the shipped facts are not touched


def test_the_user_cannot_contradict_the_chain() -> None:
    with pytest.raises(InputError, match=r"USDT .* has 6 decimals, not 18"):
        Registry("ethereum", [Asset(USDT, "X", 18, "user")])
    with pytest.raises(InputError, match="has 78 decimals"):
        Registry("ethereum", [Asset("USD", "USD", 78, "named")])
    with pytest.raises(InputError, match="is not an address"):
        Registry("ethereum", [Asset("0x12", "X", 18, "user")])


def test_symbols_typed_by_a_user() -> None:
    registry = Registry("ethereum", [Asset("0x" + "cd" * 20, "WETH", 18, "user")])
    assert registry.by_symbol("WETH") is None  # it means two tokens now
    assert registry.by_symbol("nothing") is None
    exact, other = registry.by_symbol("tBTC"), registry.by_symbol("TBTC")
    assert exact is not None and other is not None and exact.key != other.key


@pytest.mark.parametrize(
    ("symbol", "verified"),
    [
        ("ETH", "ETH"),
        ("\u0415\u0422\u041d", "ETH"),  # Cyrillic Ye, Te, En
        ("\u0395\u03a4\u0397", "ETH"),  # Greek Epsilon, Tau, Eta
        ("E\u200bTH", "ETH"),  # zero-width space
        ("\uff25\uff34\uff28", "ETH"),  # full width
        (" eth ", "ETH"),
        ("US\u0391\u0422", None),
        ("USD\u20ae", "USDT"),
        ("U\u0405DC", "USDC"),
        ("stETH", "stETH"),
        ("\u0455tETH", "stETH"),
        ("link", "LINK"),
        ("L1NK", "LINK"),
        ("lNJ", "INJ"),
        ("VISIT-SITE", None),
        ("", None),
        ("\u200b", None),
    ],
)
def test_symbols_that_pretend(symbol: str, verified: str | None) -> None:
    assert imitates(symbol, Registry("ethereum")) == verified


def test_lookalikes() -> None:
    assert lookalike("\u0415\u0422\u041d")
    assert not lookalike("ETH")
    assert not lookalike("\u4ee5\u592a")
    assert skeleton("\u0415TH") == skeleton("eth")


def test_lookalike_table() -> None:
    rows = table("cointrail.chains", "lookalikes.csv")
    assert len({row["character"] for row in rows}) == len(rows)
    for row in rows:
        assert len(row["character"]) == 1
        assert len(row["looks_like"]) == 1 and row["looks_like"].isascii()


@pytest.mark.parametrize("name", list(chains()))
def test_tokens_of_every_chain_are_well_formed(name: str) -> None:
    for row in table("cointrail.chains", f"tokens/{name}.csv"):
        assert checksum_address(parse_address(row["contract"])) == row["contract"]
        written = row["contract"] if name != "tron" else tron.address(parse_address(row["contract"]))
        assert row["source"] == f"{chains()[name].explorer}/token{'20' * (name == 'tron')}/{written}"
        assert row["form_of"] in ("", chains()[name].native_symbol) or name == "ethereum"
        known = Registry(name).get(row["contract"])
        assert known is not None and known.verified and known.symbol == row["symbol"]
