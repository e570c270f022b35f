"""A node of Bitcoin or its kin as a source: blocks with what their inputs spend, each checked against its header."""

from collections.abc import Callable, Iterator

import pyarrow as pa

from cointrail.chains.bitcoin import Network
from cointrail.errors import InputError
from cointrail.ledger.readers.bitcoin.batch import tables
from cointrail.ledger.readers.bitcoin.block import double, merkle
from cointrail.ledger.readers.bitcoin.told import block_of
from cointrail.ledger.readers.bitcoin.transaction import Transaction, Wrong, gather
from cointrail.ledger.readers.rpc import PATIENCE, Node
from cointrail.ledger.readers.rpc_calls import Call, Refused

CHUNK = 20  # blocks asked for and handed over together: with what they spend, full ones take 10 MB each
WITH_SPENT = 3  # the verbosity that tells what inputs spend (Bitcoin Core since version 23)
ROOT, HEADER = 32, 80

Progress = Callable[[int, int], None]


def read_node(
    url: str, first: int, last: int, network: Network, progress: Progress, *, patience: float = PATIENCE
) -> Iterator[pa.Table]:
    """Rows, outputs and terms of the blocks `first` to `last`, both included, in chain order.

    Every block must follow the one before it, have the hash of its header and the merkle root of its transactions, and
    every transaction the id of its content. InputError names the node without the secrets in its address.
    """
    if not 0 <= first <= last:
        raise InputError(f"blocks {first} to {last}: the first must not be after the last, nor below 0")
    with Node(url, patience=patience) as node:
        try:
            if node.call("getblockhash", 0) != network.genesis.hex():
                raise InputError(f"{node.name}: this node does not follow {network.chain}; give its --chain")
            before: bytes | None = None
            for start in range(first, last + 1, CHUNK):
                numbers = range(start, min(start + CHUNK, last + 1))
                found, before = _blocks(node, numbers, before, network)
                yield from tables(gather(found))
                progress(numbers[-1] - first + 1, last - first + 1)
        except Refused as error:
            raise InputError(f"{node.name}: the node refuses {error.call} ({error.message})") from None
        except (Wrong, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{node.name}: {error}; this node cannot be trusted, use another one") from None


def _blocks(
    node: Node, numbers: range, before: bytes | None, network: Network
) -> tuple[list[Transaction], bytes | None]:
    hashes = list(node.each([Call("getblockhash", (n,), f"block {n}") for n in numbers], CHUNK, needed=True))
    asked = [Call("getblock", (hash_, WITH_SPENT), f"block {n}") for n, hash_ in zip(numbers, hashes, strict=True)]
    heads = node.each([Call("getblockheader", (hash_, False), "a header") for hash_ in hashes], CHUNK, needed=True)
    found: list[Transaction] = []
    for number, head, told in zip(numbers, list(heads), node.each(asked, 1, needed=True), strict=True):
        raw = bytes.fromhex(head)[:HEADER]
        own = double(raw)[::-1]
        if before not in (None, raw[4:36][::-1]):
            raise Wrong(f"block {number} does not follow the block before it: run the same command again")
        mine = list(block_of(told))
        if any(one.block_hash != own or one.block != number for one in mine):
            raise Wrong(f"block {number} has another hash or height than its header")
        if not mine or merkle([one.id[::-1] for one in mine]) != raw[36 : 36 + ROOT]:
            raise Wrong(f"block {number} does not hold the transactions that its header names")
        for one in mine:
            one.check(network.most)
        found += mine
        before = own
    return found, before
