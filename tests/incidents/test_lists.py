"""Lists of thefts: every row is a record, every quirk has its name, what cannot be read is told with its line."""

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cointrail.errors import InputError
from cointrail.incidents import Incident, catalogue
from cointrail.incidents.lists import Reading, read_list
from cointrail.incidents.lists.comparing import compared
from cointrail.incidents.lists.draft import quirks
from cointrail.incidents.lists.losses import losses

TODAY = date(2026, 11, 28)
DATA = Path(os.environ.get("COINTRAIL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")) / "incidents"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no lists of thefts here (COINTRAIL_DATA names the data)")
FILES = {  # where a list is, how many rows it has as its own description says, and what is odd about it
    "defillama/defi_exploits.csv": (
        449, {"returned-is-not-recovery", "returned-exceeds-loss", "no-amount", "zero-amount"},
    ),
    "defillama/defillama_hacks_nexus.json": (470, {"scaled-amounts", "zero-amount"}),
    "defihacklabs/incidents.csv": (
        856, {"currency-missing", "coins-only", "several-sums", "decimal-comma", "loss-unreadable", "no-amount"},
    ),
    "dn_institute/incidents.csv": (124, {"two-dates", "no-amount", "no-incident", "amount-differs"}),
    "dprk/dprk_incidents_tayvano.csv": (
        84, {"combined-row", "year-precision", "zero-amount", "no-amount", "later-date", "amount-differs"},
    ),
    "bridge_hacks_sok/data/all_bridge_hacks.csv": (33, {"month-precision", "amount-differs"}),
    "physical_attacks/attacks.csv": (309, {"mention-is-no-loss", "month-precision", "uncertain-date", "no-amount"}),
    "incidents.csv": (
        687, {"double-count", "excluded-from-totals", "month-precision", "year-precision", "default-attack",
              "selected-amount", "returned-is-not-recovery", "estimated-worth"},
    ),
    "incident_claims.csv": (1018, {"denied-attribution"}),
    "dprk/dprk_yearly_totals.csv": (25, {"zero-amount"}),
    "published_yearly_totals.csv": (41, {"revision-in-note"}),
    "bridge_hacks_sok/bridge_hacks/txs_and_addresses_hashes.md": (18, {"no-incident"}),
}  # fmt: skip


def reading(name: str) -> Reading:
    return compared(read_list(DATA / name, TODAY), catalogue(), TODAY)


def objects(sums: list[int]) -> list[dict[str, object]]:
    rest: dict[str, object] = {"date": "2024-01-01", "technique": None, "chain": []}
    return [{"protocol": f"alpha{n}", "loss_usd": value} | rest for n, value in enumerate(sums)]


def claimed(found: Reading, name: str, field: str) -> list[str]:
    return [claim.value for one in found.records if one.name == name for claim in one.claims if claim.field == field]


@needs_data
@pytest.mark.parametrize("name", FILES)
def test_every_row_is_a_record_and_every_quirk_has_its_name(name: str) -> None:
    found = reading(name)
    rows, odd = FILES[name]
    assert found.rows == len(found.records) == rows and not found.bad
    assert odd <= set(found.quirks()), odd - set(found.quirks())
    assert set(found.quirks()) <= set(quirks())


@needs_data
def test_sums_in_another_unit_are_scaled_back() -> None:
    raw = read_list(DATA / "defillama/defillama_hacks_nexus.json", TODAY)
    right = compared(raw, catalogue(), TODAY)
    assert claimed(raw, "Super Sushi Samurai", "usd") == ["4800000000000"]
    assert claimed(right, "Super Sushi Samurai", "usd") == ["4800000"]
    assert right.notes == {"scaled-amounts": "divided by 1000000"}
    alone = compared(raw, {}, TODAY)  # with nothing to compare with, no median theft is of thousands of billions
    assert claimed(alone, "Super Sushi Samurai", "usd") == ["4800000"]
    table = read_list(DATA / "defillama/defi_exploits.csv", TODAY)
    assert not compared(table, catalogue(), TODAY).notes and not compared(table, {}, TODAY).notes


@needs_data
def test_what_is_called_returned_is_no_recovery_where_it_equals_the_loss() -> None:
    found = reading("defillama/defi_exploits.csv")
    for name, value in (("Bybit", "1400000000"), ("DMM Bitcoin", "305000000")):
        assert claimed(found, name, "recovered") == [] and claimed(found, name, "made_whole") == [value]
    assert claimed(found, "GMX V1 Perps", "recovered") == ["40000000"]
    assert claimed(found, "Euler V1", "recovered") == ["240000000"]


@needs_data
def test_dates_are_never_more_exact_than_they_were_told() -> None:
    assert claimed(reading("bridge_hacks_sok/data/all_bridge_hacks.csv"), "Ronin", "date") == ["2022-03"]
    found = reading("dprk/dprk_incidents_tayvano.csv")
    (ronin,) = [one for one in found.records if one.name == "Ronin Bridge"]
    assert "later-date" in ronin.quirks  # the day of the attribution
    assert claimed(found, "Bithumb", "date") == ["2017"]


@needs_data
def test_totals_are_published_figures_and_checked_against_the_rows() -> None:
    rows = read_list(DATA / "dprk/dprk_incidents_tayvano.csv", TODAY)
    known = {f"dprk/{one.id}": Incident(f"dprk/{one.id}", one.name, one.claims) for one in rows.records}
    totals = compared(read_list(DATA / "dprk/dprk_yearly_totals.csv", TODAY), known, TODAY)
    odd = {one.name: one.quirks["sums-disagree"] for one in totals.records if "sums-disagree" in one.quirks}
    assert odd["tayvano_repo of 2020"] == "2020: printed 307726000, rows 306933000"
    assert "tayvano_repo of 2023" in odd and "tayvano_repo of 2018" not in odd
    revised = [one for one in reading("published_yearly_totals.csv").records if "revision-in-note" in one.quirks]
    said = {(one["value"], one.get("said", "")) for row in revised for one in row.figures}
    assert {("428.8 million", ""), ("506 million", "by 2026-11")} <= said


@needs_data
def test_the_sum_of_several_thefts_is_that_of_none() -> None:
    found = reading("dprk/dprk_incidents_tayvano.csv")
    assert claimed(found, "Alphapo + Coinspaid", "usd") == []
    assert claimed(found, "Alphapo + Coinspaid", "combined") == ["97000000"]


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("$8.2 million", [(8_200_000, "USD")]),
        ("~ 120M USD", [(120_000_000, "USD")]),
        ("$.8 million", [(800_000, "USD")]),
        ("11 Million $", [(11_000_000, "USD")]),
        ("365K", [(365_000, "")]),
        ("158.28 WETH and 535,706 USDT", [("158.28", "WETH"), (535_706, "USDT")]),
        ("153,037 ETH (~$30M)", [(153_037, "ETH"), (30_000_000, "USD")]),
        ("~$1,6M", [("1600000.0", "USD")]),
        ("155 $ETH", [(155, "ETH")]),
        ("~$127ETH", [(127, "ETH")]),
        ("$820k(2500BNB)", [(820_000, "USD"), (2500, "BNB")]),
        ("819 BNB (~224k$)", [(819, "BNB"), (224_000, "USD")]),
        ("~$ 827 USDC", [(827, "USDC")]),
        ("HK$1.4M", [(1_400_000, "HKD")]),
        ("20 million rubles", [(20_000_000, "RUB")]),
        ("Rs 300 crore; $50 million", [(3_000_000_000, "INR"), (50_000_000, "USD")]),
        ("1 NFT", []),
        ("All funds returned", []),
        ("```sh", []),
    ],
)
def test_losses_as_people_write_them(text: str, sums: list[tuple[object, str]]) -> None:
    assert [(one.value, one.code) for one in losses(text)] == [(Decimal(str(value)), code) for value, code in sums]


def test_a_bad_row_is_told_with_its_line_and_too_many_refuse_the_file(tmp_path: Path) -> None:
    good = "2018-03-18,Some Bridge,8500000\n"
    (tmp_path / "l.csv").write_text("date,victim,usd_stolen\n" + good * 150 + "2018-99-18,Other,1\n")
    found = read_list(tmp_path / "l.csv", TODAY)
    assert (found.rows, len(found.records)) == (151, 150)
    assert found.bad[0].startswith(f"{tmp_path / 'l.csv'}, line 152: '2018-99-18' is no date")
    assert len({one.id for one in found.records}) == 150  # rows alike are kept apart
    with pytest.raises(InputError, match="line 152"):
        read_list(tmp_path / "l.csv", TODAY, strict=True)
    (tmp_path / "l.csv").write_text("date,victim,usd_stolen\n" + good + "2031-01-01,Other,-5\n")
    with pytest.raises(InputError, match="1 bad rows of 2"):
        read_list(tmp_path / "l.csv", TODAY)


@pytest.mark.parametrize(
    "text",
    ["a,b\n1,2\n", "", "[1]", "[{}]", "[" * 100_000, '{"a": 1}', "date,victim,usd_stolen\n1,2\n", "\x00", "| a |\n"],
)
def test_what_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "l").write_text(text)
    if text == "| a |\n":
        assert not read_list(tmp_path / "l", TODAY).records
        return
    with pytest.raises(InputError):
        read_list(tmp_path / "l", TODAY)


def test_a_sum_beyond_all_thefts_is_left_out(tmp_path: Path) -> None:
    rows = objects([10**13 if n == 4 else 10**6 for n in range(9)])
    (tmp_path / "l.json").write_text(json.dumps(rows))
    found = compared(read_list(tmp_path / "l.json", TODAY), {}, TODAY)
    assert found.quirks()["implausible-amount"] == 1 and not found.notes
    assert claimed(found, "alpha4", "usd") == [] and claimed(found, "alpha3", "usd") == ["1000000"]


def test_a_scale_needs_most_of_the_known_thefts(tmp_path: Path) -> None:
    sums = [7_000 * (n + 1) for n in range(8)]
    (tmp_path / "l.json").write_text(json.dumps(objects(sums)))
    first = compared(read_list(tmp_path / "l.json", TODAY), {}, TODAY)
    known = {one.id: Incident(one.id, one.name, one.claims) for one in first.records}
    (tmp_path / "m.json").write_text(json.dumps(objects([1000 * one for one in sums])))
    scaled = compared(read_list(tmp_path / "m.json", TODAY), known, TODAY)
    assert scaled.notes == {"scaled-amounts": "divided by 1000"}
    assert [one.claims[1].value for one in scaled.records] == [one.claims[1].value for one in first.records]
