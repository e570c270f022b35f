"""What keeps clusters apart whatever the rules say.

A wrong merge is worse than a missed one: it puts strangers' money together, and it spreads, as every later merge of
either cluster takes the other along. So a group of addresses whose joining would contradict what is known is not
believed at all, and the refusal is listed.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

MOST = 10_000  # addresses that each of two clusters may have and still be joined; chosen, not fitted: ask beyond it


class Reason(IntEnum):
    """Why a group was refused."""

    ACTORS = 1  # labels name two actors in it
    SIZE = 2  # two clusters of more than `most` addresses each would become one

    @property
    def sentence(self) -> str:
        return {
            Reason.ACTORS: "labels name two actors",
            Reason.SIZE: "two large clusters would become one",
        }[self]


@dataclass(frozen=True)
class Guards:
    """`labelled` are ids of addresses, and `actor` says of each whom its labels name, as a number from 1.

    `most` is the size up to which clusters are joined without asking; None joins any.
    """

    labelled: npt.NDArray[np.uint32]
    actor: npt.NDArray[np.int32]
    most: int | None = MOST

    @property
    def idle(self) -> bool:
        """Whether there is nothing to guard against."""
        return self.most is None and not len(self.labelled)


def unlabelled(most: int | None = MOST) -> Guards:
    """Guards of a ledger without labels."""
    return Guards(np.empty(0, np.uint32), np.empty(0, np.int32), most)


@dataclass(frozen=True)
class Refusal:
    """A group that was not joined: its transaction, two of its addresses that object, and why."""

    tx: int
    one: int
    other: int
    reason: Reason
