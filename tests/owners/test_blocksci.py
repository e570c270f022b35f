"""Rules of change and the look for CoinJoins on a chain that was made for BlockSci's tests, with what is expected."""

from pathlib import Path

import pytest

from cointrail.conversions.mixers import Transaction, joined
from cointrail.labels import Labels
from cointrail.owners import owners
from cointrail.owners.change import RULES, SPENT, Change, power_of_ten
from cointrail.owners.joins import alike
from tests.blocksci import chain, facts, needs_chain

pytestmark = needs_chain

SINGLE = {"optimal": "change-optimal", "address_type": "change-address-type", "reuse": "change-reuse",
          "client": "change-client-behavior", "locktime": "change-locktime"}  # fmt: skip
CASES = (
    "change-negative-testcase-tx", "change-reuse-tx-1", "change-locktime-tx-1", "change-optimal-0-tx",
    "peeling-chain-5-tx", "change-ten-2-tx", "fan-8-tx", "peeling-chain-4-tx", "tx-chain-10-tx-1",
    "funding-tx-2-in-2-out",
)  # fmt: skip
TWO, THREE, EIGHT = [0, 1], [0, 1, 2], [*range(8)]
NONE: list[int] = []
SAID = {  # BlockSci, test/blockscipy/_regtest_outputs/test_change.test_change_regression[btc].out
    "address_type": [TWO, THREE, THREE, TWO, TWO, TWO, EIGHT, TWO, [0], TWO],
    "locktime": [TWO, THREE, [1], TWO, TWO, TWO, EIGHT, TWO, [0], TWO],
    "client": [TWO, [0, 2], THREE, TWO, TWO, TWO, EIGHT, TWO, [0], [0]],
    "peeling": [NONE, NONE, NONE, NONE, TWO, TWO, NONE, TWO, NONE, TWO],
    "optimal": [NONE, THREE, THREE, [0], TWO, TWO, EIGHT, TWO, [0], TWO],
    "reuse": [NONE, [1], NONE, NONE, NONE, NONE, NONE, NONE, NONE, [1]],
    "legacy": [NONE, NONE, NONE, [0], NONE, NONE, NONE, NONE, NONE, [0]],
}
NO_JOINS = ("fan-8-tx", "peeling-chain-4-tx", "tx-chain-10-tx-1", "funding-tx-2-in-2-out")


def marked(rule: Change, tx: str) -> list[int]:
    """The numbers of the outputs that a rule marks in a transaction."""
    told = chain().told
    return [int(n) for n, found in enumerate(rule(told)[told.outputs.tx == chain().place[tx]]) if found]


def position(key: str, number: int) -> tuple[str, int]:
    """A transaction of a case and its change; the number stands before or behind the words."""
    if f"{key}-{number}-tx" in facts():
        return str(facts()[f"{key}-{number}-tx"]), int(facts()[f"{key}-{number}-position"])
    return str(facts()[f"{key}-tx-{number}"]), int(facts()[f"{key}-position-{number}"])


@pytest.mark.parametrize("rule", list(SINGLE))
def test_a_rule_finds_the_change_that_was_made_for_it(rule: str) -> None:
    for number in range(2 if rule == "optimal" else 3):
        tx, place = position(SINGLE[rule], number)
        assert marked(RULES[rule].unique, tx) == [place]


def test_amounts_with_fewer_and_fewer_zeros() -> None:
    for number in range(6):
        tx, place = position("change-ten", number)
        digits = 8 - number
        rule = Change("zeros", lambda told, digits=digits: power_of_ten(told, digits))  # type: ignore[misc]
        assert marked(rule.unique, tx) == [place]


def test_a_peeling_chain_goes_on_where_it_is_spent() -> None:
    for number in range(9):  # the change of the tenth is not spent any more
        tx, place = position("peeling-chain", number)
        assert marked(RULES["peeling"] & SPENT, tx) == [place]


@pytest.mark.parametrize("rule", list(SAID))
def test_a_rule_says_what_blocksci_says(rule: str) -> None:
    assert [marked(RULES[rule], facts()[case]) for case in CASES] == SAID[rule]
    alone = [one if len(one) == 1 else [] for one in SAID[rule]]
    assert [marked(RULES[rule].unique, facts()[case]) for case in CASES] == alone


def test_change_by_locktime_is_joined_only_when_asked_for(tmp_path: Path) -> None:
    ledger = chain().ledger
    plain, asked = (owners(ledger, Labels(tmp_path), change=rule).clusters for rule in (None, RULES["locktime"]))
    for number in range(3):
        tx, place = position("change-locktime", number)
        [payer], paid = chain().owners(tx)
        assert [asked.same(payer, one) for one in paid] == [n == place for n in range(3)]
        assert not any(plain.same(payer, one) for one in paid)


def test_the_locktime_of_the_case() -> None:
    assert chain().term("locktime", facts()["change-locktime-tx-1"]) == 110


def test_what_the_negative_case_pays() -> None:
    paid = [one.value for one in chain().outputs(facts()["change-negative-testcase-tx"])]
    assert paid == [facts()[f"change-negative-testcase-value-{number}"] for number in range(2)]


def test_what_is_no_change_to_these_rules() -> None:
    for rule in ("optimal", "reuse", "legacy", "one_time"):
        assert marked(RULES[rule], facts()["change-negative-testcase-tx"]) == []


def test_the_coinjoin_is_seen() -> None:
    told, place = chain().told, chain().place
    assert alike(told)[place[facts()["simple-coinjoin-tx"]]]
    assert not any(alike(told)[place[facts()[name]]] for name in NO_JOINS)


def test_the_coinjoin_tells_what_was_mixed_from_what_was_left() -> None:
    told, place = chain().told, chain().place
    spent, paid = (side.tx == place[facts()["simple-coinjoin-tx"]] for side in (told.inputs, told.outputs))
    into, out = told.outputs.value[paid].tolist(), told.outputs.owner[paid].tolist()
    worth, payers = told.inputs.value[spent].tolist(), told.inputs.owner[spent].tolist()
    join = joined(Transaction(tuple(worth), tuple(payers), tuple(into), tuple(out), 0))
    assert join is not None and join.people == 3
    mixed = [number for number, value in enumerate(into) if value in join.denominations]
    assert mixed == facts()["simple-coinjoin-spends"]
    assert sorted({*range(len(into))} - {*mixed}) == facts()["simple-coinjoin-change"]
