"""What people do who use mixing pools.

The shares that have a source are Tutela's count of all 97,300 deposits up to October 2021 ("Tutela: An Open-Source Tool
for Assessing User-Privacy on Ethereum and Tornado Cash", 2022): 18,600 given away by the address, 102 by the price of
gas, 18,900 by linked addresses, 16,200 by the portfolio. All others are made up.
"""

from dataclasses import dataclass

DAY, HOUR = 86_400, 3_600
DEPOSITS = 97_300


@dataclass(frozen=True)
class Habits:
    """Shares of people, unless it says otherwise, and spans in seconds."""

    reuse: float = 18_600 / DEPOSITS  # are paid where they paid from
    linked: float = 18_900 / DEPOSITS  # pay themselves directly besides
    portfolio: float = 0.09  # split over pools and take all out together; they have about twice as many deposits
    gas: float = 102 / DEPOSITS  # send both with one unusual price of gas
    relayed: float = 0.75  # of withdrawals
    kept: float = 0.15  # of deposits: never withdrawn
    routed: float = 0.6  # of deposits: through the router
    wallet: float = 0.15  # of deposits: from a contract that holds the money
    again: float = 0.08  # deposit what they were paid once more
    own_relayer: float = 0.003
    touching: float = 0.1  # of careful people: pay themselves directly once or twice
    by_chance: float = 0.04  # of recipients: deal with some other depositor
    popular: float = 0.02  # of withdrawals: go to somebody whom many pay
    odd_gas: float = 0.1  # of transactions: an unusual price
    more: float = 0.5  # after each deposit: whether there is another
    span: int = 180 * DAY
    wait: int = 3 * DAY  # the median, where people are careful
    hurry: int = 6 * HOUR  # and where they are not
    spread: float = 1.7  # of the logarithm of waits
