"""Receipts files: nothing moves in them; the transactions given with them use what they say."""

from collections.abc import Iterator
from typing import Any

from cointrail.errors import InputError
from cointrail.ledger.readers.build import settle
from cointrail.ledger.readers.session import Input, Session
from cointrail.ledger.readers.slips import Receipts


def read(item: Input, session: Session) -> Iterator[Any]:
    """Count the rows of a receipts file. InputError when no transactions file was given with it."""
    if not any(other.form.reader == "transactions" for other in session.inputs):
        raise InputError(f"{item.source.path}: receipts without their transactions; give the transactions file as well")
    for chunk in item.chunks(session):
        Receipts.part(chunk)
        chunk.hashes("tx", needed=True)
        settle(chunk, session.problems[item.source])
    yield from ()
