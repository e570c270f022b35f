"""Generated pools with known truth: what is read is what happened, and links are right as often as they are said."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from cointrail.conversions.mixers.pools.history import EVENT, MOVEMENT, History
from cointrail.conversions.mixers.pools.links import linkings
from cointrail.conversions.mixers.pools.reading import histories
from cointrail.conversions.mixers.pools.weights import NAMES, shipped
from cointrail.drills.mixing import Habits, World, world
from cointrail.drills.mixing.judging import judged
from cointrail.drills.mixing.people import Note
from cointrail.drills.mixing.world import NAMES as POOLS
from cointrail.drills.mixing.world import address
from cointrail.drills.reliability import Said, levels
from cointrail.ledger import Ledger, open_ledger

HELD_OUT = (11, 12, 13)  # seeds that no weight was fitted on
PEOPLE = 900
SMALL = Habits(span=20 * 86_400)
ERRORS = 3.5  # standard errors; there are eight levels


@dataclass(frozen=True)
class Known:
    """A generated world and its ledger."""

    made: World
    ledger: Ledger


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Known:
    made = world(5, 120, SMALL)
    path = tmp_path_factory.mktemp("small") / "L"
    made.keep(path)
    return Known(made, open_ledger(path))


@pytest.fixture(scope="module")
def bare(small: Known, tmp_path_factory: pytest.TempPathFactory) -> Known:
    """The same without events."""
    path = tmp_path_factory.mktemp("bare") / "L"
    small.made.keep(path, events=False)
    return Known(small.made, open_ledger(path))


def plain(known: Known, pool: str) -> Counter[tuple[bytes, bytes, bytes]]:
    """Side, party and relayer of everything in a pool, as it was made."""
    notes: list[Note] = [note for note in known.made.notes if POOLS[note.pool] == pool]
    said = [(b"deposit", address(note.depositor), b"") for note in notes]
    for note in notes:
        if note.paid is not None:
            relayer = address(note.relayer) if note.relayer else b""
            said.append((b"withdrawal", address(note.recipient), relayer))
    return Counter(said)


def seen(ledger: Ledger, history: History) -> Counter[tuple[bytes, bytes, bytes]]:
    said = [(b"deposit", ledger.addresses([one.depositor])[0], b"") for one in history.deposits]
    for one in history.withdrawals:
        recipient, relayer = ledger.addresses([one.recipient, one.relayer])
        said.append((b"withdrawal", recipient, relayer))
    return Counter(said)


@pytest.mark.parametrize("which", ["small", "bare"])
def test_everything_is_read_as_it_was(which: str, request: pytest.FixtureRequest) -> None:
    known: Known = request.getfixturevalue(which)
    found = histories(known.ledger)
    assert {pool.name for pool in found} == set(POOLS)
    for pool, history in found.items():
        assert seen(known.ledger, history) == plain(known, pool.name)
        assert all(one.paid + one.fee == pool.denomination for one in history.withdrawals)
        by = {one.by for one in history.deposits} | {one.by for one in history.withdrawals}
        assert by == {EVENT if which == "small" else MOVEMENT}
        assert history.whole == (which == "small")


def test_events_and_movements_tell_the_same_links(small: Known, bare: Known) -> None:
    one, other = linkings(small.ledger), linkings(bare.ledger)
    for pool, linking in one.items():
        alike = other[pool]
        assert linking.clues == alike.clues
        for number, window in enumerate(linking.windows):
            if window.first == 0:  # else a deposit is known to be gone, which movements alone do not prove
                np.testing.assert_allclose(linking.row(number)[0], alike.row(number)[0], rtol=0.2, atol=1e-3)


def test_nobody_gets_what_was_deposited_later(small: Known) -> None:
    for linking in linkings(small.ledger).values():
        history = linking.history
        place = {one.tx: number for number, one in enumerate(history.deposits)}
        for number, one in enumerate(history.withdrawals):
            true = place[small.made.truth[one.tx or b""]]
            assert linking.windows[number].first <= true < linking.windows[number].behind
            chances, missing = linking.row(number)
            assert missing == 0 and abs(chances.sum() - 1) < 1e-9 and (chances >= 0).all()


def test_careless_people_are_as_many_as_published(small: Known) -> None:
    """Of 97,300 deposits Tutela found 19.1 % by address, 19.4 % by linked addresses and 16.6 % by portfolio."""
    made = world(21, 4_000)
    notes = [note for note in made.notes if note.paid is not None]
    own = sum(note.depositor == note.recipient for note in notes) / len(notes)
    assert 0.14 < own < 0.22
    relayed = sum(note.relayer > 0 for note in notes) / len(notes)
    assert 0.7 < relayed < 0.8


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[Said]:
    found: list[Said] = []
    for seed in HELD_OUT:
        made = world(seed, PEOPLE)
        path = tmp_path_factory.mktemp("held") / "L"
        made.keep(path)
        found += judged(linkings(open_ledger(path)), made)
    return found


def test_links_are_right_as_often_as_they_are_said_to_be(said: list[Said]) -> None:
    table = levels(said)
    print("\n".join(map(str, table)))
    likely = [level for level in table if level.least >= 0.1]
    assert sum(level.links for level in likely) > 3_000
    for level in likely:
        error = max(level.error, (level.said * (1 - level.said) / level.links) ** 0.5)
        assert abs(level.right - level.said) < ERRORS * error, level
    eighty = levels(said, (0.7, 0.9))[0]
    assert eighty.links > 50 and abs(eighty.right - eighty.said) < ERRORS * eighty.error


def test_most_links_of_careless_people_are_found(said: list[Said]) -> None:
    sure = [one for one in said if one.chance >= 0.8]
    assert sum(one.right for one in sure) / len(sure) > 0.97
    assert len(sure) > 2_000


def test_weights_that_are_wrong_are_noticed(tmp_path: Path) -> None:
    """The check of the table can fail: as if every clue were proof."""
    made = world(HELD_OUT[0], PEOPLE)
    made.keep(tmp_path / "L")
    boast = {name: weight if name.startswith("age") else weight + 6 for name, weight in shipped().items()}
    assert set(boast) == set(NAMES)
    table = levels(judged(linkings(open_ledger(tmp_path / "L"), weights=boast), made), (0.5, 1.0))
    assert table[0].right < table[0].said - ERRORS * table[0].error
