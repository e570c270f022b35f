"""A custodian's wallets on real legs, whose pairs were joined by hand: no pair that is wrong, and that of one coin."""

import csv
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cointrail.chains import Asset
from cointrail.conversions.bridges import Crossings, shipped, unkeyed
from cointrail.ledger import open_ledger
from cointrail.ledger.importer import import_tables
from tests import making
from tests.conversions.mainnet import DATA

FILE = DATA / "bridges" / "chainge_radiant" / "chainge_bridge_pairs.csv"
CHAINS = {"ETH": ("ethereum", "ETH"), "BSC": ("bsc", "BNB"), "ARB": ("arbitrum", "ETH")}


@pytest.mark.skipif(not FILE.is_file(), reason="no legs of Chainge here (COINTRAIL_DATA names the data)")
def test_legs_of_wallets_are_joined_only_where_they_belong_together(tmp_path: Path) -> None:
    with FILE.open(newline="") as text:
        legs = list(csv.DictReader(text))
    rows = defaultdict(list)
    for leg in legs:
        whole, _, part = leg["value_native"].partition(".")
        time = int(datetime.fromisoformat(leg["timestamp"]).replace(tzinfo=UTC).timestamp())
        sides = {name: bytes.fromhex(leg[key].removeprefix("CHAINGE:")[2:]) for name, key in SIDES.items()}
        amount = int(whole + part.ljust(18, "0"))
        tx = bytes.fromhex(leg["tx_hash"][2:])
        rows[leg["chain"]].append(making.row(time // 12, 1, 2, amount, time=time, tx=tx, asset="") | sides)
    ledgers = []
    for code, some in rows.items():
        chain, symbol = CHAINS[code]
        native = Asset("", symbol, 18, "native")
        import_tables([("test", making.table(some))], tmp_path / chain, chain, lambda key, native=native: native)  # type: ignore[misc]
        ledgers.append(open_ledger(tmp_path / chain))
    found = unkeyed(ledgers, Crossings([], [], []), shipped())
    assert len(found.legs) == len(legs)
    pair_of = {leg["tx_hash"]: leg["pair"] for leg in legs}
    named = [[pair_of[f"0x{found.legs[p].tx.hex()}"] for p in (x.deposit, x.withdrawal)] for x in found.links]
    assert all(out == into for out, into in named)
    likeliest = max([*found.links, *found.candidates], key=lambda one: one.confidence)
    assert pair_of[f"0x{found.legs[likeliest.deposit].tx.hex()}"] == "10"
    assert pair_of[f"0x{found.legs[likeliest.withdrawal].tx.hex()}"] == "10"


SIDES = {"sender": "from", "recipient": "to"}
