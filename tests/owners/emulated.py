"""Emulated CoinJoin runs with known wallets: their blocks as a ledger, and whose each address is."""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pytest

from cointrail.chains import owner_key
from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.outputs import output_key, transaction_key
from cointrail.ledger.rows import OUTPUTS, Kind, Status
from cointrail.owners import Owners
from cointrail.owners.measure import paired
from tests import spending
from tests.making import table

DATA = Path(os.environ.get("COINTRAIL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
RUNS = DATA / "mixers" / "coinjoin_crocs"
NAMES = {path.stem.removeprefix("emulated_"): path for path in sorted(RUNS.glob("emulated_*.zip"))}
needs_runs = pytest.mark.skipif(not NAMES, reason="no emulated CoinJoin runs here (COINTRAIL_DATA names the data)")

SAID = re.compile(r"\[INFO\]\s+txid = ([0-9a-f]{64})")  # a taker's log, of a round that went through
COINS = re.compile(r"([^/]+)/coins\.json$")


@dataclass
class Run:
    """One run: its blocks, the wallet of each address (by key), and the CoinJoins that the run itself names."""

    name: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    wallet: dict[bytes, str] = field(default_factory=dict)
    joins: set[bytes] = field(default_factory=set)


@cache
def run(name: str) -> Run:
    """A run by its name."""
    found = Run(name)
    script = {}
    addresses: dict[str, str] = {}
    with ZipFile(NAMES[name]) as archive:
        for path in sorted(archive.namelist()):
            if re.search(r"/block_\d+\.json$", path):
                found.blocks.append(json.loads(archive.read(path), parse_float=Decimal))
            elif coins := COINS.search(path):
                addresses |= {coin["address"]: coins[1] for coin in json.loads(archive.read(path))}
            elif path.endswith("/CoinJoinIdStore.txt"):
                found.joins |= {bytes.fromhex(line) for line in archive.read(path).decode().split()}
            elif path.endswith("/jmwalletd.log"):
                found.joins |= {bytes.fromhex(one) for one in SAID.findall(archive.read(path).decode())}
    found.blocks.sort(key=lambda block: int(block["height"]))
    for _, tx in transactions(found):
        for out in tx["vout"]:
            if "address" in out["scriptPubKey"]:
                script[out["scriptPubKey"]["address"]] = owner_key(bytes.fromhex(out["scriptPubKey"]["hex"]))
    found.wallet = {script[address]: wallet for address, wallet in addresses.items() if address in script}
    return found


def transactions(run: Run) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every transaction with its block, in chain order."""
    for block in run.blocks:
        for tx in block["tx"]:
            yield block, tx


def gathered(run: Run) -> list[dict[str, Any]]:
    """One more transaction for each wallet, not of the run: it spends all coins that the wallet has left at once."""
    left: dict[tuple[str, int], tuple[str, dict[str, Any]]] = {}
    for _, tx in transactions(run):
        for one in tx["vin"]:
            left.pop((one.get("txid", ""), one.get("vout", 0)), None)
        for out in tx["vout"]:
            if wallet := run.wallet.get(owner_key(bytes.fromhex(out["scriptPubKey"]["hex"]))):
                left[tx["txid"], out["n"]] = wallet, out
    coins: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for coin, (wallet, _) in left.items():
        coins[wallet].append(coin)
    return [
        {
            "txid": sha256(wallet.encode()).hexdigest(),
            "vin": [{"txid": txid, "vout": number} for txid, number in mine],
            "vout": [{"n": 0, "value": Decimal(1), "scriptPubKey": {"hex": "0014" + 20 * "00"}}],
        }
        for wallet, mine in sorted(coins.items())
    ]


def ledger(run: Run, folder: Path, more: Sequence[dict[str, Any]] = ()) -> Ledger:
    """The blocks of a run, and one of more transactions, as a ledger. Inputs do not tell what they spend."""
    rows: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    place: defaultdict[int, int] = defaultdict(int)
    last = {"height": run.blocks[-1]["height"] + 1, "time": run.blocks[-1]["time"] + 600}
    for block, tx in [*transactions(run), *((last, tx) for tx in more)]:
        raw = bytes.fromhex(tx["txid"])
        base = {
            "block": block["height"], "time": block["time"], "tx": raw, "tx_index": place[block["height"]],
            "asset": "", "status": Status.DONE,
        }  # fmt: skip
        place[block["height"]] += 1
        paid = [int(out["value"] * 10**8) for out in tx["vout"]]
        for number, one in enumerate(tx["vin"]):
            minted = "coinbase" in one
            source = None if minted else output_key(bytes.fromhex(one["txid"]), one["vout"])
            amount = sum(paid) if minted else 0
            rows.append(
                base
                | {
                    "kind": Kind.INPUT, "position": number, "sender": source, "recipient": transaction_key(raw),
                    "amount": amount.to_bytes(32, "big"), "exact": minted,
                }
            )  # fmt: skip
        for number, (out, value) in enumerate(zip(tx["vout"], paid, strict=True)):
            script = bytes.fromhex(out["scriptPubKey"]["hex"])
            key = output_key(raw, number)
            rows.append(
                base
                | {
                    "kind": Kind.OUTPUT, "position": number, "sender": transaction_key(raw), "recipient": key,
                    "amount": value.to_bytes(32, "big"), "exact": True,
                }
            )  # fmt: skip
            told.append({"output": key, "owner": owner_key(script), "script": script if len(script) <= 128 else None})
    spending.write(
        folder, (table(rows), pa.Table.from_pylist(told, schema=OUTPUTS)), chain="bitcoin-regtest"
    )  # fmt: skip
    return open_ledger(folder)


def said(run: Run, found: Owners) -> list[tuple[int, str]]:
    """Of every address of a wallet the cluster it was put into, and the wallet."""
    ids = [found.ledger.address_id(key) for key in run.wallet]
    assert None not in ids
    roots = found.clusters.forest.roots(np.array(ids, np.int64)).tolist()
    return list(zip(roots, run.wallet.values(), strict=True))


def score(run: Run, found: Owners) -> tuple[float, float]:
    """Precision and recall over pairs of addresses."""
    return paired(said(run, found))[1:]
