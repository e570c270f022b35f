"""Two real blocks of Ethereum mainnet, 17173049 and 17173050: what moved in each transaction, read from raw logs.

`expected/mainnet_swaps.csv` says who converted what in every transaction that moved more than one fungible asset, and
in the two that only unwrapped WETH. It was judged by hand, transaction by transaction, from its logs, its calldata and
its top-level value; the source of each row is the transaction itself. A transaction has a row for every conversion.

* `owner` gave `sold` of `sold_asset` and got `bought` of `bought_asset` for `recipient`; smallest units; `native` is
  ether. An asset that passes through and comes back is not in it. The owner of what stands behind a pool or router is
  never that pool or router.
* `kept` is what else left the owner in the sold asset by the conversion and rests with `kept_by`: a tax, a fee, what a
  router did not need. `sold` and `kept` together are the owner's loss as far as it can be seen.
* Inner calls are not in these blocks. Where a router unwraps WETH for somebody, `bought` is what it unwrapped and
  `recipient` is the router: the last position that can be seen.
* `kind` is swap, unwrap, liquidity (a pool's share for a token), vault (a share or token that the contract which takes
  the payment mints for it), arbitrage (a gain for which nothing is given), batch (payments of strangers in one
  transaction), or none (something is got and is no part of a conversion). A note that begins with "counterparty" marks
  the other side of a trade, which looks like a pool to whoever has only the movements.
"""

import csv
import json
import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

DATA = Path(os.environ.get("COINTRAIL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
BLOCKS = DATA / "chain_samples" / "etl_ethereum" / "test_stream" / "blocks_17173049_17173050"
EXPECTED = Path(__file__).parent / "expected" / "mainnet_swaps.csv"
needs_blocks = pytest.mark.skipif(not BLOCKS.is_dir(), reason="no mainnet blocks here (COINTRAIL_DATA names the data)")

NATIVE = "native"
NOBODY = "0x" + 40 * "0"
WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
DEPOSIT = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c"
WITHDRAWAL = "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65"
WORD = 66  # characters of 0x and 32 bytes

Row = dict[str, str]


@dataclass(frozen=True)
class Move:
    """Value from one address to another; wrapped ether is minted by nobody and burned to nobody."""

    asset: str
    sender: str
    recipient: str
    amount: int


def lines(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (BLOCKS / f"expected_{name}.json").read_text().splitlines() if line.strip()]


@cache
def rows() -> list[Row]:
    with EXPECTED.open(newline="") as text:
        return list(csv.DictReader(text))


@cache
def moves() -> dict[str, list[Move]]:
    """What every transaction that succeeded moved, the fee apart."""
    found: dict[str, list[Move]] = {}
    for tx in lines("transactions"):
        if tx["receipt_status"] == 1:
            value = Move(NATIVE, str(tx["from_address"]), str(tx["to_address"]), int(str(tx["value"])))
            found[str(tx["hash"])] = [value] if value.amount else []
    for log in lines("logs"):
        topics, data, contract = log["topics"], str(log["data"]), str(log["address"])
        assert isinstance(topics, list)
        parties = ["0x" + topic[-40:] for topic in topics[1:]]
        moved = found[str(log["transaction_hash"])]
        if topics[:1] == [TRANSFER] and len(parties) == 2 and len(data) == WORD:
            moved.append(Move(contract, parties[0], parties[1], int(data, 16)))
        elif contract == WETH and topics[0] == DEPOSIT:
            moved.append(Move(contract, NOBODY, parties[0], int(data, 16)))
        elif contract == WETH and topics[0] == WITHDRAWAL:
            moved.append(Move(contract, parties[0], NOBODY, int(data, 16)))
    return found


def net(moved: list[Move]) -> dict[tuple[str, str], int]:
    """What each address gained of each asset, without those that came out even."""
    position: Counter[tuple[str, str]] = Counter()
    for one in moved:
        position[one.sender, one.asset] -= one.amount
        position[one.recipient, one.asset] += one.amount
    return {key: amount for key, amount in position.items() if amount}


def several(moved: list[Move]) -> bool:
    return len({one.asset for one in moved if one.amount}) > 1


def faults(told: list[Row], moved: list[Move]) -> list[str]:
    """What the rows of one transaction say that its movements do not, a sentence each."""
    position = net(moved)
    claimed: defaultdict[tuple[str, str], int] = defaultdict(int)
    unwrapped: defaultdict[str, int] = defaultdict(int)
    for row in told:
        sold, kept, bought = (int(row[name] or 0) for name in ("sold", "kept", "bought"))
        if row["sold_asset"]:
            claimed[row["owner"], row["sold_asset"]] -= sold + kept
        if row["bought_asset"] == NATIVE:
            unwrapped[row["recipient"]] += bought
        elif row["bought_asset"]:
            claimed[row["recipient"], row["bought_asset"]] += bought
    found = [
        f"{party} in {asset}: told {amount}, moved {position.get((party, asset), 0)}"
        for (party, asset), amount in claimed.items()
        if position.get((party, asset), 0) != amount
    ]
    for party, amount in unwrapped.items():
        burned = sum(one.amount for one in moved if (one.asset, one.sender, one.recipient) == (WETH, party, NOBODY))
        if burned != amount:
            found.append(f"{party} unwrapped {burned}, told {amount}")
    return found
