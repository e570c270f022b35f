"""Stolen ETH sold by orders that others settle in later transactions: whole, in parts, given back, and left open.

All of it lies in one contract with a trader's ETH, and one settlement fills several people's orders.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from eth_abi.abi import encode

from tests.conversions.onchain.record import Record, Step
from tests.conversions.onchain.stage import ETH, MAKER, Stage, staged
from tests.node.contract import topic, wide

DOLLAR = 10**6
PEOPLE = ("victim", "thief", "accomplice", "trader", "solver", "refunder", "exchange", "liar")
STOLEN = 80 * ETH + 7
HOUR = 3_600
TRADE = "Trade(address,address,address,uint256,uint256,uint256,bytes)"


@dataclass(frozen=True)
class Order:
    """What its owner asks for, as the contract takes it; the order's id as the contract gives it."""

    name: str
    owner: str
    asked: tuple[object, ...]
    uid: bytes
    placed: Step
    amount: int  # with the fee
    fee: int


@dataclass(frozen=True)
class Fill:
    """`sold` of an order, with its share of the fee, for `bought`."""

    order: Order
    sold: int
    bought: int
    fee: int = 0


@dataclass(frozen=True)
class World:
    record: Record
    orders: dict[str, Order]
    fills: dict[str, list[Fill]]


@contextmanager
def orders_on_chain() -> Iterator[World]:
    """Run it on a node of its own, which ends afterwards."""
    with staged("ethereum", PEOPLE) as stage:
        furnish(stage)
        stage.pay("steal", "victim", "thief", STOLEN)
        orders = place(stage)
        fills = settle(stage, orders)
        give_back(stage, orders, fills)
        lie(stage, orders["open"])
        cash_out(stage)
        yield World(stage.record(), orders, fills)


def furnish(stage: Stage) -> None:
    maker = stage[MAKER]
    stage.token("Token", "USDC", 6, name="USDC")
    stage.token("Token", "GOLD", 18, name="GOLD")
    stage.pool("USDC", 3_000_000 * DOLLAR, 1_000 * ETH)
    stage.pool("GOLD", 50_000 * ETH, 500 * ETH)
    stage.contract("cow", "Batch")
    stage.contract("flow", "EthFlow", stage["WETH"], stage["cow"])
    stage.contract("lying", "Lying")
    stage.contracts["flow"].send(maker, "approve")
    for name, amount in (("victim", STOLEN + ETH), ("trader", 20 * ETH)):
        stage.node.receipt(stage.node.send(sender=maker, to=stage[name], value=amount))
    stage.contracts["GOLD"].send(maker, "mint", stage["trader"], 10 * ETH)
    stage.approve("trader", "GOLD", "cow", 2**255)


def order(stage: Stage, name: str, owner: str, receiver: str, token: str, sells: int, fee: int = 0) -> Order:
    valid = stage.time(stage.node.head) + HOUR
    asked = (stage[token], stage[receiver], sells, 1, bytes(32), fee, valid, True, 0)
    flow = stage.contracts["flow"]
    placed = stage.act(f"place {name}", owner, "flow", "createOrder", asked, value=sells + fee)
    assert placed.gain(stage["flow"]) == sells + fee
    return Order(name, owner, asked, flow.read("uidOf", asked), placed, sells + fee, fee)


def place(stage: Stage) -> dict[str, Order]:
    """A trader's before and between the thief's, so that whose coins leave first tells nothing."""
    made = [
        order(stage, "trader", "trader", "trader", "USDC", 5 * ETH),
        order(stage, "whole", "thief", "accomplice", "USDC", 30 * ETH + 1, fee=ETH // 100),
        order(stage, "parts", "thief", "thief", "GOLD", 20 * ETH + 3, fee=101),
        order(stage, "trader again", "trader", "accomplice", "USDC", 3 * ETH + 9),
        order(stage, "late", "thief", "thief", "USDC", 7 * ETH + 5),
        order(stage, "late trader", "trader", "trader", "USDC", 2 * ETH),
        order(stage, "open", "thief", "thief", "USDC", 4 * ETH + 2),
    ]
    return {one.name: one for one in made}


def settle(stage: Stage, orders: dict[str, Order]) -> dict[str, list[Fill]]:
    """Two batches: one with orders of several people and a trade the other way round, one with another part."""
    stage.contracts["flow"].send(stage["solver"], "wrap", 60 * ETH)
    first = ("trader again", "whole", "trader")
    part = 8 * ETH + 1
    fee = 101 * part // (20 * ETH + 3)
    fills = [
        *_filled(stage, "USDC", [(orders[name], orders[name].amount, orders[name].fee) for name in first]),
        *_filled(stage, "GOLD", [(orders["parts"], part + fee, fee)]),
    ]
    meets = (stage["trader"], stage["trader"], stage["GOLD"], stage["WETH"], 10 * ETH, ETH // 10, 0, b"\x07" * 56)
    _batch(stage, "first batch", fills, [meets])
    more = 5 * ETH
    fee = 101 * more // (20 * ETH + 3)
    second = _filled(stage, "GOLD", [(orders["parts"], more + fee, fee)])
    _batch(stage, "second batch", second, [])
    found: dict[str, list[Fill]] = {}
    for fill in (*fills, *second):
        found.setdefault(fill.order.name, []).append(fill)
    return found


def _filled(stage: Stage, token: str, sold: Sequence[tuple[Order, int, int]]) -> list[Fill]:
    """Fills of orders for one token at the pool's price for all of them, rounded down."""
    whole = sum(amount for _, amount, _ in sold)
    out = int(stage.router.read("getAmountsOut", whole, stage.path("WETH", token))[-1])
    return [Fill(one, amount, out * amount // whole, fee) for one, amount, fee in sold]


def _batch(stage: Stage, name: str, fills: Sequence[Fill], others: Sequence[tuple[object, ...]]) -> None:
    weth, cow, router = stage["WETH"], stage["cow"], stage["router"]
    told: list[tuple[object, ...]] = []
    sold: dict[str, int] = {}
    for fill in fills:
        token, receiver = str(fill.order.asked[0]), fill.order.asked[1]
        told.append((stage["flow"], receiver, weth, token, fill.sold, fill.bought, fill.fee, fill.order.uid))
        sold[token] = sold.get(token, 0) + fill.sold
    told[1:1] = others
    calls = []
    for token, amount in sold.items():
        way = (amount, 0, [weth, token], cow, 2**32 - 1)
        calls += [(weth, stage.contracts["WETH"].data("approve", router, amount))]
        calls += [(router, stage.router.data("swapExactTokensForTokens", *way))]
    if others:  # what they sell is sold too
        gold = 10 * ETH
        way = (gold, 0, [stage["GOLD"], weth], cow, 2**32 - 1)
        calls += [(stage["GOLD"], stage.contracts["GOLD"].data("approve", router, gold))]
        calls += [(router, stage.router.data("swapExactTokensForTokens", *way))]
    inner = [(to, bytes.fromhex(data[2:])) for to, data in calls]
    step = stage.act(name, "solver", "cow", "settle", told, inner)
    for fill in fills:
        assert step.gain(str(fill.order.asked[1]), str(fill.order.asked[0])) >= fill.bought


def give_back(stage: Stage, orders: dict[str, Order], fills: dict[str, list[Fill]]) -> None:
    """The rest of the order in parts to its owner, who asks; two that are too late at once, by somebody else."""
    parts = orders["parts"]
    rest = parts.amount - sum(fill.sold for fill in fills["parts"])
    step = stage.act("take back", "thief", "flow", "invalidateOrders", [parts.asked])
    assert rest <= step.gain(stage["thief"]) <= rest + 1  # fees are rounded
    late = [orders["late trader"], orders["late"]]
    stage.wait(stage.time(stage.node.head) + 2 * HOUR)
    step = stage.act("give back", "refunder", "flow", "invalidateOrders", [one.asked for one in late])
    assert step.gain(stage["thief"]) == orders["late"].amount
    assert step.gain(stage["trader"]) == orders["late trader"].amount


def lie(stage: Stage, victim: Order) -> None:
    """Somebody says that an open order was settled, and pays what that would have paid."""
    usdc, flow, thief = stage["USDC"], stage["flow"], stage["thief"]
    types = ["address", "address", "uint256", "uint256", "uint256", "bytes"]
    data = encode(types, [stage["WETH"], usdc, victim.amount, 777, 0, victim.uid])
    stage.contracts["USDC"].send(stage[MAKER], "mint", stage["liar"], 777)
    stage.act("lie", "liar", "lying", "say", [topic(TRADE), wide(flow)], data)
    stage.act("bait", "liar", "USDC", "transfer", thief, 777)


def cash_out(stage: Stage) -> None:
    """The accomplice sends on all that it got, the thief its gold and some of what came back."""
    for owner, token in (("accomplice", "USDC"), ("thief", "GOLD")):
        held = stage.contracts[token].read("balanceOf", stage[owner])
        stage.act(f"cash out {token}", owner, token, "transfer", stage["exchange"], held)
    stage.pay("cash out ETH", "thief", "exchange", 9 * ETH + 1)
