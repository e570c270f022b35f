"""What counting proves of who had an address paid, against every way in which payments can be whose."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.mixers.pools.foreign import Foreign
from cointrail.conversions.mixers.pools.history import History, history
from tests.conversions.mixers.pools.made import DEPOSIT, WITHDRAWAL

ACTS = st.lists(st.tuples(st.integers(0, 1), st.booleans(), st.integers(1, 2)), max_size=14)


def pools(acts: list[tuple[int, bool, int]]) -> list[History]:
    """Two pools of one ledger: which, whether it is a deposit, and whose."""
    found = []
    for pool in (0, 1):
        mine = [(row, made, who) for row, (place, made, who) in enumerate(acts) if place == pool]
        deposits = [replace(DEPOSIT, row=row, depositor=who) for row, made, who in mine if made]
        found.append(
            history(deposits, [replace(WITHDRAWAL, row=row, recipient=who) for row, made, who in mine if not made])
        )
    return found


def own(made: list[int], paid: list[int]) -> bool:
    """Whether all payments can be of deposits made before, each of another one."""
    left = list(made)
    for row in sorted(paid):
        earlier = [one for one in left if one < row]
        if not earlier:
            return False
        left.remove(earlier[0])
    return True


@settings(max_examples=300, deadline=None)
@given(ACTS)
def test_others_must_have_paid_where_own_deposits_do_not_suffice(acts: list[tuple[int, bool, int]]) -> None:
    known = pools(acts)
    foreign = Foreign(known)
    for one in (one for some in known for one in some.withdrawals):
        for who in (1, 2, 3):
            suffices = all(
                own(
                    [d.row for d in some.deposits if d.depositor == who],
                    [w.row for w in some.withdrawals if w.recipient == one.recipient and w.row < one.row],
                )
                for some in known
            )
            assert foreign.before(one, who) is not suffices
