"""Rules of change on columns against the same rules read aloud, one transaction after the other."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.owners.change import RULES, Change, change_ties, own
from cointrail.owners.payments import UNKNOWN, Payments, Side, whole
from cointrail.owners.rules import Rule

OWNERS = 6
DEAD = 99  # a kind of output that nobody can spend


@dataclass(frozen=True)
class Output:
    coin: int
    owner: int
    value: int
    kind: int


@dataclass
class Tx:
    place: int
    inputs: list[Output]
    outputs: list[Output] = field(default_factory=list)
    version: int = 1
    locktime: int = 0
    sequence: int = 0xFFFFFFFF
    size: int = 100


@st.composite
def chains(draw: st.DrawFn) -> list[Tx]:
    """Transactions that spend what earlier ones paid; of some the terms or the size are not known."""
    made: list[Tx] = []
    left: list[Output] = []
    coin = 0
    for place in range(draw(st.integers(1, 9))):
        spends = draw(st.lists(st.sampled_from(left), unique=True, max_size=3)) if left else []
        left = [one for one in left if one not in spends]
        said = ([UNKNOWN, 1, 2], [UNKNOWN, 0, 5], [UNKNOWN, 0, 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFF], [UNKNOWN, 100, 250])
        tx = Tx(place, spends, [], *(draw(st.sampled_from(one)) for one in said))
        for _ in range(draw(st.integers(1, 3))):
            coin += 1
            value = draw(st.sampled_from([0, 5, 999, 1_000, 2_000, 70_001, 1_000_000, 3_000_000]))
            one = Output(coin, draw(st.integers(1, OWNERS)), value, draw(st.sampled_from([1, 2, UNKNOWN, DEAD])))
            tx.outputs.append(one)
            if one.kind != DEAD:
                left.append(one)
        made.append(tx)
    return made


def side(rows: list[tuple[int, Output]]) -> Side:
    tx, coin, owner, value, kind = (
        np.array([row[n] for row in [(t, o.coin, o.owner, o.value, o.kind) for t, o in rows]], np.int64)
        for n in range(5)
    )
    return Side(tx, coin.astype(np.uint32), owner.astype(np.uint32), value, kind)


def columns(chain: list[Tx], first: int = 0) -> Payments:
    paid = side([(tx.place - first, one) for tx in chain for one in tx.outputs])
    return Payments(
        first, len(chain), side([(tx.place - first, one) for tx in chain for one in tx.inputs]), paid,
        np.array([not tx.inputs for tx in chain], bool), paid.kind == DEAD,
        *(np.array([getattr(tx, n) for tx in chain], np.int64) for n in ("version", "locktime", "sequence", "size")),
    )  # fmt: skip


class Naive:
    """The rules, each on one transaction and one of its outputs."""

    def __init__(self, chain: list[Tx]) -> None:
        self.chain = chain
        self.spender = {one.coin: tx for tx in chain for one in tx.inputs}
        self.source = {one.coin: tx for tx in chain for one in tx.outputs}
        self.first: dict[int, int] = {}
        for tx in reversed(chain):
            self.first.update({one.owner: tx.place for one in tx.outputs})
        self.paid = Counter(one.owner for tx in chain for one in tx.outputs)
        self.gave = Counter(one.owner for tx in chain for one in tx.inputs)

    def shape(self, tx: Tx) -> bool:
        return len(tx.inputs) == 1 and len(tx.outputs) == 2

    def peels(self, tx: Tx) -> bool:
        if not self.shape(tx):
            return False
        after = [self.spender[one.coin] for one in tx.outputs if one.coin in self.spender]
        return self.shape(self.source[tx.inputs[0].coin]) or any(self.shape(one) for one in after)

    def peeling(self, tx: Tx, one: Output) -> bool:
        return self.peels(tx) and (one.coin not in self.spender or self.peels(self.spender[one.coin]))

    def power_of_ten(self, tx: Tx, one: Output) -> bool:
        return one.value % 1_000_000 != 0

    def optimal(self, tx: Tx, one: Output) -> bool:
        return one.value < min(spent.value for spent in tx.inputs)

    def address_type(self, tx: Tx, one: Output) -> bool:
        kinds = {spent.kind for spent in tx.inputs}
        return len(kinds) == 1 and UNKNOWN not in kinds and one.kind in kinds

    def locktime(self, tx: Tx, one: Output) -> bool:
        if tx.locktime == UNKNOWN:
            return False
        after = self.spender.get(one.coin)
        return after is None or after.locktime == UNKNOWN or (after.locktime > 0) == (tx.locktime > 0)

    def version(self, tx: Tx, one: Output) -> bool:
        after = self.spender.get(one.coin)
        return tx.version != UNKNOWN and (after is None or after.version in (UNKNOWN, tx.version))

    def replaceable(self, tx: Tx, one: Output) -> bool:
        if tx.sequence == UNKNOWN:
            return False
        after = self.spender.get(one.coin)
        if after is None or after.sequence == UNKNOWN:
            return True
        return (after.sequence in (0, 0xFFFFFFFD)) == (tx.sequence in (0, 0xFFFFFFFD))

    def reuse(self, tx: Tx, one: Output) -> bool:
        return one.owner in {spent.owner for spent in tx.inputs}

    def client(self, tx: Tx, one: Output) -> bool:
        return self.first[one.owner] == tx.place

    def legacy(self, tx: Tx, one: Output) -> bool:
        live = [out for out in tx.outputs if out.kind != DEAD]
        found = [out for out in live if self.optimal(tx, out) and self.client(tx, out)]
        values = Counter(out.value for out in tx.outputs if out.value)
        people = len({spent.owner for spent in tx.inputs})
        mixed = any(2 <= count <= people for count in values.values())
        return found == [one] and len(live) > 1 and not mixed

    def rate(self, tx: Tx) -> int | None:
        fee = sum(one.value for one in tx.inputs) - sum(one.value for one in tx.outputs)
        return None if not tx.inputs or fee < 0 or tx.size == UNKNOWN else fee * 1000 // tx.size

    def fixed_fee(self, tx: Tx, one: Output) -> bool:
        here, after = self.rate(tx), self.spender.get(one.coin)
        return here is not None and (after is None or self.rate(after) in (None, here))

    def spent(self, tx: Tx, one: Output) -> bool:
        return one.coin in self.spender

    def one_time(self, tx: Tx, one: Output) -> bool:
        if not 2 <= len(tx.outputs) <= 10:
            return False
        found = [
            out
            for out in tx.outputs
            if out.kind != DEAD
            and self.address_type(tx, out)
            and out.value % 1_000
            and self.optimal(tx, out)
            and self.client(tx, out)
            and self.paid[out.owner] == 1
            and self.gave[out.owner] <= 1
        ]
        return found == [one]

    def says(self, rule: str, tx: Tx, one: Output) -> bool:
        return bool(tx.inputs) and one.kind != DEAD and getattr(self, rule)(tx, one)

    def all(self, rule: str) -> list[bool]:
        return [self.says(rule, tx, one) for tx in self.chain for one in tx.outputs]


@pytest.mark.parametrize("rule", list(RULES))
@given(chain=chains())
@settings(max_examples=100, deadline=None)
def test_a_rule_says_what_it_says_aloud(rule: str, chain: list[Tx]) -> None:
    assert RULES[rule](columns(chain)).tolist() == Naive(chain).all(rule)


@given(chains(), st.sampled_from(list(RULES)), st.sampled_from(list(RULES)))
@settings(max_examples=100, deadline=None)
def test_rules_are_combined(chain: list[Tx], left: str, right: str) -> None:
    told, naive = columns(chain), Naive(chain)
    one, other = naive.all(left), naive.all(right)
    a, b = RULES[left], RULES[right]
    assert (a & b)(told).tolist() == [x and y for x, y in zip(one, other, strict=True)]
    assert (a | b)(told).tolist() == [x or y for x, y in zip(one, other, strict=True)]
    assert (a - b)(told).tolist() == [x and not y for x, y in zip(one, other, strict=True)]
    place = [tx.place for tx in chain for _ in tx.outputs]
    alone = Counter(at for at, says in zip(place, one, strict=True) if says)
    assert a.unique(told).tolist() == [says and alone[at] == 1 for at, says in zip(place, one, strict=True)]


def test_confidence_goes_with_what_is_combined() -> None:
    one, reuse, none = RULES["one_time"], RULES["reuse"], RULES["optimal"]
    assert ((one & reuse).confidence, (one | reuse).confidence, (one - reuse).confidence) == (100, 50, 50)
    assert ((one & none).confidence, (one | none).confidence, none.confidence) == (50, None, None)
    assert (one & none).unique.name == "unique (one_time and optimal)"


@given(chains(), st.lists(st.integers(1, 3), min_size=OWNERS + 1, max_size=OWNERS + 1))
@settings(max_examples=100, deadline=None)
def test_what_is_paid_to_the_cluster_of_an_input_is_change(chain: list[Tx], cluster: list[int]) -> None:
    roots = np.array(cluster, np.uint32)
    expected = [
        one.kind != DEAD and cluster[one.owner] in {cluster[spent.owner] for spent in tx.inputs}
        for tx in chain
        for one in tx.outputs
    ]
    assert own(roots)(columns(chain)).tolist() == expected


@given(chains(), st.integers(0, 9))
@settings(max_examples=50, deadline=None)
def test_parts_put_together_say_the_same(chain: list[Tx], cut: int) -> None:
    parts = [columns(chain[:cut]), columns(chain[cut:], len(chain[:cut]))]
    for rule in RULES.values():
        assert rule(whole(parts)).tolist() == rule(columns(chain)).tolist()


@given(chains(), st.sampled_from(list(RULES)))
@settings(max_examples=100, deadline=None)
def test_only_a_single_change_is_joined_with_its_payer(chain: list[Tx], rule: str) -> None:
    naive = Naive(chain)
    expected = []
    for tx in chain:
        found = [one for one in tx.outputs if naive.says(rule, tx, one)]
        if len(found) == 1:
            expected.append((tx.place, [tx.inputs[0].owner, found[0].owner]))
    ties = change_ties(columns(chain), RULES[rule], np.zeros(len(chain), bool))
    said = [(int(ties.tx[ties.start[n]]), ties.group(n)) for n in range(len(ties.start) - 1)]
    assert said == [(place, (Rule.CHANGE, ids)) for place, ids in expected]
    assert not len(change_ties(columns(chain), RULES[rule], np.ones(len(chain), bool)))


def test_a_rule_can_be_written_by_anybody() -> None:
    last = Change("last", lambda told: np.append(np.diff(told.outputs.tx) != 0, True), 10)
    chain = [Tx(0, [], [Output(1, 1, 5, 1)]), Tx(1, [Output(1, 1, 5, 1)], [Output(2, 2, 2, 1), Output(3, 3, 2, 1)])]
    assert last(columns(chain)).tolist() == [False, False, True]
