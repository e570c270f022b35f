"""A scan: the whole ledger of one asset under one policy in a single pass, where a walk would touch most of it.

The result is what a walk without label, hub or dust rules finds, in whole `quanta`: amounts are cut to a multiple of
`quantum` smallest units, so that balances fit 64 bits, and what was cut off is said. With a quantum of 1 it is exact.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from cointrail.errors import InputError
from cointrail.ledger import Ledger
from cointrail.ledger import segment as segments
from cointrail.ledger.columns import flat
from cointrail.tracing import scan_kernels as kernels
from cointrail.tracing.walk import Seeds

POLICIES = ("haircut", "fifo", "poison")
QUANTUM_DIGITS = 9  # of the decimals of an asset this many are kept: gwei for ETH, everything for USDT and cents
LARGEST_QUANTUM = 1 << 32
FIRST_POOL = 1 << 16  # nodes

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Stream:
    """The transfers of one asset in chain order, ready to be scanned; addresses are ids of the ledger, 0 is nobody."""

    sender: npt.NDArray[np.uint32]
    recipient: npt.NDArray[np.uint32]
    amount: Integers  # quanta
    row: Integers  # of the ledger
    addresses: int  # ids are below this
    quantum: int  # smallest units in a quantum
    rest: int = 0  # smallest units cut off, over all transfers

    @cached_property
    def opening(self) -> Integers:
        """The least opening balance of every address that keeps it from going negative, in quanta."""
        return _opening(self.sender, self.recipient, self.amount, self.addresses)


@dataclass(frozen=True)
class Scan:
    """Where stolen value is in the end, under one policy."""

    policy: str
    held: Integers  # quanta by address id: still held, arrived at a stop, or come back to a source
    stolen: int  # quanta
    quantum: int
    rest: int  # smallest units that were cut off the amounts of the ledger

    @property
    def balanced(self) -> bool | None:
        """Whether what was stolen is what is held, to the quantum; None for poison, which conserves nothing."""
        return None if self.policy == "poison" else int(self.held.sum()) == self.stolen


def stream(ledger: Ledger, asset: int, quantum: int | None = None) -> Stream:
    """Read the transfers of an asset (its number in the ledger).

    `quantum` is in smallest units, by default such that nine decimals are kept. InputError where amounts or balances do
    not fit 61 bits in quanta.
    """
    quantum = quantum or 10 ** max(0, ledger.assets[asset].decimals - QUANTUM_DIGITS)
    if not 1 <= quantum < LARGEST_QUANTUM:
        raise InputError(f"a quantum of {quantum} smallest units: give 1 to {LARGEST_QUANTUM - 1}")
    senders, recipients, amounts, rows = [], [], [], []
    first, rest = 0, 0
    for segment in ledger.manifest.segments:
        file = segments.file(ledger.path, "transfers", segment)
        table = pq.read_table(file, columns=["sender", "recipient", "asset"])
        column = {name: flat(table.column(name)) for name in table.column_names}
        narrow = ledger.index.amount[first : first + segment.rows]
        mine = np.flatnonzero((np.asarray(column["asset"]) == asset) & (narrow != 0))
        amount, left, fits = kernels.quanta(narrow[mine], ledger.index.wide, quantum)
        if not fits:
            raise InputError(
                f"{_name(ledger, asset)}: amounts are too large for a scan; trace it, or give a larger quantum"
            )
        kept = np.flatnonzero(amount)
        senders.append(np.asarray(column["sender"])[mine[kept]])
        recipients.append(np.asarray(column["recipient"])[mine[kept]])
        amounts.append(amount[kept])
        rows.append(mine[kept] + first)
        first, rest = first + segment.rows, rest + int(left)
    addresses = sum(part.rows for part in ledger.manifest.addresses) + 1
    empty = np.empty(0, np.uint32)
    return Stream(
        np.concatenate([empty, *senders]),
        np.concatenate([empty, *recipients]),
        np.concatenate([np.empty(0, np.int64), *amounts]),
        np.concatenate([np.empty(0, np.int64), *rows]),
        addresses,
        quantum,
        rest,
    )


def scan(
    ledger: Ledger,
    asset: int,
    seeds: Seeds,
    policy: str,
    *,
    stops: Collection[int] = (),
    until: int | None = None,
    quantum: int | None = None,
) -> Scan:
    """Follow stolen value of one asset through the whole ledger, forward.

    `seeds` are those of a forward walk. Value that arrives at `stops` (address ids), or at nobody, stays there; from
    row `until` on nothing counts.
    """
    index = ledger.index
    own = {h: since for h, since in seeds.sources.items() if index.asset(h) == asset}
    moves = [row for row, h in seeds.moves if index.asset(h) == asset and h not in own]
    sources = {index.address(h): since for h, since in own.items()}
    return run(stream(ledger, asset, quantum), sources, moves, policy, stops=stops, until=until)


def run(
    flow: Stream,
    sources: Mapping[int, int],
    moves: Collection[int],
    policy: str,
    *,
    stops: Collection[int] = (),
    until: int | None = None,
) -> Scan:
    """Scan a stream that was read before. `sources`: address id to the row from which on all that leaves is stolen;
    `moves`: rows that are stolen whole."""
    if policy not in POLICIES:
        raise InputError(f"no scan under policy {policy!r}; there are {', '.join(POLICIES)}")
    n = len(flow.row) if until is None else int(np.searchsorted(flow.row, until))
    ends = flow.addresses
    twins = {address: ends + place for place, address in enumerate(sorted({0, *stops} | set(sources)))}
    where = np.arange(ends, dtype=np.uint32)  # where value that is sent to an address arrives
    where[list(twins)] = list(twins.values())
    sender, recipient, amount = flow.sender[:n], kernels.redirect(flow.recipient[:n], where), flow.amount[:n]
    seeds = _seeds(flow, n, sources, moves)
    back = np.array([twins[a] if a in sources else -1 for a in sender[seeds[:-1]].tolist()], np.int64)
    state = np.zeros((ends + len(twins) + 1, 2), np.int64)
    state[:ends, 0] = flow.opening
    held: Integers = np.zeros(ends, np.int64)
    if policy == "haircut":
        stolen = kernels.haircut(sender, recipient, amount, seeds, back, state)
        held += state[:ends, 1]
    elif policy == "poison":
        state[:ends, 1] = -1
        stolen = kernels.poison(sender, recipient, amount, seeds, back, state, ends)
        held += np.maximum(state[:ends, 1], 0)
    else:
        stolen = _fifo(sender, recipient, amount, seeds, back, state, ends, held)
    held[list(twins)] += state[list(twins.values()), 1]
    return Scan(policy, held, int(stolen), flow.quantum, flow.rest)


def _fifo(
    sender: npt.NDArray[np.uint32],
    recipient: npt.NDArray[np.uint32],
    amount: Integers,
    seeds: Integers,
    back: Integers,
    state: Integers,
    ends: int,
    held: Integers,
) -> int:
    """Run the FIFO loop, with a pool that grows as needed; adds what is held to `held`."""
    pool = np.empty((FIRST_POOL, 4), np.int64)  # 32 bytes each: two in a cache line
    free = np.array([-1, 0], np.int64)
    at = (0, 0, 0)
    while True:
        at = kernels.fifo(sender, recipient, amount, seeds, back, state, ends, pool, free, at)
        if at[0] == len(sender):
            kernels.add_up(state, pool, held)
            return int(at[2])
        grown = np.empty((2 * len(pool), 4), np.int64)
        grown[: len(pool)] = pool
        pool = grown


def _seeds(flow: Stream, n: int, sources: Mapping[int, int], moves: Collection[int]) -> Integers:
    """The places of the transfers that are stolen whole, and -1 at the end."""
    wanted = np.sort(np.fromiter(moves, np.int64, len(moves)))
    at = np.searchsorted(flow.row[:n], wanted)
    inside = at < n
    at, wanted = at[inside], wanted[inside]
    found = [at[flow.row[at] == wanted]]  # smaller than a quantum: cut off
    if sources:
        since = np.full(flow.addresses, np.iinfo(np.int64).max)
        since[list(sources)] = list(sources.values())
        leaving = np.flatnonzero(np.isin(flow.sender[:n], np.array(list(sources), np.uint32)))
        found.append(leaving[flow.row[leaving] >= since[flow.sender[leaving]]])
    return np.append(np.unique(np.concatenate(found)), -1)


def _opening(
    sender: npt.NDArray[np.uint32], recipient: npt.NDArray[np.uint32], amount: Integers, size: int
) -> Integers:
    balance, lowest = np.zeros(size, np.int64), np.zeros(size, np.int64)
    if not kernels.opening(sender, recipient, amount, balance, lowest):
        raise InputError("balances are too large for a scan; trace it, or give a larger quantum")
    return -lowest


def _name(ledger: Ledger, asset: int) -> str:
    return ledger.assets[asset].key or ledger.assets[asset].symbol
