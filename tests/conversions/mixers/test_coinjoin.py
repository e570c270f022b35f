"""CoinJoins: real ones, real others, emulated ones, and made ones that miss by one condition."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from cointrail.conversions.mixers import Transaction, joined
from cointrail.conversions.mixers.coinjoin import POOLS
from cointrail.conversions.mixers.find import UNKNOWN, Sides, candidates, find
from tests.conversions.mixers import crocs

LEAST_FOUND, MOST_FLAGGED, MOST_PAIRS = 0.98, 0.01, 0.02


@pytest.mark.parametrize("kind", crocs.JOINS)
def test_real_joins_are_found(kind: str) -> None:
    crocs.there()
    said = Counter(bool(joined(tx)) for tx in crocs.listed(crocs.JOINS[kind]).values())
    assert said[True] >= LEAST_FOUND * said.total() and said.total() > 90


@pytest.mark.parametrize("name", crocs.EMULATED)
def test_no_emulated_join_is_missed(name: str) -> None:
    crocs.there()
    told, joins = crocs.emulated(name)
    kinds = {identity: join.kind for identity, tx in told.items() if (join := joined(tx))}
    if joins:
        assert set(kinds) == joins and set(kinds.values()) == {"wasabi_2"}
    else:  # rounds of JoinMarket: nothing else there has three outputs of one value
        alike = {one for one, tx in told.items() if max(Counter(tx.paid).values()) >= 3 and tx.people >= 3}
        assert set(kinds) == alike and set(kinds.values()) == {"joinmarket"} and len(alike) > 30


def test_ordinary_payments_of_whole_blocks_are_not_flagged() -> None:
    crocs.there()
    said = Counter(bool(joined(tx)) for tx in crocs.blocks())
    assert said.total() == 3_543 and said[True] <= MOST_FLAGGED * said.total()


def test_what_is_spent_after_a_mix_is_no_mix() -> None:
    """But for mixes and rounds of more than two, which are the next ones: they look like what they are, and lists of
    joins end somewhere."""
    crocs.there()
    wrong, of = 0, 0
    for name in crocs.OTHERS[:2]:
        for tx in crocs.listed(name).values():
            join = joined(tx)
            of += 1
            wrong += join is not None and join.people < 3 and join.kind != "whirlpool_tx0"
    assert of > 1_400 and wrong <= MOST_FLAGGED * of


def test_few_spends_after_rounds_of_joinmarket_are_taken_for_pairs() -> None:
    """The widest rule; a transfer of a token that leaves dust twice is none."""
    crocs.there()
    told = crocs.listed(crocs.OTHERS[2]).values()
    wrong = sum(join is not None and join.people < 3 for join in map(joined, told))
    assert len(told) > 500 and wrong <= MOST_PAIRS * len(told)


def test_a_transfer_of_a_token_is_no_join() -> None:
    """The coin of dust that bears it, another that pays, and two outputs of dust: with a third payer it may be one."""
    transfer = Transaction((546, 63_004), ("a", "b"), (546, 546, 56_758), ("v", "w", "b"))
    assert joined(transfer) is None
    assert joined(replace(transfer, spent=(546, 546, 63_004), payers=("a", "c", "b"))) is not None


MIX = Transaction((5_000_000,) * 4 + (5_003_000,), tuple("abcde"), (5_000_000,) * 5, tuple("vwxyz"))


def test_a_mix_of_a_pool() -> None:
    join = joined(MIX)
    assert join and (join.kind, join.people, dict(join.denominations)) == ("whirlpool", 5, {5_000_000: 5})
    assert joined(replace(MIX, spent=(None,) * 5)) is not None  # what inputs are worth may not be known


@pytest.mark.parametrize(
    "changed",
    [
        replace(MIX, spent=(5_000_000,) * 5),  # nobody is new, so nobody paid the miners
        replace(MIX, payers=tuple("aabcd")),
        replace(MIX, payees=tuple("vvxyz")),
        replace(MIX, paid=(5_000_000,) * 4 + (5_000_001,)),
        replace(MIX, spent=(5_000_000,) * 4 + (5_500_000,)),
    ],
)
def test_what_is_no_mix_of_a_pool(changed: Transaction) -> None:
    join = joined(changed)
    assert join is None or join.kind != "whirlpool"


def test_a_payment_before_a_mix_with_a_change_like_a_fee() -> None:
    """Which of the two is the fee is left open."""
    tx = Transaction((235_243, 73_453), ("a", "b"), (105_512,) * 2 + (3_750, 11_144), ("v", "w", "x", "y"), 1)
    join = joined(tx)
    assert join and join.kind == "whirlpool_tx0" and join.evidence.endswith("fee of 3750 or 11144")


@pytest.mark.parametrize("pool", POOLS)
def test_the_payment_before_a_mix(pool: int) -> None:
    fee = POOLS[pool]
    tx = Transaction((9 * pool,), ("a",), (fee, 700, *(pool + 4_000,) * 8), tuple(range(10)), texts=1)
    join = joined(tx)
    assert join and (join.kind, join.denominations) == ("whirlpool_tx0", {pool + 4_000: 8})
    assert joined(replace(tx, texts=0)) is None


def test_a_wallet_that_pretends_to_be_two() -> None:
    """It spends what came out of a pool, and makes one pair of outputs alike."""
    pair = Transaction((1_000_000, 3_100_000), ("a", "b"), (900_000, 900_000, 2_200_000), ("x", "y", "z"))
    assert joined(pair) is None
    other = joined(replace(pair, spent=(1_000_001, 3_100_000)))
    assert other and other.kind == "alike"


def test_columns_say_the_same_as_one_by_one() -> None:
    crocs.there()
    told = [*crocs.listed(crocs.JOINS["alike"]).values(), *crocs.listed(crocs.OTHERS[0]).values(), MIX]
    ids: dict[object, int] = {}
    rows = {"spent": [], "paid": []}  # type: ignore[var-annotated]
    for number, tx in enumerate(told):
        for who, worth in zip(tx.payers, tx.spent, strict=True):
            rows["spent"].append((number, ids.setdefault(who, len(ids) + 1), UNKNOWN if worth is None else worth, 0))
        for who, worth in zip(tx.payees, tx.paid, strict=True):
            rows["paid"].append((number, ids.setdefault(who, len(ids) + 1), worth, 0))
        rows["paid"] += [(number, 0, 0, 1)] * tx.texts
    spent, paid = (np.array(rows[side], np.int64) for side in ("spent", "paid"))
    ins, outs = (tuple(side[:, column] for column in range(3)) for side in (spent, paid))
    sides = Sides(len(told), ins[0], ins[1], ins[2], outs[0], outs[1], outs[2], paid[:, 3].astype(bool))
    expected = {number: join.kind for number, tx in enumerate(told) if (join := joined(tx))}
    assert {number: join.kind for number, _, join in find(sides)} == expected
    assert set(expected) <= set(candidates(sides).tolist())
