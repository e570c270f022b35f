"""The share of a holding that leaves by a transaction, beside a plain replay in integers."""

import random
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.guard.protect.shares import holdings_of, shares, values
from cointrail.ledger import Ledger, open_ledger
from tests.cli.command import line, load, write


def plain(ledger: Ledger) -> dict[int, Fraction]:
    """By row: what left its sender's holding in its transaction, of what was there before and came in by it."""
    facts = ledger.facts(range(ledger.transfers))
    out: dict[int, Fraction] = {}
    keys = set(zip(facts.sender.tolist(), facts.asset.tolist(), strict=True)) - {(0, 0)}
    for key in keys:
        mine = [
            (row, facts.tx[row], amount if to else -amount)
            for row, amount in enumerate(facts.amount)
            for side, to in ((facts.sender[row], False), (facts.recipient[row], True))
            if (int(side), int(facts.asset[row])) == key and amount
        ]
        balance = least = 0
        for _, _, change in mine:
            balance += change
            least = min(least, balance)
        balance = -least
        for tx in dict.fromkeys(tx for _, tx, _ in mine):
            part = [(row, change) for row, other, change in mine if other == tx]
            there = balance + sum(change for _, change in part if change > 0)
            gone = sum(-change for _, change in part if change < 0)
            out.update({row: min(Fraction(gone, there), Fraction(1)) for row, change in part if change < 0})
            balance += sum(change for _, change in part)
    return out


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_shares_are_those_of_a_plain_replay(seed: int) -> None:
    chance = random.Random(seed)
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows: list[dict[str, object]] = []
        scale = chance.choice((1, 10**6, 10**18, 10**25, 2**200))
        for number in range(1, 40):
            one, other = chance.sample(range(1, 6), 2)
            amount = chance.choice((0, scale, scale * 10**4, chance.randrange(1, 9 * scale)))
            made = line(number, one, other, amount)
            if rows and chance.random() < 0.4:  # of the same transaction as the one before
                made |= {key: rows[-1][key] for key in ("time", "block", "tx")}
            rows.append(made)
        assert (
            load(write(folder / "rows.csv", rows), folder / "ledger", "--asset", "WEI", "--decimals", "0").status == 0
        )
        ledger = open_ledger(folder / "ledger")
        index = ledger.index
        found = shares(index, np.arange(len(index.holding_address)), ledger.transfers)
        naive = plain(ledger)
        for row in range(ledger.transfers):
            assert float(found[row]) == pytest.approx(float(naive.get(row, 0)), abs=1e-6)
        exact = index.amounts(list(range(ledger.transfers)))
        assert values(index, np.arange(ledger.transfers)) == pytest.approx([float(one) for one in exact])


def test_holdings_of_some_addresses(tmp_path: Path) -> None:
    rows = [line(number, 1 + number % 3, 4, 5) for number in range(1, 7)]
    assert (
        load(write(tmp_path / "rows.csv", rows), tmp_path / "ledger", "--asset", "WEI", "--decimals", "0").status == 0
    )
    index = open_ledger(tmp_path / "ledger").index
    every = np.unique(index.holding_address).astype(np.int64)
    for some in (every[:0], every[:2], every[1:], every):
        expected = [holding for one in some.tolist() for holding in index.holdings(one)]
        assert holdings_of(index, some).tolist() == expected
