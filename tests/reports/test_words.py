"""Amounts, names and kinds as people read them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.reports.amounts import exact, percent, places, rounded, total
from cointrail.reports.conversions import certainty, sums
from cointrail.reports.kinds import kind_of, kinds
from cointrail.reports.plain import disguised, oddities, plain, short, target
from cointrail.reports.totals import coin
from tests.reports import turns
from tests.reports.story import key


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("1234567", "1,234,567"),
        ("1E+3", "1,000"),
        ("0.10", "0.1"),
        ("401347.000000000123456789", "401,347.000000000123456789"),
    ],
)
def test_exact_has_every_digit(value: str, text: str) -> None:
    assert exact(Decimal(value)) == text


@given(st.integers(0, 2**256), st.integers(0, 77))
def test_exact_can_be_read_back(units: int, decimals: int) -> None:
    value = Decimal(units).scaleb(-decimals) if decimals < 28 else Decimal(f"{units}E-{decimals}")
    assert Fraction(exact(value).replace(",", "")) == Fraction(value)


def test_sums_do_not_round() -> None:
    assert total([Decimal(2**256), Decimal("0." + "0" * 76 + "1")]) == Decimal(f"{2**256}." + "0" * 76 + "1")


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [("1234.567", 2, "1,234.57"), ("0.001", 2, "<0.01"), ("0", 2, "0.00"), ("5", 0, "5"), ("0.5", 0, "<1")],
)
def test_rounded_never_shows_something_as_nothing(value: str, shown: int, text: str) -> None:
    assert rounded(Decimal(value), shown) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        ("1", "3", "33.33 %"),
        ("0", "3", "0.00 %"),
        ("3", "3", "100.00 %"),
        ("299999", "300000", "99.99 %"),
        ("1", "300000", "<0.01 %"),
        ("1", "0", ""),
    ],
)
def test_percent_keeps_the_ends_for_the_ends(part: str, whole: str, text: str) -> None:
    assert percent(Decimal(part), Decimal(whole)) == text


def test_columns_show_as_many_decimals_as_their_size_needs() -> None:
    assert [places(Decimal(size), 18) for size in ("401347", "5", "0.001")] == [2, 4, 8]
    assert places(Decimal("0.001"), 2) == 2


@given(st.text())
def test_plain_text_has_one_visible_line(text: str) -> None:
    shown = plain(text)
    assert len(shown) <= 90
    assert shown.isprintable()


def test_short_addresses_keep_both_ends() -> None:
    assert short("0x47666fab8bd0ac7003bce3f5c3585383f09486e2") == "0x4766…86e2"
    assert short("ETH") == "ETH"


def test_targets_keep_chain_and_both_ends_of_the_address() -> None:
    assert target("bitcoin bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq") == "bitcoin bc1qar…5mdq"
    assert target("litecoin") == "litecoin"
    assert target("x" * 5000 + " \u202e") == "x" * 19 + "… ⟨U+202E⟩"


def test_assets_of_one_symbol_are_told_apart() -> None:
    trail, _ = turns.converted()
    assert [coin(trail, key("arbitrum", "ETH")).symbol, coin(trail, key("ethereum", "stETH")).symbol] == [
        "ETH (arbitrum)",
        "stETH",
    ]
    trail["assets"]["ethereum:other"] = {**trail["assets"][key("ethereum", "stETH")], "contract": "0x" + "12" * 20}
    assert coin(trail, "ethereum:other").symbol == "stETH (0x1212…1212)"


def test_look_alikes_are_named() -> None:
    assert disguised("Вinance") == ["CYRILLIC CAPITAL LETTER VE"]
    assert disguised("safe\u202e") == ["RIGHT-TO-LEFT OVERRIDE"]
    assert oddities("ЕTH") == ["CYRILLIC CAPITAL LETTER IE"]
    assert disguised("Société") == disguised("Банк") == disguised("交易所 OKX") == oddities("ETH") == []


def test_kinds_follow_the_category_and_then_the_reason() -> None:
    def kind(reason: str, category: str | None = None) -> str:
        return kind_of({"reason": reason, "category": category}).key

    assert kind("label", "Mixing-Service") == "mixer"
    assert kind("label", "something new") == kind("label") == "service"
    assert [kind(reason) for reason in ("stop", "hub", "unspent", "fee")] == ["stop", "hub", "unspent", "fee"]
    assert [kind(reason) for reason in ("bridge", "vault", "swap", "rounding")] == [
        "bridge",
        "vault",
        "swap",
        "rounding",
    ]
    # A category of a label that goes by the name of a reason is what the label says.
    assert [kind("label", name) for name in ("swap", "vault", "bridge")] == ["trading", "trading", "bridge"]
    assert all(color.startswith("#") for one in kinds().values() for color in (one.light, one.dark))


def test_sums_of_conversions_say_the_least_and_what_nobody_measured() -> None:
    trail, _ = turns.converted()
    entry = trail["policies"]["haircut"]
    across = next(one for one in entry["conversions"] if one["bridge"] == "Across")
    entry["conversions"] = [{**across, "confidence": sure} for sure in (1.0, 0.999949, None)]
    (found,) = sums(trail, "haircut")
    assert (found.what, found.rule, found.count) == ("Across", "key", 3)
    assert found.stolen == 3 * Decimal(across["stolen"])
    assert found.sure == "99.99 %, 1 not measured"
    assert certainty(0.9999999) == "99.99 %"
    assert certainty(1) == "100.00 %"
