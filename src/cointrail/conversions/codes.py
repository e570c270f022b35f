"""Numbers for combinations of texts."""

import numpy as np

from cointrail.conversions.legs import Codes


def factor(*columns: Codes) -> Codes:
    """One number, from 0, for each distinct combination of codes; rows with equal codes get equal numbers."""
    _, whole = np.unique(columns[0], return_inverse=True)
    for column in columns[1:]:
        _, part = np.unique(column, return_inverse=True)
        _, whole = np.unique(whole * (int(part.max(initial=0)) + 1) + part, return_inverse=True)
    return whole.astype(np.int64)
