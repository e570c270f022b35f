"""The chains that are known by name."""

import re

import pytest

from cointrail.chains.chain import chain, chains
from cointrail.errors import InputError


def test_names_and_ids_lead_to_the_same_chain() -> None:
    assert chain("ethereum") is chain(" Ethereum ") is chain("eip155:1")
    assert chain("ethereum").native_symbol == "ETH"
    assert chain("ethereum").decimals == 18
    assert chain("bsc").caip2 == "eip155:56"


def test_facts_are_well_formed_and_unique() -> None:
    known = list(chains().values())
    assert len({item.name for item in known}) == len({item.caip2 for item in known}) == len(known)
    for item in known:
        assert re.fullmatch(r"eip155:[1-9][0-9]*|bip122:[0-9a-f]{32}|tron:0x[0-9a-f]{8}", item.caip2)
        assert item.native_symbol and item.native_name
        assert 0 <= item.decimals <= 36
        assert item.explorer.startswith("https://") and not item.explorer.endswith("/")
        assert item.by_outputs == item.caip2.startswith("bip122:")


def test_an_unknown_chain_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"unknown chain 'solana': use one of ethereum, .*polygon"):
        chain("solana")
