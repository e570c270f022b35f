"""eth-account, imported so that it does no harm: a library under it lets Python recurse a hundred thousand deep for the
whole process, and then a document that nests as deep ends the process instead of being refused."""

import sys
from functools import cache
from typing import Any


@cache
def encoder() -> Any:
    """`eth_account.messages.encode_typed_data`; loaded when the first typed data comes, as that takes a second."""
    limit = sys.getrecursionlimit()
    try:
        from eth_account.messages import encode_typed_data
    finally:
        sys.setrecursionlimit(limit)
    return encode_typed_data
