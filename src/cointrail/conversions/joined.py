"""What a joiner hands back, and the names of the rules."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cointrail.conversions.legs import Codes, Edges, Floats

KEY = "key"  # the bridge's own id, and token, amount and recipient agree
RECIPIENT = "recipient"  # one recipient, token and amount; delay as learnt
AMOUNT = "amount"  # one token and amount; delay as learnt
FEE = "-less-fee"  # after the name: the amount is lower by a fee as learnt


@dataclass(frozen=True)
class Part:
    """Pairs that were found together; all with one entry a pair, `rule` its name."""

    pairs: Edges
    rule: NDArray[np.str_]
    confidence: Floats
    ambiguous: Codes
