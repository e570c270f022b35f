"""Walks over bridges, between two ledgers: both directions, what stays behind, and deposits without another side."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import cointrail
from cointrail import Ledger, Settings
from cointrail.chains import Asset
from cointrail.conversions.bridges import Crossing, Crossings, Leg, shipped
from cointrail.labels import import_labels
from cointrail.ledger.event import Event
from cointrail.ledger.importer import import_tables
from cointrail.tracing import links
from cointrail.tracing.policies import CONSERVING
from cointrail.tracing.results import Results
from tests import making
from tests.making import address, row
from tests.tracing.following import Json, text, theft

THIEF, FRESH, POOL, OUT, BRIDGE, FAR_BRIDGE, RELAYER, STRANGER = 1, 2, 5, 6, 8, 9, 10, 11
FAR = "arbitrum"


def ledger(folder: Path, chain: str, rows: list[Json], told: list[Json]) -> Ledger:
    """Rows, and one event in the transaction of each row that is `told`."""
    events = [
        Event(one["block"], one["time"], one["tx"], one["tx_index"], 90 + place, address(BRIDGE), None, (), b"")
        for place, one in enumerate(told)
    ]
    import_tables([("test", making.table(rows))], folder, chain, lambda key: Asset(key, key, 0, "named"), events=events)
    return cointrail.open_ledger(folder)


def leg(side: str, chain: str, at: Json, contract: int, recipient: int, amount: int, **more: object) -> Leg:
    said = {
        "side": side, "bridge": "test bridge", "chain": chain, "tx": at["tx"], "block": at["block"],
        "time": at["time"], "position": at["position"], "contract": address(contract), "vault": None, "token": "COIN",
        "amount": amount, "sender": None, "recipient": text(recipient), "other_chain": "", "other_token": None,
        "other_amount": None, "key": "7", "memo": "", "status": "",
    }  # fmt: skip
    return Leg(**said | more)


def trace(ledgers: list[Ledger], asked: cointrail.Theft, *policies: str, **more: object) -> Json:
    settings = Settings(policies or ("fifo",), behaviour=None, **more)  # type: ignore[arg-type]
    return Results(cointrail.trace(ledgers, asked, settings=settings)).trail_json()


def ends(content: Json, policy: str = "fifo") -> dict[tuple[str, str, str], str]:
    found = content["policies"][policy]["endpoints"]
    return {(end["chain"], end["address"], end["reason"]): end["amount"] for end in found}


@pytest.fixture
def crossed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Ledger]:
    """100 stolen; 80 go over the bridge and come out as 79 to OUT, who pays 50 on; between, OUT gets 20 clean."""
    deposit, withdrawal = row(3, FRESH, BRIDGE, 80), row(9, RELAYER, OUT, 79)
    near = [row(1, 7, THIEF, 100), row(2, THIEF, FRESH, 100), deposit, row(4, BRIDGE, STRANGER, 80)]
    far = [row(5, STRANGER, OUT, 20), row(6, OUT, POOL, 5), withdrawal, row(10, OUT, POOL, 50)]
    legs = [
        leg("deposit", "ethereum", deposit, BRIDGE, OUT, 80, other_chain=FAR),
        leg("withdrawal", FAR, withdrawal, FAR_BRIDGE, OUT, 79),
    ]
    monkeypatch.setattr(
        links, "crossings_of", lambda ledgers, table: Crossings(legs, [Crossing(0, 1, "key", 1.0, 0)], [])
    )
    return [
        ledger(tmp_path / "near", "ethereum", near, [deposit]),
        ledger(tmp_path / "far", FAR, far, [withdrawal]),
    ]


def test_a_walk_goes_on_where_the_bridge_paid_out(crossed: list[Ledger]) -> None:
    content = trace(crossed, theft(THIEF), *CONSERVING)
    assert ends(content) == {
        ("ethereum", text(FRESH), "unspent"): "20",
        (FAR, text(OUT), "unspent"): "44",  # of what it pays on, 15 are what it had before
        (FAR, text(POOL), "unspent"): "35",
    }
    fifo = content["policies"]["fifo"]
    assert fifo["converted_out"] == {"ethereum:COIN": "80"} and fifo["converted_in"] == {f"{FAR}:COIN": "79"}
    shares = {(e["chain"], e["address"]): Fraction(e["share"]) for e in fifo["endpoints"]}
    assert sum(shares.values()) == 1 and shares["ethereum", text(FRESH)] == Fraction(1, 5)
    assert abs(shares[FAR, text(POOL)] - Fraction(80, 100) * Fraction(35, 79)) < Fraction(1, 10**12)
    [hop] = fifo["conversions"]
    assert (hop["chain"], hop["amount"], hop["to_chain"], hop["to_amount"]) == ("ethereum", "80", FAR, "79")
    assert (hop["address"], hop["to_address"], hop["bridge"]) == (text(FRESH), text(OUT), "test bridge")
    assert hop["to_tx"] != hop["tx"] and hop["to_time"] > hop["time"] and hop["confidence"] == 1.0


@pytest.mark.parametrize(("rule", "least"), [("key", ("29", "35")), ("amount_time", ("0", "0"))])
def test_bounds_go_on_over_a_bridge(
    crossed: list[Ledger], monkeypatch: pytest.MonkeyPatch, rule: str, least: tuple[str, str]
) -> None:
    """79 arrive at 15 clean ones, and 50 of all are paid on; where no key proves the link, perhaps none arrived."""
    if rule != "key":
        keyed = vars(links)["crossings_of"](crossed, shipped())
        joined = replace(keyed, links=[replace(keyed.links[0], rule=rule, confidence=0.97)])
        monkeypatch.setattr(links, "crossings_of", lambda ledgers, table: joined)
    content = trace(crossed, theft(THIEF), *CONSERVING, bounds=True)
    assert {(one["chain"], one["address"]): (one["least"], one["most"], one["sharp"]) for one in content["bounds"]} == {
        ("ethereum", text(FRESH)): ("20", "20", True),
        (FAR, text(OUT)): (least[0], "44", True),
        (FAR, text(POOL)): (least[1], "50", True),
    }
    assert content["bounds_note"] == (
        None if rule == "key" else "of what crossed by links that no key proves, nothing may have come"
    )


def test_order_of_ledgers_does_not_matter(crossed: list[Ledger]) -> None:
    one, other = trace(crossed, theft(THIEF)), trace(crossed[::-1], theft(THIEF))
    assert one["policies"] == other["policies"]


def test_backward_comes_out_at_the_deposit(crossed: list[Ledger]) -> None:
    content = trace(crossed, theft(POOL, direction="backward"))
    assert ends(content) == {
        (FAR, text(STRANGER), "opening"): "20",
        ("ethereum", address_text := text(7), "opening"): content["policies"]["fifo"]["converted_out"]["ethereum:COIN"],
    }
    assert address_text and int(content["policies"]["fifo"]["converted_out"]["ethereum:COIN"]) in (35, 36)


def test_without_the_far_ledger_the_endpoint_says_where_it_went(crossed: list[Ledger]) -> None:
    content = trace(crossed[:1], theft(THIEF))
    bridge = next(e for e in content["policies"]["fifo"]["endpoints"] if e["reason"] == "bridge")
    assert (bridge["amount"], bridge["label"], bridge["address"]) == ("80", "test bridge", text(BRIDGE))
    assert bridge["target"] == f"{FAR} {text(OUT)}" and text(OUT) in bridge["detail"]


def test_without_conversions_a_bridge_is_an_address_like_any_other(crossed: list[Ledger]) -> None:
    content = trace(crossed, theft(THIEF), conversions=False)
    assert ends(content)["ethereum", text(STRANGER), "unspent"] == "80"


def test_two_ledgers_of_one_chain_are_refused(crossed: list[Ledger]) -> None:
    with pytest.raises(cointrail.InputError, match="two ledgers hold ethereum"):
        trace([crossed[0], crossed[0]], theft(THIEF))


def test_a_deposit_in_a_swap_and_a_withdrawal_into_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """COIN is sold for GEM and GEM deposited at once; on the far side a pool gives COIN for the GEM that comes out."""
    tx = {"tx": (77).to_bytes(32, "big"), "tx_index": 0}
    near = [
        row(1, 7, THIEF, 100),
        row(2, THIEF, POOL, 100, **tx, position=0),
        swapped := row(2, POOL, BRIDGE, 50, **tx | {"position": 1}, asset="GEM"),
    ]
    far = [
        paid := row(9, FAR_BRIDGE, POOL, 48, **tx, position=0, asset="GEM"),
        row(9, POOL, OUT, 96, **tx | {"position": 1}),
        row(10, OUT, FRESH, 96),
    ]
    legs = [
        leg("deposit", "ethereum", swapped, BRIDGE, OUT, 50, token="GEM"),
        leg("withdrawal", FAR, paid, FAR_BRIDGE, OUT, 48, token="GEM"),
    ]
    monkeypatch.setattr(
        links, "crossings_of", lambda ledgers, table: Crossings(legs, [Crossing(0, 1, "key", 1.0, 0)], [])
    )
    ledgers = [ledger(tmp_path / "near", "ethereum", near, [swapped]), ledger(tmp_path / "far", FAR, far, [paid])]
    content = trace(ledgers, theft(THIEF), *CONSERVING)
    assert ends(content) == {(FAR, text(FRESH), "unspent"): "96"}
    [end] = content["policies"]["fifo"]["endpoints"]
    assert end["share"] == "1/1"


def routed(folder: Path) -> tuple[Ledger, list[Leg]]:
    """100 stolen; 80 go through a router to a vault, where others deposit too; 78 of them come back; 20 stay."""
    router, vault = POOL, FAR_BRIDGE
    tx = {"tx": (70).to_bytes(32, "big"), "tx_index": 0}
    back = {"tx": (71).to_bytes(32, "big"), "tx_index": 0}
    deposit = row(3, FRESH, router, 80, **tx, position=0)
    refund = row(9, vault, router, 78, **back, position=0)
    rows = [
        row(1, 7, THIEF, 100),
        row(2, THIEF, FRESH, 100),
        deposit,
        row(3, router, vault, 80, **tx | {"position": 1}),
        refund,
        row(9, router, FRESH, 78, **back | {"position": 1}),
        row(10, FRESH, OUT, 50),
    ]
    taken = leg("deposit", "ethereum", deposit, router, OUT, 80, vault=address(vault), other_chain="bitcoin")
    given = leg("withdrawal", "ethereum", refund, router, FRESH, 78, vault=address(vault))
    return ledger(folder / "near", "ethereum", rows, [deposit, refund]), [replace(taken, recipient="bc1q"), given]


def test_a_router_that_keeps_nothing_is_no_wallet_and_a_refund_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, legs = routed(tmp_path)
    monkeypatch.setattr(links, "crossings_of", lambda *more: Crossings(legs, [Crossing(0, 1, "key", 1.0, 0)], []))
    content = trace([near], theft(THIEF), *CONSERVING)
    for policy in CONSERVING:
        found = {(end["address"], end["reason"]): end["amount"] for end in content["policies"][policy]["endpoints"]}
        assert found == {(text(FRESH), "unspent"): "48", (text(OUT), "unspent"): "50"}
        assert content["policies"][policy]["addresses"] == 2  # FRESH and OUT, and not the router
        assert content["policies"][policy]["converted_out"] == {"COIN": "80"}
        assert content["policies"][policy]["converted_in"] == {"COIN": "78"}


def test_a_label_on_the_router_does_not_hide_where_the_deposit_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, legs = routed(tmp_path)
    monkeypatch.setattr(links, "crossings_of", lambda *more: Crossings(legs, [], []))  # the refund is not linked
    labels = tmp_path / "labels.csv"
    labels.write_text(f"address,entity,category,source\n{text(POOL)},A router,bridge,test\n")
    import_labels([labels], near.path)
    found = trace([cointrail.open_ledger(near.path)], theft(THIEF))["policies"]["fifo"]["endpoints"]
    [end] = [end for end in found if end["reason"] == "bridge"]
    assert (end["address"], end["amount"], end["target"]) == (text(FAR_BRIDGE), "80", "bitcoin bc1q")
