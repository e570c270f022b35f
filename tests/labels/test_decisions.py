"""Appeals, ends, withdrawals and restorations; what held when, and what was known when."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chains import parse_address
from cointrail.chains.moment import parse_time
from cointrail.errors import InputError
from cointrail.labels import Labels
from cointrail.labels.decision import Action, Decision, Status, held, status, stretches
from cointrail.labels.label import Label

from .test_label_store import ADDRESSES, label

ONE = ADDRESSES[0]
NONE: st.SearchStrategy[int | None] = st.none()
MOMENTS = st.integers(0, 12)


def store(folder: Path, *labels: Label, recorded: float = 100) -> Labels:
    opened = Labels(folder)
    opened.add(labels or [label()], recorded=recorded)
    return opened


def only(opened: Labels, time: int | None, known: float | None = None) -> tuple[str, bool]:
    [one] = opened.standing(ONE, time, known)
    assert bool(opened.at(ONE, time, known)) == one.counts
    return one.status, one.counts


def decide(opened: Labels, action: str, at: int, recorded: float = 200) -> Decision:
    [one] = opened.standing(ONE, None)
    return opened.decide(action, [one.id], by="the desk", reason="a reason", at=at, recorded=recorded)


def test_an_appealed_label_counts_and_says_so(tmp_path: Path) -> None:
    opened = store(tmp_path)
    decide(opened, "appeal", 1000)
    assert [only(opened, time) for time in (999, 1000)] == [("valid", True), ("under appeal", True)]
    decide(opened, "restore", 2000, 300)
    assert only(opened, 1999) == ("under appeal", True)
    assert only(opened, 2000) == ("valid", True)


def test_an_end_that_is_told_later_overrules_what_had_been_decided(tmp_path: Path) -> None:
    """Restored at 3000; then it is learnt that it ended at 2000, and later that it was at 1000."""
    opened = store(tmp_path)
    decide(opened, "revoke", 1500)
    decide(opened, "restore", 3000, 300)
    decide(opened, "expire", 2000, 400)
    assert [only(opened, time)[0] for time in (1499, 1999, 2000, 4000)] == ["valid", "revoked", "expired", "expired"]
    assert only(opened, 4000, known=350) == ("valid", True)
    decide(opened, "restore", 5000, 500)
    decide(opened, "expire", 1000, 600)
    assert [only(opened, time)[0] for time in (999, 1000, 6000)] == ["valid", "expired", "expired"]
    with pytest.raises(InputError, match="nothing to expire"):
        decide(opened, "expire", 2500, 700)


@pytest.mark.parametrize(("action", "word"), [("revoke", "revoked"), ("expire", "expired")])
def test_an_ended_label_counted_before(action: str, word: str, tmp_path: Path) -> None:
    opened = store(tmp_path)
    decide(opened, action, 1000)
    assert [only(opened, time) for time in (999, 1000)] == [("valid", True), (word, False)]
    [before] = opened.at(ONE, None)
    assert (before.valid_from, before.valid_to) == (None, 1000)
    decide(opened, "restore", 3000, 300)
    assert [only(opened, time)[1] for time in (999, 1000, 2999, 3000)] == [True, False, False, True]
    assert [(one.valid_from, one.valid_to) for one in opened.at(ONE, None)] == [(None, 1000), (3000, None)] or [
        (one.valid_from, one.valid_to) for one in opened.at(ONE, None)
    ] == [(3000, None), (None, 1000)]


def test_what_was_known_is_not_what_holds(tmp_path: Path) -> None:
    opened = store(tmp_path, recorded=100)
    decide(opened, "revoke", 50, recorded=200.5)  # it takes back what was said before anybody knew of it
    assert opened.standing(ONE, 60, known=99.9) == []
    assert only(opened, 60, known=150) == ("valid", True)
    assert only(opened, 60, known=200.4) == ("valid", True)
    assert only(opened, 60, known=200.5) == ("revoked", False)
    assert only(Labels(tmp_path), 40, known=999) == ("valid", True)
    [one] = opened.standing(ONE, 60)
    assert one.recorded == 100
    assert [(told.by, told.reason, told.at, told.recorded) for told in one.decisions] == [
        ("the desk", "a reason", 50, 200.5)
    ]


def test_a_decision_needs_something_to_decide(tmp_path: Path) -> None:
    opened = store(tmp_path, label(valid_from=10, valid_to=20))
    [one] = opened.standing(ONE, 15)
    for action, at in (("restore", 15), ("revoke", 5), ("appeal", 25)):
        with pytest.raises(InputError, match="nothing to"):
            opened.decide(action, [one.id], by="x", reason="y", at=at)
    opened.decide("revoke", [one.id], by="x", reason="y", at=12)
    with pytest.raises(InputError, match="it is revoked at that time; there is nothing to appeal"):
        opened.decide("appeal", [one.id], by="x", reason="y", at=15)
    for wrong in ("", "zz", "00" * 16):
        with pytest.raises(InputError, match=r"is no (label|id)"):
            opened.decide("revoke", [wrong], by="x", reason="y", at=15)
    with pytest.raises(InputError, match="says who made it and why"):
        opened.decide("restore", [one.id], by=" ", reason="y", at=15)
    assert len(opened.decisions) == 1


def test_nothing_is_overwritten_and_every_change_shows(tmp_path: Path) -> None:
    opened = store(tmp_path)
    versions, files = [opened.version], []
    for action in ("revoke", "restore", "revoke"):  # in one second, for one reason
        decide(opened, action, 1000)
        versions.append(opened.version)
        files.append({path: path.read_bytes() for path in tmp_path.rglob("*.json")})
    assert len(set(versions)) == 4
    assert all(item in files[-1].items() for earlier in files for item in earlier.items())
    assert Labels(tmp_path).version == opened.version
    other = Labels(tmp_path)
    assert not other.refresh()
    opened.add([label(entity="Other")])
    assert other.refresh() and other.version == opened.version


def test_a_damaged_decision_is_named(tmp_path: Path) -> None:
    decide(store(tmp_path), "revoke", 1000)
    [path] = tmp_path.rglob("decisions/*.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"at": 5}))
    with pytest.raises(InputError, match=rf"{path.name}: damaged"):
        Labels(tmp_path)


DECISIONS = st.lists(
    st.builds(
        lambda action, at, recorded: Decision(action, ("x",), "somebody", "a reason", None, at, recorded),
        st.sampled_from(list(Action)),
        MOMENTS,
        st.integers(0, 5).map(float),
    ),
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(NONE | MOMENTS, NONE | MOMENTS, DECISIONS)
def test_stretches_are_the_status_second_by_second(
    begin: int | None, end: int | None, decisions: list[Decision]
) -> None:
    if begin is not None and end is not None and end <= begin:
        end = begin + 1
    one = label(valid_from=begin, valid_to=end)
    cut = list(stretches(one, decisions))
    for time in range(20):
        told = status(one, decisions, time)
        inside = [
            part.status
            for part in cut
            if (part.begin is None or part.begin <= time) and (part.end is None or time < part.end)
        ]
        assert inside == ([told] if told not in (Status.EARLY, Status.ENDED) else [])
        assert sum(piece.valid(time) for piece in held(one, decisions)) == told.counts


@pytest.mark.parametrize(
    ("address", "moments"),
    [
        ("0x8589427373D6D84E98730D7795D8f6f8731FDA16", {"2022-08-07": False, "2023-01-01": True, "2025-03-21": False}),
        ("0xd90e2f925DA726b50C4Ed8D0Fb90Ad053324F31b", {"2022-08-08": True, "2025-03-20": True, "2026-01-01": False}),
        ("0xd47438C816c9E7f2E2888E060936a499Af9582b3", {"2022-11-07": False, "2022-11-08": True, "2025-04-01": False}),
        ("0x098B716B8Aaf21512996dC57EB0615e2383E2f96", {"2022-04-13": False, "2022-04-14": True, "2026-01-01": True}),
    ],
)
def test_sanctions_are_as_of_their_time(address: str, moments: dict[str, bool], tmp_path: Path) -> None:
    opened = Labels(tmp_path)
    for moment, listed in moments.items():
        said = opened.at(parse_address(address), parse_time(moment))
        assert any(one.category == "sanctions" for one in said) == listed, moment
