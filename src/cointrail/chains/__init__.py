"""What differs between chains: names, address formats, assets, amounts and times. No other room is imported here."""

from cointrail.chains.address import (
    asset_key,
    checksum_address,
    format_address,
    owner_key,
    parse_address,
    parse_any,
    parse_hash,
    read_addresses,
    read_hashes,
)
from cointrail.chains.amount import to_text, to_units
from cointrail.chains.asset import Asset, Registry
from cointrail.chains.chain import Chain, chain
from cointrail.chains.moment import format_time, parse_time
from cointrail.chains.symbol import imitates
from cointrail.chains.wrapped import wrapped

__all__ = [
    "Asset",
    "Chain",
    "Registry",
    "asset_key",
    "chain",
    "checksum_address",
    "format_address",
    "format_time",
    "imitates",
    "owner_key",
    "parse_address",
    "parse_any",
    "parse_hash",
    "parse_time",
    "read_addresses",
    "read_hashes",
    "to_text",
    "to_units",
    "wrapped",
]
