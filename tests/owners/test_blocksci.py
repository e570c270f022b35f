"""Rules of change and the look for CoinJoins on a chain that was made for BlockSci's tests, with what is expected."""

import json
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest

from cointrail.conversions.mixers import Transaction, joined
from cointrail.ledger import open_ledger
from cointrail.owners.change import RULES, SPENT, Change, power_of_ten
from cointrail.owners.joins import alike
from cointrail.owners.kinds import kinds
from cointrail.owners.moment import cited
from cointrail.owners.payments import Payments, payments, whole
from tests.cli.command import done
from tests.owners.emulated import DATA

FOLDER = DATA / "chain_samples" / "blocksci_regtest"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no chain of BlockSci here (COINTRAIL_DATA names the data)")
SINGLE = {"optimal": "change-optimal", "address_type": "change-address-type", "reuse": "change-reuse",
          "client": "change-client-behavior", "locktime": "change-locktime"}  # fmt: skip


@cache
def expected() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((FOLDER / "output.json").read_text())
    return told


@cache
def chain() -> tuple[Payments, dict[str, int]]:
    """The transactions, and their places by their ids."""
    folder = Path(mkdtemp()) / "ledger"
    [blocks] = sorted(FOLDER.rglob("blk*.dat"))
    done("ledger", "import", blocks, "--into", folder, "--chain", "bitcoin-regtest")
    ledger = open_ledger(folder)
    kind = kinds(ledger)
    parts = range(len(ledger.manifest.segments))
    told = whole([payments(ledger, number, ledger.terms).typed(kind) for number in parts])
    return told, {one.hash.hex(): place for place, one in cited(ledger, list(range(told.count))).items()}


def marked(rule: Change, tx: str) -> list[int]:
    """The numbers of the outputs that a rule marks in a transaction."""
    told, place = chain()
    mine = told.outputs.tx == place[tx]
    return [int(n) for n in np.flatnonzero(rule(told)[mine])]


def position(key: str, number: int) -> tuple[str, int]:
    """A transaction of a case and its change; the number stands before or behind the words."""
    if f"{key}-{number}-tx" in expected():
        return str(expected()[f"{key}-{number}-tx"]), int(expected()[f"{key}-{number}-position"])
    return str(expected()[f"{key}-tx-{number}"]), int(expected()[f"{key}-position-{number}"])


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


def test_what_is_no_change_to_these_rules() -> None:
    for rule in ("optimal", "reuse", "legacy", "one_time"):
        assert marked(RULES[rule], expected()["change-negative-testcase-tx"]) == []


def test_the_coinjoin_is_seen() -> None:
    told, place = chain()
    assert alike(told)[place[expected()["simple-coinjoin-tx"]]]


def test_the_coinjoin_tells_what_was_mixed_from_what_was_left() -> None:
    told, place = chain()
    spent, paid = (side.tx == place[expected()["simple-coinjoin-tx"]] for side in (told.inputs, told.outputs))
    into, out = told.outputs.value[paid].tolist(), told.outputs.owner[paid].tolist()
    worth, payers = told.inputs.value[spent].tolist(), told.inputs.owner[spent].tolist()
    join = joined(Transaction(tuple(worth), tuple(payers), tuple(into), tuple(out), 0))
    assert join is not None and join.people == 3
    mixed = [number for number, value in enumerate(into) if value in join.denominations]
    assert mixed == expected()["simple-coinjoin-spends"]
    assert sorted({*range(len(into))} - {*mixed}) == expected()["simple-coinjoin-change"]
