"""Real and emulated CoinJoins with what is known of them, as transactions; skipped where the data is not there."""

import json
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cointrail.chains.bitcoin import networks
from cointrail.conversions.mixers import Transaction
from cointrail.ledger.readers.bitcoin.block import amounts, read
from tests.conversions.bridge import DATA

FOLDER = DATA / "mixers" / "coinjoin_crocs"
BLOCKS = DATA / "chain_samples" / "btc_raw_blocks_btcd"
JOINS = {  # the lists of CoinJoins with bodies, and the rule that should find them
    "wasabi_1": "real_ww1_202405/WasabiCoinJoins.txt",
    "whirlpool": "real_sw_202403/SamouraiCoinJoins.txt",
    "whirlpool_tx0": "real_sw_202403/SamouraiTx0s.txt",
    "alike": "real_jm_202406/OtherCoinJoins.txt",
}
OTHERS = (
    "real_ww1_202405/WasabiPostMixTxs.txt",
    "real_sw_202403/SamouraiPostMixTxs.txt",
    "real_jm_202406/OtherCoinJoinPostMixTxs.txt",
    "false_positives/jm_filter/OtherCoinJoins.txt",
    "false_positives/jm_filter/OtherCoinJoinPostMixTxs.txt",
)
EMULATED = ("emulated_wasabi2_run1.zip", "emulated_joinmarket.zip")
COIN = 10**8


def there() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"no data in {FOLDER}; COINTRAIL_DATA names the folder that holds it")


@cache
def contradicted() -> frozenset[str]:
    """Ids that one list calls CoinJoins and another one not."""
    return frozenset(json.loads((FOLDER / "false_positives" / "wasabi1_false_cjtxs_2018.json").read_text()))


@cache
def listed(name: str) -> dict[str, Transaction]:
    """The transactions of a list by id, contradicted ones left out."""
    found = {}
    for line in (FOLDER / name).read_text().splitlines():
        parts = line.split(":::")
        if len(parts) < 6 or parts[0] in contradicted():
            continue
        spent = [one.split("-", 2)[2].split("+") for one in parts[4].split("}{")]
        paid = [one.split("+") for one in parts[5].split("}{")]
        found[parts[0]] = _made(
            [(int(value), script) for value, script, *_ in spent], [(int(v), s) for v, s, *_ in paid]
        )
    return found


def _made(spent: list[tuple[int | None, Any]], paid: list[tuple[int, str]]) -> Transaction:
    live = [(value, script) for value, script in paid if not script.startswith("6a")]
    return Transaction(
        tuple(value for value, _ in spent),
        tuple(script for _, script in spent),
        tuple(value for value, _ in live),
        tuple(script for _, script in live),
        len(paid) - len(live),
    )


@cache
def emulated(name: str) -> tuple[dict[str, Transaction], frozenset[str]]:
    """The transactions of an emulated run, new coins apart, and the ids of its CoinJoins where it tells them."""
    told: dict[str, dict[str, Any]] = {}
    joins: set[str] = set()
    with zipfile.ZipFile(FOLDER / name) as archive:
        for path in archive.namelist():
            if "/block_" in path:
                told |= {tx["txid"]: tx for tx in json.loads(archive.read(path))["tx"]}
            elif "CoinJoinIdStore" in path:
                joins |= set(archive.read(path).decode().split())
    found = {}
    for identity, tx in told.items():
        if "coinbase" not in tx["vin"][0]:
            spent = [_output(told, one["txid"], one["vout"]) for one in tx["vin"]]
            outputs = [(round(o["value"] * COIN), o["scriptPubKey"]["hex"]) for o in tx["vout"]]
            found[identity] = _made(spent, outputs)
    return found, frozenset(joins)


def _output(told: dict[str, dict[str, Any]], tx: str, number: int) -> tuple[int | None, Any]:
    if tx not in told:
        return None, (tx, number)
    output = told[tx]["vout"][number]
    return round(output["value"] * COIN), output["scriptPubKey"]["hex"]


def blocks() -> Iterator[Transaction]:
    """The transactions of two large mainnet blocks; who paid in, and how much, is not known."""
    for path in sorted(Path(BLOCKS).glob("*.blk")):
        block = read(np.fromfile(path, np.uint8), networks()["bitcoin"])
        raw, values = block.data.tobytes(), amounts(block.data, block.parts).tolist()
        ins = np.bincount(block.parts.inputs[:, 0]).tolist()
        outs: dict[int, list[tuple[int, str]]] = {}
        for place, (tx, _, begin, end) in enumerate(block.parts.outputs.tolist()):
            outs.setdefault(tx, []).append((values[place], raw[begin:end].hex()))
        for tx in range(1, len(block.ids)):
            yield _made([(None, place) for place in range(ins[tx])], outs[tx])
