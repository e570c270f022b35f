"""How many ways a join can be read: the closed form, the count, and bounds that hold."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.mixers import Transaction, joined
from cointrail.conversions.mixers.entropy import entropy, equal, linked, readings
from cointrail.conversions.mixers.spread import spread
from tests.conversions.mixers.test_coinjoin import MIX

Values = st.lists(st.integers(1, 6), min_size=1, max_size=4)


def made(spent: list[int], paid: list[int]) -> Transaction:
    return Transaction(tuple(spent), tuple(range(len(spent))), tuple(paid), tuple(range(90, 90 + len(paid))))


def test_the_published_figures() -> None:
    """LaurentMT's examples: five and eight equal coins."""
    assert (equal(5), equal(8)) == (1_496, 9_934_563)
    together, every = linked(5)
    assert round(together / every, 3) == 0.342
    bits = entropy(MIX).bits
    assert bits[0] == bits[1] and round(bits[0], 2) == 10.55


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_the_closed_form_is_the_count(size: int) -> None:
    found = list(readings([7] * size, [7] * size))
    assert len(found) == equal(size)
    together = sum(any(0 in ins and 0 in outs for ins, outs in one) for one in found)
    assert together == linked(size)[0]


def naive(spent: list[int], paid: list[int]) -> int:
    """Every way to give each input and output a group, by brute force over partitions."""

    def partitions(items: tuple[int, ...]) -> list[list[tuple[int, ...]]]:
        if not items:
            return [[]]
        first, rest = items[0], items[1:]
        found = []
        for size in range(len(rest) + 1):
            for more in combinations(rest, size):
                left = tuple(one for one in rest if one not in more)
                found += [[(first, *more), *others] for others in partitions(left)]
        return found

    def matched(ins: list[tuple[int, ...]], outs: list[tuple[int, ...]]) -> int:
        if not ins:
            return 1
        worth = sum(spent[one] for one in ins[0])
        return sum(
            matched(ins[1:], outs[:place] + outs[place + 1 :])
            for place, group in enumerate(outs)
            if 0 <= worth - sum(paid[one] for one in group) <= fee
        )

    fee = sum(spent) - sum(paid)
    sides = [partitions(tuple(range(len(one)))) for one in (spent, paid)]
    return sum(matched(a, b) for a in sides[0] for b in sides[1] if len(a) == len(b)) if fee >= 0 else 0


@settings(max_examples=120, deadline=None)
@given(Values, Values)
def test_readings_are_all_there_are(spent: list[int], paid: list[int]) -> None:
    assert len(list(readings(spent, paid))) == naive(spent, paid)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=2, max_size=4), Values)
def test_bounds_hold(spent: list[int], paid: list[int]) -> None:
    from cointrail.conversions.mixers import entropy as module

    if sum(spent) < sum(paid):
        return
    count = len(list(readings(spent, paid)))
    assert module._least(spent, paid) <= max(1, count) <= max(1, module._most(len(spent), len(paid)))


def test_unknown_inputs_have_no_entropy() -> None:
    with pytest.raises(ValueError, match="not known"):
        entropy(Transaction((None,), ("a",), (1,), ("b",)))


ROUND = Transaction(
    (150, 120, 130), ("thief", "b", "c"), (100, 100, 100, 49, 19, 29), ("x", "y", "z", "change", "d", "e")
)


def test_change_is_linked_and_the_rest_is_a_set() -> None:
    scaled = Transaction(
        tuple(1_000 * worth for worth in (150, 120, 130)),
        ROUND.payers,
        tuple(1_000 * value for value in ROUND.paid),
        ROUND.payees,
    )
    join = joined(scaled)
    assert join and join.kind == "joinmarket"
    shares = spread(scaled, join, {0: 150_000})
    assert (shares[3].least, shares[3].most) == (48_000, 49_000)  # a maker earns at most 1,000
    assert [share.most for share in shares[4:]] == [1_000] * 2
    assert [int(share.expected) for share in shares[3:]] == [49_000, 0, 0]
    for share in shares[:3]:
        assert share.least == 0 and share.most == 100_000 and 33_000 < share.expected < 34_000


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=3, max_size=6), st.data())
def test_shares_hold_in_every_reading(spent: list[int], data: st.DataObject) -> None:
    """No reading in which everybody takes one of the equal outputs lets more stolen value into an output than its most,
    nor less than its least."""
    value = data.draw(st.integers(1, max(1, sum(spent) // 3)))
    paid = [value] * 3
    rest = sum(spent) - 3 * value
    if rest < 0:
        return
    paid += [rest] if rest else []
    tx = Transaction(tuple(spent), tuple(range(len(spent))), tuple(paid), tuple(range(90, 90 + len(paid))))
    from cointrail.conversions.mixers.coinjoin import Join

    join = Join("joinmarket", 3, {value: 3}, "")
    stolen = data.draw(st.sets(st.integers(0, len(spent) - 1), max_size=2))
    shares = spread(tx, join, {place: spent[place] for place in stolen})
    dirty = sum(spent[place] for place in stolen)
    for place, share in enumerate(shares):
        assert 0 <= share.least <= share.expected <= share.most <= min(paid[place], dirty) or share.most == 0
    for reading in readings(spent, paid):
        if any(sum(paid[one] == value for one in outs) != 1 for _, outs in reading):
            continue
        for ins, outs in reading:
            inside = sum(spent[one] for one in ins & stolen)
            clean = sum(spent[one] for one in ins) - inside
            for one in outs:
                assert shares[one].least <= min(paid[one], inside) and shares[one].most >= max(0, paid[one] - clean)
