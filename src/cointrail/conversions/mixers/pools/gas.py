"""Whether two transactions were sent at one price of gas, from what each cost in all.

A cost is price times gas used. Two costs with one price share it as a divisor, and a price that nobody else happens to
use leaves quotients that fit what deposits and withdrawals take. Source of the rule: Beres et al., "Blockchain is
Watching You" (2020), and Tutela (2022): a gas price that only one deposit shares, before EIP-1559 set most of it.
"""

from math import ceil, gcd

import numpy as np
import numpy.typing as npt

DEPOSIT_GAS = (500_000, 2_500_000)  # a Merkle tree of twenty levels is hashed, at about a million gas
WITHDRAWAL_GAS = (200_000, 800_000)  # a proof is checked, at about 350,000
SIMPLE = 1_000  # quotients below this could be anybody's
LARGEST = (1 << 63) - 1
LAST_BLOCK = {"ethereum": 12_965_000}  # of London (EIP-1559); on chains not named here prices say nothing


def shared(deposit: int, withdrawal: int) -> bool:
    """Whether the costs of a deposit and of a withdrawal can have the same price of gas."""
    if deposit <= 0 or withdrawal <= 0:
        return False
    common = gcd(deposit, withdrawal)
    least = max(-(-deposit // DEPOSIT_GAS[1]), -(-withdrawal // WITHDRAWAL_GAS[1]))
    most = min(deposit // DEPOSIT_GAS[0], withdrawal // WITHDRAWAL_GAS[0])
    if common < least or least > most or least == 0 or deposit // common < SIMPLE:
        return False
    return any(common % part == 0 for part in range(ceil(common / most), common // least + 1))


def only(deposits: npt.NDArray[np.int64], withdrawal: int) -> int | None:
    """The place of the only one of many deposits that shares the price of a withdrawal; None where it is not one."""
    if not 0 < withdrawal <= LARGEST:
        return None
    common = np.gcd(deposits, withdrawal)
    possible = (deposits > 0) & (common >= withdrawal // WITHDRAWAL_GAS[1]) & (common >= deposits // DEPOSIT_GAS[1])
    found = [place for place in np.flatnonzero(possible).tolist() if shared(int(deposits[place]), withdrawal)]
    return found[0] if len(found) == 1 else None
