"""What happened in one pool: its deposits and withdrawals in chain order, and what can have become of each."""

from dataclasses import dataclass

EVENT, MOVEMENT = "event", "movement"  # what tells of a deposit or withdrawal: the pool's own event, or amounts alone


@dataclass(frozen=True)
class Deposit:
    """One deposit. Parties are address ids of the ledger, 0 where it does not hold or tell them.

    `row` and `place` order what happened in a pool. `sender` sent the transaction and paid `gas` for it, in smallest
    units of the chain's coin (0: not known). `leaf` is its place among all deposits of the pool, None without event.
    """

    row: int
    place: int
    tx: bytes | None
    block: int | None
    time: int | None
    depositor: int
    sender: int
    gas: int
    leaf: int | None
    by: str


@dataclass(frozen=True)
class Withdrawal:
    """One withdrawal: `paid` went to `recipient` and `fee` to `relayer` (0: nobody). Otherwise as `Deposit`."""

    row: int
    place: int
    tx: bytes | None
    block: int | None
    time: int | None
    recipient: int
    relayer: int
    paid: int
    fee: int
    sender: int
    gas: int
    by: str

    @property
    def relayed(self) -> bool:
        """Whether somebody else than the recipient is known to have brought it to the chain for a fee."""
        return self.fee > 0 and self.relayer != self.recipient


@dataclass(frozen=True)
class Window:
    """The deposits that can have become a withdrawal: those with the places [first, behind) among the deposits seen.

    `unseen` more are known to have been made that the ledger does not hold. `left`: how many of all these were still in
    the pool, as far as the ledger has its withdrawals.
    """

    first: int
    behind: int
    unseen: int
    left: int

    @property
    def size(self) -> int:
        """How many deposits there are to choose from: the anonymity set."""
        return self.behind - self.first + self.unseen


@dataclass(frozen=True)
class History:
    """A pool's deposits and withdrawals, each in order.

    `whole`: whether it is proven that every deposit is here, since the pool's events count them from the first one on.
    """

    deposits: tuple[Deposit, ...]
    withdrawals: tuple[Withdrawal, ...]
    whole: bool

    def windows(self) -> list[Window]:
        """The anonymity set of each withdrawal at its moment.

        A deposit is surely gone once the pool was empty after it; until then no payment out proves which one it was.
        That the pool was empty is only known where every deposit is here.
        """
        found: list[Window] = []
        unseen = next((d.leaf - place for place, d in enumerate(self.deposits) if d.leaf is not None), 0)
        made = first = 0
        for taken, withdrawal in enumerate(self.withdrawals):
            while made < len(self.deposits) and before(self.deposits[made], withdrawal):
                leaf = self.deposits[made].leaf
                unseen = max(unseen, 0 if leaf is None else leaf - made)
                if self.whole and made == taken:
                    first = made
                made += 1
            unseen = max(unseen, taken + 1 - made)
            found.append(Window(first, made, unseen, made + unseen - taken))
        return found


def before(one: Deposit | Withdrawal, other: Deposit | Withdrawal) -> bool:
    """Whether one happened before the other in the pool."""
    return (one.row, one.place) < (other.row, other.place)


def history(deposits: list[Deposit], withdrawals: list[Withdrawal]) -> History:
    """Deposits and withdrawals in any order as a history."""
    made, taken = counted(deposits), sorted(withdrawals, key=_order)
    counts = all(one.leaf == place for place, one in enumerate(made))
    return History(tuple(made), tuple(taken), bool(made) and counts and _covered(made, taken))


def _covered(made: list[Deposit], taken: list[Withdrawal]) -> bool:
    """Whether at no time more was withdrawn than deposited, as it must be where all deposits are there."""
    place = 0
    for number, withdrawal in enumerate(taken, 1):
        while place < len(made) and before(made[place], withdrawal):
            place += 1
        if number > place:
            return False
    return True


def counted(deposits: list[Deposit]) -> list[Deposit]:
    """The deposits without those that cannot be any: of which no event tells, though the events before and after it
    count on without a gap. Sent to a pool, a token can be without a deposit."""
    deposits = sorted(deposits, key=_order)
    after: list[int | None] = [None] * len(deposits)
    following: int | None = None
    for place in range(len(deposits) - 1, -1, -1):
        after[place] = following
        following = deposits[place].leaf if deposits[place].leaf is not None else following
    kept, last = [], -1  # leaf of the last event; nothing before the first one
    missing = 0  # how many without event since
    for deposit, later in zip(deposits, after, strict=True):
        if deposit.leaf is not None:
            last, missing = deposit.leaf, 0
            kept.append(deposit)
        elif later is None or later - last - 1 > missing:
            missing += 1
            kept.append(deposit)
    return kept


def _order(one: Deposit | Withdrawal) -> tuple[int, int]:
    return one.row, one.place
