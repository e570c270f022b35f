"""Whose money a deposit is, and which payments out of a pool are withdrawals, whatever the contracts in between."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.mixers.pools.movements import Move, depositor, payments, sender_of
from cointrail.ledger.rows import Kind

POOL, ROUTER, ANN, BEN, SHOP, WETH, NOBODY = range(1, 8)
ETH, TOKEN, WRAPPED = 0, 1, 2
D = 100


def moves(*listed: tuple[int, int, int, int], kind: Kind = Kind.TRACE) -> list[Move]:
    """Sender, recipient, asset, amount of each, behind a fee of Ann's."""
    fee = Move(0, Kind.FEE, ANN, 0, ETH, 7)
    return [fee, *(Move(row, kind, *one) for row, one in enumerate(listed, 1))]


@pytest.mark.parametrize(
    ("listed", "whose"),
    [
        ([(ANN, POOL, ETH, D)], ANN),
        ([(ANN, ROUTER, ETH, D), (ROUTER, POOL, ETH, D)], ANN),
        ([(ANN, ROUTER, ETH, D + 5), (ROUTER, POOL, ETH, D), (ROUTER, ANN, ETH, 5)], ANN),
        ([(BEN, POOL, ETH, D)], BEN),  # a contract that holds money, used by Ann
        ([(BEN, ROUTER, ETH, D), (ROUTER, POOL, ETH, D)], BEN),
        ([(ANN, SHOP, TOKEN, 9), (SHOP, ROUTER, ETH, D), (ROUTER, POOL, ETH, D)], ANN),  # bought
        ([(ANN, NOBODY, WRAPPED, D), (WETH, ANN, ETH, D), (ANN, POOL, ETH, D)], ANN),
        (
            [(ANN, ROUTER, WRAPPED, D), (ROUTER, NOBODY, WRAPPED, D), (WETH, ROUTER, ETH, D), (ROUTER, POOL, ETH, D)],
            ANN,
        ),
        ([(ROUTER, ROUTER, ETH, D), (ROUTER, POOL, ETH, D)], ROUTER),
    ],
)
def test_whose_money_it_is(listed: Sequence[tuple[int, int, int, int]], whose: int) -> None:
    every = moves(*listed)
    into = next(move for move in every if move.recipient == POOL)
    assert sender_of(every) == (ANN, 7)
    assert depositor(every, into, ANN) == whose


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(2, 5), st.integers(2, 5), st.integers(0, D)), max_size=5), st.booleans())
def test_every_withdrawal_in_a_transaction_is_found(paid: list[tuple[int, int, int]], ordered: bool) -> None:
    listed, expected = [], []
    for to, relayer, fee in paid:
        fee = fee if ordered else fee // 2  # without an order the larger one is the payment
        parts = [(POOL, to, ETH, D - fee), (POOL, relayer, ETH, fee)]
        listed += [part for part in (parts if ordered else parts[::-1]) if part[3]]
        first = (to, D - fee) if fee < D else (relayer, D)
        expected.append((*first, (relayer, fee) if 0 < fee < D else None))
    if not ordered and any(one[2] and one[2][1] * 2 == D for one in expected):
        return
    kind = Kind.TRACE if ordered else Kind.OTHER
    found = payments(moves(*listed, kind=kind), POOL, ETH, D)
    said = [(p.to.recipient, p.to.amount, (p.fee.recipient, p.fee.amount) if p.fee else None) for p in found]
    assert said == expected


def test_what_is_no_withdrawal() -> None:
    assert not payments(moves((POOL, ANN, ETH, D - 1)), POOL, ETH, D)
    assert not payments(moves((POOL, ANN, TOKEN, D)), POOL, ETH, D)
    assert not payments(moves((ANN, POOL, ETH, D)), POOL, ETH, D)
