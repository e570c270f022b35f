"""What can be stolen in each output of a CoinJoin, against joins that were made and so are known."""

from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.mixers import Join, Transaction
from cointrail.conversions.mixers.spread import changes, spread

VALUE = 100
JOIN = Join("made", 3, {VALUE: 3}, "")


@dataclass(frozen=True)
class Person:
    """One who takes part with one equal output: inputs, how much of each is stolen, and the fee."""

    inputs: tuple[int, ...]
    stolen: tuple[int, ...]
    fee: int

    @property
    def change(self) -> int:
        return sum(self.inputs) - VALUE - self.fee


@st.composite
def people(draw: st.DrawFn) -> Person:
    fee = draw(st.integers(-1, 3))  # a maker earns
    inputs = draw(st.lists(st.integers(40, 400), min_size=1, max_size=2).filter(lambda each: sum(each) >= VALUE + 3))
    return Person(tuple(inputs), tuple(draw(st.integers(0, each)) for each in inputs), fee)


def paying(told: list[Person]) -> bool:
    return sum(one.fee for one in told) >= 0


@settings(max_examples=300, deadline=None)
@given(st.lists(people(), min_size=3, max_size=5).filter(paying), st.booleans(), st.data())
def test_what_really_happened_is_within(told: list[Person], one_address: bool, data: st.DataObject) -> None:
    """However each person's stolen coins are laid over their own outputs and fee."""
    spent = [(worth, (n, 0 if one_address else k)) for n, one in enumerate(told) for k, worth in enumerate(one.inputs)]
    stolen = dict(enumerate(part for one in told for part in one.stolen))
    paid = [(VALUE, n) for n in range(len(told))] + [(one.change, n) for n, one in enumerate(told) if one.change]
    paid = data.draw(st.permutations(paid))
    values, payers = tuple(value for value, _ in paid), tuple(who for _, who in spent)
    tx = Transaction(tuple(worth for worth, _ in spent), payers, values, tuple(range(len(paid))))
    dirty, fees = [sum(one.stolen) for one in told], [max(0, one.fee) for one in told]
    clean = [sum(one.inputs) - sum(one.stolen) for one in told]
    for n, one in enumerate(told):
        if one.fee < 0:  # earned one unit of somebody who pays, stolen or not
            who = data.draw(st.sampled_from([k for k, fee in enumerate(fees) if fee]))
            unit = data.draw(st.integers(int(not clean[who]), int(dirty[who] > 0)))
            dirty[n], dirty[who], clean[who] = dirty[n] + unit, dirty[who] - unit, clean[who] - (1 - unit)
            fees[who] -= 1
    really = [0] * len(paid)
    for n in range(len(told)):
        mine = [place for place, (_, who) in enumerate(paid) if who == n]
        room = sum(values[place] for place in mine) + fees[n]
        for place in mine:
            room -= values[place]
            really[place] = data.draw(st.integers(max(0, dirty[n] - room), min(values[place], dirty[n])))
            dirty[n] -= really[place]
    for place, person in changes(tx, JOIN).items():
        assert person == frozenset(payer for payer in payers if payer[0] == paid[place][1])
    found = spread(tx, JOIN, stolen)
    for share, amount in zip(found, really, strict=True):
        assert share.least <= amount <= share.most and share.least <= share.expected <= share.most
    assert sum((share.expected for share in found), Fraction()) <= sum(stolen.values())


def test_a_change_that_two_could_have_left_is_nobodys() -> None:
    alike = Transaction((150, 150, 400), ("a", "b", "c"), (100, 100, 100, 50, 49, 300), tuple("uvwxyz"))
    assert list(changes(alike, JOIN)) == [5]


def test_what_an_input_is_worth_must_be_known() -> None:
    with pytest.raises(ValueError, match="not known"):
        spread(Transaction((None, 100), ("a", "b"), (100, 100), ("x", "y")), JOIN, {0: 50})
