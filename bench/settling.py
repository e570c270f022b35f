"""Settling every transaction of a large ledger, and joining the bridge legs that such a ledger would hold."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.figures import Part, timed
from bench.ground import CHAIN, Ground
from cointrail.chains import Asset, format_address, wrapped
from cointrail.chains.asset import NATIVE
from cointrail.conversions.bridges import crossings, shipped
from cointrail.conversions.settlement.sweep import Sweep, sweep
from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.event import Event
from cointrail.ledger.importer import import_tables
from cointrail.ledger.rows import ADDRESS_BYTES, ROWS, Kind, Status
from tests.conversions.bridges.events import log

LEAST = 200_000  # transactions a second
BRIDGED = 0.012  # of all transactions: 4 of 330 in the two blocks
SLICE = 1 << 19
START = 1_700_000_000
ZERO, ROUTER, POOL, OTHER, FEES, TOKEN, WETH, MORE = 0, 1, 2, 3, 4, 5, 6, 7
USERS = 1_000_000
MIX = np.uint64(0x9E3779B97F4A7C15)  # odd: no two numbers share a product
ME, PEER, NOBODY = -1, -2, -3  # the user of a transaction, another one, and where fees go
ETH, A, B, W = 0, 1, 2, 3  # assets: the coin, two tokens, the wrapped coin
FEE = (ME, None, ETH, 1)

Movement = tuple[int, int | None, int, int]  # sender, recipient, asset, share of the size in 1/1000

# What transactions do, and how many of 330 in Ethereum's blocks 17173049 and 17173050 do so; every one pays its fee.
SHAPES: list[tuple[int, list[Movement]]] = [
    (150, [(ME, PEER, ETH, 1000)]),
    (107, [(ME, PEER, A, 1000)]),
    (22, [(ME, ROUTER, ETH, 1000), (ROUTER, WETH, ETH, 1000), (ZERO, ROUTER, W, 1000), (ROUTER, POOL, W, 1000),
          (POOL, ME, A, 777)]),
    (18, [(ME, POOL, A, 1000), (POOL, ROUTER, W, 800), (ROUTER, ZERO, W, 800), (WETH, ROUTER, ETH, 800),
          (ROUTER, ME, ETH, 800)]),
    (9, [(ME, POOL, A, 1000), (POOL, ROUTER, W, 800), (ROUTER, ZERO, W, 800)]),
    (8, [(ME, POOL, A, 1000), (POOL, OTHER, W, 900), (OTHER, ME, B, 600)]),
    (4, [(ME, POOL, W, 1000), (POOL, ME, A, 500), (POOL, FEES, A, 5)]),
    (3, [(ME, MORE, ETH, 1), (MORE, POOL, W, 1000), (POOL, MORE, A, 900)]),
    (9, [(TOKEN, POOL, A, 100), (POOL, ROUTER, W, 80), (ROUTER, ZERO, W, 80), (ME, TOKEN, A, 50), (ME, POOL, A, 950),
         (POOL, ROUTER, W, 700), (ROUTER, ZERO, W, 700)]),
]  # fmt: skip


def settling(ground: Ground, movements: int) -> Part:
    """Sweep a ledger of swaps, and decode and join Across legs in the proportion of real blocks."""
    part = Part(
        "settle",
        "All conversions of a ledger, and the bridge legs",
        "A made-up ledger of transfers and swaps in the proportions of two real Ethereum blocks (`bench/settling.py`):"
        " 22 % of the transactions move several assets, 2.7 % are too tangled for the compiled loop and are settled in"
        " Python. `sweep` settles all; ledger and index are open. Legs are decoded from raw events and joined by key:"
        f" {BRIDGED:.1%} of the transactions have one.",
    )
    made = swaps(ground.folder / "swaps", movements)
    swept: list[Sweep] = []
    warm = sweep(made)
    taken = timed(lambda: swept.append(sweep(made)), max(1, ground.repeats))
    one = swept[-1]
    assert len(one) == len(warm)
    note = f"{made.transfers:,} movements, {one.transactions:,} transactions, {one.several:,} of several assets,"
    note += f" {one.plain / max(1, one.several):.1%} of these in the compiled loop; {len(one):,} conversions;"
    part.add("settle, transactions", taken.rate(one.transactions), f"{note} {taken.processor}")
    events = list(_events(int(one.transactions * BRIDGED)))
    began = time.perf_counter()
    links = crossings([("base", events[::2]), (CHAIN, events[1::2])]).links
    linked = time.perf_counter() - began
    assert len(links) == len(events) // 2
    part.add("decode and join, events", f"{len(events) / linked:,.0f}/s", f"{len(links):,} links")
    both = one.transactions / (taken.median + linked)
    part.add("both, transactions", f"{both:,.0f}/s", "", f">= {LEAST:,}/s", both >= LEAST)
    return part


def swaps(folder: Path, movements: int) -> Ledger:
    """A ledger of so many movements, with its index."""
    tokens = {A: _text(TOKEN), B: _text(MORE + 1), W: _text(WETH), ETH: NATIVE}
    assets = {
        tokens[A]: Asset(tokens[A], "A", 18, "user"), tokens[B]: Asset(tokens[B], "B", 6, "user"),
        tokens[W]: Asset(tokens[W], "WETH", 18, "user", form_of="ETH"), NATIVE: Asset(NATIVE, "ETH", 18, "native"),
    }  # fmt: skip
    tables = (("swaps", part) for part in _tables(movements, [tokens[n] for n in range(len(tokens))]))
    import_tables(list(tables), folder, CHAIN, lambda key: assets[key])
    opened = open_ledger(folder)
    _ = opened.index
    return opened


def _tables(movements: int, keys: list[str]) -> Iterator[pa.Table]:
    """Whole transactions in random order, each of a shape drawn by its weight."""
    rng = np.random.Generator(np.random.PCG64(11))
    weights = np.array([weight for weight, _ in SHAPES], float)
    lengths = np.array([1 + len(rows) for _, rows in SHAPES])
    mean = float((weights * lengths).sum() / weights.sum())
    shape = rng.choice(len(SHAPES), int(movements / mean), p=weights / weights.sum())
    flat = [np.array([_plain(one) for one in (FEE, *rows)], np.int64) for _, rows in SHAPES]
    starts = np.cumsum([0, *lengths[:-1]])
    pattern = np.concatenate(flat)
    step = SLICE // int(lengths.max())
    for first in range(0, len(shape), step):
        drawn = shape[first : first + step]
        tx = np.repeat(np.arange(first, first + len(drawn)), lengths[drawn])
        place = np.arange(len(tx)) - np.repeat(np.cumsum(lengths[drawn]) - lengths[drawn], lengths[drawn])
        rows = pattern[np.repeat(starts[drawn], lengths[drawn]) + place]
        user = rng.integers(10, USERS, len(drawn))[tx - first]
        size = rng.integers(10**15, 2**60, len(drawn))[tx - first]
        drawn_as = [(rows[:, n] == ME, rows[:, n] == PEER) for n in (0, 1)]
        parties = [np.select(known, [user, user + USERS], rows[:, n]) for n, known in enumerate(drawn_as)]
        yield _table(tx, place, parties, rows[:, 2], size // 1000 * rows[:, 3], keys)


def _plain(one: Movement) -> tuple[int, int, int, int]:
    sender, recipient, asset, share = one
    return sender, NOBODY if recipient is None else recipient, asset, share


def _table(
    tx: npt.NDArray[np.int64], place: npt.NDArray[np.int64], parties: list[npt.NDArray[np.int64]],
    asset: npt.NDArray[np.int64], amount: npt.NDArray[np.int64], keys: list[str],
) -> pa.Table:  # fmt: skip
    fee, count = parties[1] == NOBODY, len(tx)
    block = tx // 150
    values = {
        "block": block, "time": START + 12 * block, "tx": _fixed(tx + 1, 32), "tx_index": (tx % 150).astype(np.int32),
        "kind": np.where(fee, Kind.FEE, Kind.LOG).astype(np.uint8), "position": (tx % 150) * 16 + place,
        "sender": _fixed(parties[0], ADDRESS_BYTES), "recipient": _fixed(parties[1], ADDRESS_BYTES, fee),
        "asset": pa.DictionaryArray.from_arrays(pa.array(asset.astype(np.int32)), pa.array(keys)),
        "amount": _fixed(amount, 32), "status": np.full(count, Status.DONE, np.uint8), "exact": np.ones(count, bool),
    }  # fmt: skip
    columns = [values.get(one.name, pa.nulls(count, one.type)) for one in ROWS]
    return pa.table([pa.array(column) for column in columns], schema=ROWS)


def _fixed(numbers: npt.NDArray[np.int64], width: int, absent: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Numbers as big-endian bytes; addresses begin like random ones, but the zero address."""
    content = np.zeros((len(numbers), width), np.uint8)
    if width == ADDRESS_BYTES:
        content[:, :8] = (numbers.astype(np.uint64) * MIX).astype(">u8").view(np.uint8).reshape(-1, 8)
    content[:, -8:] = numbers.astype(">u8").view(np.uint8).reshape(-1, 8)
    if width == ADDRESS_BYTES:
        content[numbers == WETH] = np.frombuffer(min(wrapped(CHAIN)), np.uint8)
    valid = None if absent is None else pa.array(~absent).buffers()[1]
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(numbers), [valid, pa.py_buffer(content)])


def _text(number: int) -> str:
    return format_address(_fixed(np.array([number]), ADDRESS_BYTES)[0].as_py())


def _events(count: int) -> Iterator[Event]:
    """Deposits on base and fills on ethereum, in turn, as Across emits them."""
    bridge = shipped().bridges["across"]
    told = {r.signature.text.partition("(")[0]: r.signature for r in bridge.rules}
    deposit, fill = told["V3FundsDeposited"], told["FilledV3Relay"]
    near, far = (min(bridge.contracts[chain]) for chain in ("base", CHAIN))
    for n in range(count // 2):
        to, amount = _text(10 + n), 10**18 - n
        same: dict[str, Any] = {"depositId": n, "recipient": to, "outputAmount": amount, "outputToken": _text(WETH)}
        yield log(deposit, near, 2 * n, destinationChainId=1, **same)
        yield log(fill, far, 2 * n + 1, originChainId=8453, updatedRecipient=to, updatedOutputAmount=amount, **same)
