"""The result in short, in the terminal."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cointrail.reports import show
from tests.reports import heists


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


def test_hostile_text_neither_commands_nor_marks_up() -> None:
    trail, _ = heists.hostile()
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
