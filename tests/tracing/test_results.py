"""What is written: names, numbers, order and wording of a trace's files."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cointrail
from cointrail import Ledger, Settings, open_ledger
from cointrail.reports import validate
from cointrail.reports.schema import schema
from cointrail.tracing import write
from cointrail.tracing.policies import POLICIES
from cointrail.tracing.results import Results
from cointrail.tracing.writing import plain_csv
from tests import making
from tests.making import address, row
from tests.tracing.following import files, follow, text, theft, time_of

A, B, C, D = 1, 2, 3, 4
HALF = 10**18 // 2


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    rows = [
        row(1, A, B, 5),
        row(2, A, C, 5),
        row(3, A, B, HALF, asset=""),
        row(4, B, C, 10**18 // 3, asset=""),
        row(5, C, A, 1, asset=""),
        row(6, D, B, 100),
        row(7, B, D, 7, asset="0x" + "ee" * 20),
    ]
    return making.ledger(tmp_path_factory.mktemp("results"), rows)


def test_the_files_hold_the_same(ledger: Ledger, tmp_path: Path) -> None:
    trail = cointrail.trace(ledger, theft(A), "all")
    content, rows = write(trail, tmp_path / "new" / "folder")
    out = tmp_path / "new" / "folder"
    assert json.loads((out / "trail.json").read_text("utf-8")) == content
    assert list(csv.DictReader(io.StringIO((out / "movements.csv").read_text("utf-8")))) == rows
    assert pq.read_table(out / "movements.parquet").to_pylist() == rows
    books = list(csv.DictReader(io.StringIO((out / "holdings.csv").read_text("utf-8"))))
    assert {book["address"] for book in books} == {text(A), text(B), text(C)}
    assert list(content["policies"]) == list(POLICIES)


def test_what_an_earlier_trace_left_stays_whole_until_all_is_known(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(self: Results) -> dict[str, Any]:
        raise KeyboardInterrupt

    write(cointrail.trace(ledger, theft(A)), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(Results, "trail_json", stop)
    with pytest.raises(KeyboardInterrupt):
        write(cointrail.trace(ledger, theft(B)), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_every_setting_keeps_to_the_schema(ledger: Ledger) -> None:
    for setting in (
        Settings(),
        Settings(behaviour=None, min_value="0.10", max_hops=3, stop_at=(address(C),), bounds=True),
        Settings(min_value="1e-3"),
    ):
        content = json.loads(files(ledger, theft(A), setting)["trail.json"])
        validate(content)
    assert content["parameters"]["min_value"] == "0.001"
    reasons = set(schema()["$defs"]["reason"]["enum"])
    assert {"label", "stop", "hub", "unspent", "time", "hops", "floor", "fee", "burned", "returned"} <= reasons


def test_only_assets_of_the_theft_are_described(ledger: Ledger) -> None:
    content, _ = follow(ledger, theft(A))
    assert set(content["assets"]) == {"COIN", "ETH"}


def test_amounts_are_exact_decimals(ledger: Ledger) -> None:
    content, rows = follow(ledger, theft(A))
    assert content["policies"]["fifo"]["stolen"] == {"COIN": "10", "ETH": "0.5"}
    assert [r["stolen"] for r in rows if r["asset"] == "ETH"] == ["0.5", "0.333333333333333333", "0.000000000000000001"]
    shares = {(e["address"], e["asset"]): e["share"] for e in content["policies"]["fifo"]["endpoints"]}
    assert shares[text(A), "ETH"] == "1/500000000000000000"
    assert shares[text(B), "COIN"] == "1/2"


def test_equal_endpoints_stand_in_the_order_of_addresses(tmp_path: Path) -> None:
    """Not in that of the ids, which depend on which file was imported first."""
    pay = [row(1, 9, 5, 7), row(2, 9, 3, 7), row(3, 9, 8, 7)]
    for turn, order in enumerate((pay, pay[::-1])):
        for one in order:
            making.write(tmp_path / str(turn), making.table([one]))
    found = [follow(open_ledger(tmp_path / str(turn)), theft(9), bounds=True)[0] for turn in range(2)]
    for content in found:
        assert [e["address"] for e in content["policies"]["fifo"]["endpoints"]] == [text(3), text(5), text(8)]
        assert [b["address"] for b in content["bounds"]] == [text(3), text(5), text(8)]
    assert found[0]["ledgers"][0]["digest"] == found[1]["ledgers"][0]["digest"]


def test_the_books_of_the_theft_addresses(ledger: Ledger) -> None:
    content, _ = follow(ledger, theft(A))
    books = {book["asset"]: book for book in content["holdings"]}
    assert books["COIN"] | {"chain": ""} == {
        "chain": "",
        "address": text(A),
        "asset": "COIN",
        "opening": "10",
        "opening_inferred": True,
        "received": "0",
        "sent": "10",
        "held": "0",
    }
    assert (books["ETH"]["opening"], books["ETH"]["held"]) == ("0.5", "0.000000000000000001")


def test_backward_says_when_value_left_its_origin(ledger: Ledger) -> None:
    content, rows = follow(ledger, theft(C, direction="backward"))
    assert content["theft"]["direction"] == "backward"
    ends = {(e["address"], e["asset"]): (e["reason"], e["amount"]) for e in content["policies"]["fifo"]["endpoints"]}
    assert ends == {
        (text(A), "COIN"): ("opening", "5"),
        (text(A), "ETH"): ("opening", "0.333333333333333333"),
    }
    assert [(r["from"], r["to"]) for r in rows] == [(text(A), text(C)), (text(A), text(B)), (text(B), text(C))]
    assert all("already there" in e["detail"] for e in content["policies"]["fifo"]["endpoints"])


def test_what_was_asked_stands_in_the_result(ledger: Ledger) -> None:
    asked = theft(A, since=time_of(1), until=time_of(6))
    content, _ = follow(ledger, asked, "lifo", stop_at=(address(C),), max_hops=4)
    assert content["theft"]["since"] == "2023-11-14T22:13:32Z" and content["theft"]["until"] == "2023-11-14T22:14:32Z"
    assert content["parameters"]["stop_at"] == [text(C)] and content["parameters"]["max_hops"] == 4
    assert content["bounds"] == [] and content["bounds_note"] == "not asked for (--bounds)"


values = st.one_of(st.text(max_size=6), st.sampled_from(["", "0x", "a,b", 'a"b', "a\nb", "a\rb", " a", "#", "é"]))


@given(st.lists(st.tuples(values, values, values), max_size=5))
def test_quick_lines_are_those_of_the_csv_writer(rows: list[tuple[str, str, str]]) -> None:
    wanted = io.StringIO()
    csv.writer(wanted, lineterminator="\n").writerows([("a", "b", "c"), *rows])
    assert plain_csv(("a", "b", "c"), rows) == wanted.getvalue()
