"""Approvals in the events that a ledger keeps: who let whom take which token.

`increaseAllowance` and the permits of EIP-2612 write the same event as `approve`. What is only signed, and used once
(Permit2's SignatureTransfer), writes none. The events are in `approvals.csv`: places among the topics, and the word of
the data that holds the amount; without `token` it is the contract that wrote the event.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
from eth_hash.auto import keccak

from cointrail.chains import parse_address
from cointrail.chains.data import table
from cointrail.ledger.event import Event, of_table
from cointrail.ledger.events import Events
from cointrail.ledger.rows import ADDRESS_BYTES, EVENTS, HASH_BYTES

TOPICS_OF = {  # ERC-721's Approval has the same signature and a fourth topic
    "Approval(address,address,uint256)": 3,
    "ApprovalForAll(address,address,bool)": 3,
}
REST = 4  # topics of the others


@dataclass(frozen=True)
class Approval:
    """One approval. `amount` is as it was written: units, or 1 and 0 for everything and nothing of a collection."""

    owner: bytes
    spender: bytes
    token: bytes
    amount: int
    time: int | None
    tx: bytes
    all: bool  # of a whole collection of NFTs


@dataclass(frozen=True)
class _Form:
    topics: int
    contract: bytes | None
    owner: int
    spender: int
    token: int | None
    all: bool


@cache
def forms() -> dict[bytes, _Form]:
    """The known events by their first topic."""
    return {
        keccak(row["event"].encode()): _Form(
            TOPICS_OF.get(row["event"], REST),
            parse_address(row["contract"]) if row["contract"] else None,
            int(row["owner"]),
            int(row["spender"]),
            int(row["token"]) if row["token"] else None,
            "ForAll" in row["event"],
        )
        for row in table("cointrail.guard.protect", "approvals.csv")
    }


def topics() -> frozenset[bytes]:
    """The first topics of all of them: what an import has to keep."""
    return frozenset(forms())


def kept(events: Events) -> bool:
    """Whether the events of a ledger have approvals among them."""
    return len(events) > 0 and bool(pc.any(_among(_word(events, 0), topics())).as_py())


def approvals(events: Events, spenders: Iterable[bytes]) -> Iterator[Approval]:
    """Approvals of some spenders, in chain order; what is not as it should be is passed over."""
    wanted = frozenset(spenders)
    return (one for one in _about(events, wanted, (2, 3)) if one.spender in wanted)


def given(events: Events, owner: bytes) -> Iterator[Approval]:
    """The approvals of one owner, likewise."""
    return (one for one in _about(events, frozenset({owner}), (1,)) if one.owner == owner)


def _about(events: Events, parties: frozenset[bytes], places: tuple[int, ...]) -> Iterator[Approval]:
    """The approvals that name some addresses at one of these places."""
    if not parties or not len(events):
        return
    words = frozenset(one.rjust(HASH_BYTES, b"\0") for one in parties)
    named = [_among(_word(events, place), words) for place in places]
    mine = pc.and_(_among(_word(events, 0), topics()), named[0] if len(named) == 1 else pc.or_(*named))
    rows = pa.table([events.column(name).filter(mine) for name in EVENTS.names], names=EVENTS.names)
    yield from (found for event in of_table(rows) if (found := _read(event)) is not None)


def _word(events: Events, place: int) -> pa.ChunkedArray:
    return pc.binary_slice(events.column("topics"), place * HASH_BYTES, (place + 1) * HASH_BYTES)


def _among(words: pa.ChunkedArray, wanted: frozenset[bytes]) -> pa.ChunkedArray:
    return pc.is_in(words, value_set=pa.array(sorted(wanted), pa.binary()))


def _read(event: Event) -> Approval | None:
    form = forms()[event.topics[0]]
    if len(event.topics) != form.topics or len(event.data) < HASH_BYTES:
        return None
    if form.contract is not None and event.address != form.contract:
        return None
    owner, spender = (event.topics[place][-ADDRESS_BYTES:] for place in (form.owner, form.spender))
    token = event.address if form.token is None else event.topics[form.token][-ADDRESS_BYTES:]
    amount = int.from_bytes(event.data[:HASH_BYTES], "big")
    return Approval(owner, spender, token, amount, event.time, event.tx, form.all)
