"""A live JSON-RPC node as a source of movements: chunk after chunk of blocks, checked against the chain of hashes."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from cointrail.errors import InputError
from cointrail.ledger.readers.rpc import PATIENCE, Node
from cointrail.ledger.readers.rpc_blocks import BLOCKS, Abilities, Shifted, fetch, header, probe
from cointrail.ledger.readers.rpc_calls import Missing, Refused, Unanswered
from cointrail.ledger.readers.rpc_events import TOO_LONG, events_table
from cointrail.ledger.readers.rpc_fields import NUMBER_BITS, Unsound, quantity
from cointrail.ledger.readers.rpc_rows import MINTED, NO_REWARD, UNKNOWN_RESULT, rows_table
from cointrail.ledger.readers.rpc_staging import Chunk, Staging
from cointrail.ledger.readers.wanted import NONE, Wanted

CHUNK = 200  # blocks read, kept and handed over together
SHIFTS = 3  # tries to read a chunk whose blocks do not follow each other
SHIFT_PAUSE = 0.5  # seconds between them

Progress = Callable[[int, int], None]


def chain_id(url: str, *, patience: float = PATIENCE) -> int:
    """The number of the chain that a node follows (EIP-155), e.g. 1 for Ethereum."""
    with Node(url, patience=patience) as node:
        return _number(node, "eth_chainId")


def read_node(
    url: str,
    first: int,
    last: int,
    *,
    staging: Path | None = None,
    progress: Progress | None = None,
    chunk: int = CHUNK,
    patience: float = PATIENCE,
    wanted: Wanted = NONE,
    wrapped: frozenset[bytes] = frozenset(),
) -> "Feed":
    """Read the blocks `first` to `last`, both included, from the node at `url`.

    Iterate over the result for tables of `rows.ROWS`, one a chunk of blocks, in chain order, each followed by one of
    `rows.EVENTS` where it has events that are `wanted`. `wrapped` are the contracts that wrap the native coin. With
    `staging` finished chunks are kept there and taken from there by a later run, as long as the chain still has their
    last block.
    `progress` is told the blocks done and the blocks in all. `patience`: seconds without any answer after which the
    node is given up. InputError names the node without the secrets in its address.
    """
    if not 0 <= first <= last or last >> NUMBER_BITS:
        raise InputError(f"blocks {first} to {last}: the first must not be after the last, nor below 0")
    tell = progress or (lambda done, total: None)
    return Feed(url, first, last, staging, tell, max(1, chunk), patience, wanted, wrapped)


class Feed:
    """Tables of a node's blocks, one after the other. `warnings` is complete after the last."""

    def __init__(
        self,
        url: str,
        first: int,
        last: int,
        staging: Path | None,
        progress: Progress,
        chunk: int,
        patience: float,
        wanted: Wanted,
        wrapped: frozenset[bytes],
    ) -> None:
        self._url, self._first, self._last = url, first, last
        self._folder, self._progress, self._chunk, self._patience = staging, progress, chunk, patience
        self._wanted, self._wrapped = wanted, wrapped
        self._manner = " ".join([wanted.digest, *sorted(contract.hex() for contract in wrapped)])
        self._counts: Counter[str] = Counter()
        self._kept = 0  # blocks that a later run need not ask for
        self._lacking = ""  # why internal value is not read
        self._tables = self._read()

    def __iter__(self) -> Iterator[pa.Table]:
        return self

    def __next__(self) -> pa.Table:
        return next(self._tables)

    @property
    def warnings(self) -> list[str]:
        """What the node could not tell, one sentence each."""
        found = []
        if self._lacking:
            found.append(
                "value moved inside transactions is missing, so balances of contracts are incomplete: the node has"
                f" neither trace_block nor debug_traceBlockByNumber ({self._lacking})"
            )
        for what, text in (
            (UNKNOWN_RESULT, "{} transactions are from before receipts told whether they failed; they count as done"),
            (NO_REWARD, "the rewards of {} mined blocks are missing: only trace_block tells them"),
            (MINTED, "{} transactions mint value that came from another chain; it is missing"),
            (TOO_LONG, "{} events with more than 64 KiB of data were left out"),
        ):
            if self._counts[what]:
                found.append(text.format(self._counts[what]))
        return found

    def _read(self) -> Iterator[pa.Table]:
        with Node(self._url, patience=self._patience) as node:
            try:
                yield from self._chunks(node)
            except Unanswered as error:
                kept = f"{self._kept} blocks are kept" if self._folder else "nothing is kept without a staging folder"
                raise InputError(f"{error.what}; run the same command again; {kept}") from None
            except Refused as error:
                raise InputError(
                    f"{node.name}: the node refuses {error.call} ({error.message}); use a node that offers it"
                ) from None
            except Unsound as error:
                raise InputError(f"{node.name}: {error}; this node cannot be trusted, use another one") from None

    def _chunks(self, node: Node) -> Iterator[pa.Table]:
        chain, head = _number(node, "eth_chainId"), _number(node, "eth_blockNumber")
        if self._last > head:
            raise InputError(
                f"{node.name}: block {self._last} is beyond the last one of the node, {head}; end at {head} or before"
            )
        staging = Staging(self._folder, chain) if self._folder else None
        can = probe(node, min(max(self._first, 1), self._last))
        self._lacking = can.reason
        before: bytes | None = None
        for first in _starts(self._first, self._last, self._chunk):
            last = min(first - first % self._chunk + self._chunk - 1, self._last)
            found = self._staged(node, staging, first, last, before, can)
            if found is None:
                found = self._follow(node, chain, first, last, before, can)
                if staging:
                    staging.save(first, last, found)
            before = found.last
            self._counts += found.counts
            self._kept += last - first + 1
            self._tell(last)
            yield found.table
            if found.events.num_rows:
                yield found.events

    def _staged(
        self, node: Node, staging: Staging | None, first: int, last: int, before: bytes | None, can: Abilities
    ) -> Chunk | None:
        """A chunk of an earlier run, where the chain still has it and this run could not tell more."""
        found = staging.load(first, last) if staging else None
        if found is None or found.manner != self._manner:
            return None
        if (can.tracer and not found.tracer) or before not in (None, found.parent):
            return None
        return found if header(node, last).hash == found.last else None

    def _follow(self, node: Node, chain: int, first: int, last: int, before: bytes | None, can: Abilities) -> Chunk:
        """Read a chunk; again where the chain was reorganised meanwhile."""
        for attempt in range(1, SHIFTS + 1):
            try:
                return self._fetch(node, chain, first, last, before, can)
            except (Shifted, Missing) as error:
                if attempt == SHIFTS and isinstance(error, Missing):
                    raise
                reason = str(error)
            time.sleep(SHIFT_PAUSE)
        raise InputError(
            f"{node.name}: {reason}, {SHIFTS} times: the chain is being reorganised or the node is out of step;"
            " end some blocks before the last, or run the same command again"
        )

    def _fetch(self, node: Node, chain: int, first: int, last: int, before: bytes | None, can: Abilities) -> Chunk:
        tables, events, counts = [], [], Counter[str]()
        parent, link = b"", before
        for start in range(first, last + 1, BLOCKS):
            numbers = range(start, min(start + BLOCKS, last + 1))
            blocks = fetch(node, numbers, can)
            for block in blocks:
                if link not in (None, block.parent):
                    raise Shifted(f"block {block.number} does not follow the block before it")
                link = block.hash
            parent = parent or blocks[0].parent
            tables.append(rows_table(blocks, chain, can.tracer, counts, self._wrapped))
            events.append(events_table(blocks, self._wanted, counts))
            self._tell(numbers[-1])
        # traces may carry no block hash: what was read is one chain only if its end is still there
        if header(node, last).hash != link:
            raise Shifted(f"block {last} has changed while it was read")
        assert link is not None
        rows = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
        return Chunk(rows, pa.concat_tables(events), parent, link, can.tracer, self._manner, counts)

    def _tell(self, last: int) -> None:
        self._progress(last - self._first + 1, self._last - self._first + 1)


def _starts(first: int, last: int, chunk: int) -> Iterator[int]:
    """Where chunks begin: at multiples of their size, so that another range can use what was kept of this one."""
    yield first
    yield from range(first - first % chunk + chunk, last + 1, chunk)


def _number(node: Node, method: str) -> int:
    try:
        return quantity({"result": node.call(method)}, "result", NUMBER_BITS)
    except Refused as error:
        raise InputError(f"{node.name}: the node refuses {method} ({error.message}); check its address") from None
    except Unsound as error:
        raise InputError(f"{node.name}: {method}: {error}; check that this is an Ethereum node") from None
