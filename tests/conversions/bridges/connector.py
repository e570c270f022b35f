"""Deposits and payments as explorers of bridges publish them: decoded, and read again by plain slicing."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from cointrail.conversions.bridges import calls, decode, shipped
from cointrail.conversions.bridges.samples import known, read_samples
from cointrail.ledger.event import Event
from cointrail.ledger.rows import INPUT
from tests.conversions.mainnet import DATA

FOLDER = DATA / "bridges" / "connector"
PAIRS = sorted(FOLDER.glob("*_*")) if FOLDER.is_dir() else []
SAMPLES = [path for pair in PAIRS for path in sorted(pair.glob("*/sample.json"))]
INPUTS = [path for pair in PAIRS for path in sorted(pair.glob("*/input.csv*"))]
WORD = 64  # hexadecimal digits
ROUTERS = shipped().bridges["multichain"].contracts
CHAINS = {
    1: "ethereum",
    56: "bsc",
    137: "polygon",
    250: "fantom",
    43114: "avalanche",
    42161: "arbitrum",
    10: "optimism",
}

# Which word of a call is what, counted by hand: hash of the near side, token, recipient, amount, other chain. Where
# there is no hash, the call is the deposit itself.
PAYMENT, PAYMENT_7, DEPOSIT = (0, 1, 2, 3, 4), (1, 2, 3, 4, 5), (None, 0, 1, 2, 3)
PERMITTED = (None, 1, 2, 3, 8)
WORDS = {
    "825bb13c": PAYMENT, "3f88de89": PAYMENT, "0175b1c4": PAYMENT,  # anySwapIn, anySwapInUnderlying, anySwapInAuto
    "8fef8489": PAYMENT_7, "9ff1d3e8": PAYMENT_7, "81aa7a81": PAYMENT_7, "5de26385": PAYMENT_7,  # of the router V7
    "f9ca3a5d": PAYMENT_7, "cc95060a": PAYMENT_7,
    "241dc2df": DEPOSIT, "edbdf5e2": DEPOSIT,  # anySwapOut, anySwapOutUnderlying
    "8d7d3eea": PERMITTED, "1b91a934": PERMITTED,
    "a5977fbb": (None, 1, 0, 2, 3), "23463624": (None, 0, 3, 1, 2), "a0029301": (None, 0, 3, 1, 2),  # of Celer
}  # fmt: skip

Fields = tuple[object, ...]  # token, recipient, amount, chain, other chain


def labels(folder: Path) -> dict[str, dict[str, str]]:
    """The rows by the hash of the near side, and by their number."""
    with (folder / "label.csv").open(newline="") as text:
        rows = list(csv.DictReader(text))
    return {row["srcTxhash"].lower(): row for row in rows} | {row.get("", str(n)): row for n, row in enumerate(rows)}


def published(path: Path) -> Iterator[tuple[Fields, Fields]]:
    """What was read of each deposit in a file of events, and what the file and its labels say."""
    legs, label = read_samples(path), labels(path.parent)
    for leg, entry in zip(legs, json.loads(path.read_text()), strict=True):
        said, row = entry["args"], label[f"0x{leg.tx.hex()}"]
        token = "" if set(said["asset_s"][2:].lower()) in ({"0"}, {"e"}) else said["asset_s"].lower()
        true = (token, said["receiver"].lower(), said["amount"], known(row["srcnet"]), known(row["dstnet"]))
        yield (leg.token, leg.recipient, leg.amount, leg.chain, leg.other_chain), true


def inputs(path: Path) -> Iterator[tuple[str, str]]:
    """Number and calldata, without 0x, of every row."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as text:
        for number, data, *_ in list(csv.reader(text))[1:]:
            yield number, data.strip().removeprefix("0x").lower()


def sliced(data: str) -> tuple[str, Fields]:
    """The hash of the near side, "" in a deposit, and what the words of the call say."""
    words = [data[8 + WORD * n : 8 + WORD * (n + 1)] for n in range((len(data) - 8) // WORD)]
    key, token, to, amount, chain = WORDS[data[:8]]
    number = int(words[chain], 16)
    fields = ("0x" + words[token][24:], "0x" + words[to][24:], int(words[amount], 16), CHAINS.get(number))
    return "" if key is None else words[key], fields


def called(path: Path) -> Iterator[tuple[Fields, Fields]]:
    """The same of raw calls: deposits, or payments on the chain that the label names as the target.

    A call without a reading by hand counts as wrong.
    """
    label = labels(path.parent)
    for number, data in inputs(path):
        read = calls.read(bytes.fromhex(data))
        if data[:8] not in WORDS or len(read) != 1:
            yield (calls.named(bytes.fromhex(data)),), ("nothing by hand",)
            continue
        [one] = read
        key, (token, to, amount, other) = sliced(data)
        row = label["0x" + key] if key else label[number]
        near, far = known(row["srcnet"]), known(row["dstnet"])
        here, there = (far, near) if key else (near, far)
        assert other in (None, there) and one.key == key and (one.side == "withdrawal") == bool(key)
        yield (one.token, one.recipient, one.amount, here, one.chain), (token, to, amount, here, there)


def of_routers(path: Path) -> Iterator[tuple[Fields, Fields]]:
    """The legs of calls to Multichain's own routers, and the same calls read without one; if it has one there."""
    label = labels(path.parent)
    for number, data in inputs(path):
        read = calls.read(bytes.fromhex(data))
        if len(read) != 1 or bytes.fromhex(data[:8]) not in shipped().calls:
            continue
        [one] = read
        row = label["0x" + one.key] if one.key else label[number]
        chain = known(row["dstnet" if one.key else "srcnet"])
        if not ROUTERS.get(chain):
            continue
        call = Event(1, 1, b"\1" * 32, 0, INPUT, min(ROUTERS[chain]), None, (), bytes.fromhex(data))
        [leg], findings = decode(shipped(), chain, [call])
        assert not findings
        told = (leg.side, leg.token, leg.recipient, leg.amount, leg.other_chain)
        yield told, (one.side, one.token, one.recipient, one.amount, one.chain)
