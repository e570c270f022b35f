"""The result in short, in the terminal."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cointrail.reports import show
from tests.reports import heists, turns


def shown(trail: heists.Trail, width: int = 140, folder: Path | None = None) -> str:
    """What the terminal shows, without colours."""
    out = StringIO()
    show(trail, Console(file=out, width=width, color_system=None), folder)
    return out.getvalue()


def test_it_says_what_was_stolen_and_where_it_is() -> None:
    trail, _ = heists.heist(policies=("fifo", "haircut", "poison"), bounds=True)
    text = shown(trail, folder=Path("result"))
    assert "Stolen: 401,347.00 ETH from " + heists.address("thief") in text
    assert text.count("Books balance to the smallest unit.") == 2
    assert "Shows reach, not amounts" in text
    assert text.index("FIFO") < text.index("Haircut") < text.index("Poison")
    for said in ("Exchanges", "Still held", "Network fees", "At least", "At most", "%", "movements.csv", "trail.json"):
        assert said in text


def test_it_lists_the_largest_endpoints() -> None:
    trail, _ = heists.heist(wallets=300, services=100)
    text = shown(trail)
    assert "(15 of " in text
    assert text.count("0x") == 16
    largest = max(trail["policies"]["fifo"]["endpoints"], key=lambda end: float(end["amount"]))
    assert text.index(largest["address"]) < text.index("Hops") + 200


@pytest.mark.parametrize("width", [60, 80, 200])
def test_nothing_wraps_in_the_list_of_endpoints(width: int) -> None:
    trail, _ = heists.heist()
    text = shown(trail, width)
    assert all(len(line.rstrip()) <= width for line in text.splitlines())
    listed = text[text.index("Largest endpoints") :].splitlines()
    assert sum(line.startswith("0x") for line in listed) == 15


@pytest.mark.parametrize("width", [80, 120])
def test_conversions_are_summed_with_their_rates(width: int) -> None:
    text = shown(turns.converted()[0], width)
    assert all(len(line.rstrip()) <= width for line in text.splitlines() if "/" not in line)
    flat = " ".join(text.split())
    for said in (
        "Stolen: 85,000.00 stETH from 0x",
        "Conversions under Haircut",
        "Across · key",
        "39,000.00 stETH",
        "93.12 %",
        "not measured",
        f"key: {turns.KEY_RATE}",
        "swap: never measured",
        "Of theft",
        "Bridge → bitcoin bc1qar…5mdq",
        "Bridge → litecoin",
        "Vault or pool",
        "Findings: unbacked withdrawal (2), fake event (1)",
        "Candidates: 1 payment out of vaults",
    ):
        assert said in flat, said
    listed = text[text.index("Largest endpoints") :].splitlines()[2:17]
    assert all(line.startswith("0x") and line.rstrip()[-1].isdigit() for line in listed)


def test_shares_say_of_what_they_are() -> None:
    one = shown(turns.converted()[0])
    line = next(line for line in one.splitlines() if line.startswith("Exchanges"))
    assert line.split()[-4:] == ["66.04", "%", "11.72", "%"]
    several = shown(turns.converted(several=True)[0])
    assert "Of theft" not in several
    assert "Share" in several


@pytest.mark.parametrize("make", [heists.hostile, turns.hostile])
def test_hostile_text_neither_commands_nor_marks_up(make: Callable[[], heists.Made]) -> None:
    trail, _ = make()
    trail["warnings"] = ["\x1b]0;title\x07 [bold]x[/bold] [link=http://a]y"]
    text = shown(trail)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[bold]x[/bold]" in text


def test_warnings_and_rounded_sources_are_said() -> None:
    trail, _ = heists.heist()
    trail["ledgers"][0]["exact"] = False
    trail["warnings"] = [f"warning number {number}" for number in range(12)]
    trail["bounds_note"] = "too many movements"
    text = shown(trail)
    assert "warning number 7" in text
    assert "more warnings are in trail.json" in text
    assert "Bounds: too many movements" in text
    trail["warnings"] = []
    assert "already rounded" in shown(trail)
    assert "unverified asset left the theft addresses" in shown(trail)


def test_nothing_stolen_and_books_that_do_not_balance() -> None:
    assert "Stolen: nothing" in shown(heists.nothing()[0])
    trail, _ = heists.heist()
    trail["policies"]["fifo"]["balanced"] = False
    assert "BOOKS DO NOT BALANCE" in shown(trail)


def test_backward_speaks_of_origins() -> None:
    text = shown(heists.backward()[0])
    assert "Traced back" in text
    assert "Where it came from" in text


def test_backward_shares_are_of_what_was_given_in_each_asset() -> None:
    text = shown(turns.backward()[0])
    assert "Traced back: 9.0000 ETH" in text
    line = next(line for line in text.splitlines() if line.startswith("Exchanges"))
    assert line.split() == ["Exchanges", "1", "10.0000", "stETH", "100.00", "%", "100.00", "%"]
    assert "Of total" in text
    assert "Of theft" not in text
    assert "10.0000 stETH" in text[text.index("Conversions") :]
