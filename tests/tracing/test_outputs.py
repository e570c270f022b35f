"""Traces over output-based chains: against a queue of coins that follows every transaction, and case by case."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.labels import Labels
from cointrail.ledger import open_ledger
from cointrail.tracing import Settings, Theft, Trail, trace
from cointrail.tracing.behaviour import Behaviour
from cointrail.tracing.policies import CONSERVING, POLICIES
from cointrail.tracing.results import Results
from tests.spending import Coin, Spend, address, identity, ledger, tables, write

OWNERS = ("ann", "bob", "cid", "dan")


@st.composite
def chains(draw: st.DrawFn) -> list[Spend]:
    """Random transactions: new coins, several inputs, several outputs to few owners, fees, outputs left unspent."""
    unspent: dict[Coin, int] = {}
    made: list[Spend] = []
    for number in range(draw(st.integers(2, 9))):
        name = f"t{number}"
        spends = draw(st.lists(st.sampled_from(sorted(unspent)), unique=True, max_size=3)) if unspent else []
        rest = sum(unspent.pop(coin) for coin in spends) if spends else 60
        pays = []
        for _ in range(draw(st.integers(1, 4))):
            amount = draw(st.integers(0, rest))
            rest -= amount
            pays.append((draw(st.sampled_from(OWNERS)), amount))
        made.append(Spend(name, spends, pays))
        unspent |= {(name, place): amount for place, (_, amount) in enumerate(pays)}
    return made


def queue(spends: Sequence[Spend], stolen: set[str]) -> tuple[dict[tuple[str, str], int], int]:
    """Clayton's rule coin by coin: the stolen coins that each owner holds at the end, and those paid as fees.

    Everything that the transactions in `stolen` paid to others than their payers is stolen; fees are the last coins.
    """
    coins: dict[Coin, deque[bool]] = {}
    fees = 0
    owners = {(one.name, n): owner for one in spends for n, (owner, _) in enumerate(one.pays)}
    for one in spends:
        line = [coin for spent in one.spends for coin in coins.pop(spent)]
        if not one.spends:
            line = [False] * sum(amount for _, amount in one.pays)
        payers = {owners[spent] for spent in one.spends if spent in owners and amount_of(spends, spent)}
        for number, (owner, amount) in enumerate(one.pays):
            piece, line = line[:amount], line[amount:]
            taken = one.name in stolen and owner not in payers
            coins[one.name, number] = deque([True] * amount if taken else piece)
        fees += sum(line)
    held: dict[tuple[str, str], int] = {}
    for coin, left in coins.items():
        if sum(left):
            held[owners[coin], "unspent"] = held.get((owners[coin], "unspent"), 0) + sum(left)
    return held, fees


def amount_of(spends: Sequence[Spend], coin: Coin) -> int:
    return next(one.pays[coin[1]][1] for one in spends if one.name == coin[0])


def ended(trail: Trail, policy: str = "fifo") -> dict[tuple[str | None, str], int]:
    """Amounts by owner's text and reason."""
    found: dict[tuple[str | None, str], int] = {}
    for end in trail.flows[policy].endpoints.values():
        who = trail.ledgers.texts([end.holding])[end.holding]
        found[who, end.stop.reason] = found.get((who, end.stop.reason), 0) + end.amount
    return found


@settings(max_examples=150, deadline=None)
@given(spends=chains(), data=st.data())
def test_fifo_is_the_queue_of_coins(spends: list[Spend], data: st.DataObject) -> None:
    """Including fees, several thefts and several stolen inputs of one transaction."""
    stolen = data.draw(st.sets(st.sampled_from([one.name for one in spends]), min_size=1, max_size=3))
    with TemporaryDirectory() as folder:
        opened = ledger(Path(folder) / "ledger", spends, size=data.draw(st.integers(1, 3)))
        held, fees = queue(spends, stolen)
        theft = Theft(transactions=tuple(identity(name) for name in sorted(stolen)))
        try:
            trail = trace(opened, theft, settings=Settings(tuple(POLICIES), bounds=True, coinjoins=True))
        except ValueError:
            assert not held and not fees
            return
        texts = {owner: opened.texts([opened.address_id(address(owner)) or 0])[0] for owner in OWNERS}
        expected = {(texts[owner], reason): amount for (owner, reason), amount in held.items()}
        assert ended(trail) == expected | ({(None, "fee"): fees} if fees else {})
        ends = {place: end.amount for place, end in trail.flows["fifo"].endpoints.items()}
        assert all(trail.balanced(policy) for policy in CONSERVING)
        for bound in trail.bounds or ():
            amount = ends.get((bound.holding, bound.stop.reason, bound.stop.label, bound.stop.target), 0)
            assert bound.least <= amount <= bound.most


@settings(max_examples=60, deadline=None)
@given(spends=chains(), data=st.data())
def test_what_inputs_spend_is_found_whatever_came_first(spends: list[Spend], data: st.DataObject) -> None:
    """Raw blocks do not say what inputs are worth: the outputs say it, in whatever order the blocks are imported."""
    cut = data.draw(st.integers(0, len(spends)))
    with TemporaryDirectory() as folder:
        whole = ledger(Path(folder) / "whole", spends)
        parts = Path(folder) / "parts"
        late, early = tables(spends[cut:], first=cut + 1), tables(spends[:cut])
        for source in (late, early):
            if source[0].num_rows:
                write(parts, source)
        again = ledger(parts, spends[:1])
        assert again.digest == whole.digest
        rows = np.arange(whole.transfers)
        assert again.index.amounts(rows) == whole.index.amounts(rows)


THEFT = [
    Spend("new", (), [("victim", 5_000)]),
    Spend("theft", [("new", 0)], [("thief", 3_000), ("victim", 1_900)]),
    Spend("split", [("theft", 0)], [("one", 1_000), ("two", 1_950)]),
    Spend("on", [("split", 1)], [("exchange", 1_900), ("return lost", 40)]),
]


def test_change_of_the_victim_is_not_stolen(tmp_path: Path) -> None:
    trail = trace(ledger(tmp_path / "l", THEFT), Theft(transactions=(identity("theft"),)))
    assert sum(trail.flows["fifo"].stolen.values()) == 3_000
    assert {reason: amount for (_, reason), amount in ended(trail).items() if reason != "unspent"} == {
        "fee": 50 + 10,
        "burned": 40,
    }


def test_an_address_is_robbed_of_all_its_outputs_and_change_comes_back(tmp_path: Path) -> None:
    trail = trace(ledger(tmp_path / "l", THEFT), Theft(addresses=(address("victim"),)))
    assert sum(trail.flows["fifo"].stolen.values()) == 5_000
    assert {reason for _, reason in ended(trail)} == {"returned", "fee", "burned", "unspent"}


def test_backward_ends_where_coins_were_new(tmp_path: Path) -> None:
    trail = trace(ledger(tmp_path / "l", THEFT), Theft(addresses=(address("exchange"),), direction="backward"))
    assert ended(trail) == {(None, "reward"): 1_900}


def test_a_label_stops_the_walk_at_the_address(tmp_path: Path) -> None:
    opened = ledger(tmp_path / "l", THEFT)
    trail = trace(opened, Theft(transactions=(identity("theft"),)), settings=Settings(stop_at=(address("two"),)))
    assert sum(amount for (_, reason), amount in ended(trail).items() if reason == "stop") == 1_950
    assert len(Labels(opened.path)) == 0


def test_hops_are_transactions(tmp_path: Path) -> None:
    trail = trace(ledger(tmp_path / "l", THEFT), Theft(transactions=(identity("theft"),)))
    rows = list(Results(trail).movements())
    assert max(int(row["hop"]) for row in rows) == 3
    cut = trace(trail.ledger, Theft(transactions=(identity("theft"),)), settings=Settings(max_hops=2))
    assert sum(amount for (_, reason), amount in ended(cut).items() if reason == "hops") == 2_950


@pytest.mark.parametrize("payments", [24, 25])
def test_an_address_that_many_had_paid_is_a_service(payments: int, tmp_path: Path) -> None:
    before = [Spend(f"n{n}", (), [("exchange", 10)]) for n in range(payments)]
    trail = trace(ledger(tmp_path / "l", [*before, *THEFT]), Theft(transactions=(identity("theft"),)))
    stopped = {reason for (_, reason), amount in ended(trail).items() if amount == 1_900}
    assert stopped == ({"hub"} if payments >= Behaviour().early.senders else {"unspent"})


def test_inputs_whose_outputs_are_missing_are_an_opening(tmp_path: Path) -> None:
    """Nothing is lost: what they must at least have been worth is inferred, and backward that is where it came from."""
    later = [Spend("pay", [("unknown", 3), ("unknown", 4)], [("ann", 700)]), Spend("on", [("pay", 0)], [("bob", 690)])]
    opened = ledger(tmp_path / "l", later)
    trail = trace(opened, Theft(addresses=(address("bob"),), direction="backward"))
    assert [amount for (_, reason), amount in ended(trail).items() if reason == "unspent"] == [690]
    told = Spend("pay", later[0].spends, later[0].pays, {("unknown", 3): 500, ("unknown", 4): 260})
    write(opened.path, tables([told]))
    again = open_ledger(opened.path)
    spent = trace(again, Theft(addresses=(address("bob"),), direction="backward"))
    assert sum(amount for (_, reason), amount in ended(spent).items() if reason == "unspent") == 690
    assert again.manifest.exact
