"""A theft on one chain that goes over Across to a second and out to Bitcoin over THORChain's memo."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tests.conversions.onchain.across import Deposit, hop
from tests.conversions.onchain.hostile import deceive
from tests.conversions.onchain.record import NATIVE, Hop, Record, Step
from tests.conversions.onchain.stage import ETH, MAKER, NEVER, Stage, staged
from tests.conversions.onchain.trades import traded
from tests.node.contract import NOBODY

DOLLAR = 10**6
PEOPLE = ("victim", "thief", "runner", "relayer", "trader", "vault", "liar")
BITCOIN = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"  # an example of BIP-173
MEMO = f"=:BTC.BTC:{BITCOIN}"
SHORT_MEMO = f"=:b:{BITCOIN}:12345678/3/10:t:30"  # asset code, limit/interval/quantity, affiliate, basis points
STOLEN = 2_000 * ETH + 7
EVER = 2**255


@dataclass(frozen=True)
class World:
    """Two chains that have happened, and the hops between them and out. `lies` are steps that are not what they say."""

    near: Record
    far: Record
    hops: Sequence[Hop]
    lies: Sequence[Step] = ()

    def hop(self, name: str) -> Hop:
        """The hop whose deposit is `deposit NAME`."""
        [found] = [one for one in self.hops if one.deposit.name == f"deposit {name}"]
        return found


@contextmanager
def three_chains(near: str = "ethereum", far: str = "base", hostile: bool = False) -> Iterator[World]:
    """Run both chains on nodes of their own, which end afterwards; with `hostile` somebody lies on both of them.

    THORChain's router stands in its real place on Ethereum, anywhere on other chains.
    """
    with staged(near, PEOPLE) as here, staged(far, PEOPLE) as there:
        for stage in (here, there):
            furnish(stage)
        hops = [*run(here, there), *leave(there)]
        lies = deceive(here, there) if hostile else []
        yield World(here.record(), there.record(), hops, lies)


def furnish(stage: Stage) -> None:
    """Tokens, pools, bridges; a relayer with money; a victim who approved too much."""
    maker = stage[MAKER]
    stage.token("Token", "USDC", 6, name="USDC")
    stage.token("Token", "GOLD", 18, name="GOLD")
    stage.pool("USDC", 3_000_000 * DOLLAR, 1_000 * ETH)
    stage.pool("GOLD", 50_000 * ETH, 500 * ETH)
    stage.contract("across", "AcrossPool", stage["WETH"])
    stage.contract("thor", "ThorRouter")
    stage.contract("lying", "Lying")
    stage.contracts["USDC"].send(maker, "mint", stage["relayer"], 500_000 * DOLLAR)
    stage.contracts["USDC"].send(maker, "mint", stage["trader"], 50_000 * DOLLAR)
    stage.contracts["GOLD"].send(maker, "mint", stage["victim"], 2_500 * ETH)
    for name in ("relayer", "vault"):
        stage.node.receipt(stage.node.send(sender=maker, to=stage[name], value=100 * ETH))
    stage.contracts["WETH"].send(stage["relayer"], "deposit", value=50 * ETH)
    stage.approve("victim", "GOLD", "thief", EVER)
    for token in ("GOLD", "USDC"):
        stage.approve("thief", token, "router", EVER)


def run(near: Stage, far: Stage) -> list[Hop]:
    """Steal, swap, cross: tokens to the thief's own address, ETH to a runner's."""
    thief = near["thief"]
    near.act("steal", "thief", "GOLD", "transferFrom", near["victim"], thief, STOLEN)
    gold = near.assets["GOLD"]
    dollars = (1_500 * ETH + 1, 0, near.path("GOLD", "WETH", "USDC"), thief, NEVER)
    told = near.router.read("getAmountsOut", dollars[0], dollars[2])
    trades = traded(thief, gold, near.assets["USDC"])
    near.act("to USDC", "thief", "router", "swapExactTokensForTokens", *dollars, quote=told, trades=trades)
    ether = (500 * ETH + 6, 0, near.path("GOLD", "WETH"), thief, NEVER)  # the rest
    told = near.router.read("getAmountsOut", ether[0], ether[2])
    step = near.act(
        "to ETH", "thief", "router", "swapExactTokensForETH", *ether, quote=told, trades=traded(thief, gold, NATIVE)
    )
    held = int(near.contracts["USDC"].read("balanceOf", thief))
    bought = step.gain(thief)
    tokens = Deposit("thief", "thief", "USDC", held, held - held // 1_000)
    coins = Deposit("thief", "runner", "WETH", bought, bought - bought // 1_000, native=True)
    # somebody else's transfer between the two, and one the other way: the same number, counted on the other chain
    custom = Deposit("trader", "trader", "USDC", 5_000 * DOLLAR + 1, 4_990 * DOLLAR)
    return [
        hop("USDC", near, far, tokens),
        hop("of a trader", near, far, custom),
        hop("ETH", near, far, coins),
        hop("back", far, near, custom),
    ]


def leave(far: Stage) -> list[Hop]:
    """Swap on the far chain, bring together, and go out over THORChain: native coin, and a token it refunds."""
    thief, usdc, vault = far["thief"], far.assets["USDC"], far["vault"]
    held = int(far.contracts["USDC"].read("balanceOf", thief))
    kept = 1_000 * DOLLAR
    way = (held - kept, 0, far.path("USDC", "WETH"), thief, NEVER)
    told = far.router.read("getAmountsOut", way[0], way[2])
    trades = traded(thief, usdc, NATIVE)
    sold = far.act("far to ETH", "thief", "router", "swapExactTokensForETH", *way, quote=told, trades=trades)
    brought = far.step("fill ETH").gain(far["runner"])
    far.pay("bring together", "runner", "thief", brought)
    out = sold.gain(thief) + brought
    first = far.act(
        "deposit to bitcoin", "thief", "thor", "depositWithExpiry", vault, NOBODY, 0, MEMO, NEVER, value=out, memo=MEMO
    )
    far.approve("thief", "USDC", "thor", kept)
    token = (vault, usdc, kept, SHORT_MEMO, NEVER)
    second = far.act("deposit of a token", "thief", "thor", "depositWithExpiry", *token, memo=SHORT_MEMO)
    assert first.gain(vault) == out and second.gain(far["thor"], usdc) == kept
    back, memo = kept - 3 * DOLLAR, f"REFUND:{second.tx[2:].upper()}"
    refund = far.act("refund of a token", "vault", "thor", "transferOut", thief, usdc, back, memo, memo=memo)
    assert refund.gain(thief, usdc) == back
    return [
        Hop("thorchain", MEMO, first, NATIVE, out, far.chain, "bitcoin", BITCOIN),
        Hop("thorchain", SHORT_MEMO, second, usdc, kept, far.chain, far.chain, thief, refund, usdc, back),
    ]
