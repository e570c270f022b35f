"""The synthetic theft: deterministic, solvent, true to the published facts, with a truth that adds up."""

from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from cointrail.chains import Registry, imitates, parse_address
from cointrail.drills.heist import Heist, background, heist, labels_csv, score
from cointrail.drills.heist.facts import ETHER, fact, wei
from cointrail.labels.table import read_table
from cointrail.ledger.rows import ROWS, Kind, Status

SMALL = 4_000
STETH = "0xae7ab96520de3a18e5e111b5eaab095312d7fe84"
METH = "0xd5f7838f5c461feff7fe49ea5ebaf7728bb0adfa"
CMETH = "0xe6829d9a7ee3040e1276fa75293bde931859e8fa"


@cache
def made(seed: int = 0, transfers: int = SMALL) -> Heist:
    return heist(transfers, seed)


def plain(rows: pa.Table) -> list[dict[str, object]]:
    table = rows.select(
        ["block", "time", "tx", "tx_index", "kind", "position", "sender", "recipient", "asset", "status"]
    )
    amounts = [int.from_bytes(value, "big") for value in rows["amount"].to_pylist()]
    return [{**row, "amount": amount} for row, amount in zip(table.to_pylist(), amounts, strict=True)]


def test_the_same_seed_gives_the_same_bytes() -> None:
    again = heist(SMALL, 0)
    assert again.rows.equals(made().rows)
    assert again.events == made().events
    assert again.truth == made().truth
    assert again.labels == made().labels
    assert not made(1).rows.equals(made().rows)


@pytest.mark.parametrize("seed", range(4))
def test_the_truth_adds_up(seed: int) -> None:
    found = made(seed)
    total: dict[str, int] = defaultdict(int)
    for (_, asset, _, _), amount in found.truth.endpoints.items():
        assert amount > 0
        total[asset] += amount
    for asset, amount in found.truth.left.items():
        total[asset] += amount
    for asset, amount in found.truth.came.items():
        total[asset] -= amount
    assert {asset: amount for asset, amount in total.items() if amount} == found.truth.stolen
    assert sorted(found.truth.stolen.values()) == sorted(wei(f"stolen_{a}") for a in ("eth", "steth", "cmeth", "meth"))
    services = {tag.address for tag in found.labels}
    assert not services & found.truth.tainted
    assert {address for address, _, reason, _ in found.truth.endpoints if reason == "label"} <= services
    assert {address for address, _, reason, _ in found.truth.endpoints if reason == "unspent"} <= found.truth.tainted
    categories = {tag.address: tag.category for tag in found.labels}
    ends = {categories[a] for a, _, reason, _ in found.truth.endpoints if reason == "label" and a}
    assert ends >= {"bridge", "instant_exchange", "exchange"}


def test_what_the_tokens_gave_goes_on_as_eth() -> None:
    truth = made().truth
    assert {asset for asset in truth.left if asset} == {STETH, METH}
    assert {asset: amount for asset, amount in truth.left.items() if asset} == {
        STETH: wei("stolen_steth"),
        METH: wei("stolen_meth"),
    }
    assert truth.came[""] - truth.left[""] <= wei("swapped_eth") < truth.came[""]
    assert {asset for _, asset, _, _ in truth.endpoints} == {"", CMETH}


def test_no_wallet_of_the_theft_overdraws() -> None:
    genuine = {asset.key for asset in made().assets if asset.verified}
    balance: dict[tuple[object, object], int] = defaultdict(int)
    for row in plain(made().rows):
        if row["asset"] not in genuine or (row["status"] == Status.FAILED and row["kind"] != Kind.FEE):
            continue
        amount = row["amount"]
        assert isinstance(amount, int)
        for end, change in (("sender", -amount), ("recipient", amount)):
            balance[row[end], row["asset"]] += change
            if row[end] in made().truth.tainted or row[end] in made().theft_addresses:
                assert balance[row[end], row["asset"]] >= 0


def test_the_rows_are_a_chain() -> None:
    table = made().rows
    assert table.schema == ROWS
    table.validate(full=True)
    rows = plain(table)
    places = list(zip(*(table[name].to_pylist() for name in ("block", "tx_index", "kind")), strict=True))
    assert places == sorted(places)
    assert all(row["time"] == fact("theft_time") + 12 * (row["block"] - fact("theft_block")) for row in rows)  # type: ignore[operator]
    index: dict[tuple[object, object], object] = {}
    for row in rows:
        assert index.setdefault((row["block"], row["tx_index"]), row["tx"]) == row["tx"]
    logs = [(row["block"], row["position"]) for row in rows if row["kind"] == Kind.LOG]
    assert len(set(logs)) == len(logs)
    fees = [row for row in rows if row["kind"] == Kind.FEE]
    assert {row["tx"] for row in fees} == {row["tx"] for row in rows}
    assert all(row["recipient"] is None for row in fees)


def test_the_first_hour_is_as_published() -> None:
    found = made()
    taken = [row for row in plain(found.rows) if row["tx"] in found.theft_transactions and row["kind"] != Kind.FEE]
    assert [row["amount"] for row in taken] == list(found.truth.stolen.values())
    assert {row["sender"] for row in taken} == set(found.theft_addresses)
    assert found.since == taken[0]["time"]
    holder = taken[0]["recipient"]
    first = [row for row in plain(found.rows) if row["sender"] == holder and row["amount"] == 10_000 * ETHER]
    first = [row for row in first if row["status"] == Status.DONE and row["asset"] == ""]
    times = [row["time"] for row in first]
    assert len({row["recipient"] for row in first}) == len(first) == 40
    assert 0 <= times[0] - fact("split_from") < 12  # type: ignore[operator]
    assert 0 <= times[-1] - fact("split_to") < 12  # type: ignore[operator]
    assert any(b - a <= 48 for a, b in zip(times, times[8:], strict=False))  # type: ignore[operator]


def test_spam_carries_nothing_and_looks_alike() -> None:
    found, registry = made(), Registry("ethereum")
    fakes = {asset.key: asset for asset in found.assets if not asset.verified}
    assert len(fakes) == 2
    assert {imitates(asset.symbol, registry) for asset in fakes.values()} == {"ETH", "stETH"}
    rows = plain(found.rows)
    assert {row["asset"] for row in rows} >= set(fakes)
    zero = [row for row in rows if row["asset"] == STETH and row["amount"] == 0]
    assert zero
    sent = {row["recipient"] for row in zero if row["sender"] in found.truth.tainted}
    known = {address[:2] + address[-2:] for address in found.truth.tainted | {tag.address for tag in found.labels}}
    assert sum(isinstance(a, bytes) and a[:2] + a[-2:] in known for a in sent) > len(sent) * 0.9
    assert any(row["status"] == Status.FAILED for row in rows)


def test_the_score_sees_every_difference() -> None:
    truth = made().truth
    ends = list(truth.endpoints.items())
    perfect = score(truth, ends, truth.tainted)
    assert (perfect["recall"], perfect["precision"], perfect["exact"]) == (1.0, 1.0, True)
    assert all(error == 0 for part in perfect["error"].values() for error in part.values())
    worse = score(truth, ends[1:], [*sorted(truth.tainted)[1:], b"x" * 20, b"y" * 20])
    assert not worse["exact"]
    assert worse["recall"] < 1
    assert worse["precision"] < worse["recall"]
    (_, asset, reason, _), amount = ends[0]
    assert worse["error"][asset][reason] == pytest.approx(amount / truth.stolen[asset])


def test_labels_are_written_as_a_table(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(labels_csv(made().labels))
    rows = [fields for _, _, fields in read_table(file)]
    assert len(rows) == len(made().labels)
    for fields, tag in zip(rows, made().labels, strict=True):
        assert not isinstance(fields, str)
        assert parse_address(fields["address"]) == tag.address
        assert (fields["entity"], fields["category"], fields["confidence"]) == (
            tag.entity,
            tag.category,
            str(tag.confidence),
        )


def test_background_alone_is_deterministic_and_heavy_tailed() -> None:
    table = background(50_000, 3)
    assert table.num_rows == 50_000
    assert table.schema == ROWS
    assert table.equals(background(50_000, 3))
    _, degree = np.unique(np.array(table["sender"].to_pylist()), return_counts=True)
    assert degree.max() > 100 * np.median(degree)
    amounts = [
        int.from_bytes(v, "big")
        for v, a in zip(table["amount"].to_pylist(), table["asset"].to_pylist(), strict=True)
        if a == ""
    ]
    assert 0.05 < sum(amount >= 2**63 for amount in amounts) / len(amounts) < 0.09
