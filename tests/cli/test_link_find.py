"""`cointrail link find`: what it finds in ledgers, what it writes, and what it refuses."""

import csv
from pathlib import Path

import pytest

from cointrail.chains import Asset
from cointrail.ledger.event import Event
from cointrail.ledger.importer import import_tables
from tests import making
from tests.cli.command import Done, done, run
from tests.conversions.bridges.events import log
from tests.conversions.bridges.test_decode import TABLE, rule
from tests.making import address

NEAR, FAR = "ethereum", "base"
DEPOSIT, FILL = rule("across", "FundsDeposited").signature, rule("across", "FilledRelay").signature
SPOKE = {name: min(TABLE.bridges["across"].contracts[name]) for name in (NEAR, FAR)}
USER, RELAYER, TOKEN, OUT = 3, 4, address(30), address(31)
WORD = bytes(12)


def net(amount: int) -> int:
    """What is paid out of a deposit."""
    return amount - amount // 1_000


def sent(number: int, recipient: int, amount: int) -> Event:
    return log(
        DEPOSIT, SPOKE[NEAR], tx=number, position=3, destinationChainId=8453, depositId=number,
        inputToken=WORD + TOKEN, outputToken=WORD + OUT, inputAmount=amount, outputAmount=net(amount),
        depositor=WORD + address(USER), recipient=WORD + address(recipient), message=b"",
    )  # fmt: skip


def filled(number: int, recipient: int, amount: int, tx: int) -> Event:
    return log(
        FILL, SPOKE[FAR], tx=tx, position=3, originChainId=1, depositId=number, inputToken=WORD + TOKEN,
        outputToken=WORD + OUT, inputAmount=amount, outputAmount=net(amount), updatedOutputAmount=net(amount),
        relayer=WORD + address(RELAYER), recipient=WORD + address(recipient),
        updatedRecipient=WORD + address(recipient),
    )  # fmt: skip


def ledger(folder: Path, chain: str, events: list[Event]) -> Path:
    """A transfer of the token in the transaction of every event, and the events."""
    key = "0x" + TOKEN.hex()
    rows = [
        making.row(e.block or 0, USER, RELAYER, 1_000 + place, tx=e.tx, time=e.time, tx_index=0, position=0, asset=key)
        for place, e in enumerate(events)
    ]
    known = {key: Asset(key, "COIN", 0, "named")}
    import_tables([("test", making.table(rows))], folder, chain, known.__getitem__, events=events)
    return folder


@pytest.fixture
def both(tmp_path: Path) -> list[Path]:
    """Three deposits, of which two are paid out, one of these twice; and an event of somebody else's contract."""
    lie = log(DEPOSIT, address(666), tx=40, position=3)
    near = ledger(tmp_path / "near", NEAR, [sent(1, 5, 1_000), sent(2, 6, 2_000), sent(3, 7, 3_000), lie])
    far = ledger(tmp_path / "far", FAR, [filled(1, 5, 1_000, 101), filled(2, 6, 2_000, 102), filled(1, 5, 1_000, 103)])
    return [near, far]


def hashed(number: int) -> str:
    return f"0x{number:064x}"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def squeezed(said: Done) -> str:
    return " ".join(said.out.split())


def test_links_deposits_alone_and_findings_are_said(both: list[Path]) -> None:
    said = squeezed(done("link", "find", *both))
    assert "across 2 1 1" in said
    assert f"{hashed(3)} on ethereum: across to base 0x{address(7).hex()}, the other side is not here" in said
    assert "1 replayed_id" in said and "1 foreign_contract" in said and "1 unclaimed_deposit" in said
    assert said == squeezed(done("link", "find", *both[::-1]))


def test_one_ledger_alone_says_where_value_went(both: list[Path]) -> None:
    said = squeezed(done("link", "find", both[0]))
    assert "across 0 3 0" in said and "unclaimed" not in said and said.count("the other side is not here") == 3


def test_one_bridge_only(both: list[Path]) -> None:
    said = done("link", "find", *both, "--bridge", "across")
    assert squeezed(said) == squeezed(done("link", "find", *both))
    assert "No event or wallet of a known bridge" in done("link", "find", *both, "--bridge", "hop").out


def test_a_transaction_is_explained(both: list[Path]) -> None:
    said = squeezed(done("link", "find", *both, "--explain", hashed(1)))
    for fact in (
        "deposit of across on ethereum", f"contract 0x{SPOKE[NEAR].hex()}", "event log 3 of block 1", "1,000 smallest",
        f"recipient 0x{address(5).hex()}", "other chain base", "key ethereum:1", "linked by key (confidence 1)",
        f"to {hashed(101)} on base",
    ):  # fmt: skip
        assert fact in said, fact
    assert "replayed_id" in done("link", "find", *both, "--explain", hashed(103)).out
    assert "foreign_contract" in done("link", "find", *both, "--explain", hashed(40)).out
    alone = squeezed(done("link", "find", *both, "--explain", hashed(3)))
    assert f"no link: went to base 0x{address(7).hex()}" in alone


def test_files_that_the_other_commands_read(both: list[Path], tmp_path: Path) -> None:
    out, legs, findings = (tmp_path / name for name in ("links.csv", "legs.csv", "f.csv"))
    done("link", "find", *both, "--out", out, "--legs", legs, "--findings", findings)
    pairs = {(row["deposit_tx"], row["withdrawal_tx"]) for row in read(out)}
    assert pairs == {(hashed(1), hashed(101)), (hashed(2), hashed(102))}
    assert {row["rule"] for row in read(out)} == {"key"}
    told = read(legs)
    assert len(told) == 6 and {row["side"] for row in told} == {"deposit", "withdrawal"}
    assert (told[0]["sender"], told[0]["amount"], told[0]["token"]) == (
        f"0x{address(USER).hex()}", "1000", f"base:0x{OUT.hex()}",
    )  # fmt: skip
    kinds = sorted(row["kind"] for row in read(findings))
    assert kinds == ["foreign_contract", "replayed_id", "unclaimed_deposit"]
    truth = tmp_path / "truth.csv"
    truth.write_text("deposit_tx,withdrawal_tx\n" + "".join(f"{one},{other}\n" for one, other in sorted(pairs)))
    assert "recall 1.0000, precision 1.0000" in done("link", "score", "--truth", truth, "--found", out).out


def test_matching_the_legs_gives_the_same_pairs(tmp_path: Path) -> None:
    """With keys: enough of them that the fee can be learnt. One is paid out twice, and one to somebody else."""
    sums = [(number, 50 + number, 1_000 * (100 + 977 * number)) for number in range(1, 41)]
    near = ledger(tmp_path / "near", NEAR, [sent(*one) for one in sums])
    back = [filled(*one, tx=100 + one[0]) for one in sums[:-2]]
    back += [filled(*sums[0], tx=300), filled(40, 9, sums[-1][2], tx=301)]
    far = ledger(tmp_path / "far", FAR, back)
    out, legs, again = (tmp_path / name for name in ("links.csv", "legs.csv", "again.csv"))
    done("link", "find", near, far, "--out", out, "--legs", legs)
    done("link", "match", legs, "--out", again)
    pairs = [{(row["deposit_tx"], row["withdrawal_tx"]) for row in read(path)} for path in (out, again)]
    assert pairs[0] == pairs[1] == {(hashed(number), hashed(100 + number)) for number in range(1, 39)}
    kinds = {row["tx"]: row["kind"] for row in read(tmp_path / "findings.csv")}
    assert (kinds[hashed(300)], kinds[hashed(301)]) == ("replayed_id", "disagreeing_deposit")


def test_a_table_of_ones_own(both: list[Path], tmp_path: Path) -> None:
    more = tmp_path / "more.yaml"
    more.write_text(f'- name: across\n  contracts: {{ethereum: ["0x{address(666).hex()}"]}}\n')
    said = done("link", "find", *both, "--bridges", more).out
    assert "foreign_contract" not in said and hashed(40) in said
    more.write_text("- name: across\n  contracts: {nowhere: []}\n")
    refused = run("link", "find", *both, "--bridges", more)
    assert refused.refused and str(more) in refused.err


@pytest.mark.parametrize(
    "more",
    [
        ("--bridge", "acros"), ("--explain", "0x12"), ("--explain", "hello"), ("--explain", hashed(77)),
        ("--bridges", "nowhere.yaml"), ("--out", "no/such/folder/x.csv"),
    ],
)  # fmt: skip
def test_what_is_refused_in_one_line(both: list[Path], more: tuple[str, str]) -> None:
    refused = run("link", "find", *both, *more)
    assert refused.refused and (more[0] in refused.err or more[1] in refused.err)


def test_no_such_ledger(tmp_path: Path) -> None:
    assert run("link", "find", tmp_path / "none").refused


def test_two_ledgers_of_one_chain(both: list[Path]) -> None:
    """The same ledger twice is every leg twice: refused, not counted."""
    refused = run("link", "find", both[0], both[1], both[0])
    assert refused.refused and "ethereum" in refused.err


def test_wallets_that_no_event_tells_of(tmp_path: Path) -> None:
    """A deposit that two withdrawals fit, and one that one fits."""
    paths = []
    far = [making.row(100_050, 9, 5, 700), making.row(100_060, 9, 6, 700), making.row(100_400, 9, 7, 900)]
    near = [making.row(100_000, 4, 8, 700), making.row(100_350, 3, 8, 900)]
    for chain, rows in ((NEAR, near), (FAR, far)):
        ends = [making.row(0, 3, 4, 1), making.row(200_000, 3, 4, 1)]
        known = Asset("COIN", "COIN", 0, "named")
        import_tables([("test", making.table([*ends, *rows]))], tmp_path / chain, chain, lambda key, one=known: one)  # type: ignore[misc]
        paths.append(tmp_path / chain)
    table, out = tmp_path / "more.yaml", tmp_path / "links.csv"
    wallets = f'{{{NEAR}: ["0x{address(8).hex()}"], {FAR}: ["0x{address(9).hex()}"]}}'
    table.write_text(f"- name: custodian\n  wallets: {wallets}\n")
    said = squeezed(done("link", "find", *paths, "--bridges", table, "--out", out))
    assert "custodian 1 1 2" in said and "2 pairs without a key may be links" in said
    [link] = read(out)
    assert (link["deposit_tx"], link["withdrawal_tx"], link["rule"]) == (_tx(near[1]), _tx(far[2]), "amount")
    assert 0.95 <= float(link["confidence"]) < 1
    said = squeezed(done("link", "find", *paths, "--bridges", table, "--explain", _tx(near[0])))
    assert f"candidate: {_tx(far[0])} on base by amount" in said and f"candidate: {_tx(far[1])}" in said
    assert "event its wallet's movement" in said


def _tx(row: dict[str, object]) -> str:
    tx = row["tx"]
    assert isinstance(tx, bytes)
    return f"0x{tx.hex()}"
