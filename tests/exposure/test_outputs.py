"""On output-based chains an address is all its outputs, and transactions only pass value through."""

from pathlib import Path

from cointrail.exposure import Exposure, Inquiry, Part, build, prove
from cointrail.exposure.said import UNKNOWN
from cointrail.labels import Label, Labels
from cointrail.ledger import Ledger
from cointrail.tracing.policies import POLICIES
from tests import spending
from tests.owners.world import World
from tests.spending import Spend

SPENDS = [
    Spend("mined", [], [("miner", 100)]),
    Spend("dark", [], [("mixer", 60)]),
    Spend("one", [("mined", 0), ("dark", 0)], [("anna", 100), ("ben", 58)]),  # two stay as its fee
    Spend("two", [("one", 0)], [("exchange", 40), ("anna", 60)]),
]


def opened(folder: Path) -> tuple[Ledger, Labels]:
    ledger = spending.ledger(folder, SPENDS)
    labels = Labels(folder)
    said = {"miner": "mining", "mixer": "mixer", "exchange": "exchange"}
    labels.add(
        Label(spending.address(who), None, who, category, None, None, "test", None, None, None, None, "test")
        for who, category in said.items()
    )
    return ledger, labels


def parts(found: Exposure, direction: str) -> dict[str, tuple[int, int, int]]:
    return {p.category: (p.direct, p.indirect, p.hops) for p in found.parts if p.direction == direction}


def test_what_a_transaction_mixes_is_shared_out_among_its_outputs(tmp_path: Path) -> None:
    ledger, labels = opened(tmp_path / "ledger")
    found = build(ledger, labels).of(spending.address("anna"))
    # 100 of 160 are mining, 60 come from a mixer, which is first in order: 60 * 100 / 160 = 37.5, rounded up; of the
    # 100 that anna spends 40 go first, with 15.2 of the mixer's rounded up to 16, and she gets the other 22 back
    assert parts(found, "source") == {"mixer": (38, 22, 1), "mining": (62, 38, 1)}
    assert parts(found, "destination") == {"exchange": (40, 0, 1), "unknown": (0, 60, 0)}
    assert {part.total for part in found.parts if part.direction == "source"} == {160}
    assert Inquiry(ledger, labels).address(spending.address("anna")) == found


def test_by_order_of_inputs_under_fifo(tmp_path: Path) -> None:
    ledger, labels = opened(tmp_path / "ledger")
    found = Inquiry(ledger, labels, "fifo").address(spending.address("ben"))
    assert parts(found, "source") == {"mixer": (58, 0, 1)}
    assert Inquiry(ledger, labels).address(spending.address("mixer")).parts[0] == Part(
        "source", "BTC", "unknown", 0, 60, 60, 0
    )


def test_a_transaction_says_what_it_spent_and_where_that_went(tmp_path: Path) -> None:
    ledger, labels = opened(tmp_path / "ledger")
    found = Inquiry(ledger, labels).transaction(spending.identity("two"))
    assert parts(found, "source") == {"mixer": (0, 38, 2), "mining": (0, 62, 2)}
    assert parts(found, "destination") == {"exchange": (40, 0, 1), "unknown": (0, 60, 0)}
    proof = prove(Inquiry(ledger, labels), spending.address("ben"), "mixer", "source")
    assert proof.amount == proof.shown == {"BTC": 22}


def test_all_at_once_and_one_by_one_agree_on_a_grown_chain(tmp_path: Path) -> None:
    world = World(1, wallets=20, steps=150)
    ledger, labels = world.ledger(tmp_path / "ledger"), Labels(tmp_path / "ledger")
    everybody = sorted(world.whose)
    words = ("exchange", "mixer", "sanction")
    labels.add(
        Label(spending.address(who), None, who, words[n % 3], None, None, "test", None, None, None, None, "test")
        for n, who in enumerate(everybody[::7])
    )
    for policy in POLICIES:
        stored, asked = build(ledger, labels, policy), Inquiry(ledger, labels, policy)
        known = 0
        for who in everybody[::3]:
            if ledger.address_id(spending.address(who)) is None:
                continue
            found = stored.of(spending.address(who))
            assert found == asked.address(spending.address(who)), policy
            known += sum(part.category != UNKNOWN for part in found.parts)
            for side in ("source", "destination"):
                own = [part for part in found.parts if part.direction == side]
                assert policy == "poison" or sum(part.amount for part in own) == (own[0].total if own else 0)
        assert known > 5
