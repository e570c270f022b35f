"""Haystacks: the case survives untouched, the hay has the shape that its parameters say."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from cointrail.drills.haystack import STYLES, Background, Haystack, haystack, style
from cointrail.drills.haystack.background import text
from cointrail.drills.haystack.case import Case
from cointrail.errors import InputError
from cointrail.ledger.rows import ROWS

SMALL = 20_000


def starts(case: Case) -> dict[bytes, int]:
    """The block of the first movement of each address in the case."""
    found: dict[bytes, int] = {}
    for block, sender, recipient in zip(
        case.block.tolist(), case.sender.tolist(), case.recipient.tolist(), strict=True
    ):
        for at in (sender, recipient):
            found.setdefault(case.addresses[at].tobytes(), block)
    return found


def plain(rows: pa.Table) -> list[tuple[int, bytes, bytes, bytes, int, str]]:
    """(block, tx, sender, recipient, amount, asset) of every row."""
    names = ("block", "tx", "sender", "recipient", "amount", "asset")
    columns = [rows[name].to_pylist() for name in names]
    return [(b, tx, s, r, int.from_bytes(v, "big"), a) for b, tx, s, r, v, a in zip(*columns, strict=True)]


def test_the_same_seed_gives_the_same_bytes(case: Case) -> None:
    for name in ("spam", "mixed"):
        one, two = (haystack(case, style(name, 5, SMALL)) for _ in range(2))
        assert one.rows.equals(two.rows)
        assert one.truth == two.truth
    assert not haystack(case, style("quiet", 6, SMALL)).rows.equals(haystack(case, style("quiet", 5, SMALL)).rows)


@pytest.mark.parametrize("name", STYLES)
def test_the_case_is_in_it_and_the_table_is_in_chain_order(case: Case, name: str) -> None:
    made = haystack(case, style(name, 1, SMALL))
    assert made.rows.schema == ROWS
    made.rows.validate(full=True)
    assert made.rows.num_rows == len(case.block) + sum(made.parts.values())
    assert sum(made.parts.values()) >= SMALL
    rows = plain(made.rows)
    hashes = {row.tobytes() for row in case.hashes}
    kept = sorted(row[1:5] for row in rows if row[1] in hashes)
    names = [address.tobytes() for address in case.addresses]
    columns = (case.tx.tolist(), case.sender.tolist(), case.recipient.tolist(), case.amount.tolist())
    assert kept == sorted(
        (case.hashes[tx].tobytes(), names[s], names[r], v) for tx, s, r, v in zip(*columns, strict=True)
    )
    block, time = (np.array(made.rows[column]) for column in ("block", "time"))
    assert (np.diff(block) >= 0).all()
    assert (np.diff(time) >= 0).all()


def test_wallets_spend_only_what_they_had_before_the_case(case: Case) -> None:
    background = replace(style("clean", 2, SMALL), gas=0.0, dust=0.0, spam=0.0)
    made = haystack(case, background)
    start = starts(case)
    moved = dict.fromkeys(start, 0)
    received = dict.fromkeys(start, 0)
    for s, r, v in zip(case.sender.tolist(), case.recipient.tolist(), case.amount.tolist(), strict=True):
        moved[case.addresses[s].tobytes()] += v
        received[case.addresses[r].tobytes()] += v
    wallets = made.truth.tainted
    balance = dict.fromkeys(wallets, 0)
    clean = dict.fromkeys(wallets, 0)
    for block, _, sender, recipient, amount, _ in plain(made.rows):
        if sender in balance and block < start[sender]:
            balance[sender] -= amount
            assert balance[sender] >= 0
        if recipient in balance and block < start[recipient]:
            balance[recipient] += amount
            clean[recipient] += amount
    ratios = [clean[w] / max(moved[w], received[w]) for w in wallets]
    assert min(ratios) >= background.clean_least * 0.99
    assert max(ratios) <= background.clean_most * 1.01


def test_without_leaks_only_the_case_takes_value_out_of_its_wallets(case: Case) -> None:
    made = haystack(case, style("spam", 3, SMALL))
    hashes, start = {row.tobytes() for row in case.hashes}, starts(case)
    for block, tx, sender, _, amount, asset in plain(made.rows):
        if sender in made.truth.tainted and tx not in hashes and asset == "USD" and block >= start[sender]:
            assert amount == 0
    assert made.truth.touched == frozenset()


def test_payers_and_leaks_reach_strangers(case: Case) -> None:
    made = haystack(case, style("leaks", 3, SMALL))
    assert made.parts["leaks"] > 0
    assert made.truth.touched
    assert not made.truth.touched & made.truth.tainted


def test_look_alikes_share_the_first_and_last_four_digits(case: Case) -> None:
    made = haystack(case, style("spam", 4, SMALL))
    seen = {address for row in plain(made.rows) for address in row[2:4]}
    ends: dict[bytes, int] = {}
    for address in seen:
        ends[address[:2] + address[-2:]] = ends.get(address[:2] + address[-2:], 0) + 1
    poisoned = sum(ends[w[:2] + w[-2:]] > 1 for w in made.truth.tainted)
    assert poisoned > len(made.truth.tainted) / 2


def test_styles_differ_and_are_printed() -> None:
    assert len(STYLES) >= 4
    assert len({text(style(name)) for name in STYLES}) == len(STYLES)
    assert text(style("mixed", 1)) != text(style("mixed", 2))
    assert "clean_most = 10.0" in text(Background())
    with pytest.raises(InputError, match="quiet"):
        style("loud")


def test_services_have_customers(case: Case) -> None:
    def customers(made: Haystack) -> int:
        return len({row[2] for row in plain(made.rows) if row[3] in made.truth.services})

    assert customers(haystack(case, style("busy", 1, SMALL))) > 2 * customers(haystack(case, style("quiet", 1, SMALL)))
