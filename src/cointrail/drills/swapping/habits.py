"""How swappers and those who use them behave.

What has a source: fees are SideShift's default commission of 0.5 % and its largest of 2 %, and a fixed rate holds 15
minutes from the quote (docs.sideshift.ai, "Shift" and "Create variable shift", read 2026-11-28); an order takes 5 to 20
minutes, large ones longer (changenow.io/faq, read 2026-11-28). No source tells the rest, which is made up.
"""

from dataclasses import dataclass

MINUTE, HOUR, DAY = 60, 3_600, 86_400
QUOTED = 15 * MINUTE  # how long a fixed rate holds


@dataclass(frozen=True)
class Desk:
    """One swapper. Fees are shares of the value, waits seconds after the deposit has its confirmations."""

    name: str
    fee: float = 0.005
    fixed_fee: float = 0.01
    wait: int = 5 * MINUTE  # the median
    spread: float = 0.6  # of the wait's logarithm
    batch: int = 0  # seconds from one payment of everything due on Bitcoin to the next; 0: each on its own
    orders: float = 60.0  # a day
    hidden: float = 0.1  # share of payouts from a wallet that no label names


DESKS = (
    Desk("Alpha Swap"),
    Desk("Bravo Change", 0.01, 0.02, 8 * MINUTE, 0.9, 10 * MINUTE, 150.0, 0.05),
    Desk("Charlie Exchange", 0.005, 0.015, 2 * MINUTE, 0.4, 30 * MINUTE, 25.0, 0.3),
)


@dataclass(frozen=True)
class Habits:
    """Shares of orders, unless it says otherwise, and spans in seconds."""

    desks: tuple[Desk, ...] = DESKS
    span: int = 5 * DAY
    night: float = 0.7  # by how much the quietest hour has fewer orders than the average
    fixed: float = 0.3  # at a fixed rate
    careless: float = 0.25  # of people: swap again and again soon after
    equal: float = 0.6  # of those: the same amount of the same coins
    again: float = 0.7  # of those, after each order: whether there is another
    rounded: float = 0.5  # of amounts: two leading digits
    typical: float = 800.0  # USD, the median
    sigma: float = 1.5  # of its logarithm
    halves: float = 0.04  # paid in by two transfers
    swept: float = 0.2  # paid to an address of its own, which is emptied into the swapper's later
    sweep: int = 6 * MINUTE  # how much later, on average; on Bitcoin all together
    unseen_in: float = 0.15  # paid in on a chain of which there is no ledger
    unseen_out: float = 0.15  # paid out on such a chain
    held: float = 0.02  # looked into for hours
    lost: float = 0.2  # of Bitcoin payments: the change goes to an address that no label names
    refunded: float = 0.01
    treasury: float = 6.0  # a day and swapper: large sums to and from an exchange
    dust: float = 10.0  # a day and swapper: a stranger's crumbs
    quotes: int = HOUR  # from one row of the price file to the next
    noise: float = 0.001  # of the logarithm of a price in it
    kept: float = 1.0  # of orders that the ledgers have: what was downloaded


OTHERWISE = Habits(  # other proportions throughout: what holds here as well was not made for the usual ones
    desks=(
        Desk("Delta Coins", 0.007, 0.018, 15 * MINUTE, 0.7, 0, 90.0, 0.25),
        Desk("Echo Trade", 0.012, 0.02, 3 * MINUTE, 0.8, 15 * MINUTE, 45.0, 0.4),
        Desk("Foxtrot Pay", 0.004, 0.009, 7 * MINUTE, 0.5, 5 * MINUTE, 120.0, 0.0),
    ),
    span=6 * DAY,
    night=0.3,
    fixed=0.5,
    careless=0.4,
    equal=0.75,
    rounded=0.7,
    typical=1_800.0,
    sigma=1.2,
    halves=0.07,
    swept=0.35,
    unseen_in=0.3,
    unseen_out=0.25,
    held=0.04,
    lost=0.35,
    treasury=10.0,
    dust=20.0,
    quotes=4 * HOUR,
    noise=0.003,
    kept=0.7,
)
