"""Pairs without keys on made-up bridges: fees, chains, names that are missing, twins, windows."""

import random
from pathlib import Path

import numpy as np

from cointrail.conversions.inferred import sure_enough
from cointrail.conversions.match import Joined, match
from tests.conversions.bridge import Row, deposit, read, shuffled, withdrawal


def crowd(count: int, seed: int = 1, fee: float = 0.0, **more: object) -> list[Row]:
    """Transfers of many people with amounts of their own; d3 is paid out by w3."""
    draw = random.Random(seed)
    legs = []
    for n in range(count):
        moment, amount = 1_000 * n, draw.randint(10**6, 10**9)
        paid = amount - int(amount * fee)
        legs.append(deposit(f"d{n}", moment, amount=amount, recipient=f"r{n % 97}", **more))
        legs.append(withdrawal(f"w{n}", moment + int(draw.gauss(900, 50)), amount=paid, recipient=f"r{n % 97}", **more))
    return legs


def right(joined: Joined) -> float:
    """The share of the links whose ends have one number."""
    return float(np.mean([link.deposit_tx[1:] == link.withdrawal_tx[1:] for link in joined.links]))


def test_fees_are_learnt(tmp_path: Path) -> None:
    legs = read(tmp_path, shuffled(crowd(400, fee=0.003)))
    joined = match(legs)
    assert len(joined.links) >= 395 and right(joined) == 1
    assert {link.rule for link in joined.links} == {"recipient-less-fee"}
    joined = match(legs, recipient=False)
    assert len(joined.links) >= 395 and right(joined) == 1
    assert {link.rule for link in joined.links} == {"amount-less-fee"}


def test_other_amounts_are_no_fee(tmp_path: Path) -> None:
    """Withdrawals of other people, whose amounts have nothing to do with the deposits."""
    draw = random.Random(9)
    strangers = [withdrawal(f"x{n}", 2_000 * n, amount=draw.randint(10**6, 10**9)) for n in range(100)]
    joined = match(read(tmp_path, shuffled(crowd(400) + strangers)), recipient=False)
    assert len(joined.links) >= 395 and right(joined) == 1
    assert {link.rule for link in joined.links} == {"amount"}


def test_recipients_that_one_side_does_not_name(tmp_path: Path) -> None:
    legs = crowd(200)
    for row in legs:
        if row["side"] == "withdrawal":
            row["recipient"] = ""
    joined = match(read(tmp_path, shuffled(legs)))
    assert len(joined.links) >= 195 and right(joined) == 1
    assert {link.rule for link in joined.links} == {"amount"}


def test_a_pair_crosses_chains(tmp_path: Path) -> None:
    joined = match(read(tmp_path, crowd(50, chain="near")))
    assert joined.links == []


def test_keys_that_differ_are_no_pair(tmp_path: Path) -> None:
    legs = crowd(100)
    for place, row in enumerate(legs):
        row["key"] = place
    assert match(read(tmp_path, legs)).links == []
    assert len(match(read(tmp_path, legs), keys=False).links) >= 95


def test_twins_are_ambiguous_and_say_so(tmp_path: Path) -> None:
    """Two equal deposits in one minute and two withdrawals hours after: nobody can know."""
    legs = crowd(300)
    legs += [deposit("a", 400_000, amount=5), deposit("b", 400_001, amount=5)]
    legs += [withdrawal("x", 400_900, amount=5), withdrawal("y", 400_901, amount=5)]
    found = {link.withdrawal_tx: link for link in match(read(tmp_path, legs)).links}
    for name in ("x", "y"):
        if name in found:
            assert found[name].ambiguous >= 2 and found[name].confidence < 0.6
    assert found["w5"].ambiguous == 0 and found["w5"].confidence > 0.95


def test_a_window_keeps_later_pairs_out_but_knows_of_them(tmp_path: Path) -> None:
    legs = crowd(200)
    whole = match(read(tmp_path, legs), window=10**6).links
    some = match(read(tmp_path, legs), window=900).links
    assert 0 < len(some) < len(whole) and {link.deposit_tx for link in some} < {link.deposit_tx for link in whole}
    assert match(read(tmp_path, legs), window=10).links == []


def test_the_order_of_the_file_does_not_matter(tmp_path: Path) -> None:
    legs = crowd(120) + [deposit(f"e{n}", 50_000, amount=7) for n in range(5)]
    legs += [withdrawal(f"v{n}", 50_900 + n // 2, amount=7) for n in range(5)]
    first = match(read(tmp_path, shuffled(legs, 1)), recipient=False)
    again = match(read(tmp_path, shuffled(legs, 2)), recipient=False)
    assert first.links == again.links


def test_the_unsure_are_left_out() -> None:
    chance = np.r_[np.full(1_000, 0.9999), 0.6, 0.5, 0.4, 0.2]
    kept = sure_enough(np.arange(1_004), chance)
    assert 1_000 in kept and 1_003 not in kept
    assert (1 - chance[kept]).mean() <= 0.001
    assert len(sure_enough(np.arange(1), np.array([0.97]))) == 1
    assert len(sure_enough(np.arange(1), np.array([0.9]))) == 0


def test_a_crowd_of_equals_is_left_alone(tmp_path: Path) -> None:
    legs = crowd(100) + [deposit(f"e{n}", n, amount=7) for n in range(1_500)]
    legs += [withdrawal(f"v{n}", 500 + n, amount=7) for n in range(1_500)]
    joined = match(read(tmp_path, legs))
    assert right(joined) == 1 and not any(link.deposit_tx.startswith("e") for link in joined.links)
    assert len(joined.links) >= 70  # so many legs alone make the others less sure, too
