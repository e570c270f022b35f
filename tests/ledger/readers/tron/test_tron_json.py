"""Tron's JSON into rows: exact amounts, fees that were burnt, every form of address, and bad records set aside."""

import json
from pathlib import Path
from typing import Any

import pytest

from cointrail.errors import InputError
from cointrail.ledger import open_ledger
from cointrail.ledger.rows import Kind, Status
from tests.cli.command import done, run
from tests.ledger.readers.reader import Read, Reader
from tests.ledger.readers.tron.telling import (
    BLOCK,
    MOMENT,
    USDT,
    USDT_RAW,
    Json,
    base58,
    block,
    call,
    grid,
    hexes,
    inside,
    log,
    receipt,
    scan_coin,
    scan_token,
    token,
    transaction,
    transfer,
    tx_id,
    who,
)  # fmt: skip

TRX = 1_000_000


@pytest.fixture
def told(tmp_path: Path, read: Reader) -> Any:
    """Read values as files of JSON, one each, indented as people save them."""

    def reader(*values: object, **options: Any) -> Read:
        paths = []
        for number, value in enumerate(values):
            path = tmp_path / f"{number}.json"
            path.write_text(json.dumps(value, indent=1), encoding="utf-8")
            paths.append(path)
        return read(*paths, chain="tron", **options)

    return reader


def plain(row: Json) -> tuple[Any, ...]:
    return Kind(row["kind"]), row["sender"], row["recipient"], row["asset"], row["amount"], Status(row["status"])


def test_a_block_and_its_receipts(told: Any) -> None:
    """Coin by transactions and inside of them, tokens by events, and only what was burnt is a fee."""
    chain = block(
        transfer("pay", 1, 2, 5 * TRX),
        call("token", 1),
        call("failed", 3, 7 * TRX, "OUT_OF_ENERGY"),
        call("paid", 1, 2 * TRX),
    )
    receipts = [
        receipt("pay", fee=1_100_000, receipt={"net_fee": 100_000}),  # the rest is for a new account
        receipt("token", fee=345_000, logs=(log(1, 2, 10**6 + 1),),
                receipt={"energy_usage_total": 64_285, "origin_energy_usage": 64_285, "net_fee": 345_000}),
        receipt("failed", fee=9_000_000, logs=(log(3, 4, 5),), result="FAILED",
                receipt={"energy_fee": 9_000_000, "result": "OUT_OF_ENERGY"}),
        receipt("paid", internal_transactions=[inside(50, 4, TRX), inside(50, 5, TRX, rejected=True), inside(50, 6, 0)],
                receipt={"energy_usage": 100_000, "energy_usage_total": 100_000, "result": "SUCCESS"}),
    ]  # fmt: skip
    found = told(chain, receipts)
    usdt = "0x" + USDT_RAW.hex()
    assert sorted(map(plain, found.rows), key=str) == sorted(
        [
            (Kind.TRANSACTION, who(1), who(2), "", 5 * TRX, Status.DONE),
            (Kind.FEE, who(1), None, "", 1_100_000, Status.DONE),
            (Kind.TRANSACTION, who(1), USDT_RAW, "", 0, Status.DONE),
            (Kind.FEE, who(1), None, "", 345_000, Status.DONE),  # the owner of the contract gave the energy
            (Kind.LOG, who(1), who(2), usdt, 10**6 + 1, Status.DONE),
            (Kind.TRANSACTION, who(3), USDT_RAW, "", 0, Status.FAILED),
            (Kind.FEE, who(3), None, "", 9_000_000, Status.FAILED),
            (Kind.TRANSACTION, who(1), USDT_RAW, "", 2 * TRX, Status.DONE),
            (Kind.TRACE, who(50), who(4), "", TRX, Status.DONE),
        ],
        key=str,
    )
    assert {row["time"] for row in found.rows} == {MOMENT // 1000} and {row["block"] for row in found.rows} == {BLOCK}
    assert [one.format for one in found.reading.sources] == ["tron-node", "tron-node"]
    assert not any(problems.bad for problems in found.reading.problems.values())


def test_a_receipt_without_its_transaction_tells_no_fee(told: Any) -> None:
    found = told(receipt("alone", fee=500, logs=(log(1, 2, 9),)))
    assert [plain(row)[0] for row in found.rows] == [Kind.LOG]
    assert "who paid it is not told" in next(iter(found.problems.skipped))


def test_trongrid(told: Any) -> None:
    """Both lists of an account, and internal transactions among them."""
    own = {"data": [grid(transfer("pay", 1, 2, 3), fee=268_000, net_fee=268_000), grid(call("free", 1)),
                    {"internal_tx_id": "ff" * 16, "tx_id": tx_id("paid"), "from_address": hexes(50),
                     "to_address": hexes(1), "block_timestamp": MOMENT,
                     "data": {"note": "63616c6c", "rejected": False, "call_value": {"_": 8, "1002000": 5}}}],
           "success": True, "meta": {"page_size": 3}}  # fmt: skip
    tokens = {"data": [token("t", 1, 2, 2**200), token("a", 1, 2, 5, type="Approval")], "success": True}
    found = told(own, tokens)
    assert [plain(row) for row in found.rows] == [
        (Kind.FEE, who(1), None, "", 268_000, Status.DONE),
        (Kind.TRANSACTION, who(1), who(2), "", 3, Status.DONE),
        (Kind.TRANSACTION, who(1), USDT_RAW, "", 0, Status.DONE),
        (Kind.TRACE, who(50), who(1), "", 8, Status.DONE),
        (Kind.LOG, who(1), who(2), "0x" + USDT_RAW.hex(), 2**200, Status.DONE),
    ]
    assert [one.format for one in found.reading.sources] == ["trongrid", "trongrid"]
    assert "TRC-10 transfer" in found.problems.skipped


def test_tronscan(told: Any) -> None:
    rows = [scan_token("t", 1, 2, 77), scan_token("r", 1, 2, 5, contractRet="REVERT"),
            scan_token("u", 1, 2, 5, confirmed=False), scan_token("v", 1, 2, 5, revert=True)]  # fmt: skip
    coins = [scan_coin("c", 2, 3, 4), scan_coin("n", 2, 3, 4, tokenName="1002000")]
    found = told({"total": 4, "token_transfers": rows}, {"total": 2, "data": coins})
    assert [(plain(row)[0], row["amount"], row["block"]) for row in found.rows] == [
        (Kind.LOG, 77, BLOCK), (Kind.OTHER, 4, BLOCK),
    ]  # fmt: skip
    assert found.problems.skipped == {"transfer that failed": 2, "transfer that is not confirmed": 1}


@pytest.mark.parametrize("form", [base58, hexes, lambda number: "0x" + who(number).hex(), lambda n: who(n).hex()])
def test_every_form_of_an_address(told: Any, form: Any) -> None:
    one = transaction("x", "TransferContract", owner_address=form(1), to_address=form(2), amount=1)
    [row] = told(block(one)).rows
    assert (row["sender"], row["recipient"]) == (who(1), who(2))


def test_visible_logs_and_times_in_seconds(told: Any) -> None:
    one = log(1, 2, 5) | {"address": USDT}
    [row] = told(receipt("x", logs=(one,), blockTimeStamp=MOMENT // 1000)).rows
    assert (row["asset"], row["time"]) == ("0x" + USDT_RAW.hex(), MOMENT // 1000)


def paid(owner: str, to: str, amount: object) -> Json:
    return transaction("x", "TransferContract", owner_address=owner, to_address=to, amount=amount)


BAD = [
    (transfer("x", 1, 2, -1), "amount is negative"),
    (transfer("x", 1, 2, 1) | {"txID": "ab"}, "txID is 'ab', not 32 bytes"),
    (paid(base58(1)[:-1] + "x", hexes(2), 1), "owner_address"),
    (paid(hexes(1), "42" + who(2).hex(), 1), "to_address"),
    (paid(hexes(1), hexes(2), 1.5), "amount is '1.5'"),
    (transaction("x", "TransferContract", owner_address=hexes(1), amount=1), "to_address is missing"),
    (transfer("x", 1, 2, 1) | {"raw_data": {"contract": []}}, "it has 0 contracts"),
    (receipt("x", fee=5, receipt={"energy_fee": 9}), "less than what was burnt"),
    (receipt("x", logs=(log(1, 2, 3) | {"address": "41" + "ab" * 3},)), "address is"),
    (receipt("x", blockTimeStamp=MOMENT * 1000), "no time"),
    (receipt("x", logs=(log(1, 2, 3) | {"topics": ["ab"]},)), "a topic is"),
    (receipt("x", internal_transactions=["x"]), "an internal transaction is 'x', not an object"),
    (token("x", 1, 2, 3, value=None), "no value"),
    (token("x", 1, 2, 3, value="1e6"), "value is '1e6'"),
    (token("x", 1, 2, 3, block_timestamp=None), "no block_timestamp"),
    (scan_token("x", 1, 2, 2**256), "does not fit 256 bits"),
    ({"txID": tx_id("x"), "raw_data": None}, "raw_data is missing"),
    ({"something": "else"}, "neither a transaction"),
    ("text", "neither a transaction"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "reason"), BAD)
def test_what_is_malformed_is_set_aside(told: Any, value: Any, reason: str) -> None:
    good = [scan_token(f"good {n}", 1, 2, 1) for n in range(200)]
    found = told([*good, grid(value) if isinstance(value, dict) and "ret" in value else value])
    [problem] = found.problems.rows
    assert reason in problem.reason and problem.line > 1
    assert (len(found.rows), found.problems.good, found.problems.bad) == (200, 200, 1)


def test_too_many_bad_records_refuse_the_file(told: Any) -> None:
    with pytest.raises(InputError, match="1 of 2 rows are bad"):
        told([scan_token("x", 1, 2, 3), scan_token("y", 1, 2, -3)])


def test_a_damaged_file_and_another_format_are_refused(tmp_path: Path, read: Reader, told: Any) -> None:
    path = tmp_path / "cut.json"
    path.write_text(json.dumps([scan_token(f"{n}", 1, 2, 3) for n in range(5)])[:-40], encoding="utf-8")
    with pytest.raises(InputError, match="damaged JSON from line 1"):
        read(path, chain="tron")
    with pytest.raises(InputError, match="not trongrid: it is tronscan"):
        told([scan_token("x", 1, 2, 3)], format="trongrid")


def test_lines_and_one_answer_of_json_rpc(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "lines.json"
    rows = [
        json.dumps({"jsonrpc": "2.0", "id": n, "result": receipt(f"{n}", logs=(log(1, 2, n + 1),))}) for n in range(3)
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert [row["amount"] for row in read(path, chain="tron").rows] == [1, 2, 3]


def test_from_files_to_a_trail_by_the_command(tmp_path: Path) -> None:
    """The thief pays a fee in the coin and moves tokens; the books balance in both, and what is told twice is once."""
    chain = [block(transfer("gift", 7, 1, 100 * TRX), number=BLOCK), block(call("move", 1), number=BLOCK + 1)]
    receipts = [receipt("gift"), receipt("move", fee=27_600_900, logs=(log(1, 2, 60 * TRX),), blockNumber=BLOCK + 1,
                                         receipt={"energy_fee": 27_255_900, "net_fee": 345_000})]  # fmt: skip
    for name, value in (("blocks", chain), ("receipts", receipts)):
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
    done(
        "ledger",
        "import",
        tmp_path / "blocks.json",
        tmp_path / "receipts.json",
        "--into",
        tmp_path / "l",
        "--chain",
        "tron",
    )
    before = open_ledger(tmp_path / "l")
    again = [scan_token("move", 1, 2, 60 * TRX, block=BLOCK + 1)]
    (tmp_path / "again.json").write_text(json.dumps({"token_transfers": again}))
    done("ledger", "import", tmp_path / "again.json", "--into", tmp_path / "l")
    assert open_ledger(tmp_path / "l").transfers == before.transfers
    done("trace", tmp_path / "l", "--from", base58(1), "--out", tmp_path / "out")
    content = json.loads((tmp_path / "out" / "trail.json").read_text())
    ends = {
        (one["address"], one["asset"], one["reason"]): one["amount"] for one in content["policies"]["fifo"]["endpoints"]
    }
    assert ends == {(base58(2), USDT, "unspent"): "60", (None, "TRX", "fee"): "27.6009"}
    assert content["policies"]["fifo"]["balanced"]


def test_of_another_chain_nothing_is_taken_for_tron(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps([scan_token("x", 1, 2, 3)]))
    assert run("ledger", "import", tmp_path / "x.json", "--into", tmp_path / "l").refused
