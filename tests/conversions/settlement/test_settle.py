"""Settlement of single transactions: by hand, and its invariants on random ones."""

from collections import Counter
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.settlement import Movement, Piece, Settled, Terms, settle
from cointrail.conversions.settlement.settle import ODD_RATE, UNVERIFIED

A, B, C, D, FAKE = 1, 2, 3, 4, 9  # assets
X, Y, ROUTER, POOL, OTHER_POOL, FEES, ZERO = 11, 12, 20, 21, 22, 30, 99  # parties
KNOWN = Terms(lambda asset: asset != FAKE, issuer=lambda asset: 100 + asset, nobody=ZERO)


def settled(*rows: tuple[int, int, int, int], terms: Terms = KNOWN, robbed: tuple[int, ...] = ()) -> Settled:
    return settle([Movement(*row) for row in rows], terms, robbed)


def lost(by: int, *rows: tuple[int, int, int, int], terms: Terms = KNOWN, robbed: tuple[int, ...] = ()) -> list[Piece]:
    return [one for one in settled(*rows, terms=terms, robbed=robbed).pieces if one.loser == by]


def test_a_route_over_several_pools_is_one_swap_of_its_owner() -> None:
    route = [(X, ROUTER, A, 100), (ROUTER, POOL, A, 100), (POOL, OTHER_POOL, B, 50), (OTHER_POOL, X, C, 7)]
    assert lost(X, *route) == [Piece(X, A, 0, 100, X, C, 0, 7, "swap")]


def test_a_pool_that_pays_before_it_is_paid_is_the_same_swap() -> None:
    assert lost(X, (POOL, X, B, 7), (X, POOL, A, 100)) == [Piece(X, A, 0, 100, X, B, 0, 7, "swap")]


def test_a_refund_was_never_spent() -> None:
    rows = [(X, ROUTER, A, 100), (ROUTER, POOL, A, 90), (POOL, X, B, 7), (ROUTER, X, A, 10)]
    assert lost(X, *rows) == [Piece(X, A, 0, 90, X, B, 0, 7, "swap")]


def test_a_fee_of_the_asset_sold_is_a_payment() -> None:
    rows = [(X, ROUTER, A, 100), (ROUTER, FEES, A, 1), (ROUTER, POOL, A, 99), (POOL, X, B, 7)]
    assert lost(X, *rows) == [Piece(X, A, 0, 1, FEES, A, 0, 1, "net"), Piece(X, A, 1, 99, X, B, 0, 7, "swap")]


def test_a_fee_of_the_asset_bought_is_the_cost_of_the_swap() -> None:
    rows = [(X, POOL, A, 100), (POOL, ROUTER, B, 8), (ROUTER, FEES, B, 1), (ROUTER, X, B, 7)]
    assert lost(X, *rows) == [Piece(X, A, 0, 100, X, B, 0, 7, "swap")]


def test_a_token_that_takes_a_fee_on_transfer() -> None:
    rows = [(X, POOL, A, 98), (X, FEES, A, 2), (POOL, X, B, 7)]
    assert lost(X, *rows) == [Piece(X, A, 0, 2, FEES, A, 0, 2, "net"), Piece(X, A, 2, 98, X, B, 0, 7, "swap")]


def test_a_swap_that_pays_somebody_else() -> None:
    assert lost(X, (X, POOL, A, 100), (POOL, Y, B, 7)) == [Piece(X, A, 0, 100, Y, B, 0, 7, "payee")]


def test_a_swap_that_pays_somebody_else_and_a_fee() -> None:
    rows = [(X, POOL, A, 100), (POOL, ROUTER, B, 10), (ROUTER, Y, B, 9), (ROUTER, FEES, B, 1)]
    assert lost(X, *rows) == [
        Piece(X, A, 0, 90, Y, B, 0, 9, "payee"),
        Piece(X, A, 90, 10, FEES, B, 0, 1, "payee"),
    ]


def test_a_market_maker_that_takes_and_gives_with_two_wallets() -> None:
    assert lost(X, (X, 40, A, 100), (41, X, B, 7)) == [Piece(X, A, 0, 100, X, B, 0, 7, "swap")]


def test_two_swaps_over_two_pools_are_told_apart() -> None:
    rows = [(X, POOL, A, 100), (X, OTHER_POOL, C, 30), (OTHER_POOL, X, D, 5), (POOL, X, B, 7)]
    assert lost(X, *rows) == [Piece(X, A, 0, 100, X, B, 0, 7, "swap"), Piece(X, C, 0, 30, X, D, 0, 5, "swap")]


def test_two_swaps_over_one_pool_are_told_apart_by_their_order() -> None:
    rows = [(X, POOL, A, 100), (POOL, X, B, 7), (X, POOL, C, 30), (POOL, X, D, 5)]
    assert lost(X, *rows) == [Piece(X, A, 0, 100, X, B, 0, 7, "order"), Piece(X, C, 0, 30, X, D, 0, 5, "order")]


def test_one_asset_from_several_to_several_goes_unit_for_unit() -> None:
    rows = [(X, ROUTER, A, 2), (Y, ROUTER, A, 1), (ROUTER, FEES, A, 1), (ROUTER, POOL, A, 2)]
    assert settled(*rows).pieces == [Piece(X, A, 0, 2, POOL, A, 0, 2, "net"), Piece(Y, A, 0, 1, FEES, A, 0, 1, "net")]


def test_swaps_that_cannot_be_told_apart_are_mixed() -> None:
    rows = [(X, POOL, A, 100), (X, POOL, C, 30), (POOL, X, B, 8), (POOL, X, D, 6)]
    assert lost(X, *rows) == [
        Piece(X, A, 0, 50, X, B, 0, 4, "mixed"),
        Piece(X, A, 50, 50, X, D, 0, 3, "mixed"),
        Piece(X, C, 0, 15, X, B, 4, 4, "mixed"),
        Piece(X, C, 15, 15, X, D, 3, 3, "mixed"),
    ]


def test_a_mixture_goes_by_value_where_it_is_known() -> None:
    worth = {A: Fraction(1), C: Fraction(10), B: Fraction(50)}
    terms = Terms(KNOWN.counts, value=lambda asset, amount: worth[asset] * amount)
    rows = [(X, POOL, A, 100), (X, POOL, C, 30), (POOL, X, B, 8)]
    assert lost(X, *rows, terms=terms) == [
        Piece(X, A, 0, 100, X, B, 0, 2, "mixed"),
        Piece(X, C, 0, 30, X, B, 2, 6, "mixed"),
    ]


def test_a_wrap_is_a_swap_with_the_issuer() -> None:
    terms = Terms(KNOWN.counts, lambda asset: "ETH" if asset in (A, B) else "", KNOWN.issuer, ZERO)
    rows = [(X, 100 + B, A, 100), (ZERO, X, B, 100)]
    assert lost(X, *rows, terms=terms) == [Piece(X, A, 0, 100, X, B, 0, 100, "wrap")]


def test_a_share_that_nobody_vouches_for_is_a_vault() -> None:
    rows = [(X, 100 + FAKE, A, 100), (ZERO, X, FAKE, 5)]
    assert lost(X, *rows) == [Piece(X, A, 0, 100, 100 + FAKE, A, 0, 100, "vault")]


def test_a_fake_token_buys_nothing() -> None:
    result = settled((X, Y, A, 100), (Y, X, FAKE, 10**30), (X, FEES, B, 1))
    assert [p for p in result.pieces if p.asset == A] == [Piece(X, A, 0, 100, Y, A, 0, 100, "net")]
    assert (X, UNVERIFIED, FAKE) in result.notes


def test_who_got_next_to_nothing_was_not_paid() -> None:
    worth = {A: Fraction(1), B: Fraction(1)}
    terms = Terms(KNOWN.counts, value=lambda asset, amount: worth[asset] * amount)
    result = settled((X, Y, A, 100), (Y, X, B, 1), terms=terms)
    assert [p for p in result.pieces if p.loser == X] == [Piece(X, A, 0, 100, Y, A, 0, 100, "net")]
    assert (X, ODD_RATE, A) in result.notes


def test_a_coin_unwrapped_for_somebody_unseen() -> None:
    terms = Terms(KNOWN.counts, issuer=KNOWN.issuer, nobody=ZERO, wraps=lambda asset: C if asset == B else None)
    rows = [(X, POOL, A, 100), (POOL, ROUTER, B, 7), (ROUTER, ZERO, B, 7)]
    assert lost(X, *rows, terms=terms) == [Piece(X, A, 0, 100, -1 - B, B, 0, 7, "unwrap")]
    seen = [*rows, (100 + B, ROUTER, C, 7), (ROUTER, X, C, 7)]
    assert lost(X, *seen, terms=terms) == [Piece(X, A, 0, 100, X, C, 0, 7, "swap")]


def test_what_was_wrapped_of_a_payment_is_known_without_inner_calls() -> None:
    terms = Terms(KNOWN.counts, issuer=KNOWN.issuer, nobody=ZERO, wraps=lambda asset: C if asset == B else None)
    rows = [(X, ROUTER, C, 10), (ZERO, ROUTER, B, 8), (ROUTER, POOL, B, 8), (POOL, X, A, 50)]
    assert lost(X, *rows, terms=terms) == [
        Piece(X, C, 0, 2, ROUTER, C, 0, 2, "net"),
        Piece(X, C, 2, 8, X, A, 0, 50, "swap"),
    ]


def test_a_payout_that_is_not_in_the_ledger_leaves_the_value_with_the_exchanger() -> None:
    rows = [(X, ROUTER, A, 100), (ROUTER, POOL, A, 100), (POOL, ROUTER, B, 7), (ROUTER, 100 + B, B, 7)]
    assert lost(X, *rows) == [Piece(X, A, 0, 100, 100 + B, B, 0, 7, "payee")]
    rows = [(X, POOL, A, 100), (POOL, POOL, B, 7), (Y, POOL, C, 1), (POOL, Y, D, 1)]
    assert lost(X, *rows) == [Piece(X, A, 0, 100, POOL, A, 0, 100, "unseen")]


def test_the_victim_of_a_theft_sold_nothing() -> None:
    rows = [(POOL, X, A, 100), (X, POOL, B, 1), (X, OTHER_POOL, A, 60), (OTHER_POOL, X, C, 5)]
    assert lost(POOL, *rows, robbed=(POOL,))[0].gainer in (X, OTHER_POOL)
    assert all(one.rule != "swap" for one in lost(POOL, *rows, robbed=(POOL,)))


def test_who_swaps_and_pays_in_one_transaction() -> None:
    rows = [(X, POOL, A, 100), (POOL, X, B, 7), (X, Y, C, 30)]
    assert lost(X, *rows) == [Piece(X, A, 0, 100, X, B, 0, 7, "swap"), Piece(X, C, 0, 30, Y, C, 0, 30, "net")]


PARTIES = st.sampled_from([X, Y, ROUTER, POOL, OTHER_POOL, FEES, ZERO])
ROWS = st.lists(
    st.tuples(PARTIES, PARTIES, st.sampled_from([A, B, C, FAKE]), st.integers(0, 2**70)), min_size=1, max_size=12
)


@settings(max_examples=500, deadline=None)
@given(ROWS, st.sets(PARTIES, max_size=2))
def test_every_unit_lost_is_in_one_piece_and_no_unit_gained_in_two(
    rows: list[tuple[int, int, int, int]], robbed: set[int]
) -> None:
    nets: Counter[tuple[int, int]] = Counter()
    for sender, recipient, asset, amount in rows:
        nets[-1 - asset if sender == ZERO else sender, asset] -= amount
        nets[-1 - asset if recipient == ZERO else recipient, asset] += amount
    pieces = settled(*rows, robbed=tuple(robbed)).pieces
    assert all(one.size == one.amount for one in pieces if one.asset == one.got)
    for (who, asset), net in nets.items():
        if asset == FAKE:
            continue
        out = sorted((one.start, one.size) for one in pieces if (one.loser, one.asset) == (who, asset))
        assert sum(size for _, size in out) == max(0, -net)
        assert all(start + size == following for (start, size), (following, _) in pairwise(out))
        into = sorted(
            (one.at, one.amount)
            for one in pieces
            if (one.gainer, one.got) == (who, asset) and one.rule not in ("unseen",) and one.amount
        )
        assert sum(amount for _, amount in into) <= max(0, net)
        assert all(at + amount <= following for (at, amount), (following, _) in pairwise(into))
