"""The default trace in haystacks: the same code as `make accuracy`, at fewer seeds."""

import os
from pathlib import Path

import pytest

from cointrail.drills.haystack import load, style
from cointrail.drills.trial import trial

DATA = Path(os.environ.get("COINTRAIL_DATA", Path(__file__).parents[3] / "shared" / "data")) / "tracing"
CASE = DATA / "atomic_wallet_2023"
LEAST = {False: (0.97, 0.95), True: (0.95, 0.80)}  # recall and precision, with all labels and with half of them


@pytest.mark.skipif(not CASE.is_dir(), reason="the annotated cases are not here (set COINTRAIL_DATA)")
@pytest.mark.parametrize("halved", [False, True])
@pytest.mark.parametrize("kind", ["quiet", "busy", "spam", "clean", "bursts"])
def test_default_trace_finds_the_wallets_and_no_others(kind: str, halved: bool, tmp_path: Path) -> None:
    found = trial(load(CASE), style(kind, 11), tmp_path / "ledger", halved)
    recall, precision = LEAST[halved]
    assert found.transfers >= 300_000
    assert found.recall >= recall
    assert found.precision >= precision
