"""A theft on a real node and every way in which its tokens are then converted, with amounts as the contracts have them.

The thief has the victim's approval for three tokens and takes them; ETH is sent with the victim's own key.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.conversions.onchain.record import NATIVE, Record
from tests.conversions.onchain.stage import ETH, MAKER, NEVER, Stage, staged
from tests.conversions.onchain.trades import both, routed, traded, unwrapped, wrapped

DOLLAR = 10**6  # of USDC
PEOPLE = ("victim", "thief", "accomplice", "trader", "solver", "collector", "first", "second", "third")
STOLEN_DOLLARS = 250_000_123_456
STOLEN_GOLD = 1_000 * ETH + 7
STOLEN_TAXED = 40_000 * ETH + 99  # of which the token keeps 2 %
STOLEN_ETHER = 40 * ETH + 1
HELD = {"USDC": 400_000 * DOLLAR + 5, "GOLD": 1_500 * ETH + 11, "TAXED": 50_000 * ETH}  # the victim's
EVER = 2**255  # an approval that is never used up


@contextmanager
def heist() -> Iterator[tuple[Stage, Record]]:
    """Run the heist on a node of its own, which ends afterwards."""
    with staged("ethereum", PEOPLE) as stage:
        furnish(stage)
        steal(stage)
        swap(stage)
        wrap(stage)
        swap_together(stage)
        lend(stage)
        settle(stage)
        split(stage)
        yield stage, stage.record()


def furnish(stage: Stage) -> None:
    """Tokens, pools, a vault and other people's business."""
    stage.token("Token", "USDC", 6, name="USDC")
    stage.token("Token", "GOLD", 18, name="GOLD")
    stage.token("FeeToken", "TAXED", 18, stage["collector"], name="TAXED")
    stage.token("Token", "USDT", 6, name="FAKE")  # says that it is USDT
    stage.pool("USDC", 3_000_000 * DOLLAR, 1_000 * ETH)
    stage.pool("GOLD", 50_000 * ETH, 500 * ETH)
    stage.pool("TAXED", 1_000_000 * ETH, 100 * ETH)
    stage.pool("FAKE", 1_000_000 * DOLLAR, 20 * ETH)
    stage.token("Vault", "vUSDC", 6, stage["USDC"], name="SHARE")
    stage.contract("basket", "Basket", stage["router"])
    stage.contract("cow", "Batch")
    maker = stage[MAKER]
    stage.contracts["USDC"].send(maker, "mint", stage["trader"], 100_000 * DOLLAR)
    stage.approve("trader", "USDC", "SHARE", EVER)
    stage.contracts["SHARE"].send(stage["trader"], "deposit", 30_000 * DOLLAR + 1, stage["trader"])
    stage.contracts["USDC"].send(stage["trader"], "transfer", stage["SHARE"], 700 * DOLLAR)  # what the vault earned
    for name, amount in HELD.items():
        stage.contracts[name].send(maker, "mint", stage["victim"], amount)
        stage.approve("victim", name, "thief", EVER)  # what the victim was tricked into
        stage.approve("thief", name, "router", EVER)
        stage.approve("thief", name, "basket", EVER)
        stage.approve("thief", name, "cow", EVER)
    stage.approve("trader", "USDC", "cow", EVER)
    stage.approve("thief", "WETH", "router", EVER)
    stage.approve("thief", "USDC/WETH", "router", EVER)
    stage.approve("thief", "USDC", "SHARE", EVER)
    stage.node.receipt(stage.node.send(sender=maker, to=stage["victim"], value=STOLEN_ETHER + ETH))


def steal(stage: Stage) -> None:
    victim, thief = stage["victim"], stage["thief"]
    for name, token, amount in (
        ("steal USDC", "USDC", STOLEN_DOLLARS),
        ("steal GOLD", "GOLD", STOLEN_GOLD),
        ("steal TAXED", "TAXED", STOLEN_TAXED),
    ):
        stage.act(name, "thief", token, "transferFrom", victim, thief, amount)
    stage.pay("steal ETH", "victim", "thief", STOLEN_ETHER)


def quote(stage: Stage, amount: int, *tokens: str) -> Sequence[int]:
    """What the router would pay now, amounts along the route."""
    return tuple(stage.router.read("getAmountsOut", amount, stage.path(*tokens)))


def swap(stage: Stage) -> None:
    """Every way through the router, by the thief."""
    thief, accomplice = stage["thief"], stage["accomplice"]
    asset = stage.assets

    def sell(name: str, function: str, amount: int, *tokens: str, to: str = thief, got: str | None = None) -> None:
        told = () if "TAXED" in tokens else quote(stage, amount, *tokens)
        native = tokens[0] == "WETH" and "ETHFor" in function
        bought = asset[tokens[-1]] if got is None else asset[got]
        trades = traded(thief, NATIVE if native else asset[tokens[0]], bought, to)
        arguments = (0, stage.path(*tokens), to, NEVER) if native else (amount, 0, stage.path(*tokens), to, NEVER)
        value = amount if native else 0
        stage.act(name, "thief", "router", function, *arguments, value=value, quote=told, trades=trades)

    taxing = "SupportingFeeOnTransferTokens"
    sell("token to ETH", "swapExactTokensForETH", 60_000 * DOLLAR + 1, "USDC", "WETH", got="ETH")
    sell("ETH to token", "swapExactETHForTokens", 3 * ETH + 3, "WETH", "GOLD")
    sell("two hops", "swapExactTokensForTokens", 20_000 * DOLLAR + 3, "USDC", "WETH", "GOLD")
    sell("taxed to ETH", "swapExactTokensForETH" + taxing, 9_000 * ETH + 1, "TAXED", "WETH", got="ETH")
    sell("ETH to taxed", "swapExactETHForTokens" + taxing, ETH // 3, "WETH", "TAXED")
    sell("ETH to another", "swapExactTokensForETH", 10_000 * DOLLAR + 7, "USDC", "WETH", to=accomplice, got="ETH")
    sell("token to another", "swapExactETHForTokens", ETH + 5, "WETH", "USDC", to=accomplice)
    sell("into the fake", "swapExactETHForTokens", ETH // 2, "WETH", "FAKE")
    wanted, path = 150 * ETH, stage.path("WETH", "GOLD")
    told = tuple(stage.router.read("getAmountsIn", wanted, path))
    trades, sent = traded(thief, NATIVE, asset["GOLD"]), told[0] + ETH
    exact = (wanted, path, thief, NEVER)
    stage.act("refund", "thief", "router", "swapETHForExactTokens", *exact, value=sent, quote=told, trades=trades)
    greedy = (ETH, 10**30, stage.path("GOLD", "WETH"), thief, NEVER)  # asks for more than there is
    stage.act("failed", "thief", "router", "swapExactTokensForETH", *greedy, fails=True)


def wrap(stage: Stage) -> None:
    thief, weth = stage["thief"], stage.assets["WETH"]
    stage.act("wrap", "thief", "WETH", "deposit", value=2 * ETH + 9, trades=wrapped(thief, weth))
    told = quote(stage, ETH + 2, "WETH", "USDC")
    arguments = (ETH + 2, 0, stage.path("WETH", "USDC"), thief, NEVER)
    trades = traded(thief, weth, stage.assets["USDC"])
    stage.act("wrapped to token", "thief", "router", "swapExactTokensForTokens", *arguments, quote=told, trades=trades)
    stage.act("unwrap", "thief", "WETH", "withdraw", ETH + 7, trades=unwrapped(thief, weth))


def swap_together(stage: Stage) -> None:
    """Two swaps in one transaction: into one asset, and into two."""
    thief, asset = stage["thief"], stage.assets
    for name, target in (("two into one", "ETH"), ("two into two", "WETH")):
        first = quote(stage, 5_000 * DOLLAR + 1, "USDC", "WETH")
        second = quote(stage, 40 * ETH + 1, "GOLD", "WETH")
        ways = ((asset["USDC"], asset[target], first), (asset["GOLD"], NATIVE, second))
        swaps = [
            (first[0], stage.path("USDC", "WETH"), target == "ETH"),
            (second[0], stage.path("GOLD", "WETH"), True),
        ]
        stage.act(name, "thief", "basket", "swap", swaps, trades=routed(thief, *ways))


def lend(stage: Stage) -> None:
    """Liquidity in and out, a vault in and out."""
    thief, usdc, share, pool = stage["thief"], stage["USDC"], stage["SHARE"], stage["USDC/WETH"]
    trades = traded(thief, [usdc, NATIVE], pool, kind="liquidity in")
    arguments = (usdc, 12_000 * DOLLAR, 0, 0, thief, NEVER)
    stage.act("liquidity in", "thief", "router", "addLiquidityETH", *arguments, value=5 * ETH, trades=trades)
    held = stage.contracts["USDC/WETH"].read("balanceOf", thief)
    trades = traded(thief, pool, [usdc, NATIVE], kind="liquidity out")
    stage.act("liquidity out", "thief", "router", "removeLiquidityETH", usdc, held, 0, 0, thief, NEVER, trades=trades)
    amount = 11_000 * DOLLAR + 3
    trades = traded(thief, usdc, share, kind="vault in")
    stage.act("vault in", "thief", "SHARE", "deposit", amount, thief, trades=trades)
    stage.act("vault earns", "trader", "USDC", "transfer", share, 900 * DOLLAR)
    shares = stage.contracts["SHARE"].read("balanceOf", thief)
    trades = traded(thief, share, usdc, kind="vault out")
    stage.act("vault out", "thief", "SHARE", "redeem", shares, thief, thief, trades=trades)


def settle(stage: Stage) -> None:
    """Orders settled by a solver: two that meet each other, then one filled from a pool for another receiver."""
    thief, trader, accomplice = stage["thief"], stage["trader"], stage["accomplice"]
    usdc, gold = stage["USDC"], stage["GOLD"]
    uids = [uid(1, thief), uid(2, trader)]
    fee = ETH // 100
    orders = [
        (thief, thief, gold, usdc, 10 * ETH + fee, 310 * DOLLAR, fee, uids[0]),
        (trader, trader, usdc, gold, 310 * DOLLAR, 10 * ETH, 0, uids[1]),
    ]
    trades = both(traded(thief, gold, usdc), traded(trader, usdc, gold))
    stage.act("orders that meet", "solver", "cow", "settle", orders, [], trades=trades, uids=uids)
    amount = 20 * ETH
    told = quote(stage, amount, "GOLD", "WETH")
    way = (amount, 0, stage.path("GOLD", "WETH"), stage["cow"], NEVER)
    calls = [
        stage.contracts["GOLD"].data("approve", stage["router"], amount),
        stage.router.data("swapExactTokensForTokens", *way),
    ]
    interactions = list(zip((gold, stage["router"]), (bytes.fromhex(call[2:]) for call in calls), strict=True))
    orders = [(thief, accomplice, gold, stage["WETH"], amount + fee, told[-1], fee, uid(3, thief))]
    trades = traded(thief, gold, stage["WETH"], accomplice)
    stage.act("order from a pool", "solver", "cow", "settle", orders, interactions, trades=trades, uids=[orders[0][-1]])


def uid(number: int, owner: str) -> bytes:
    """An order's id as CoW Protocol has it: 32 bytes of digest, the owner, four bytes of the time it is valid to."""
    return bytes([number]) * 32 + bytes.fromhex(owner[2:]) + b"\xff" * 4


def split(stage: Stage) -> None:
    """To fresh wallets, and on from there."""
    for number, name in enumerate(("first", "second", "third"), start=1):
        stage.pay(f"ETH to the {name}", "thief", name, number * ETH + number)
        amount = number * 1_000 * DOLLAR + number
        stage.act(f"USDC to the {name}", "thief", "USDC", "transfer", stage[name], amount)
    first, usdc = stage["first"], stage["USDC"]
    amount = 1_000 * DOLLAR + 1  # all that it has
    stage.approve("first", "USDC", "router", amount)
    told = quote(stage, amount, "USDC", "WETH", "GOLD")
    arguments = (amount, 0, stage.path("USDC", "WETH", "GOLD"), first, NEVER)
    trades = traded(first, usdc, stage["GOLD"])
    stage.act("first swaps on", "first", "router", "swapExactTokensForTokens", *arguments, quote=told, trades=trades)
