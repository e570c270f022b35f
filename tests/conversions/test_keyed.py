"""Pairs by key: once, agreeing, in order of time; and what is said of the rest."""

from pathlib import Path

import pytest

from cointrail.conversions.findings import ALARMS
from cointrail.conversions.match import match
from tests.conversions.bridge import Row, deposit, read, withdrawal


def outcome(folder: Path, rows: list[Row]) -> tuple[set[tuple[str, str]], dict[str, str]]:
    legs = read(folder, rows)
    joined = match(legs)
    names = legs.text["tx"].to_pylist()
    assert all(link.rule.startswith("key") and link.confidence == 1 for link in joined.links)
    links = {(link.deposit_tx, link.withdrawal_tx) for link in joined.links}
    return links, {names[one.row]: one.kind for one in joined.findings}


def test_a_key_joins(tmp_path: Path) -> None:
    links, said = outcome(tmp_path, [withdrawal("w", 9, key="7"), deposit("d", 5, key="7"), deposit("e", 5, key="8")])
    assert links == {("d", "w")}
    assert said == {"e": "unclaimed_deposit"}


HASH = "f9" * 32


@pytest.mark.parametrize("change", [{}, {"amount": 60}, {"recipient": "payer"}, {"key": f"0x{HASH}"}])
def test_a_refund_is_joined_on_its_own_chain(tmp_path: Path, change: Row) -> None:
    back = withdrawal("w", 9, key=HASH, chain="A") | change
    links, said = outcome(tmp_path, [deposit("d", 5, key=back["key"], chain="A"), back])
    assert links == {("d", "w")} and not said


@pytest.mark.parametrize(
    "change", [{"key": "7"}, {"key": f"0x{7:064x}"}, {"token": "U"}, {"amount": 101}, {"time": 4}], ids=str
)
def test_what_is_no_refund_is_not_joined_on_one_chain(tmp_path: Path, change: Row) -> None:
    """Each direction counts its own ids, so that an equal number on one chain is of two transfers."""
    back = withdrawal("w", 9, key=HASH, chain="A") | change
    links, said = outcome(tmp_path, [deposit("d", 5, key=back["key"], chain="A"), back])
    assert not links and said["d"] == "unclaimed_deposit"
    assert said["w"] == ("before_its_deposit" if "time" in change else "no_deposit_in_legs")


@pytest.mark.parametrize("change", [{"token": "U"}, {"amount": 99}, {"recipient": "thief"}])
def test_what_disagrees_is_no_pair(tmp_path: Path, change: Row) -> None:
    links, said = outcome(tmp_path, [deposit("d", 5, key="7"), withdrawal("w", 9, key="7", **change)])
    assert not links
    assert said == {"d": "unclaimed_deposit", "w": "disagreeing_deposit"}


def test_a_key_pays_once(tmp_path: Path) -> None:
    """The thief who is first is paid too, but with another recipient he takes no pair away."""
    rows = [
        deposit("d", 5, key="7"),
        withdrawal("thief", 6, key="7", recipient="thief"),
        withdrawal("w", 9, key="7"),
        withdrawal("again", 10, key="7"),
        withdrawal("forged", 11, key="999", recipient="thief"),
        withdrawal("strange", 12, key="998", recipient="other"),
    ]
    links, said = outcome(tmp_path, rows)
    assert links == {("d", "w")}
    assert said == {
        "thief": "replayed_id",
        "again": "replayed_id",
        "forged": "same_recipient_as_replay",
        "strange": "no_deposit_in_legs",
    }
    assert set(said.values()) - {"no_deposit_in_legs"} <= ALARMS


def test_an_id_without_deposit_that_is_used_again(tmp_path: Path) -> None:
    _, said = outcome(tmp_path, [withdrawal("one", 9, key="7"), withdrawal("two", 10, key="7", amount=5)])
    assert set(said.values()) == {"reused_id"}


def test_a_withdrawal_before_its_deposit_is_no_pair(tmp_path: Path) -> None:
    links, said = outcome(tmp_path, [deposit("d", 10, key="7"), withdrawal("w", 9, key="7")])
    assert not links and said["w"] == "before_its_deposit"


def test_an_id_from_the_future_is_forged(tmp_path: Path) -> None:
    rows = [deposit(f"d{n}", 100 + n, key=n) for n in range(1, 50)]
    rows += [withdrawal("forged", 120, key=2_000_000), withdrawal("lost", 140, key=0)]
    _, said = outcome(tmp_path, rows)
    assert said["forged"] == "unissued_id" and said["lost"] == "no_deposit_in_legs"


def test_ids_that_are_not_counted_up_prove_nothing(tmp_path: Path) -> None:
    rows = [deposit(f"d{n}", 100 + n, key=n * 37 % 50) for n in range(50)]
    _, said = outcome(tmp_path, [*rows, withdrawal("w", 120, key=2_000_000)])
    assert said["w"] == "no_deposit_in_legs"


def test_each_direction_and_bridge_counts_its_own_ids(tmp_path: Path) -> None:
    rows = [
        deposit("out", 5, key="7"),
        withdrawal("out paid", 9, key="7"),
        deposit("home", 6, key="7", chain="far"),
        withdrawal("home paid", 10, key="7", chain="near"),
        deposit("other", 7, key="7", bridge="c"),
        withdrawal("other paid", 8, key="7", bridge="c"),
    ]
    links, said = outcome(tmp_path, rows)
    assert links == {("out", "out paid"), ("home", "home paid"), ("other", "other paid")}
    assert not said


def test_a_leg_that_names_no_recipient_disagrees_with_none(tmp_path: Path) -> None:
    links, _ = outcome(tmp_path, [deposit("d", 5, key="7"), withdrawal("w", 9, key="7", recipient="")])
    assert links == {("d", "w")}


def test_spelling_of_hexadecimal_does_not_matter(tmp_path: Path) -> None:
    a = "0x" + "ab" * 20
    rows = [
        deposit("d", 5, key="0xAA", recipient="0x" + "0" * 24 + "ab" * 20, amount="0100"),
        withdrawal("w", 9, key="0xaa", recipient=a.upper().replace("X", "x")),
    ]
    assert outcome(tmp_path, rows)[0] == {("d", "w")}


def test_a_fee_is_learnt_from_the_pairs(tmp_path: Path) -> None:
    rows = [deposit(f"d{n}", n, key=n, amount=10_000 * (n + 1)) for n in range(100)]
    rows += [withdrawal(f"w{n}", n + 50, key=n, amount=9_970 * (n + 1)) for n in range(99)]
    rows.append(withdrawal("w99", 150, key=99, amount=500_000))  # half of what was paid in
    links, said = outcome(tmp_path, rows)
    assert links == {(f"d{n}", f"w{n}") for n in range(99)}
    assert said["w99"] == "disagreeing_deposit"


def test_a_rare_difference_is_no_fee(tmp_path: Path) -> None:
    rows = [deposit(f"d{n}", n, key=n, amount=10_000) for n in range(100)]
    rows += [withdrawal(f"w{n}", n + 50, key=n, amount=9_990 if n == 3 else 10_000) for n in range(100)]
    links, said = outcome(tmp_path, rows)
    assert len(links) == 99 and said["w3"] == "disagreeing_deposit"


def test_a_million_uses_of_one_key_end(tmp_path: Path) -> None:
    rows = [deposit(f"d{n}", n, key="7") for n in range(3_000)]
    rows += [withdrawal(f"w{n}", n + 9, key="7") for n in range(3_000)]
    links, said = outcome(tmp_path, rows)
    assert not links and set(said.values()) == {"reused_id", "unclaimed_deposit"}
