"""The wrapped native coin: minting and burning are movements, of the contracts that are known to be wrappers only."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cointrail.chains import Registry
from cointrail.chains.chain import chains
from cointrail.chains.data import table
from cointrail.chains.wrapped import TABLE, wrapped
from cointrail.ledger.readers.signatures import DEPOSIT, WITHDRAWAL
from cointrail.ledger.rows import Kind, Status
from tests.ledger.readers.reader import Reader, Write
from tests.ledger.readers.test_ethereum_etl import BLOCKS, STREAM, WETH, lines, save
from tests.ledger.readers.test_events import LOGS, log

NOBODY = bytes(20)
HOLDER = b"\x51" * 20
WORD = bytes(12) + HOLDER
SKIPPED = "Deposit or Withdrawal event of a contract that is not known as wrapped coin"
OTHER = "0x" + "99" * 20


def amount(number: int) -> str:
    return f"0x{number:064x}"


def moved(rows: list[dict[str, Any]]) -> list[tuple[int, bytes, bytes, str, int]]:
    return [(row["position"], row["sender"], row["recipient"], row["asset"], row["amount"]) for row in rows]


def test_deposits_mint_and_withdrawals_burn(read: Reader, write: Write) -> None:
    path = write(
        "logs.csv",
        LOGS,
        log(1, amount(5), DEPOSIT, WORD, at=WETH),
        log(2, amount(2**256 - 1), WITHDRAWAL, WORD, at=WETH),
        log(3, amount(7), DEPOSIT, WORD, at=OTHER),
        log(4, amount(7), WITHDRAWAL, WORD, at=OTHER),
        log(5, amount(7), DEPOSIT, WORD, WORD, at=WETH),
        log(6, "0x", DEPOSIT, WORD, at=WETH),
    )
    result = read(path)
    minted = [(1, NOBODY, HOLDER, WETH, 5), (2, HOLDER, NOBODY, WETH, 2**256 - 1)]
    assert sorted(moved(result.rows)) == minted
    assert {(row["kind"], row["status"], row["exact"]) for row in result.rows} == {(Kind.LOG, Status.DONE, True)}
    assert result.problems.skipped == {"no Transfer event": 2, SKIPPED: 2}
    named = read(path, wrapped=(OTHER,))
    assert sorted(moved(named.rows)) == [*minted, (3, NOBODY, HOLDER, OTHER, 7), (4, HOLDER, NOBODY, OTHER, 7)]
    assert [row["asset"] for row in read(path, chain="bsc").rows] == []


def test_a_bad_wrapper_event_is_a_bad_row(read: Reader, write: Write) -> None:
    rest = [log(n, "0x", b"\1" * 32) for n in range(9, 409)]
    path = write(
        "logs.csv",
        LOGS,
        log(1, amount(5), DEPOSIT, WORD, at="0x12"),
        log(2, "0x" + "zz" * 32, DEPOSIT, WORD, at=WETH),
        log(3, amount(5), WITHDRAWAL, WORD[:31], at=WETH),
        *rest,
    )
    result = read(path)
    reasons = ["address is not an address", "data is not a hexadecimal number of 32 bytes", "topics hold no address"]
    assert result.bad == list(zip((2, 3, 4), reasons, strict=True))
    assert result.rows == []


@pytest.fixture
def weth(etl: Path, tmp_path: Path, read: Reader) -> list[dict[str, Any]]:
    """Every movement of WETH in two real blocks."""
    logs = save(tmp_path / "logs.csv", lines(etl / STREAM / "expected_logs.json"), *LOGS.split(","))
    return [row for row in read(logs, etl / BLOCKS).rows if row["asset"] == WETH]


def test_no_transaction_mints_more_than_it_brought(weth: list[dict[str, Any]], etl: Path) -> None:
    """What these show of native coin: the value sent with the transaction. All that is wrapped came in with it, and
    whoever calls the contract itself burns what the call says."""
    minted, burnt = Counter[str](), Counter[str]()
    for row in weth:
        if row["sender"] == NOBODY:
            minted["0x" + row["tx"].hex()] += row["amount"]
        if row["recipient"] == NOBODY:
            burnt["0x" + row["tx"].hex()] += row["amount"]
    transactions = {row["hash"]: row for row in lines(etl / STREAM / "expected_transactions.json")}
    assert (len(minted), len(burnt)) == (30, 27)
    assert all(amount <= transactions[tx]["value"] for tx, amount in minted.items())
    whole = [tx for tx, amount in minted.items() if amount == transactions[tx]["value"]]
    assert len(whole) == 28
    direct = [row for row in transactions.values() if row["to_address"] == WETH and row["receipt_status"] == 1]
    withdrawn = {row["hash"]: int(row["input"][10:], 16) for row in direct if row["input"].startswith("0x2e1a7d4d")}
    assert len(withdrawn) == 2
    for row in direct:
        assert minted[row["hash"]] - burnt[row["hash"]] == row["value"] - withdrawn.get(row["hash"], 0)


def test_no_wrapper_pays_out_more_than_it_got(weth: list[dict[str, Any]]) -> None:
    """Whoever wraps or unwraps in a transaction has what it passes on; without minting most would be in debt."""
    active = {(row["tx"], row["recipient"]) for row in weth if row["sender"] == NOBODY}
    active |= {(row["tx"], row["sender"]) for row in weth if row["recipient"] == NOBODY}
    held, before = Counter[tuple[bytes, bytes]](), Counter[tuple[bytes, bytes]]()
    for row in weth:
        for party, sign in (("sender", -1), ("recipient", 1)):
            held[row["tx"], row[party]] += sign * row["amount"]
            if NOBODY not in (row["sender"], row["recipient"]):
                before[row["tx"], row[party]] += sign * row["amount"]
    own = {key for key in active if held[key] < 0}  # who unwrapped what was there before
    assert len(active) > 50 and len(own) < 4
    assert sum(before[key] < 0 for key in active) > 25


@pytest.mark.parametrize("row", table("cointrail.chains", TABLE), ids=lambda row: f"{row['chain']}-{row['symbol']}")
def test_every_known_wrapper_is_a_verified_asset_that_says_what_it_wraps(row: dict[str, str]) -> None:
    known = Registry(row["chain"]).get(row["contract"])
    native = chains()[row["chain"]]
    assert known is not None and known.verified
    assert (known.symbol, known.decimals, known.form_of) == (row["symbol"], native.decimals, native.native_symbol)
    assert row["source"] == f"{native.explorer}/address/{row['contract']}#code"
    assert bytes.fromhex(row["contract"][2:]) in wrapped(row["chain"])


def test_a_wrapper_of_one_chain_is_none_on_another() -> None:
    assert not wrapped("arbitrum")  # its WETH emits Transfers
    assert wrapped("base") == wrapped("optimism") != wrapped("ethereum")
    assert len(wrapped("ETHEREUM")) == 1
