"""Bridge legs in memory: one row a deposit or a withdrawal, texts as codes that are equal where the texts are equal."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

COLUMNS = ("side", "bridge", "chain", "tx", "time", "token", "amount", "sender", "recipient", "key")
DEPOSIT, WITHDRAWAL = "deposit", "withdrawal"
BLANK = -1  # the code of an empty cell: unknown, which agrees with anything

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Legs:
    """Deposits and withdrawals, ordered by time, transaction and contents, never by their place in a file.

    All arrays have one entry a leg. `amount` is a code, equal for equal amounts; `value` is the same amount as a
    float, for fees only. `other` is the chain that the leg says the other side is on. `number` is the key as an
    integer, or -1 where it is none below 2**62. `text` holds what was read, column by column.
    """

    deposit: Flags
    bridge: Codes
    chain: Codes
    time: Codes
    token: Codes
    amount: Codes
    recipient: Codes
    key: Codes
    value: Floats
    number: Codes
    other: Codes
    text: dict[str, pa.Array]

    def __len__(self) -> int:
        return len(self.time)

    def words(self, column: str, rows: Codes) -> list[str]:
        """The text of some rows as it was read."""
        found: list[str] = self.text[column].take(pa.array(rows)).to_pylist()
        return found


@dataclass(frozen=True)
class Edges:
    """Possible pairs: row numbers of the deposit and of the withdrawal in the legs, and seconds between them."""

    deposit: Codes
    withdrawal: Codes
    delay: Codes

    def __len__(self) -> int:
        return len(self.deposit)

    def take(self, chosen: Codes | Flags) -> "Edges":
        """Some of the edges."""
        return Edges(self.deposit[chosen], self.withdrawal[chosen], self.delay[chosen])


def edges(legs: Legs, deposit: Codes, withdrawal: Codes) -> Edges:
    """The edges between rows of the legs."""
    return Edges(deposit, withdrawal, legs.time[withdrawal] - legs.time[deposit])
