"""Approvals that are known: fields, hashes and signatures as they were published; see each for its source."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

DATA = Path(os.environ.get("COINTRAIL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
BYBIT = DATA / "guard" / "bybit_safe"
needs_bybit = pytest.mark.skipif(not BYBIT.is_dir(), reason="no Bybit approvals here (COINTRAIL_DATA names the data)")

# Radiant Capital, 2024-10-16, Arbitrum 0x7856552db409fe51e17339ab1e0e1ce9c85d68bf0f4de4c110fc4e372ea02fb1.
# The nonce was found by search; that the hash fits proves it.
RADIANT: dict[str, Any] = {
    "safe": "0x111CEEee040739fD91D29C34C33E6B3E112F2177",
    "chainId": 42161,
    "to": "0x091d52CacE1edc5527C99cDCFA6937C1635330E4",
    "value": "0",
    "data": "0xf2fde38b00000000000000000000000057ba8957ed2ff2e7ae38f4935451e81ce1eefbf5",
    "operation": 0,
    "nonce": 230,
    "safeTxHash": "0x5c28ef88f6696dd8c5c5e4ba5632374d5de9e6cb9ebf75884332f29ef9fad416",
}

# WazirX, 2024-07-18, Ethereum 0x48164d3adbab78c2cb9876f6e17f88e321097fcd14cadd57556866e4ef3e185d.
# Hash and signatures were published, the fields never were.
WAZIRX_OWNERS = (
    "0xD83b89E261D02B0f2f9E384B44907f8d380E9AF0",
    "0x9AF78003CecC2383d9D576A49c0C6b17fc34Ae34",
    "0xfA54B4085811aef6ACf47D51B05FdA188DEAe28b",
    "0xd967113224C354600B3151E27Aaba53e3034f372",
)
WAZIRX_SIGNATURES = (
    (
        "0x8e64a89386af2f223b8433a1df65db8f0ff60544b2f02c56ec02b640d6fb15a1",
        "0x1f7dffda5b99b0292b5e02d0cc44508d7d8f994515358e9da3016d8098b22588",
        32,
    ),
    (
        "0x3da7c6bd7c130430cf662de3d9af067c4a0629f849e29003c40ad3979cd67072",
        "0x0c3ceb3a61e38fb7166353e3262eb6554c3f6571807cf22f9bdc4a83a5644166",
        31,
    ),
    (
        "0x40082eba0f71627a3451d47132b8f4c266bc9be2bebe4424848757d10f13e769",
        "0x63af0b543a2357765d9f290410e919301ad065f0f2efa1233eb8634c93111f0e",
        32,
    ),
)
WAZIRX_HASH = "0x4e82121a3bc2fb62c0b06ab5fff5ca965ceab4f51cc949c6e50d85ed63e6aa70"
# What owner 3 was shown at the time: the digest of a transaction that failed,
# 0x8b99ae634e1e7180b3fcc66e8fe5d076351477077051a7bbf5ec626a9d0588ef.
WAZIRX_SHOWN = "0x50a9ff81d06bd812f55d3447c4c48c291f2386f57341a4f21c4e584d07f5943f"


def wazirx(digest: str, name: str = "safeTxHash", owners: tuple[int, ...] = (0, 1, 2)) -> dict[str, Any]:
    """The hash with the confirmations of some owners."""
    confirmations = []
    for place in owners:
        r, s, v = WAZIRX_SIGNATURES[place]
        confirmations.append({"owner": WAZIRX_OWNERS[place], "r": r, "s": s, "v": v})
    return {
        "safe": "0x27fD43BABfbe83a81d14665b1a6fB8030A60C9b4",
        "chainId": 1,
        name: digest,
        "confirmations": confirmations,
        "owners": list(WAZIRX_OWNERS),
    }


@cache
def bybit() -> tuple[dict[str, Any], ...]:
    """The seven transactions of the transaction service, the malicious one first, its harmless twin second."""
    [file] = BYBIT.glob("*.json")
    return tuple(json.loads(file.read_text("utf-8"))["results"])
