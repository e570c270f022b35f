"""Published figures: what was said when, and the arithmetic that closes between them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cointrail.errors import InputError
from cointrail.incidents.aggregate import ALL, pick, published, read_published
from cointrail.incidents.figure import Range, figure
from cointrail.incidents.window import window, years

FOLDER = Path(__file__).parents[2] / "src" / "cointrail" / "incidents" / "published"
NK, PERSONAL, SERVICES = "north korea", "personal wallets", "service compromises"
WHO = "Chainalysis"


def said(of: str, when: str, time: str = "latest", day: date | None = None) -> Decimal:
    figures = [one for one in published() if day is None or one.known(day)]
    found = pick(figures, WHO, ("stolen", of, "", when), time)
    assert found is not None, (of, when)
    return found.figure.value


def percent(part: Decimal, whole: Decimal) -> Decimal:
    return (100 * part / whole).quantize(Decimal("0.1"))


def test_the_identities_of_2025_close() -> None:
    nk, total, personal = said(NK, "2025"), said(ALL, "2025"), said(PERSONAL, "2025")
    assert [nk, total, personal] == [2_020_000_000, 3_400_000_000, 713_000_000]
    assert percent(nk, total) == Decimal("59.4")
    assert percent(nk, total - personal) == Decimal("75.2")
    assert percent(personal, total) == Decimal("21.0")
    assert percent(personal, total - said("bybit", "2025")) == Decimal("37.5")
    assert percent(nk - said(NK, "2024"), said(NK, "2024")) == Decimal("50.7")


def test_the_revised_series_closes_and_the_first_one_does_not() -> None:
    series = years("2016..2025")
    latest = sum(said(NK, one.text) for one in series)
    first = sum(said(NK, one.text, "first") for one in series)
    assert latest == 6_750_000_000 == said(NK, "2016..2025")
    assert first != latest and first == Decimal("7578500000")
    # with what was said of 2021 and 2022 by September 2023, the year in which both had been restated once
    then = [said(NK, str(year), day=date(2023, 9, 30)) for year in (2021, 2022)]
    kept = [said(NK, one.text, "first") for one in series if one.year not in (2021, 2022)]
    assert then == [Decimal("428800000"), 1_650_000_000]
    assert sum(then + kept) == Decimal("7562300000")


def test_figures_are_known_from_when_they_were_said() -> None:
    early, late = date(2024, 2, 1), date(2025, 12, 31)
    assert [said(ALL, str(y), day=early) for y in (2021, 2022, 2023)] == [3_300_000_000, 3_700_000_000, 1_700_000_000]
    assert [said(ALL, str(y), day=late) for y in (2021, 2022, 2023)] == [3_300_000_000, 3_700_000_000, 1_817_000_000]
    assert [said(NK, str(y), day=early) for y in (2021, 2022, 2023)] == [428_800_000, 1_700_000_000, 1_000_000_000]
    assert [said(NK, str(y), day=late) for y in (2021, 2022, 2023)] == [506_000_000, 1_100_000_000, 660_000_000]
    undated = [one for one in published() if one.by == WHO and one.latest and one.said and one.said.text == "2025-12"]
    assert {one.figure.text for one in undated} >= {"506 million", "1100 million", "660 million"}


def test_printed_numbers_are_as_exact_as_they_were_printed() -> None:
    assert figure("3.40 billion").range() == Range(Decimal("3395000000"), Decimal("3405000000"))
    assert figure("2 billion").range() == Range(Decimal("1500000000"), Decimal("2500000000"))
    assert figure("158000").half == 500 and figure("303").half == Decimal("0.5")
    assert figure("59 %").range() == Range(Decimal("0.585"), Decimal("0.595"))
    assert figure("50 %").range("more than") == Range(Decimal("0.50"), None)
    assert not Range(Decimal(1), Decimal(2)).meets(Range(Decimal(3), None))
    assert Range(None, Decimal(2)).meets(Range(Decimal(2), None))


@pytest.mark.parametrize("text", ["", "1e9", "1,5", "three", "NaN", "5 percent", "9" * 30])
def test_what_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        figure(text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("url: ", "link: ", "without source"),
        ("metric: stolen", "metric: taken", "unknown metric"),
        ("value: 1 billion", "value: -1 billion", "negative"),
        ("window: 2024", "window: 2031", "in the future"),
        ("window: 2024", "window: 2024..2023", "ends before it begins"),
        ("said: 2024-12", "said: 2026-12", "in the future"),
        ("said: 2024-12", "bound: nearly", "is no bound"),
        ("said: 2024-12", "evidence: hearsay", "is no evidence"),
        ("said: 2024-12", "saying: 2024-12", "unknown key"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_line(old: str, new: str, message: str) -> None:
    line = "- {by: A, metric: stolen, of: all theft, window: 2024, value: 1 billion, said: 2024-12, url: https://a.b}"
    assert len(list(read_published(Path("p.yaml"), date(2026, 6, 1), line))) == 1
    with pytest.raises(InputError, match=r"^p\.yaml, line 1: ") as error:
        list(read_published(Path("p.yaml"), date(2026, 6, 1), line.replace(old, new)))
    assert message in str(error.value)


def test_shipped_figures_are_of_the_past() -> None:
    for path in sorted(FOLDER.glob("*.yaml")):
        assert list(read_published(path, datetime.now(UTC).date()))


def test_windows() -> None:
    assert window("2024").days == 366 and window("2024").year == 2024 and window("2024-02..2024-03").year is None
    assert [one.text for one in years("2016..2019-06")] == ["2016", "2017", "2018"]
