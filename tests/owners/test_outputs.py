"""Clusters of output-based ledgers: kept beside them, extended with them, made anew when what they rest on changed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.labels import Label, Labels
from cointrail.ledger import Ledger, open_ledger
from cointrail.owners import Owners, Reason, Rule, owners, store
from cointrail.owners.joins import alike
from cointrail.owners.moment import behind, cited
from cointrail.owners.payments import payments
from tests import spending
from tests.spending import Spend, address

COINS = [Spend(f"coin {n}", [], [(name, 100 + n)]) for n, name in enumerate("abcdefgh")]
PAYS = [
    Spend("ab", [("coin 0", 0), ("coin 1", 0)], [("x", 150), ("a", 51)]),
    Spend("bc", [("ab", 1), ("coin 2", 0)], [("y", 153)]),
    Spend("de", [("coin 3", 0), ("coin 4", 0)], [("z", 207)]),
    Spend("ce", [("bc", 0), ("de", 0)], [("w", 360)]),
]


def ids(ledger: Ledger, names: str) -> list[int]:
    found = [ledger.address_id(address(name)) for name in names]
    assert None not in found
    return [one for one in found if one is not None]


def parts(found: Owners, names: str) -> list[str]:
    """The names by cluster."""
    of = {name: found.clusters.forest.root(one) for name, one in zip(names, ids(found.ledger, names), strict=True)}
    return sorted("".join(name for name in names if of[name] == root) for root in set(of.values()))


def opened(folder: Path) -> Owners:
    return owners(open_ledger(folder), Labels(folder))


def said(name: str, actor: str) -> Label:
    return Label(address(name), None, actor, None, actor, None, "test", None, None, None, None, "")


def test_addresses_spent_together_have_one_owner(tmp_path: Path) -> None:
    spending.ledger(tmp_path, COINS + PAYS)
    found = opened(tmp_path)
    assert parts(found, "abcdefghxyzw") == ["abc", "de", "f", "g", "h", "w", "x", "yz"]


def test_as_of_a_block_later_transactions_do_not_count(tmp_path: Path) -> None:
    ledger = spending.ledger(tmp_path, COINS + PAYS)
    clusters = owners(ledger, Labels(tmp_path)).clusters
    d, e = ids(ledger, "de")
    [block] = {fact.block for fact in cited(ledger, [clusters.forest.met(d, e) or 0]).values()}
    assert block == len(COINS) + 3
    assert not clusters.same(d, e, behind(ledger, block - 1))
    assert clusters.same(d, e, behind(ledger, block))
    assert behind(ledger, 10**9) == len(COINS + PAYS)


def test_a_merge_is_explained_by_its_transactions(tmp_path: Path) -> None:
    ledger = spending.ledger(tmp_path, COINS + PAYS)
    clusters = owners(ledger, Labels(tmp_path)).clusters
    b, c = ids(ledger, "bc")
    steps = clusters.explain(b, c)
    assert steps is not None
    told = cited(ledger, [step.tx for step in steps])
    assert [told[step.tx].hash for step in steps] == [PAYS[0].id, PAYS[1].id]
    assert {step.rule for step in steps} == {Rule.INPUTS}


def test_they_are_kept_and_grow_with_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spending.write(tmp_path / "grown", spending.tables(COINS + PAYS[:2]))
    opened(tmp_path / "grown")
    assert (tmp_path / "grown" / store.FOLDER / "meta.json").is_file()
    whole = spending.ledger(tmp_path / "whole", COINS + PAYS)
    spending.write(tmp_path / "grown", spending.tables(PAYS[2:], first=1 + len(COINS) + 2))
    grown = opened(tmp_path / "grown")
    assert parts(grown, "abcdefghxyzw") == parts(owners(whole, Labels(whole.path)), "abcdefghxyzw")
    read: list[int] = []
    monkeypatch.setattr("cointrail.owners.build.payments", lambda *_: read.append(1))
    again = opened(tmp_path / "grown")
    assert not read
    assert parts(again, "abcdefghxyzw") == parts(grown, "abcdefghxyzw")


def test_only_new_segments_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cointrail.ledger.store.SMALL_ROWS", 0)
    spending.write(tmp_path, spending.tables(COINS + PAYS[:2]))
    before = opened(tmp_path)
    read: list[int] = []

    def reading(ledger: Ledger, number: int) -> object:
        read.append(number)
        return payments(ledger, number)

    monkeypatch.setattr("cointrail.owners.build.payments", reading)
    spending.write(tmp_path, spending.tables(PAYS[2:], first=1 + len(COINS) + 2))
    after = opened(tmp_path)
    assert read == [1]
    assert parts(before, "abcde") != parts(after, "abcde")


def test_what_comes_in_between_is_taken_in(tmp_path: Path) -> None:
    spending.write(tmp_path / "late", spending.tables([*COINS, *PAYS[1:]]))
    opened(tmp_path / "late")
    spending.write(tmp_path / "late", spending.tables(PAYS[:1], first=1000))
    whole = spending.ledger(tmp_path / "whole", [*COINS, *PAYS[1:], *PAYS[:1]])
    assert parts(opened(tmp_path / "late"), "abcdewxyz") == parts(owners(whole, Labels(whole.path)), "abcdewxyz")


def test_an_owner_told_later_counts(tmp_path: Path) -> None:
    spending.write(tmp_path, spending.tables(PAYS[2:3], first=100))  # spends coins that nobody has told of
    opened(tmp_path)
    spending.write(tmp_path, spending.tables(COINS))
    assert parts(opened(tmp_path), "abcde") == ["a", "b", "c", "de"]


def test_new_labels_make_them_anew(tmp_path: Path) -> None:
    spending.ledger(tmp_path, COINS + PAYS)
    assert "ab" in parts(opened(tmp_path), "abde")
    Labels(tmp_path).add([said("a", "One"), said("b", "Other")])
    found = opened(tmp_path)
    assert parts(found, "abde") == ["a", "b", "de"]
    refusals = list(found.clusters.refusals())
    told = cited(found.ledger, [refusals[0].tx])
    assert [refusal.reason for refusal in refusals] == [Reason.ACTORS]
    assert told[refusals[0].tx].hash == PAYS[0].id


def test_a_ledger_whose_addresses_are_all_alone_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spending.ledger(tmp_path, COINS)
    assert parts(opened(tmp_path), "ab") == ["a", "b"]
    monkeypatch.setattr("cointrail.owners.build.payments", None)
    assert parts(opened(tmp_path), "ab") == ["a", "b"]


@pytest.mark.parametrize("name", ["parent", "tx", "meta"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, name: str) -> None:
    spending.ledger(tmp_path, COINS + PAYS)
    good = parts(opened(tmp_path), "abcde")
    path = tmp_path / store.FOLDER / ("meta.json" if name == "meta" else f"{name}.npy")
    path.write_bytes(path.read_bytes()[:-4] + b"\x07\x00\x00\x00")
    assert parts(opened(tmp_path), "abcde") == good


@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(0, 5), min_size=1, max_size=5), st.lists(st.integers(0, 3), min_size=1, max_size=6)
        ),
        min_size=1,
        max_size=3,
    )
)
@settings(max_examples=25, deadline=None)
def test_outputs_that_are_alike_are_told_like_the_naive_way(
    tmp_path_factory: pytest.TempPathFactory, shapes: list[tuple[list[int], list[int]]]
) -> None:
    coins = [
        Spend(f"{n} {k}", [], [(f"owner {who}", 100)])
        for n, (people, _) in enumerate(shapes)
        for k, who in enumerate(people)
    ]
    pays = [
        Spend(f"pay {n}", [(f"{n} {k}", 0) for k in range(len(people))], [(f"to {k}", v) for k, v in enumerate(values)])
        for n, (people, values) in enumerate(shapes)
    ]
    ledger = spending.ledger(tmp_path_factory.mktemp("alike") / "ledger", coins + pays)
    told = payments(ledger, 0)
    hashes = cited(ledger, list(range(told.count)))
    seen = {hashes[n].hash for n in np.flatnonzero(alike(told)).tolist()}
    expected = {
        f"pay {n}"
        for n, (people, values) in enumerate(shapes)
        if any(value and 2 <= values.count(value) <= len(set(people)) for value in values)
    }
    assert seen == {spending.identity(name) for name in expected}
