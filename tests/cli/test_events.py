"""Events and wrapped coins at the command line."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from cointrail.chains import Asset
from cointrail.cli import ledger as command
from cointrail.ledger import open_ledger, segment
from cointrail.ledger.readers import Wanted
from cointrail.ledger.readers.signatures import DEPOSIT, TRANSFER
from tests.cli.command import MAP, done, info, line, run, trail, who, write

TOPIC = b"\x11" * 32
WRAPPER = who(900)
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
HEADER = "log_index,transaction_hash,transaction_index,block_hash,block_number,address,data,topics,block_timestamp"


def logs(folder: Path) -> Path:
    """A transfer of a wrapped coin after it was minted, and two events that somebody may want."""
    word, amount = "0x" + "0" * 24, f"0x{5 * 10**17:064x}"
    holder, friend = word + who(1)[2:], word + who(2)[2:]
    lines = [
        f'1,0x{1:064x},0,,7,{WRAPPER},{amount},"0x{DEPOSIT.hex()},{holder}",1700000000',
        f'2,0x{1:064x},0,,7,{WRAPPER},{amount},"0x{TRANSFER.hex()},{holder},{friend}",1700000000',
        f"3,0x{1:064x},0,,7,{WRAPPER},0x,0x{TOPIC.hex()},1700000000",
        f"4,0x{2:064x},1,,7,{WRAPPER},0x,0x{TOPIC.hex()},1700000000",
    ]
    path = folder / "logs.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return path


def the_wrapper(ledger: Path) -> Asset:
    (asset,) = [asset for asset in open_ledger(ledger).assets if asset.key == WRAPPER]
    return asset


def want(patch: pytest.MonkeyPatch, *topics: bytes) -> None:
    """As if a table of bridges had just these events."""
    patch.setattr(command, "extended", lambda paths: SimpleNamespace(wanted=lambda: Wanted(frozenset(topics))))


def test_events_are_counted_and_have_a_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    want(monkeypatch, TOPIC)
    assert "2 new events kept" in done("ledger", "import", logs(tmp_path), "--into", tmp_path / "ledger").out
    said = info(tmp_path / "ledger")
    assert (said["events"], said["transfers"]) == (2, 1)
    assert said["events_digest"] == open_ledger(tmp_path / "ledger").events.digest
    shown = done("ledger", "info", tmp_path / "ledger").out
    assert "events" in shown and said["events_digest"] not in shown
    assert "sound" in done("ledger", "verify", tmp_path / "ledger").out


def test_a_newer_set_reads_the_same_file_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again = ("ledger", "import", logs(tmp_path), "--into", tmp_path / "ledger")
    assert "1 row read, 1 new" in done(*again).out
    digest = info(tmp_path / "ledger")["digest"]
    assert "imported before" in done(*again).out
    want(monkeypatch, TOPIC)
    assert "2 new events" in done(*again).out
    assert "imported before" in done(*again).out
    said = info(tmp_path / "ledger")
    assert (said["events"], said["digest"]) == (2, digest)
    want(monkeypatch, TOPIC, TRANSFER)
    assert "1 new event kept" in done(*again).out
    assert info(tmp_path / "ledger")["events"] == 3


def test_a_named_wrapper_is_vouched_for(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    again = ("ledger", "import", logs(tmp_path), "--into", ledger)
    done(*again)
    assert run("trace", ledger, "--from", who(1), "--out", tmp_path / "out").refused
    assert "2 rows read, 1 new" in done(*again, "--wrapped", WRAPPER).out
    assert "imported before" in done(*again, "--wrapped", WRAPPER.upper().replace("0X", "0x")).out
    asset = the_wrapper(ledger)
    assert (asset.symbol, asset.decimals, asset.origin, asset.form_of) == ("WETH", 18, "user", "ETH")
    assert (ledger / "assets.csv").read_text() == f"contract,symbol,decimals,form_of\n{WRAPPER},WETH,18,ETH\n"
    done("trace", ledger, "--from", who(1), "--out", tmp_path / "out")
    assert trail(tmp_path / "out")["policies"]["fifo"]["stolen"] == {WRAPPER: "0.5"}


def test_what_the_user_said_before_of_a_wrapper_is_kept(tmp_path: Path) -> None:
    ledger, own = tmp_path / "ledger", tmp_path / "own.csv"
    done("ledger", "import", logs(tmp_path), "--into", ledger)
    own.write_text(f"contract,symbol,decimals\n{WRAPPER},OURS,18\n")
    done("asset", "import", own, "--into", ledger)
    assert the_wrapper(ledger).form_of == ""
    done("ledger", "import", tmp_path / "logs.csv", "--into", ledger, "--wrapped", WRAPPER)
    asset = the_wrapper(ledger)
    assert (asset.symbol, asset.form_of) == ("OURS", "ETH")


@pytest.mark.parametrize(
    ("contract", "reason"),
    [
        ("0x12", "is not an address"),
        (USDT, "is known as USDT with 6 decimals, which is not ETH wrapped"),
        ("0x6b175474e89094c44da98b954eedeac495271d0f", "is known as DAI with 18 decimals"),
    ],
)
def test_what_cannot_be_a_wrapper_is_refused(tmp_path: Path, contract: str, reason: str) -> None:
    ended = run("ledger", "import", logs(tmp_path), "--into", tmp_path / "ledger", "--wrapped", contract)
    assert ended.refused and reason in ended.err
    assert not (tmp_path / "ledger").exists()


def test_a_known_wrapper_needs_no_naming(tmp_path: Path) -> None:
    weth = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
    done("ledger", "import", logs(tmp_path), "--into", tmp_path / "ledger", "--wrapped", weth)
    assert not (tmp_path / "ledger" / "assets.csv").exists()


@pytest.mark.parametrize("old", [False, True])
def test_an_import_that_fails_vouches_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bool) -> None:
    ledger, own = tmp_path / "ledger", tmp_path / "own.csv"
    if old:
        done("ledger", "import", write(tmp_path / "rows.csv", [line(1, 1, 2, 5)]), "--into", ledger, "--map", MAP)
        own.write_text(f"contract,symbol,decimals\n{who(901)},OURS,18\n")
        done("asset", "import", own, "--into", ledger)
    before = sorted((path, path.read_bytes()) for path in ledger.rglob("*") if path.is_file())

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(segment, "write", full)
        assert run("ledger", "import", logs(tmp_path), "--into", ledger, "--wrapped", WRAPPER).status == 1
    assert sorted((path, path.read_bytes()) for path in ledger.rglob("*") if path.is_file()) == before
    assert ledger.exists() == old
    done("ledger", "import", logs(tmp_path), "--into", ledger, "--wrapped", WRAPPER)
    assert len((ledger / "assets.csv").read_text().splitlines()) == 2 + old
