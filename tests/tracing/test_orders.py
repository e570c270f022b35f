"""Walks over orders that are settled in another transaction of the same chain, on ledgers with the events as told."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import cointrail
from cointrail import Ledger, Settings
from cointrail.chains import Asset
from cointrail.ledger.event import Event
from cointrail.ledger.importer import import_tables
from cointrail.tracing.policies import CONSERVING
from cointrail.tracing.results import Results
from tests import making
from tests.conversions.bridges.eth_flow import FLOW, SETTLEMENT, WETH, Order, hexed
from tests.making import START, address
from tests.tracing.following import Json, text, theft

VICTIM, THIEF, OUT, OTHER, POOL, CASH, SOLVER, TRADER, FRIEND = 1, 2, 3, 4, 5, 6, 7, 8, 9
DAI, GEM = address(70), address(71)
ETHER, D, G, W = "", hexed(DAI), hexed(GEM), hexed(WETH)
Place = bytes | int
Move = tuple[Place, Place, str, int]


class Chain:
    """Transactions in order, a block each; movements and events by hand."""

    def __init__(self) -> None:
        self.rows: list[Json] = []
        self.events: list[Event] = []
        self.block = 0

    def tx(self, *moves: Move, told: Sequence[Event] = ()) -> bytes:
        """One transaction: movements as (from, to, asset, amount), and events, whose own place does not count."""
        self.block += 1
        hash_, time = self.block.to_bytes(32, "big"), START + 12 * self.block
        for place, (sender, to, asset, amount) in enumerate(moves):
            said = {"tx": hash_, "tx_index": 0, "asset": asset, "sender": raw(sender), "recipient": raw(to)}
            self.rows.append(making.row(self.block, 0, 0, amount, position=place) | said)
        self.events += [
            replace(one, block=self.block, time=time, tx=hash_, tx_index=0, position=90 + place)
            for place, one in enumerate(told)
        ]
        return hash_

    def write(self, folder: Path) -> Ledger:
        def asset(key: str) -> Asset:
            wraps = {"form_of": "ETH"} if key == W else {}
            return Asset(key, {ETHER: "ETH", W: "WETH"}.get(key, key), 18, "user" if key else "native", **wraps)

        import_tables([("test", making.table(self.rows))], folder, "ethereum", asset, events=self.events)
        return cointrail.open_ledger(folder)


def raw(place: Place) -> bytes:
    return address(place) if isinstance(place, int) else place


def trace(ledger: Ledger, asked: cointrail.Theft, *policies: str, **more: object) -> Json:
    settings = Settings(policies or CONSERVING, behaviour=None, **more)  # type: ignore[arg-type]
    return Results(cointrail.trace(ledger, asked, settings=settings)).trail_json()


def ends(content: Json, policy: str = "fifo") -> dict[tuple[str, str, str], int]:
    """Amounts in smallest units by address, asset and reason."""
    found: dict[tuple[str, str, str], int] = {}
    for end in content["policies"][policy]["endpoints"]:
        key = end["address"], end["asset"], end["reason"]
        found[key] = found.get(key, 0) + int(Fraction(end["amount"]) * 10**18)
    return found


def fill(*orders: tuple[Order, int, int], extra: Sequence[Move] = ()) -> list[Move]:
    """The movements of a settlement: what is sold goes from the flow contract to a pool, what is bought is paid out."""
    sold = sum(one for _, one, _ in orders)
    taken = [(FLOW, SETTLEMENT, W, one) for _, one, _ in orders]
    bought = [(POOL, SETTLEMENT, hexed(order.token), one) for order, _, one in orders]
    paid = [(SETTLEMENT, order.receiver, hexed(order.token), one) for order, _, one in orders]
    return [*taken, (SETTLEMENT, POOL, W, sold), *bought, *extra, *paid]


def start(chain: Chain, amount: int = 1_000) -> None:
    """POOL and FLOW have much; others paid FLOW before; THIEF holds what it stole."""
    chain.tx((20, POOL, D, 10**9), (20, POOL, G, 10**9), (20, FLOW, W, 5_000))
    chain.tx((20, FLOW, ETHER, 7_777))
    chain.tx((VICTIM, THIEF, ETHER, amount))


ORDER = Order(THIEF, OUT, DAI, 1_000, 400)


def test_a_swap_over_two_transactions_is_followed_to_the_unit(tmp_path: Path) -> None:
    chain = Chain()
    start(chain)
    placed = chain.tx((THIEF, FLOW, ETHER, 1_000), told=[ORDER.placed(1)])
    chain.tx((FLOW, WETH, ETHER, 1_000), (0, FLOW, W, 1_000))
    settled = chain.tx(*fill((ORDER, 1_000, 555)), told=[ORDER.traded(1_000, 555, 1)])
    chain.tx((OUT, CASH, D, 500))
    content = trace(chain.write(tmp_path), theft(VICTIM))
    for policy in CONSERVING:
        assert ends(content, policy) == {(text(CASH), D, "unspent"): 500, (text(OUT), D, "unspent"): 55}
        [turn] = content["policies"][policy]["conversions"]
        assert (turn["tx"], turn["to_tx"]) == ("0x" + placed.hex(), "0x" + settled.hex())
        assert (turn["chain"], turn["to_chain"]) == ("ethereum", "ethereum")
        assert (turn["asset"], turn["to_asset"], turn["to_address"]) == ("ETH", D, text(OUT))
        assert (turn["rule"], turn["bridge"], turn["rate"]) == ("order_id", "cow-eth-flow", None)
        assert ORDER.uid.hex() in turn["evidence"] and placed.hex() in turn["evidence"]
        assert settled.hex() in turn["evidence"]


def test_backward_comes_to_who_placed_the_order(tmp_path: Path) -> None:
    chain = Chain()
    start(chain)
    chain.tx((THIEF, FLOW, ETHER, 1_000), told=[ORDER.placed(1)])
    chain.tx(*fill((ORDER, 1_000, 555), extra=[(POOL, OUT, D, 10)]), told=[ORDER.traded(1_000, 555, 1)])
    chain.tx((OUT, CASH, D, 565))
    content = trace(chain.write(tmp_path), theft(CASH, direction="backward"))
    found = ends(content)
    assert found.pop((text(VICTIM), "ETH", "opening")) == 1_000
    assert sum(found.values()) == 10 and {(asset) for _, asset, _ in found} <= {D, W}


def test_a_batch_pays_each_order_its_own(tmp_path: Path) -> None:
    """A stranger's order is filled beside it, and somebody trades the other way round: nothing is pooled."""
    strange = Order(OTHER, FRIEND, DAI, 50, 1, salt=5)
    for tail, first in enumerate((ORDER, strange)):
        chain = Chain()
        start(chain)
        chain.tx((20, OTHER, ETHER, 50))
        chain.tx((OTHER, FLOW, ETHER, 50), told=[strange.placed(1)])
        chain.tx((THIEF, FLOW, ETHER, 1_000), told=[ORDER.placed(1)])
        batch = [(ORDER, 1_000, 555), (strange, 50, 30)]
        batch = batch if first is ORDER else batch[::-1]
        meets: list[Move] = [(TRADER, SETTLEMENT, D, 111), (SETTLEMENT, TRADER, W, 222)]
        moves = fill(*batch, extra=meets)
        chain.tx((20, TRADER, D, 111))
        chain.tx(*moves, told=[order.traded(sold, bought, 1) for order, sold, bought in batch])
        content = trace(chain.write(tmp_path / str(tail)), theft(VICTIM))
        for policy in CONSERVING:
            assert ends(content, policy) == {(text(OUT), D, "unspent"): 555}
        other = trace(cointrail.open_ledger(tmp_path / str(tail)), theft(OTHER))
        assert ends(other) == {(text(FRIEND), D, "unspent"): 30}
        trader = trace(cointrail.open_ledger(tmp_path / str(tail)), theft(TRADER), "fifo")
        assert {(who, asset) for who, asset, _ in ends(trader)} == {(text(TRADER), W)}


def test_two_orders_for_one_receiver_in_one_batch(tmp_path: Path) -> None:
    strange = Order(OTHER, OUT, DAI, 50, 1, salt=5)
    chain = Chain()
    start(chain)
    chain.tx((20, OTHER, ETHER, 50))
    chain.tx((OTHER, FLOW, ETHER, 50), told=[strange.placed(1)])
    chain.tx((THIEF, FLOW, ETHER, 1_000), told=[ORDER.placed(1)])
    batch = [(strange, 50, 30), (ORDER, 1_000, 555)]
    chain.tx(*fill(*batch), told=[order.traded(sold, bought, 1) for order, sold, bought in batch])
    chain.tx((OUT, CASH, D, 31))
    chain.tx((OUT, SOLVER, D, 554))
    content = trace(chain.write(tmp_path), theft(VICTIM))
    assert ends(content) == {(text(CASH), D, "unspent"): 1, (text(SOLVER), D, "unspent"): 554}
    back = trace(cointrail.open_ledger(tmp_path), theft(CASH, SOLVER, direction="backward"))
    for policy in ("fifo", "lifo", "haircut"):
        assert ends(back, policy) == {(text(20), "ETH", "opening"): 50, (text(VICTIM), "ETH", "opening"): 1_000}


def test_fills_in_parts_and_what_is_given_back(tmp_path: Path) -> None:
    order = Order(THIEF, OUT, DAI, 1_000, 400, fee=6)
    chain = Chain()
    start(chain, 1_006)
    chain.tx((THIEF, FLOW, ETHER, 1_006), told=[order.placed(1)])
    chain.tx(*fill((order, 302, 130)), told=[order.traded(302, 130, 1)])
    chain.tx(*fill((order, 201, 90)), told=[order.traded(201, 90, 1)])
    chain.tx((FLOW, 0, W, 503), (WETH, FLOW, ETHER, 503), (FLOW, THIEF, ETHER, 503), told=[order.refunded(1)])
    chain.tx((THIEF, CASH, ETHER, 500))
    content = trace(chain.write(tmp_path), theft(VICTIM), *CONSERVING)
    for policy in CONSERVING:
        assert ends(content, policy) == {
            (text(OUT), D, "unspent"): 220,
            (text(CASH), "ETH", "unspent"): 500,
            (text(THIEF), "ETH", "unspent"): 3,
        }
        turns = content["policies"][policy]["conversions"]
        assert [int(Fraction(one["stolen"]) * 10**18) for one in turns] == [302, 201, 503]
        assert ["given back" in one["evidence"] for one in turns] == [False, False, True]
    back = trace(cointrail.open_ledger(tmp_path), theft(CASH, direction="backward"))
    assert ends(back) == {(text(VICTIM), "ETH", "opening"): 500}


@pytest.mark.parametrize("moved", [0, 300, 1_400])
def test_what_is_given_back_keeps_its_bounds(tmp_path: Path, moved: int) -> None:
    """The thief has money of its own besides, and pays on after it got the rest of its order back."""
    chain = Chain()
    start(chain)
    chain.tx((20, THIEF, ETHER, 700))
    chain.tx((THIEF, FLOW, ETHER, 1_000), told=[ORDER.placed(1)])
    chain.tx(*fill((ORDER, 400, 200)), told=[ORDER.traded(400, 200, 1)])
    chain.tx((FLOW, THIEF, ETHER, 600), (SOLVER, CASH, ETHER, 1), told=[ORDER.invalidated(1)])
    if moved:
        chain.tx((THIEF, CASH, ETHER, moved - 100))
        chain.tx((THIEF, OTHER, ETHER, 100))
    ledger = chain.write(tmp_path)
    content = trace(ledger, theft(VICTIM), *CONSERVING, bounds=True)
    known = {(one["address"], one["asset"]): (one["least"], one["most"]) for one in content["bounds"]}
    for policy in CONSERVING:
        for end in content["policies"][policy]["endpoints"]:
            if end["asset"] == "ETH":
                least, most = map(Fraction, known[end["address"], "ETH"])
                assert least <= Fraction(end["amount"]) <= most, (policy, end["address"])
    if not moved:
        assert known[text(THIEF), "ETH"] == ("0.0000000000000006", "0.000000000000001")


def test_what_comes_back_to_the_theft_keeps_its_bounds(tmp_path: Path) -> None:
    chain = Chain()
    start(chain)
    chain.tx((THIEF, FLOW, ETHER, 900), told=[(order := replace(ORDER, sells=900)).placed(1)])
    chain.tx((FLOW, THIEF, ETHER, 900), told=[order.refunded(1)])
    chain.tx((THIEF, CASH, ETHER, 250))
    content = trace(chain.write(tmp_path), theft(THIEF), *CONSERVING, bounds=True)
    assert ends(content) == {(text(CASH), "ETH", "unspent"): 250, (text(THIEF), "ETH", "returned"): 650}
    known = {one["address"]: (Fraction(one["least"]), Fraction(one["most"])) for one in content["bounds"]}
    for end in content["policies"]["fifo"]["endpoints"]:
        least, most = known[end["address"]]
        assert least <= Fraction(end["amount"]) <= most


def test_many_are_given_back_in_one_transaction_of_one_asset(tmp_path: Path) -> None:
    other = Order(OTHER, OTHER, DAI, 70, 1)
    chain = Chain()
    start(chain)
    chain.tx((20, OTHER, ETHER, 70))
    chain.tx((OTHER, FLOW, ETHER, 70), told=[other.placed(1)])
    chain.tx((THIEF, FLOW, ETHER, 1_000), told=[ORDER.placed(1)])
    told = [other.refunded(1), ORDER.refunded(1)]
    chain.tx((FLOW, OTHER, ETHER, 70), (FLOW, THIEF, ETHER, 1_000), told=told)
    ledger = chain.write(tmp_path)
    assert ends(trace(ledger, theft(VICTIM))) == {(text(THIEF), "ETH", "unspent"): 1_000}
    assert ends(trace(ledger, theft(THIEF, direction="backward"), "fifo"))[text(VICTIM), "ETH", "opening"] >= 1_000


def test_an_order_that_nobody_settled_says_so(tmp_path: Path) -> None:
    chain = Chain()
    start(chain)
    chain.tx((THIEF, FLOW, ETHER, 1_000), told=[ORDER.placed(1)])
    chain.tx(*fill((ORDER, 600, 300)), told=[ORDER.traded(600, 300, 1)])
    content = trace(chain.write(tmp_path), theft(VICTIM), "fifo")
    assert ends(content) == {(text(OUT), D, "unspent"): 300, (hexed(FLOW), "ETH", "order"): 400}
    [end] = [end for end in content["policies"]["fifo"]["endpoints"] if end["reason"] == "order"]
    assert end["label"] == "cow-eth-flow" and "neither settled nor given back" in end["detail"]
    assert ORDER.uid.hex() in end["detail"] and hexed(FLOW) in end["detail"].lower()
    assert any(one["kind"] == "unclaimed_deposit" for one in content["findings"])


@pytest.mark.parametrize("lie", ["foreign", "none paid", "worthless"])
def test_lies_lead_nowhere(tmp_path: Path, lie: str) -> None:
    chain = Chain()
    order = replace(ORDER, token=GEM) if lie == "worthless" else ORDER
    start(chain)
    chain.tx((THIEF, FLOW, ETHER, 1_000), told=[order.placed(1)])
    if lie == "foreign":
        chain.tx((SOLVER, OUT, D, 555), told=[order.traded(1_000, 555, 1, by=address(666))])
    elif lie == "none paid":
        chain.tx((SOLVER, OUT, D, 554), told=[order.traded(1_000, 555, 1)])
    else:
        chain.tx(*fill((order, 1_000, 555)), told=[order.traded(1_000, 555, 1)])
    ledger = chain.write(tmp_path)
    if lie == "worthless":
        ledger = unvouched(chain, tmp_path / "again")
    content = trace(ledger, theft(VICTIM), "fifo")
    assert ends(content) == {(hexed(FLOW), "ETH", "order"): 1_000}


def unvouched(chain: Chain, folder: Path) -> Ledger:
    """The same, with nobody to vouch for GEM."""

    def asset(key: str) -> Asset:
        return Asset(key, {ETHER: "ETH"}.get(key, key), 18, "unknown" if key == G else "user" if key else "native")

    import_tables([("test", making.table(chain.rows))], folder, "ethereum", asset, events=chain.events)
    return cointrail.open_ledger(folder)


def test_what_the_receiver_passes_on_at_once_goes_on(tmp_path: Path) -> None:
    """OUT passes on some of it in the settlement itself, and its own money besides does not mix with it."""
    for passed, kept in ((200, 355), (555, 0), (600, 0)):
        chain = Chain()
        start(chain)
        chain.tx((20, OUT, D, 100))
        chain.tx((THIEF, FLOW, ETHER, 1_000), told=[ORDER.placed(1)])
        moves = [*fill((ORDER, 1_000, 555)), (OUT, CASH, D, passed)]
        chain.tx(*moves, told=[ORDER.traded(1_000, 555, 1)])
        content = trace(chain.write(tmp_path / str(passed)), theft(VICTIM), *CONSERVING)
        wanted = {(text(CASH), D, "unspent"): min(passed, 555), (text(OUT), D, "unspent"): kept}
        for policy in CONSERVING:
            assert ends(content, policy) == {place: amount for place, amount in wanted.items() if amount}
        own = trace(cointrail.open_ledger(tmp_path / str(passed)), theft(OUT), "fifo")
        assert ends(own).get((text(CASH), D, "unspent"), 0) == max(0, passed - 555)


def test_what_an_order_paid_is_passed_on_before_what_was_there(tmp_path: Path) -> None:
    chain = Chain()
    start(chain)
    chain.tx((20, OUT, D, 100))
    chain.tx((THIEF, FLOW, ETHER, 1_000), told=[ORDER.placed(1)])
    moves = [*fill((ORDER, 1_000, 555)), (OUT, CASH, D, 300), (OUT, FRIEND, D, 300)]
    chain.tx(*moves, told=[ORDER.traded(1_000, 555, 1)])
    ledger = chain.write(tmp_path)
    assert ends(trace(ledger, theft(VICTIM))) == {(text(CASH), D, "unspent"): 300, (text(FRIEND), D, "unspent"): 255}
    assert ends(trace(ledger, theft(OUT), "fifo")) == {(text(FRIEND), D, "unspent"): 45}


def test_equal_payments_of_one_batch_go_by_the_recipient(tmp_path: Path) -> None:
    other = Order(OTHER, FRIEND, DAI, 50, 1)
    chain = Chain()
    start(chain)
    chain.tx((20, OTHER, ETHER, 50))
    chain.tx((OTHER, FLOW, ETHER, 50), told=[other.placed(1)])
    chain.tx((THIEF, FLOW, ETHER, 1_000), told=[ORDER.placed(1)])
    moves = fill((other, 50, 555), (ORDER, 1_000, 555))
    chain.tx(*moves, told=[ORDER.traded(1_000, 555, 1), other.traded(50, 555, 1)])
    ledger = chain.write(tmp_path)
    assert ends(trace(ledger, theft(VICTIM))) == {(text(OUT), D, "unspent"): 555}
    assert ends(trace(ledger, theft(OTHER))) == {(text(FRIEND), D, "unspent"): 555}


def test_an_order_of_an_own_contract_needs_no_event(tmp_path: Path) -> None:
    """Where each order has a contract of its own (1inch's native orders), two transactions are two plain steps."""
    clone = 44
    chain = Chain()
    start(chain)
    chain.tx((THIEF, 43, ETHER, 1_000), (43, clone, ETHER, 1_000), (clone, WETH, ETHER, 1_000), (0, clone, W, 1_000))
    chain.tx((clone, SOLVER, W, 600), (SOLVER, OUT, D, 330))
    chain.tx((clone, 0, W, 400), (WETH, clone, ETHER, 400), (clone, THIEF, ETHER, 400))
    content = trace(chain.write(tmp_path), theft(VICTIM), "fifo")
    assert ends(content) == {(text(OUT), D, "unspent"): 330, (text(THIEF), "ETH", "unspent"): 400}
