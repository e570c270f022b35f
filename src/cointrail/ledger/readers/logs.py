"""Event logs: ERC-20 Transfer events, minting and burning of the wrapped native coin, and the events that are kept."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger.readers.amounts import amounts
from cointrail.ledger.readers.arrays import fixed, is_bytes, mask, plain, sizes
from cointrail.ledger.readers.build import build, build_events, pick, settle
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.contents import contents
from cointrail.ledger.readers.faults import Mask
from cointrail.ledger.readers.part import Part
from cointrail.ledger.readers.session import Input, Session
from cointrail.ledger.readers.signatures import (
    DEPOSIT,
    TOKEN_TOPICS,
    TRANSFER,
    TRANSFER_TOPICS,
    WITHDRAWAL,
    WRAPPER_TOPICS,
)
from cointrail.ledger.readers.topics import Topics
from cointrail.ledger.readers.transfers import placed
from cointrail.ledger.rows import ADDRESS_BYTES, HASH_BYTES, MOST_TOPICS, Kind, Status

UNKNOWN_WRAPPER = "Deposit or Withdrawal event of a contract that is not known as wrapped coin"
TOO_LONG = "event with more than 64 KiB of data"
COLUMNS = ("topics", *(f"topic{place}" for place in range(MOST_TOPICS)))


def read(item: Input, session: Session) -> Iterator[Any]:
    """LOG rows of ERC-20 Transfer events with both parties indexed and one word of data, and of the Deposit and
    Withdrawal events of wrapped coins; the EVENTS that are wanted; others are counted."""
    problems = session.problems[item.source]
    for chunk in item.chunks(session):
        topics = Topics.of(chunk)
        heads, one_word = topics.heads(), _one_word(plain(chunk.columns["data"]))
        event, deposit, withdrawal = (heads.are(topic) for topic in (TRANSFER, DEPOSIT, WITHDRAWAL))
        transfer = event & (topics.count == TRANSFER_TOPICS) & one_word
        shaped = (deposit | withdrawal) & (topics.count == WRAPPER_TOPICS) & one_word
        wrapper = _known(chunk, shaped, session) if shaped.any() else shaped
        wanted = heads.among(session.options.wanted.topics)
        tables = [
            _movements(chunk, topics, transfer, 1, 2),
            _movements(chunk, topics, wrapper & deposit, None, 1),
            _movements(chunk, topics, wrapper & withdrawal, 1, None),
        ]
        kept, short = _events(chunk, topics, wanted)
        good = settle(chunk, problems)
        for rows, table in zip((transfer, wrapper & deposit, wrapper & withdrawal), tables, strict=True):
            if table is not None:
                yield pick(table, good[rows])
        if kept is not None:
            yield pick(kept, good[wanted] & short)
            problems.skip(TOO_LONG, int((good[wanted] & ~short).sum()))
        problems.skip("no Transfer event", int((good & ~event & ~shaped & ~wanted).sum()))
        problems.skip("ERC-721 transfer", int((good & event & (topics.count == TOKEN_TOPICS)).sum()))
        odd = event & (topics.count != TOKEN_TOPICS) & ~transfer
        problems.skip("Transfer event of another shape", int((good & odd).sum()))
        problems.skip(UNKNOWN_WRAPPER, int((good & shaped & ~wrapper & ~wanted).sum()))


def _movements(chunk: Chunk, topics: Topics, rows: Mask, sender: int | None, recipient: int | None) -> Any:
    """LOG rows of the marked events; `sender` and `recipient` say in which topic they stand, None is nobody's."""
    if not rows.any():
        return None
    part = Part(chunk, rows, COLUMNS)
    amount, _ = amounts(part.columns["data"], part.written["data"], part.faults, hexadecimal=True)
    columns = placed(part) | {
        "sender": _party(part, topics, sender, rows),
        "recipient": _party(part, topics, recipient, rows),
        "asset": part.contracts("asset"),
        "position": part.integers("position", needed=True),
    }
    part.report()
    return build(amount, **columns, kind=int(Kind.LOG), status=int(Status.DONE))


def _known(chunk: Chunk, rows: Mask, session: Session) -> Mask:
    """Which of the marked events are of contracts known as wrapped coin."""
    part = Part(chunk, rows, COLUMNS)
    address = part.addresses("asset", needed=True)
    part.report()
    out = rows.copy()
    out[out] = mask(pc.is_in(address.cast(pa.binary()), pa.array(sorted(session.wrapped), pa.binary())))
    return out


def _events(chunk: Chunk, topics: Topics, rows: Mask) -> tuple[Any, Mask]:
    """The marked events as they are, and which are short enough to be kept; None for no events."""
    if not rows.any():
        return None, rows[:0]
    part = Part(chunk, rows, COLUMNS)
    part.faults.add(topics.count[rows] > MOST_TOPICS, "more than four topics")
    words = np.zeros((part.rows, MOST_TOPICS * HASH_BYTES), np.uint8)
    count = np.minimum(topics.count[rows], MOST_TOPICS)
    for place in range(MOST_TOPICS):
        has = rows.copy()
        has[rows] = count > place
        found, good = topics.words(place, has)
        part.faults.add_rows(np.flatnonzero(count > place)[~good], "a topic is not 32 bytes")
        words[count > place, place * HASH_BYTES : (place + 1) * HASH_BYTES] = found
    data, short = contents(part.columns["data"], part.written["data"], part.faults)
    columns = placed(part) | {
        "position": part.integers("position", needed=True),
        "address": part.addresses("asset", needed=True),
        "topics": pa.array([row[: n * HASH_BYTES].tobytes() for row, n in zip(words, count.tolist(), strict=True)]),
        "data": data,
    }
    part.report()
    return _whole(part, columns), short


def _whole(part: Part, columns: dict[str, Any]) -> Any:
    """A table of EVENTS in which bad rows, which nobody will see, stand as zeros."""
    for name, width in (("tx", HASH_BYTES), ("address", ADDRESS_BYTES)):
        columns[name] = pc.fill_null(columns[name], bytes(width))
    columns["position"] = columns["position"].fill_null(0)
    return build_events(part.rows, **columns)


def _one_word(data: Any) -> Mask:
    words = (HASH_BYTES,) if is_bytes(data) else (2 * HASH_BYTES + 2, 2 * HASH_BYTES)
    return np.isin(sizes(data), words)


def _party(part: Part, topics: Topics, place: int | None, rows: Mask) -> Any:
    """The address in the last 20 bytes of a topic."""
    if place is None:
        return fixed(np.zeros((part.rows, ADDRESS_BYTES), np.uint8))
    words, good = topics.words(place, rows)
    part.faults.add(~good, "topics hold no address")
    return fixed(np.ascontiguousarray(words[:, HASH_BYTES - ADDRESS_BYTES :]), good)
