"""The truth of the heist: lots through swaps, over a bridge and back, against a count unit by unit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cointrail.drills.heist.moves import ETH, NOBODY, Moves
from cointrail.drills.heist.script import Deposit, Script, Swap
from cointrail.drills.heist.truth import Replay, exchanged
from cointrail.ledger.rows import Kind, Status

SAFE, THIEF, POOL, ROUTER, VAULT, SHOP, FRIEND = range(7)
TOKEN = 1


@given(
    sold=st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=8),
    gained=st.integers(0, 40),
)
def test_a_bought_unit_is_stolen_where_a_stolen_one_touches_it(sold: list[tuple[int, bool]], gained: int) -> None:
    units = [dirty for amount, dirty in sold for _ in range(amount)]
    whole = len(units)
    # The unit k of what was bought is [k, k + 1) of `gained`: of what was sold, [k, k + 1) * whole / gained.
    expected = [
        any(dirty and at * gained < (k + 1) * whole and (at + 1) * gained > k * whole for at, dirty in enumerate(units))
        for k in range(gained)
    ]
    bought = exchanged(sold, gained)
    assert all(amount > 0 for amount, _ in bought)
    assert [dirty for amount, dirty in bought for _ in range(amount)] == expected


def replay(rows: list[tuple[int, int, int, int, int]], **more: object) -> Replay:
    """Rows of (transaction, sender, recipient, asset, amount), in order; transaction 1 is the theft."""
    columns = {name: np.array([row[at] for row in rows], np.int64) for at, name in enumerate(COLUMNS)}
    size = len(rows)
    kinds = np.where(columns["recipient"] == NOBODY, int(Kind.FEE), int(Kind.TRANSACTION))
    zeros = np.zeros(size, np.int64)
    moves = Moves(columns["tx"], columns["tx"], kinds, zeros, columns["sender"], columns["recipient"],
                  columns["asset"], zeros, columns["rest"], np.full(size, int(Status.DONE)))  # fmt: skip
    said = {"own": {SAFE, THIEF}, "assets": {ETH, TOKEN}, "safe": SAFE, "theft": {1}, "stops": {SHOP},
            "swaps": {}, "deposits": {}, "refunds": {}} | more  # fmt: skip
    found = Replay(Script(**said))  # type: ignore[arg-type]
    found.run(moves)
    return found


COLUMNS = ("tx", "sender", "recipient", "asset", "rest")


def test_a_swap_keeps_the_order_of_coins() -> None:
    rows = [
        (0, FRIEND, SAFE, TOKEN, 60),
        (0, FRIEND, THIEF, TOKEN, 20),
        (1, SAFE, THIEF, TOKEN, 60),
        (2, THIEF, POOL, TOKEN, 80),
        (2, POOL, THIEF, ETH, 41),
        (3, THIEF, SHOP, ETH, 12),
    ]
    found = replay(rows, swaps={2: Swap(THIEF, TOKEN, 80, ETH, 41)})
    # [20, 80) of 80 is [10.25, 41) of 41, so [10, 41); the first 12 units that leave hold 2 of them.
    assert found.ends == {(SHOP, ETH, "label", None): 2, (THIEF, ETH, "unspent", None): 29}
    assert (found.left, found.came, found.stolen) == ({TOKEN: 60}, {ETH: 31}, {TOKEN: 60})


def test_a_deposit_ends_at_the_vault_unless_it_is_given_back() -> None:
    rows = [
        (0, FRIEND, SAFE, ETH, 100),
        (1, SAFE, THIEF, ETH, 100),
        (2, THIEF, NOBODY, ETH, 1),
        (2, THIEF, ROUTER, ETH, 50),
        (2, ROUTER, VAULT, ETH, 50),
        (3, THIEF, ROUTER, ETH, 40),
        (3, ROUTER, VAULT, ETH, 40),
        (4, VAULT, ROUTER, ETH, 39),
        (4, ROUTER, THIEF, ETH, 39),
    ]
    deposits = {2: Deposit(THIEF, VAULT, 50, "bc1one"), 3: Deposit(THIEF, VAULT, 40, "bc1two")}
    found = replay(rows, deposits=deposits, refunds={4: 3})
    assert found.ends == {
        (NOBODY, ETH, "fee", None): 1,
        (VAULT, ETH, "bridge", "bitcoin bc1one"): 50,
        (THIEF, ETH, "unspent", None): 9 + 39,
    }
    assert (found.left, found.came) == ({ETH: 40}, {ETH: 39})
    assert found.tainted == {THIEF}
