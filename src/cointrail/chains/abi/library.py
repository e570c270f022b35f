"""The ABI library, for the few types that are not read from their words: it is imported when the first of them comes,
since that takes as long as reading thousands of events."""

from collections.abc import Sequence
from typing import Any

from cointrail.chains.abi.words import Unreadable


def decode(types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """The values of data of these types; Unreadable where it does not hold them."""
    from eth_abi.abi import decode as read
    from eth_abi.exceptions import DecodingError

    try:
        return tuple(read(types, data, strict=True))
    except (DecodingError, OverflowError, MemoryError, ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def exists(kind: str) -> bool:
    """Whether there is such a type."""
    from eth_abi.abi import is_encodable_type

    return bool(is_encodable_type(kind))
