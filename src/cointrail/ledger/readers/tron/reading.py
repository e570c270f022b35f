"""Tables from files of Tron's JSON, with what is wrong in them."""

from collections.abc import Iterator, Mapping
from typing import Any

from cointrail.chains import format_address
from cointrail.ledger.readers.rpc_rows import as_table
from cointrail.ledger.readers.session import Input, Session
from cointrail.ledger.readers.source import KEPT, Problem, Problems, escape
from cointrail.ledger.readers.tron.fields import Wrong, hash_of
from cointrail.ledger.readers.tron.files import RECEIPT, TRANSACTION, Item, Told
from cointrail.ledger.readers.tron.movements import Moved, moved, owner
from cointrail.ledger.rows import AMOUNT_BYTES

BATCH_ROWS = 50_000  # that become one table
NONE_KNOWN = "neither a transaction of Tron nor a receipt nor a transfer"
BAD = (Wrong, ValueError, KeyError, TypeError, AttributeError)


def read(item: Input, session: Session) -> Iterator[Any]:
    """TRANSACTION, TRACE and FEE rows of the coin, LOG rows of TRC-20 tokens; a bad record is a problem of its file."""
    told, problems = item.file, session.problems[item.source]
    assert isinstance(told, Told)
    senders = _senders(session)
    rows: list[tuple[Any, ...]] = []
    for one in told.items():
        try:
            if not one.kind:
                raise Wrong(NONE_KNOWN)
            found = moved(one, senders, lambda what: problems.skip(what, 1))
        except BAD as error:
            _note(problems, one, error)
            continue
        problems.good += 1
        rows += (_row(each, session) for each in found)
        if len(rows) >= BATCH_ROWS:
            yield as_table(rows)
            rows = []
    if rows:
        yield as_table(rows)


def _senders(session: Session) -> Mapping[bytes, bytes]:
    """Who sent each transaction of the files, where receipts need it: these say what was burnt and not by whom."""
    files = [one.file for one in session.inputs if isinstance(one.file, Told)]
    if session.senders is None:
        session.senders = {}
        if any(item.kind == RECEIPT for file in files for item in file.items()):
            session.senders |= (pair for file in files for item in file.items() if (pair := _sender(item)) is not None)
    return session.senders


def _sender(item: Item) -> tuple[bytes, bytes] | None:
    if item.kind != TRANSACTION:
        return None
    try:
        return hash_of(item.value, "txID"), owner(item.value)
    except BAD:
        return None  # said where the record itself is read


def _row(one: Moved, session: Session) -> tuple[Any, ...]:
    asset = one.asset if isinstance(one.asset, str) else session.assets.contract(format_address(one.asset)).key
    place = (one.block, one.block_hash, one.time, one.tx, one.place, int(one.kind), one.position, one.path)
    return (*place, one.sender, one.recipient, asset, one.amount.to_bytes(AMOUNT_BYTES, "big"), int(one.status), True)


def _note(problems: Problems, item: Item, error: Exception) -> None:
    reason = str(error) if isinstance(error, Wrong) else f"a field is missing or of another kind: {error}"
    problems.bad += 1
    if len(problems.rows) < KEPT:
        problems.rows.append(Problem(item.element.line, escape(reason), escape(item.element.text.strip())))
