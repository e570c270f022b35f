"""Traces that come to CoinJoins: they end there, and say how much of each output can be stolen."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cointrail.reports.schema import validate
from cointrail.tracing import Settings, Theft, trace
from cointrail.tracing.results import Results
from tests.spending import Spend, address, identity, ledger

POOL, FEE = 5_000_000, 4_000
NEW = Spend("new", (), [("victim", POOL + FEE), *((f"n{n}", POOL) for n in range(1, 5))])
THEFT = Spend("theft", [("new", 0)], [("thief", POOL + FEE)])
MIX = Spend("mix", [("theft", 0), *(("new", n) for n in range(1, 5))], [(f"m{n}", POOL) for n in range(5)])
PAY = Spend("pay", [("mix", 0)], [("shop", POOL)])


def told(folder: Path, spends: list[Spend], theft: Theft | None = None, **more: Any) -> dict[str, Any]:
    """What trail.json says of the theft of the transaction `theft`."""
    theft = theft or Theft(transactions=(identity("theft"),))
    settings = Settings(more.pop("policies", ("fifo",)), bounds=True, **more)
    content = Results(trace(ledger(folder / "l", spends), theft, settings=settings)).trail_json()
    validate(content)
    return content


def ends(content: dict[str, Any], policy: str = "fifo") -> list[tuple[str, str, str | None, str]]:
    return [
        (one["address"], one["reason"], one["label"], one["amount"]) for one in content["policies"][policy]["endpoints"]
    ]


def test_a_trail_ends_at_a_mix_and_lists_what_each_output_can_hold(tmp_path: Path) -> None:
    content = told(tmp_path, [NEW, THEFT, MIX, PAY])
    name = f"tx:{identity('mix').hex()}"
    assert ends(content) == [(name, "mixer", "whirlpool", "0.05004")]
    assert [(one["address"], one["least"], one["most"]) for one in content["bounds"]] == [(name, "0.05004", "0.05004")]
    [mix] = content["coinjoins"]
    assert (mix["tx"], mix["kind"], mix["stolen"]) == (identity("mix").hex(), "whirlpool", "0.05004")
    assert [one["output"] for one in mix["outputs"]] == [0, 1, 2, 3, 4]
    assert {(one["least"], one["most"]) for one in mix["outputs"]} == {("0", "0.05")}
    # a fifth of what is stolen, less its part of the fee
    expected = Decimal(POOL + FEE) * POOL / (5 * POOL + FEE) / 10**8
    assert {Decimal(one["expected"]) for one in mix["outputs"]} == {round(expected, 8)}


def test_whoever_wants_goes_on_by_the_rule_of_the_policy(tmp_path: Path) -> None:
    content = told(tmp_path, [NEW, THEFT, MIX, PAY], coinjoins=True)
    assert content["coinjoins"] == [] and content["parameters"]["coinjoins"]
    assert sum(Decimal(amount) for *_, amount in ends(content)) == Decimal("0.05004")
    assert {reason for _, reason, *_ in ends(content)} == {"unspent"}


@pytest.mark.parametrize("policy", ["fifo", "haircut"])
def test_a_change_is_its_payers_and_half_of_an_input_is_half(policy: str, tmp_path: Path) -> None:
    """The thief's coin is half stolen; the change is of a known input, and the rest of it may be anywhere."""
    new = Spend("new", (), [("victim", 100_000), ("thief", 100_000), ("b", 350_000), ("c", 280_000)])
    theft = Spend("theft", [("new", 0)], [("thief", 100_000)])
    join = Spend("gather", [("theft", 0), ("new", 1)], [("thief", 200_000)])
    made = [("x", 150_000), ("y", 150_000), ("z", 150_000), ("tc", 49_000), ("bc", 199_000), ("cc", 129_000)]
    mix = Spend("mix", [("gather", 0), ("new", 2), ("new", 3)], made)
    content = told(tmp_path, [new, theft, join, mix], policies=(policy,))
    [row] = content["coinjoins"]
    assert (row["kind"], row["stolen"]) == ("joinmarket", "0.001")
    # 49,000 of the thief's 200,000 came back, of which 100,000 were clean; 1,500 may have been earned or paid
    by_place = {one["output"]: one for one in row["outputs"]}
    assert (by_place[3]["least"], by_place[3]["expected"], by_place[3]["most"]) == ("0", "0.000245", "0.00049")
    assert (by_place[4]["least"], by_place[4]["most"]) == ("0", "0.000015")
    assert all(by_place[place]["most"] == "0.001" for place in range(3))


def test_the_payment_before_a_mix_is_gone_through(tmp_path: Path) -> None:
    """A pool's fee, outputs that are each worth its value and the miners' fee, and change."""
    new = Spend("new", (), [("victim", 20_000_000), *((f"n{n}", POOL) for n in range(1, 5))])
    theft = Spend("theft", [("new", 0)], [("thief", 20_000_000)])
    made = [("pool", 175_000), *((f"p{n}", POOL + FEE) for n in range(3)), ("left", 4_700_000), ("return x", 0)]
    tx0 = Spend("tx0", [("theft", 0)], made)
    mix = Spend("mix", [("tx0", 1), *(("new", n) for n in range(1, 5))], [(f"m{n}", POOL) for n in range(5)])
    content = told(tmp_path, [new, theft, tx0, mix])
    assert {(reason, label) for _, reason, label, _ in ends(content)} == {
        ("mixer", "whirlpool"),
        ("unspent", None),
        ("fee", None),
    }
    assert [row["stolen"] for row in content["coinjoins"]] == ["0.05004"]


def test_backward_too(tmp_path: Path) -> None:
    content = told(tmp_path, [NEW, THEFT, MIX, PAY], Theft(addresses=(address("shop"),), direction="backward"))
    assert [end[1:] for end in ends(content)] == [("mixer", "whirlpool", "0.05")]
    assert content["coinjoins"][0]["outputs"] == []
