"""Tokens that the user vouches for."""

from pathlib import Path

import pytest

from tests.cli.command import MAP, NAMES, done, info, line, run, trail, who, write

TOKEN = who(500)


def whole(folder: Path, *more: object) -> Path:
    """A ledger of a token that nobody vouches for, with amounts in whole units."""
    path = write(folder / "rows.csv", [line(1, 1, 2, "1.5", token=TOKEN)], (*NAMES, "token"))
    done("ledger", "import", path, "--into", folder / "ledger", "--map", MAP + ",asset=token", *more)
    return folder / "ledger"


def vouched(folder: Path, decimals: object, symbol: str = "TKN") -> Path:
    path = folder / "assets.csv"
    path.write_text(f"contract,symbol,decimals\n{TOKEN},{symbol},{decimals}\n")
    return path


def test_an_unverified_asset_is_listed_and_followed_when_named(tmp_path: Path) -> None:
    ledger = whole(tmp_path)
    ended = run("trace", ledger, "--from", who(1), "--out", tmp_path / "out")
    assert ended.refused and "only unverified assets left the given addresses; name one with --asset" in ended.err
    done("trace", ledger, "--from", who(1), "--asset", TOKEN.upper().replace("0X", "0x"), "--out", tmp_path / "out")
    assert trail(tmp_path / "out")["policies"]["fifo"]["stolen"] == {TOKEN: "1.5"}


def test_a_vouched_asset_is_followed(tmp_path: Path) -> None:
    ledger = whole(tmp_path)
    digest = info(ledger)["digest"]
    assert "1 tokens of yours" in done("asset", "import", vouched(tmp_path, 18), "--into", ledger).out
    done("trace", ledger, "--from", who(1), "--out", tmp_path / "out")
    assert trail(tmp_path / "out")["policies"]["fifo"]["stolen"] == {TOKEN: "1.5"}
    assert info(ledger)["digest"] == digest


def test_other_decimals_than_amounts_were_read_with_are_refused(tmp_path: Path) -> None:
    ledger = whole(tmp_path)
    ended = run("asset", "import", vouched(tmp_path, 6), "--into", ledger)
    assert ended.refused and "were read with 18 decimals, not 6" in ended.err
    assert not (ledger / "assets.csv").exists()


def test_decimals_vouched_for_before_are_used(tmp_path: Path) -> None:
    for name in ("before", "told"):
        (tmp_path / name).mkdir()
    write(tmp_path / "other.csv", [line(9, 7, 8, 1)])
    done("ledger", "import", tmp_path / "other.csv", "--into", tmp_path / "before" / "ledger", "--map", MAP)
    done("asset", "import", vouched(tmp_path, 6), "--into", tmp_path / "before" / "ledger")
    ledger = whole(tmp_path / "before")
    done("trace", ledger, "--from", who(1), "--out", tmp_path / "out")
    assert trail(tmp_path / "out")["policies"]["fifo"]["stolen"] == {TOKEN: "1.5"}
    rows = (tmp_path / "before" / "rows.csv", "--into", ledger, "--map", MAP)
    assert run("ledger", "import", *rows, "--asset", TOKEN, "--decimals", "8").refused


BAD = {
    "decimals no number": (f"contract,symbol,decimals\n{TOKEN},TKN,many\n", "assets.csv, line 2"),
    "decimals too many": (f"contract,symbol,decimals\n{TOKEN},TKN,78\n", "assets.csv, line 2"),
    "no symbol": (f"contract,symbol,decimals\n{TOKEN},,6\n", "assets.csv, line 2"),
    "short row": (f"contract,symbol,decimals\n{TOKEN}\n", "assets.csv, line 2"),
    "no address": ("contract,symbol,decimals\nUSDT,TKN,6\n", "assets.csv, line 2"),
    "no column": ("contract,symbol\n", "no column 'decimals'"),
    "empty": ("", "no column 'contract'"),
    "registry": ("contract,symbol,decimals\n0xdac17f958d2ee523a2206206994597c13d831ec7,USDT,18\n", "has 6 decimals"),
    "huge cell": (f"contract,symbol,decimals\n{TOKEN},{'x' * 200_000},6\n", "assets.csv: not a CSV"),
    "not text": ("\udcff\udcfe", "cannot be read"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_list_is_refused(tmp_path: Path, case: str) -> None:
    ledger = whole(tmp_path)
    text, message = BAD[case]
    (tmp_path / "assets.csv").write_text(text, errors="surrogateescape")
    ended = run("asset", "import", tmp_path / "assets.csv", "--into", ledger)
    assert ended.refused and message in ended.err, ended
    assert not (ledger / "assets.csv").exists()
