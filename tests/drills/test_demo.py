"""The demonstration, from the heist to the score."""

from pathlib import Path

import pytest

from cointrail.drills.demo import Demo, run
from cointrail.errors import InputError
from cointrail.tracing import write


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return run(20_000, 5, tmp_path_factory.mktemp("demo") / "out")


def test_every_endpoint_agrees_with_the_truth(done: Demo) -> None:
    assert done.score["exact"]
    assert done.score["recall"] == done.score["precision"] == 1.0
    assert all(done.trail.balanced(name) for name in done.trail.flows)


def test_the_trail_goes_through_swaps_and_over_the_bridge(done: Demo) -> None:
    flow, truth, ledgers = done.trail.flows["fifo"], done.heist.truth, done.trail.ledgers
    turned = [
        {ledgers.assets[asset].key: amount for asset, amount in sums.items() if amount}
        for sums in (flow.left, flow.came)
    ]
    assert turned == [truth.left, truth.came]
    bridged = {end for end in truth.endpoints if end[2] == "bridge"}
    assert bridged and all(end[3] and end[3].startswith("bitcoin bc1q") for end in bridged)
    labels = {end.stop.label for end in flow.endpoints.values() if end.stop.reason == "bridge"}
    assert len(labels) == 1
    assert any(move.crossing >= 0 for move in flow.moves)  # a refund


def test_fake_tokens_are_listed_and_not_traced(done: Demo) -> None:
    verified = {asset.key for asset in done.trail.ledger.assets if asset.verified}
    traced = {done.trail.ledger.assets[asset].key for flow in done.trail.flows.values() for asset in flow.stolen}
    assert traced <= verified
    assert len(done.trail.ledger.assets) > len(verified)


def test_the_same_seed_writes_the_same_bytes(done: Demo, tmp_path: Path) -> None:
    again = run(20_000, 5, tmp_path / "out")
    write(done.trail, tmp_path / "one")
    write(again.trail, tmp_path / "two")
    for name in ("trail.json", "movements.csv", "movements.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(InputError, match="something else"):
        run(20_000, 1, tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "keep"
