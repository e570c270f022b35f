"""What counts as stolen: by addresses, by transactions, by both, within times; and what came back."""

from pathlib import Path

import pytest

from cointrail import InputError, Ledger, Theft
from cointrail.chains import format_address
from cointrail.ledger import open_ledger
from cointrail.ledger.manifest import Declared, Origin
from cointrail.ledger.rows import Kind
from cointrail.ledger.store import writer
from cointrail.tracing.policies import CONSERVING
from tests import making
from tests.making import address, row
from tests.tracing.following import ends, follow, hash_of, text, theft, time_of

A, B, C, D, E = 1, 2, 3, 4, 5


def stolen(content: dict[str, dict[str, dict[str, dict[str, str]]]], policy: str = "fifo", asset: str = "COIN") -> str:
    return content["policies"][policy]["stolen"][asset]


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """A pays 10, gets 8 of it back, and pays 10 again: 8 of these had been stolen before."""
    rows = [row(1, A, B, 10), row(2, B, A, 8), row(3, A, C, 10), row(4, C, A, 3)]
    return making.ledger(tmp_path_factory.mktemp("loop"), rows)


@pytest.mark.parametrize("policy", CONSERVING)
def test_what_came_back_is_not_stolen_twice(loop: Ledger, policy: str) -> None:
    content, rows = follow(loop, theft(A), policy, bounds=True)
    assert stolen(content, policy) == "12"
    assert ends(content, policy) == {(text(B), "unspent"): "2", (text(C), "unspent"): "7", (text(A), "returned"): "3"}
    assert [r["stolen"] for r in rows] == ["10", "8", "10", "3"]
    bounds = {b["address"]: (b["least"], b["most"], b["reason"]) for b in content["bounds"]}
    assert bounds[text(A)] == ("1", "3", "returned")


def test_what_came_back_says_when_and_how_often(loop: Ledger) -> None:
    content, _ = follow(loop, theft(A))
    [back] = [end for end in content["policies"]["fifo"]["endpoints"] if end["reason"] == "returned"]
    assert (back["arrivals"], back["hops"]) == (2, 2)
    assert (back["first_time"], back["last_time"]) == ("2023-11-14T22:13:44Z", "2023-11-14T22:14:08Z")


def test_a_time_leaves_out_what_was_before(loop: Ledger) -> None:
    content, _ = follow(loop, theft(A, since=time_of(2)))
    assert stolen(content) == "10"
    assert ends(content) == {(text(C), "unspent"): "7", (text(A), "returned"): "3"}
    content, rows = follow(loop, theft(A, until=time_of(2)))
    assert stolen(content) == "10"
    assert ends(content) == {(text(B), "unspent"): "2", (text(A), "returned"): "8"}
    assert len(rows) == 2


def test_sources_that_pay_each_other(tmp_path: Path) -> None:
    rows = [row(1, A, B, 10), row(2, B, C, 4), row(3, A, D, 5), row(4, A, A, 2)]
    ledger = making.ledger(tmp_path / "ledger", rows)
    content, _ = follow(ledger, theft(A, B), bounds=True)
    assert stolen(content) == "17"  # 10 + 5 + 2 from A; the 4 of B were among the 10
    assert ends(content) == {
        (text(B), "returned"): "6",
        (text(A), "returned"): "2",
        (text(C), "unspent"): "4",
        (text(D), "unspent"): "5",
    }
    # D pays nothing, but if it is one of the theft's addresses, what it got has come back all the same
    content, _ = follow(ledger, theft(A, B, D), bounds=True)
    assert ends(content)[text(D), "returned"] == "5"
    assert {b["address"]: b["most"] for b in content["bounds"]}[text(D)] == "5"


def test_addresses_named_twice_count_once(loop: Ledger) -> None:
    once, _ = follow(loop, theft(A))
    twice, _ = follow(loop, theft(A, A))
    assert once["policies"] == twice["policies"]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """One transaction: the victim A pays B, who passes on to C; A pays its fee and gets something else for it."""
    tx = {"tx": hash_of(5), "tx_index": 0}
    rows = [
        row(4, E, A, 50),
        row(5, A, 0, 1, **tx, position=0, kind=Kind.FEE, asset=""),
        row(5, A, B, 30, **tx | {"position": 1}),
        row(5, B, C, 20, **tx | {"position": 2}),
        row(5, C, A, 7, **tx | {"position": 3}, asset=""),
        row(6, C, D, 20),
        row(7, A, D, 20),
    ]
    return making.ledger(tmp_path_factory.mktemp("mixed"), rows)


def test_a_transaction_names_whoever_lost_by_it(mixed: Ledger) -> None:
    content, rows = follow(mixed, theft(tx=[hash_of(5)]), conversions=False)
    assert content["policies"]["fifo"]["stolen"] == {"COIN": "30", "ETH": "0.000000000000000007"}
    assert {(r["from"], r["asset"], r["stolen"]) for r in rows if r["tx"] == f"0x{hash_of(5).hex()}"} == {
        (text(A), "COIN", "30"),  # of A; what B passed on in the same transaction is the same money
        (text(B), "COIN", "20"),
        (text(C), "ETH", "0.000000000000000007"),  # C lost that one
    }
    coins = {(e["address"], e["reason"]): e["amount"] for e in content["policies"]["fifo"]["endpoints"]}
    assert coins[text(B), "unspent"] == "10" and coins[text(D), "unspent"] == "20"


def test_a_transaction_of_several_assets_took_its_net(mixed: Ledger) -> None:
    content, rows = follow(mixed, theft(tx=[hash_of(5)]))
    assert content["policies"]["fifo"]["stolen"] == {"COIN": "30", "ETH": "0.000000000000000007"}
    assert {(r["from"], r["to"], r["asset"], r["stolen"]) for r in rows if r["tx"] == f"0x{hash_of(5).hex()}"} == {
        (text(A), text(B), "COIN", "10"),  # what B passed on it never had
        (text(A), text(C), "COIN", "20"),
        (text(C), text(A), "ETH", "0.000000000000000007"),
    }
    with pytest.raises(InputError, match="no value left the given addresses in the given transactions"):
        follow(mixed, theft(B, tx=[hash_of(5)]))


def test_a_refund_in_the_same_transaction_was_not_stolen(tmp_path: Path) -> None:
    tx = {"tx": hash_of(5), "tx_index": 0}
    rows = [
        row(4, E, A, 50),
        row(5, A, B, 30, **tx, position=0),
        row(5, B, A, 4, **tx | {"position": 1}),
        row(5, E, C, 1, **tx | {"position": 2}, asset=""),
        row(6, B, D, 26),
    ]
    content, _ = follow(making.ledger(tmp_path / "ledger", rows), theft(A, tx=[hash_of(5)]))
    assert content["policies"]["fifo"]["stolen"] == {"COIN": "26"}
    assert ends(content) == {(text(D), "unspent"): "26"}


def test_addresses_and_transactions_together(mixed: Ledger) -> None:
    content, _ = follow(mixed, theft(A, tx=[hash_of(5), hash_of(5)]))
    assert content["policies"]["fifo"]["stolen"] == {"COIN": "30"}
    content, _ = follow(mixed, theft(B, tx=[hash_of(5)]), conversions=False)
    assert content["policies"]["fifo"]["stolen"] == {"COIN": "20"}
    with pytest.raises(InputError, match="no value left the given addresses in the given transactions"):
        follow(mixed, theft(D, tx=[hash_of(5)]))
    with pytest.raises(
        InputError, match=r"nobody lost anything by the given transactions.*on; check --tx and the times"
    ):
        follow(mixed, theft(tx=[hash_of(5)], since=time_of(6)))


def test_backward_names_what_arrived(mixed: Ledger) -> None:
    asked = theft(D, tx=[hash_of(6)], direction="backward")
    content, rows = follow(mixed, asked)
    assert ends(content) == {(text(C), "opening"): "0.000000000000000007"}  # C had bought them
    content, rows = follow(mixed, asked, bounds=True, conversions=False)
    assert stolen(content) == "20"
    assert ends(content) == {(text(E), "opening"): "20"}
    assert [(r["from"], r["to"], r["hop"]) for r in rows] == [
        (text(E), text(A), "4"),
        (text(A), text(B), "3"),
        (text(B), text(C), "2"),
        (text(C), text(D), "1"),
    ]
    content, _ = follow(mixed, theft(D, direction="backward", since=time_of(5)), conversions=False)
    [end] = content["policies"]["fifo"]["endpoints"]
    assert (end["reason"], end["amount"]) == ("time", "40")
    assert "before" in end["detail"] and "later" not in end["detail"]


def test_a_sender_who_already_holds_stolen_coins_adds_only_the_rest(tmp_path: Path) -> None:
    rows = [row(1, E, B, 5), row(2, A, B, 10), row(3, B, C, 12), row(4, B, D, 3)]
    ledger = making.ledger(tmp_path / "ledger", rows)
    named = theft(tx=[hash_of(2), hash_of(3)])
    content, _ = follow(ledger, named, *CONSERVING)
    #  B holds 5 clean and 10 stolen coins and pays 12: fifo takes 7 of the stolen ones, lifo all 10, haircut 8
    assert {p: stolen(content, p) for p in CONSERVING} == {"fifo": "15", "lifo": "12", "haircut": "14", "tiho": "12"}
    for policy in CONSERVING:
        assert sum(int(amount) for amount in ends(content, policy).values()) == int(stolen(content, policy))


FAKE = "0x" + "ab" * 20


def declared(key: str) -> Declared:
    """The fake calls itself by a Cyrillic letter and two Latin ones, and nobody vouches for it."""
    return Declared(key, "\u0415TH", 0, "unknown") if key == FAKE else making.declared(key)


@pytest.fixture(scope="module")
def spam(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder = tmp_path_factory.mktemp("spam")
    rows = [
        row(1, A, B, 10),
        row(2, A, C, 1000, asset=FAKE),
        row(3, A, D, 500, asset=FAKE),
        row(4, A, D, 0),
        row(5, C, D, 900, asset=FAKE),
    ]
    with writer(folder, "ethereum") as into:
        into.add(making.table(rows), 0)
        into.commit([Origin("0", "test", "", len(rows))], declared, lambda share: None)
    return open_ledger(folder)


def test_unverified_assets_are_listed_and_not_followed(spam: Ledger) -> None:
    content, rows = follow(spam, theft(A, A))
    assert content["policies"]["fifo"]["stolen"] == {"COIN": "10"}
    [listed] = content["unverified"]
    assert (listed["asset"], listed["transfers"], listed["amount"]) == (FAKE, 2, "1500")
    assert listed["reason"] == "imitates ETH"
    assert len(rows) == 1  # and nothing for the transfer of zero
    assert content["warnings"] == ["unverified assets that moved with the theft: 1; listed, not traced"]
    with pytest.raises(InputError, match="only unverified assets left"):
        follow(spam, theft(A, since=time_of(2)))


def test_unverified_assets_are_followed_when_named(spam: Ledger) -> None:
    asked = Theft.of(text(A), assets=[FAKE.upper().replace("0X", "0x")])
    content, _ = follow(spam, asked)
    assert content["policies"]["fifo"]["stolen"] == {"COIN": "10", FAKE: "1500"}
    assert content["unverified"] == [] and content["assets"][FAKE]["verified"] is False
    with pytest.raises(InputError, match="nothing of it is in the ledger"):
        follow(spam, theft(A, assets=("0x" + "cd" * 20,)))


def test_by_transaction_they_are_listed_as_well(spam: Ledger) -> None:
    content, _ = follow(spam, theft(tx=[hash_of(1), hash_of(2)]))
    assert [(u["asset"], u["amount"]) for u in content["unverified"]] == [(FAKE, "1000")]


def test_thefts_that_are_not_there(loop: Ledger) -> None:
    for asked, message in [
        (Theft(), "no theft given"),
        (theft(77), "no transfer of this address"),
        (theft(tx=[b"\1" * 32]), "this transaction is not in the ledger"),
        (theft(A, since=time_of(100)), "after the ledger's end"),
        (theft(A, until=time_of(-100)), "before the ledger's start"),
        (theft(A, since=time_of(3), until=time_of(1)), "before --since"),
        (theft(B, since=time_of(3)), "no value left the given addresses"),
    ]:
        with pytest.raises(InputError, match=message) as error:
            follow(loop, asked)
        assert "\n" not in str(error.value)
    content, _ = follow(loop, theft(tx=[hash_of(1), hash_of(3)], since=time_of(2)))
    of = "1 of 2 theft transactions took nothing from the given addresses in the given time"
    assert content["warnings"] == [f"{of}, first 0x{hash_of(1).hex()}"]
    content, _ = follow(loop, theft(A, 77))
    assert content["warnings"] == [f"1 of 2 theft addresses are not in the ledger, first {text(77)}"]
    assert format_address(address(A)) in content["theft"]["addresses"]
