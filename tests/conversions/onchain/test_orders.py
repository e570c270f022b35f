"""Traces of stolen ETH through orders on a real node, against what the contracts themselves hold."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cointrail import Ledger
from cointrail.conversions.bridges import crossings_of
from cointrail.tracing.policies import CONSERVING
from tests.cli.command import done
from tests.conversions.onchain.imported import load
from tests.conversions.onchain.orders_on_chain import STOLEN, Fill, World, orders_on_chain
from tests.tracing.following import Json


class Traced(NamedTuple):
    world: World
    ledger: Ledger
    trail: Json
    page: str
    folder: Path


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    folder = tmp_path_factory.mktemp("orders")
    with orders_on_chain() as world:
        ledger, _ = load(world.record, folder / "ledger")
        gold = f"contract,symbol,decimals\n{world.record.assets['GOLD']},GOLD,18\n"
        (folder / "tokens.csv").write_text(gold)
        done("asset", "import", folder / "tokens.csv", "--into", folder / "ledger")
        trail = trace(folder, "--tx", world.record.step("steal").tx)
        yield Traced(world, ledger, trail, (folder / "out" / "report.html").read_text(), folder)


def trace(folder: Path, *asked: object) -> Json:
    policies = [word for name in CONSERVING for word in ("--policy", name)]
    done("trace", folder / "ledger", *asked, *policies, "--no-hubs", "--bounds", "--out", folder / "out")
    found: Json = json.loads((folder / "out" / "trail.json").read_text())
    return found


def units(trail: Json, entry: Json, amount: str = "amount", asset: str = "asset") -> int:
    whole, _, rest = entry[amount].partition(".")
    return int(whole + rest.ljust(trail["assets"][entry[asset]]["decimals"], "0"))


def ends(trail: Json, policy: str) -> dict[tuple[str, str, str], int]:
    found = trail["policies"][policy]["endpoints"]
    return {(one["address"], one["asset"], one["reason"]): units(trail, one) for one in found}


def bought(fills: list[Fill]) -> int:
    return sum(fill.bought for fill in fills)


def test_ids_are_those_of_the_contract(traced: Traced) -> None:
    found = crossings_of([traced.ledger])
    placed = {leg.tx: leg.key for leg in found.legs if leg.side == "deposit"}
    for order in traced.world.orders.values():
        assert placed[bytes.fromhex(order.placed.tx[2:])] == order.uid.hex()


@pytest.mark.parametrize("policy", CONSERVING)
def test_the_theft_ends_where_it_was_cashed_out_to_the_wei(traced: Traced, policy: str) -> None:
    world, trail = traced.world, traced.trail
    people, assets, record = world.record.people, world.record.assets, world.record
    assert trail["policies"][policy]["balanced"] is True
    found = ends(trail, policy)
    assert found.pop((record.contracts["flow"], "ETH", "order")) == world.orders["open"].amount
    gold = found.pop((people["exchange"], assets["GOLD"], "unspent"))
    assert gold == bought(world.fills["parts"]) == record.closing[people["exchange"], assets["GOLD"]]
    # the accomplice got the same token from the trader, in the same settlement: all of it was cashed out
    whole = bought(world.fills["whole"])
    assert found.pop((people["exchange"], assets["USDC"], "unspent")) == whole
    assert record.closing[people["exchange"], assets["USDC"]] == whole + bought(world.fills["trader again"])
    ether = found.pop((people["exchange"], "ETH", "unspent"))
    kept, fees = found.pop((people["thief"], "ETH", "unspent")), found.pop((None, "ETH", "fee"))  # type: ignore[arg-type]
    assert not found
    sold = sum(fill.sold for name in ("whole", "parts") for fill in world.fills[name])
    assert ether + kept + fees + sold + world.orders["open"].amount == STOLEN
    assert ether == record.step("cash out ETH").gain(people["exchange"])


def test_every_order_is_a_conversion_with_both_transactions(traced: Traced) -> None:
    world, trail = traced.world, traced.trail
    turns = [one for one in trail["policies"]["fifo"]["conversions"] if one["rule"] == "order_id"]
    record = world.record
    wanted = {
        (world.orders["whole"].placed.tx, record.step("first batch").tx): (
            fill := world.fills["whole"][0],
            fill.bought,
        ),
        **{
            (world.orders["parts"].placed.tx, record.step(name).tx): (one, one.bought)
            for name, one in zip(("first batch", "second batch"), world.fills["parts"], strict=True)
        },
    }
    for one in turns:
        assert (one["bridge"], one["rate"], one["confidence"]) == ("cow-eth-flow", None, 1.0)
        assert one["chain"] == one["to_chain"] == "ethereum"
        assert one["tx"] in one["evidence"] and one["to_tx"] in one["evidence"]
        both = wanted.pop((one["tx"], one["to_tx"]), None)
        if both is not None:
            told, paid = both
            assert (units(trail, one), units(trail, one, "to_amount", "to_asset")) == (told.sold, paid)
            assert told.order.uid.hex() in one["evidence"]
    assert not wanted
    back = {one["to_tx"] for one in turns if one["asset"] == one["to_asset"]}
    assert back == {record.step("take back").tx, record.step("give back").tx}


@pytest.mark.parametrize("policy", CONSERVING)
def test_every_figure_is_within_its_bounds(traced: Traced, policy: str) -> None:
    known = {(one["address"], one["asset"]): one for one in traced.trail["bounds"]}
    ether = [one for one in traced.trail["policies"][policy]["endpoints"] if one["asset"] == "ETH"]
    assert len(ether) == 4
    for one in ether:
        bound = known[one["address"], "ETH"]
        least, most = units(traced.trail, bound, "least"), units(traced.trail, bound, "most")
        assert least <= units(traced.trail, one) <= most


def test_the_page_shows_them(traced: Traced) -> None:
    assert "cow-eth-flow" in traced.page and traced.world.orders["whole"].uid.hex() in traced.page
    assert "never measured" in traced.page and "Order not settled" in traced.page


def test_lies_are_findings(traced: Traced) -> None:
    lies = {(one.kind, "0x" + one.tx.hex()) for one in crossings_of([traced.ledger]).findings}
    assert ("foreign_contract", traced.world.record.step("lie").tx) in lies
    kinds = {(one["kind"], one["tx"]) for one in traced.trail["findings"]}
    assert ("unclaimed_deposit", traced.world.orders["open"].placed.tx) in kinds


@pytest.mark.parametrize("name", ["trader", "trader again"])
def test_the_traders_orders_are_the_traders(traced: Traced, name: str) -> None:
    """The same settlement, from the other side: it has its own payment, and nothing of the thief's."""
    world, people = traced.world, traced.world.record.people
    trail = trace(traced.folder, "--tx", world.orders[name].placed.tx, "--from", people["trader"])
    place = (people["trader"], "returned") if name == "trader" else (people["exchange"], "unspent")
    for policy in CONSERVING:
        found = {
            (who, reason): amount for (who, asset, reason), amount in ends(trail, policy).items() if asset != "ETH"
        }
        assert sum(found.values()) == bought(world.fills[name])
        assert found.keys() <= {place, (people["trader"], "unspent")}


def test_backward_from_where_it_was_cashed_out(traced: Traced) -> None:
    """Through the order to who placed it, and to where the victim's money came from."""
    world, people = traced.world, traced.world.record.people
    trail = trace(traced.folder, "--direction", "backward", "--tx", world.record.step("cash out GOLD").tx)
    sold = sum(fill.sold for fill in world.fills["parts"])
    assert ends(trail, "fifo") == {(people["maker"], "ETH", "opening"): sold}
    assert {one["address"] for one in trail["policies"]["fifo"]["conversions"]} == {people["thief"]}
