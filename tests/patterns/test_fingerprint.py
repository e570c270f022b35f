"""Features by hand on small trails, and each that cannot be computed says why and on what it would rest."""

from dataclasses import replace

import pytest

from cointrail.patterns.fingerprint import fingerprint
from cointrail.patterns.fingerprint.feature import Feature, kinds
from cointrail.patterns.fingerprint.holding import held, stays
from cointrail.patterns.fingerprint.waves import days, wave
from cointrail.patterns.record import Record, Step
from tests.patterns.trails import ASSET, CHAIN, DAY, START, THEFT, end, plain, record

A, B, C, D, E = (f"0x{n:040x}" for n in range(201, 206))
MIXER, SHOP, BRIDGE = "0x" + "5" * 40, "0x" + "6" * 40, "0x" + "7" * 40


def moves(*rows: tuple[int, str, str, int], **more: object) -> Record:
    """Seconds after the theft, sender, recipient, dollars; the first is the theft's transaction."""
    steps = [
        Step(n, CHAIN, n, START + at, f"0x{n:064x}", sender, to, ASSET, usd * 100, usd * 100, 1)
        for n, (at, sender, to, usd) in enumerate(rows)
    ]
    ends = [
        end(MIXER, category="mixer", amount="300"),
        end(SHOP, category="exchange", amount="100"),
        end(BRIDGE, "bridge", "bridge", amount="400", target="bitcoin bc1q", label="One"),
    ]
    made = record(steps, ends, START + 90 * DAY)
    return replace(made, start=START, thefts=frozenset({steps[0].tx or ""}), **more)  # type: ignore[arg-type]


def features(made: Record) -> dict[str, Feature]:
    found = fingerprint(made)
    assert [one.id for one in found] == list(kinds())
    for one in found:
        assert one.value is not None or one.why
        assert one.share >= 0
    return {one.id: one for one in found}


LAUNDERING = moves(
    (0, THEFT, A, 1000),
    (30 * 60, A, B, 400),
    (40 * 60, A, C, 400),
    (50 * 60, A, D, 200),
    (2 * DAY, B, MIXER, 300),
    (3 * DAY, B, SHOP, 100),
    (8 * DAY, C, BRIDGE, 400),
)


def test_the_figures_of_a_small_laundering() -> None:
    got = features(LAUNDERING)
    assert got["F01"].value == 30
    assert got["F04"].value == 3 and got["F04"].share == 1
    assert got["F05"].value == pytest.approx(0.2828, abs=1e-3)  # 400, 400 and 200
    assert got["F06"].parts == {"mean": 1, "most": 1}
    assert got["F07"].value == 1 and got["F07"].n == 1
    assert got["F08"].value == 0.5 and got["F08"].share == pytest.approx(0.8)
    assert got["F09"].value == pytest.approx(0.4)
    assert got["F10"].value == 1
    assert got["F12"].parts == pytest.approx({"W1": 0.75, "W2": 0})
    assert got["F13"].value == 1
    assert got["F17"].value == 0
    assert got["F20"].parts == {"q50": 8} and got["F20"].value is None and "80.0%" in got["F20"].why
    assert got["F28"].value == pytest.approx(0.2)  # D never moved


@pytest.mark.parametrize("name", ["F02", "F03", "F14", "F16", "F18", "F22", "F24", "F25", "F26", "F27"])
def test_what_is_missing_says_so(name: str) -> None:
    one = features(moves(*[(0, THEFT, A, 1000)]))[name]
    assert one.value is None and len(one.why) > 10


def test_no_time_of_the_theft_is_no_time_of_the_first_move() -> None:
    one = features(replace(LAUNDERING, start=None))["F01"]
    assert one.value is None and "--theft-time" in one.why


def test_places_that_nobody_names_are_not_counted_as_no_bridges() -> None:
    unnamed = replace(LAUNDERING, ends=tuple(end(a, "stop", None, amount="400") for a in (MIXER, SHOP, BRIDGE)))
    got = features(unnamed)
    for name in ("F08", "F12", "F13", "F15", "F17"):
        assert got[name].value is None and "label the services" in got[name].why


def test_the_ledger_may_end_too_early() -> None:
    got = features(replace(LAUNDERING, last=START + 20 * DAY))
    assert got["F28"].value is None and "20.0 days" in got["F28"].why and got["F11"].value is None


def test_days_and_waves() -> None:
    assert [(one.day, one.wave, one.movements) for one in days(LAUNDERING)] == [
        (0, "W1", 4), (2, "W1", 1), (3, "W1", 1), (8, "W2", 1),
    ]  # fmt: skip
    assert days(LAUNDERING)[1].ended == {"mixer": 0.3}
    assert [wave(n) for n in (0, 5, 6, 10, 11, 19, 20, 45, 46)] == [
        "W1", "W1", "W2", "W2", "gap", "gap", "W3", "W3", "after",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_what_is_held_and_what_passed_come_to_the_theft(seed: int) -> None:
    made = plain(seed).record()
    last = max(step.time or 0 for step in made.steps)
    ended = made.share(step for step in made.steps if step.recipient in made.stops)
    assert float(sum(held(made, last).values())) + float(ended or 0) == pytest.approx(1, abs=0.05)  # without crumbs
    assert all(seconds >= 0 and share > 0 for seconds, share in stays(made))
