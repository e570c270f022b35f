"""The table of pools against lists of others, and the rules that need addresses alone on real lists."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from cointrail.chains import chain, parse_address
from cointrail.chains.asset import Registry
from cointrail.conversions.bridges import extended
from cointrail.conversions.mixers.pools import shipped
from cointrail.conversions.mixers.pools.clues import same
from cointrail.conversions.mixers.pools.table import read
from cointrail.labels import stops
from cointrail.labels.store import Labels
from tests.conversions.bridge import DATA

LISTS = (
    DATA / "mixers" / "tornado_lambdaclass" / "tornado_pools.json",
    DATA / "labels" / "tutela" / "tornado_pools.json",
)
LAMBDA = DATA / "mixers" / "tornado_lambdaclass"
CLUES = DATA / "mixers" / "tornado_shuxuno" / "tornadocash_onestep_clues.csv"
CTOKENS = {"cDAI": 8, "cUSDC": 8}
COUNTS = {  # kind and chain to how many pools there are
    "ethereum": 28, "bsc": 4, "polygon": 4, "optimism": 4, "arbitrum": 4, "gnosis": 4, "avalanche": 3,
}  # fmt: skip


def there(path: Path) -> Path:
    if not path.is_file():
        pytest.skip(f"no {path.name} here; COINTRAIL_DATA names the folder that holds the data")
    return path


def test_every_row_is_sound() -> None:
    table = shipped()
    counts = {name: len(table.on(name)) for name in COUNTS}
    assert counts == COUNTS and sum(counts.values()) == len(table.pools)
    for pool in table.pools.values():
        number, symbol = pool.name.split()
        known = None if not pool.asset else Registry(pool.chain).get(pool.asset)
        decimals = chain(pool.chain).decimals if not pool.asset else known.decimals if known else CTOKENS[symbol]
        assert Decimal(pool.denomination) == Decimal(number) * 10**decimals
        assert known is None or known.symbol == symbol
        assert pool.since and pool.source.startswith("https://")
    assert {name for name, _ in table.routers} == set(COUNTS) and len(table.registries) == 1


def test_the_label_store_stops_at_each_of_them(tmp_path: Path) -> None:
    table, store = shipped(), Labels(tmp_path)
    for _, address in (*table.pools, *table.routers):
        [said] = [one for one in store.at(address, None) if stops(one)]  # OFAC's listing of some stops nothing
        assert said.category == "mixer"


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.parent.name)
def test_every_pool_of_other_lists_is_known_with_its_denomination(path: Path) -> None:
    for address, name in json.loads(there(path).read_text()).items():
        assert shipped().pools["ethereum", parse_address(address)].name == name


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"kind": "pond"}, "no known kind"),
        ({"denomination": "0"}, "more than nothing"),
    ],
)
def test_rows_that_are_none_are_refused(row: dict[str, str], why: str) -> None:
    sound = {
        "kind": "pool", "chain": "ethereum", "address": "0x" + "11" * 20, "asset": "", "denomination": "5",
        "since": "", "name": "5", "source": "",
    }  # fmt: skip
    assert len(read([sound]).pools) == 1
    with pytest.raises(ValueError, match=why):
        read([sound | row])
    with pytest.raises(ValueError, match="there twice"):
        read([sound, sound | {"kind": "router"}])


def test_an_import_keeps_the_events_of_pools() -> None:
    assert not shipped().topics & extended(()).wanted().topics
    assert shipped().topics <= extended(()).wanted().also(shipped().topics).topics


def addresses(name: str) -> list[bytes]:
    with there(LAMBDA / name).open(encoding="utf-8", newline="") as text:
        return [parse_address(row[0]) for row in list(csv.reader(text))[1:]]


def test_addresses_that_deposited_and_were_paid_are_as_many_as_in_the_real_lists() -> None:
    depositors, recipients = addresses("deposit_addresses.csv"), addresses("withdraw_addresses.csv")
    assert (len(depositors), len(recipients)) == (23_504, 32_528)
    plain = 0  # the same by sorted texts
    other = sorted({one.hex() for one in recipients})
    for one in {one.hex() for one in depositors}:
        low, high = 0, len(other)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if other[middle] < one else (low, middle)
        plain += low < len(other) and other[low] == one
    assert len(same(depositors, recipients)) == plain == 5_866


@pytest.mark.parametrize(
    ("name", "pairs", "alike"),
    [("third_heruristic_linked_addresses.csv", 1_727, 670), ("fourth_heuristic_linked_addresses.csv", 300, 23)],
)
def test_pairs_of_one_address_are_as_many_as_in_the_real_lists(name: str, pairs: int, alike: int) -> None:
    with there(LAMBDA / name).open(encoding="utf-8", newline="") as text:
        listed = [tuple(map(parse_address, row)) for row in list(csv.reader(text))[1:]]
    assert len(listed) == pairs
    assert sum(bool(same([one], [other])) for one, other in listed) == alike


def test_every_direct_link_by_address_of_the_real_list_is_one() -> None:
    """Of 3,965 links that the list calls direct, 3,899 are of the first type: the same address on both sides."""
    with there(CLUES).open(encoding="utf-8", newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["clue"] == "direct_linkage"]
    said = [bool(same([parse_address(r["deposit_address"])], [parse_address(r["withdraw_address"])])) for r in rows]
    assert (len(rows), sum(said)) == (3_965, 3_899)
    assert all(found == (row["clue_type"] == "dl_1") for found, row in zip(said, rows, strict=True))
