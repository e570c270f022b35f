"""Addresses of other chains: from their specifications, and with anything changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.conversions.bridges.destination import fits, plain

FORMS = "evm bech32:thor bech32m:account_rdx segwit:bc base58:00 base58:1cb8 base58plain ripple cashaddr:bitcoincash"
TRUE = [
    ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "segwit:bc"),  # BIP-173
    ("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y", "segwit:bc"),  # BIP-350
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "segwit:bc"),
    ("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "cashaddr:bitcoincash"),  # its specification
    ("bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq", "cashaddr:bitcoincash"),
    ("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", "base58:00"), ("3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC", "base58:05"),
    ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "base58:41"), ("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "ripple"),
    ("So11111111111111111111111111111111111111112", "base58plain"),
    ("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", "evm"),  # EIP-55
    ("thor14mh37ua4vkyur0l5ra297a4la6tmf95mt96a55", "bech32:thor"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "form"), TRUE)
def test_an_address_is_one(text: str, form: str) -> None:
    assert fits(text, form) and fits(text, f"bech32:nobody {form}") and plain(plain(text)) == plain(text)
    assert fits(plain(text), form)


@pytest.mark.parametrize(("text", "form"), TRUE)
def test_an_address_is_of_one_chain(text: str, form: str) -> None:
    forms = {one for _, one in TRUE} | {
        "segwit:ltc",
        "bech32:maya",
        "bech32:bc",
        "bech32m:bc",
        "base58:1e",
        "base58:1cb8",
    }
    assert {one for one in forms if fits(text, one)} == {form}


@pytest.mark.parametrize(("text", "form"), [one for one in TRUE if one[1] != "base58plain"])
def test_any_changed_character_is_noticed(text: str, form: str) -> None:
    start = text.rindex(":") + 1 if ":" in text else 0
    for place in range(start, len(text)):
        other = "q" if text[place].lower() != "q" else "p"
        assert not fits(text[:place] + other + text[place + 1 :], form)
    assert not fits(text[:-1], form) and not fits(text + text[-1], form)


@pytest.mark.parametrize(
    "text",
    ["BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2", "bc1rw5uspcuh", "bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du",
     "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "bc1gmk9yu",
     "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
     "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf"],
)  # fmt: skip
def test_what_the_specifications_refuse(text: str) -> None:
    """BIP-350's list of what is no address, and version 1 with the checksum of BIP-173."""
    assert not fits(text, "segwit:bc")


@given(st.text(max_size=120) | st.text(alphabet="qpzry9x8gf2tvdw0s3jn54khce6mua7l1:", max_size=120))
def test_nothing_raises(text: str) -> None:
    assert fits(text, FORMS) in (True, False) and isinstance(plain(text), str)
