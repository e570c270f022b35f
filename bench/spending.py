"""A theft on an output-based chain, traced through background traffic."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.figures import Part, timed
from bench.following import LEAST_TOUCHED, MOST_SECONDS, POLICIES
from bench.ground import Ground
from cointrail.chains import owner_key
from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.manifest import Declared, Origin
from cointrail.ledger.outputs import output_keys, transaction_keys
from cointrail.ledger.rows import ADDRESS_BYTES, OUTPUTS, ROWS, TERMS, Kind, Status
from cointrail.ledger.store import writer
from cointrail.tracing import Theft, Trail, trace

BLOCK = 2_000  # transactions
SLICE = 100_000  # transactions imported at once
START = 1_700_000_000
FANS = (40, 25, 11)  # payments of the transactions of a theft, stage by stage: 11,000 wallets and those between
NEW = 40  # outputs of a transaction of new coins
COIN = 50 * 10**8
SEED = 7


@dataclass
class Chain:
    """Transactions as columns: for each input and output its transaction, and what it spends or pays."""

    ids: list[bytes] = field(default_factory=list)
    input_tx: list[int] = field(default_factory=list)
    spent_tx: list[int] = field(default_factory=list)  # -1: new coins
    spent_number: list[int] = field(default_factory=list)
    output_tx: list[int] = field(default_factory=list)
    output_number: list[int] = field(default_factory=list)
    amount: list[int] = field(default_factory=list)  # of outputs
    owner: list[int] = field(default_factory=list)

    def add(self, spends: list[tuple[int, int, int]], pays: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
        """Add a transaction that spends (transaction, number, amount) and pays (owner, amount); its outputs."""
        number = len(self.ids)
        self.ids.append(sha256(number.to_bytes(8, "big")).digest())
        for tx, place, _ in spends or [(-1, 0, 0)]:
            self.input_tx.append(number)
            self.spent_tx.append(tx)
            self.spent_number.append(place)
        for place, (owner, amount) in enumerate(pays):
            self.output_tx.append(number)
            self.output_number.append(place)
            self.amount.append(amount)
            self.owner.append(owner)
        return [(number, place, amount) for place, (_, amount) in enumerate(pays)]


def chain(transactions: int) -> tuple[Chain, int]:
    """Random traffic of one to three inputs and one to four outputs, with a theft that is split in the middle of it.

    The number of the theft's transaction is handed back too. Its splits are spread over the second half, and each
    third takes in a stranger's output beside the stolen one.
    """
    random, made = Random(SEED), Chain()
    free: list[tuple[int, int, int]] = []
    stolen: list[tuple[int, tuple[int, int, int]]] = []
    theft = -1
    every = max(2, transactions // 2 // (1 + FANS[0] + FANS[0] * FANS[1]))
    while len(made.ids) < transactions:
        number = len(made.ids)
        if len(free) < 1_000 or number % BLOCK == 0:
            free += made.add([], [(random.randrange(transactions), COIN // NEW)] * NEW)
        elif number >= transactions // 2 and theft < 0:
            theft = number
            stolen = [(1, coin) for coin in _paid(made, random, [_draw(free, random), _draw(free, random)], FANS[0])]
        elif theft >= 0 and stolen and (number - theft) % every == 0:
            stage, coin = stolen.pop(random.randrange(len(stolen)))
            beside = [_draw(free, random)] if len(stolen) % 3 == 0 else []
            coins = _paid(made, random, [coin, *beside], FANS[stage])
            stolen += [(stage + 1, one) for one in coins] if stage + 1 < len(FANS) else []
        else:
            spends = [_draw(free, random) for _ in range(random.randint(1, 3))]
            free += _paid(made, random, spends, random.randint(1, 4))
    return made, theft


def _draw(free: list[tuple[int, int, int]], random: Random) -> tuple[int, int, int]:
    place = random.randrange(len(free))
    free[place], free[-1] = free[-1], free[place]
    return free.pop()


def _paid(made: Chain, random: Random, spends: list[tuple[int, int, int]], payments: int) -> list[tuple[int, int, int]]:
    """Pay what is spent, less a small fee, to so many addresses, each to one of as many as there are transactions."""
    rest = sum(amount for _, _, amount in spends)
    rest -= rest // 2_000
    cuts = sorted(random.randrange(rest + 1) for _ in range(payments - 1))
    amounts = [b - a for a, b in zip([0, *cuts], [*cuts, rest], strict=True)]
    return made.add(spends, [(random.randrange(1 << 30), amount) for amount in amounts])


def tables(made: Chain) -> Iterator[tuple[pa.Table, pa.Table, pa.Table]]:
    """Rows, outputs and terms as a reader of raw blocks hands them over, some transactions at a time."""
    ids = np.frombuffer(b"".join(made.ids), np.uint8).reshape(-1, 32)
    inputs, outputs = np.array(made.input_tx), np.array(made.output_tx)
    for low in range(0, len(ids), SLICE):
        high = min(low + SLICE, len(ids))
        ins = slice(*np.searchsorted(inputs, [low, high]))
        outs = slice(*np.searchsorted(outputs, [low, high]))
        tx = np.concatenate([inputs[ins], outputs[outs]])
        own = transaction_keys(ids[tx])
        spent_tx = np.array(made.spent_tx[ins])
        spent = output_keys(ids[spent_tx], np.array(made.spent_number[ins]))
        number = np.array(made.output_number[outs])
        paid = output_keys(ids[outputs[outs]], number)
        amount = np.array(made.amount[outs], np.uint64)
        many, fresh = ins.stop - ins.start, spent_tx < 0
        worth = np.concatenate([np.where(fresh, np.uint64(COIN), np.uint64(0)), amount])
        known = np.concatenate([fresh, np.ones(len(amount), bool)])
        starts = np.searchsorted(inputs[ins], inputs[ins], "left")
        sender, recipient = np.concatenate([spent, own[many:]]), np.concatenate([own[:many], paid])
        lacking = np.concatenate([fresh, np.zeros(len(amount), bool)])
        columns = {
            "block": pa.array(tx // BLOCK),
            "block_hash": pa.nulls(len(tx), pa.binary(32)),
            "time": pa.array(START + 600 * (tx // BLOCK)),
            "tx": _fixed(ids[tx], 32),
            "tx_index": pa.array((tx % BLOCK).astype(np.int32)),
            "kind": pa.array(np.r_[np.full(many, Kind.INPUT), np.full(len(amount), Kind.OUTPUT)].astype(np.uint8)),
            "position": pa.array(np.concatenate([np.arange(many) - starts, number])),
            "path": pa.nulls(len(tx), pa.binary()),
            "sender": pa.compute.if_else(pa.array(lacking), None, _fixed(sender, ADDRESS_BYTES)),
            "recipient": _fixed(recipient, ADDRESS_BYTES),
            "asset": pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(tx), np.int32)), pa.array([""])),
            "amount": _fixed(_words(worth), 32),
            "status": pa.array(np.full(len(tx), Status.DONE, np.uint8)),
            "exact": pa.array(known),
        }
        scripts = [b"\x00\x14" + owner.to_bytes(20, "big") for owner in made.owner[outs]]
        told = {"output": _fixed(paid, ADDRESS_BYTES), "owner": pa.array(map(owner_key, scripts), pa.binary(20))}
        paid_to = pa.table(told | {"script": pa.array(scripts)}, schema=OUTPUTS)
        yield pa.table(columns, schema=ROWS), paid_to, _terms(ids[low:high], low)


def _terms(ids: npt.NDArray[np.uint8], first: int) -> pa.Table:
    """Every third transaction is locked to the height before its own and may be replaced, as by Bitcoin Core."""
    number = np.arange(first, first + len(ids))
    locked = number % 3 == 0
    told = np.full(len(ids), 2), np.where(locked, number // BLOCK, 0), np.where(locked, 0xFFFFFFFD, 0xFFFFFFFF)
    keys = _fixed(transaction_keys(ids), ADDRESS_BYTES)
    return pa.table([keys, *(pa.array(one.astype(np.uint32)) for one in told)], schema=TERMS)


def _fixed(raw: npt.NDArray[np.uint8], width: int) -> pa.Array:
    data = pa.py_buffer(np.ascontiguousarray(raw).tobytes())
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(raw), [None, data])


def _words(amounts: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    wide = np.zeros((len(amounts), 32), np.uint8)
    wide[:, 24:] = amounts.astype(">u8").view(np.uint8).reshape(-1, 8)
    return wide


def keep(made: Chain, folder: Path) -> Ledger:
    """Import a chain as one would its raw blocks."""
    with writer(folder, "bitcoin") as into:
        rows = 0
        for moved, told, terms in tables(made):
            into.add(told, 0)
            into.add(terms, 0)
            rows += into.add(moved, 0)
        coin = Declared("", "BTC", 8, "native")
        into.commit([Origin("made", "test", "", rows)], lambda key: coin, lambda share: None)
    return open_ledger(folder)


def spending(ground: Ground, transactions: int) -> Part:
    """Import the chain, make its index, and trace the theft."""
    part = Part(
        "spend",
        "A theft traced through outputs",
        f"{transactions:,} made-up transactions of one to three inputs and one to four outputs, imported as raw blocks"
        " are (inputs without amounts). The theft is split in three stages and a third of the times beside a"
        " stranger's output; every stage is found through the index. Ledger and index are open, rules of behaviour on.",
    )
    made, theft = chain(transactions)
    folder = ground.folder / "outputs"
    opened: list[Ledger] = []
    taken = timed(lambda: opened.append(keep(made, folder)), 1)
    rows = opened[0].transfers
    part.add("import", str(taken), f"{rows:,} inputs and outputs, {rows / taken.median:,.0f} a second")
    taken = timed(lambda: opened[0].index, 1)
    part.add("index", str(taken), f"{rows / taken.median:,.0f} a second")
    for policy in POLICIES:
        trails: list[Trail] = []

        def follow(trails: list[Trail] = trails, policy: str = policy) -> None:
            trails.append(trace(opened[0], Theft(transactions=(made.ids[theft],)), policy))

        taken = timed(follow, ground.repeats + 2)
        flow = trails[-1].flows[policy]
        through = trails[-1].ledgers.through
        touched = len({move.recipient for move in flow.moves if not through(move.recipient)})
        target = (f"< {MOST_SECONDS:.0f} s", taken.median < MOST_SECONDS) if touched >= LEAST_TOUCHED else ("", None)
        part.add(policy, str(taken), f"{touched:,} outputs touched; {taken.processor}", *target)
    return part
