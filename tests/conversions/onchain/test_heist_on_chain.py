"""The heist's record is what the contracts hold: quotes, fees, refunds, and nothing made of nothing."""

from collections import Counter

import pytest
from eth_hash.auto import keccak

from tests.conversions.onchain.heist_on_chain import STOLEN_DOLLARS, STOLEN_ETHER, STOLEN_GOLD, STOLEN_TAXED
from tests.conversions.onchain.record import NATIVE, Record, Step
from tests.conversions.onchain.stage import ETH, Stage, place
from tests.node.artifacts import artifact

World = tuple[Stage, Record]
# baked into the router: it computes where a pool is instead of asking
PAIR_CODE_HASH = "96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f"
KINDS = {"swap", "wrap", "unwrap", "liquidity in", "liquidity out", "vault in", "vault out"}


def test_the_router_finds_the_pools_of_this_factory() -> None:
    assert keccak(artifact("UniswapV2Pair").code).hex() == PAIR_CODE_HASH
    assert bytes.fromhex(PAIR_CODE_HASH) in artifact("UniswapV2Router02").code


def test_contracts_stand_where_everybody_knows_them(stolen: World) -> None:
    stage, record = stolen
    for name in ("WETH", "USDC", "factory", "router", "cow"):
        assert record.contracts[name] == place("ethereum", name)
    assert stage.router.read("WETH") == record.contracts["WETH"]
    assert stage.weth.read("symbol") == "WETH"
    assert stage.contracts["USDC"].read("decimals") == 6
    assert stage.contracts["FAKE"].read("symbol") == "USDT"
    assert stage.contracts["FAKE"].address != place("ethereum", "USDC")


def test_what_was_stolen(stolen: World) -> None:
    stage, record = stolen
    victim, thief, asset = stage["victim"], stage["thief"], record.assets
    assert record.step("steal USDC").gain(thief, asset["USDC"]) == STOLEN_DOLLARS
    assert record.step("steal GOLD").gain(thief, asset["GOLD"]) == STOLEN_GOLD
    taxed = record.step("steal TAXED")
    fee = STOLEN_TAXED * 2 // 100
    assert taxed.gain(victim, asset["TAXED"]) == -STOLEN_TAXED
    assert taxed.gain(thief, asset["TAXED"]) == STOLEN_TAXED - fee
    assert taxed.gain(stage["collector"], asset["TAXED"]) == fee
    assert record.step("steal ETH").gain(thief) == STOLEN_ETHER == -record.step("steal ETH").gain(victim)


def test_swaps_pay_what_the_router_promised(stolen: World) -> None:
    quoted = [step for step in stolen[1].steps if step.quote]
    assert len(quoted) >= 9
    for step in quoted:
        [swap] = step.conversions
        assert list(swap.sold.values()) == [step.quote[0]], step.name
        assert list(swap.bought.values()) == [step.quote[-1]], step.name


def test_a_taxed_token_loses_its_fee_on_the_way(stolen: World) -> None:
    stage, record = stolen
    step, taxed = record.step("taxed to ETH"), record.assets["TAXED"]
    [swap] = step.conversions
    arrived = step.gain(stage["TAXED/WETH"], taxed)
    assert swap.sold == {taxed: arrived + step.gain(stage["collector"], taxed)}
    assert arrived == swap.sold[taxed] - swap.sold[taxed] * 2 // 100
    assert swap.bought == {NATIVE: -step.gain(stage["TAXED/WETH"], record.assets["WETH"])}


def test_a_refund_is_not_sold(stolen: World) -> None:
    stage, record = stolen
    step = record.step("refund")
    sent = int(stage.node.call("eth_getTransactionByHash", step.tx)["value"], 16)
    [swap] = step.conversions
    assert sent - swap.sold[NATIVE] == ETH


def test_two_swaps_add_up_to_what_their_owner_got(stolen: World) -> None:
    stage, record = stolen
    step = record.step("two into one")
    first, second = step.conversions
    assert first.bought[NATIVE] + second.bought[NATIVE] == step.gain(stage["thief"])
    assert not any(asset == NATIVE for swap in record.step("two into two").conversions[:1] for asset in swap.bought)


def test_every_kind_of_conversion_occurs(stolen: World) -> None:
    conversions = [c for step in stolen[1].steps for c in step.conversions]
    assert {c.kind for c in conversions} == KINDS
    assert any(c.recipient != c.owner and NATIVE in c.bought for c in conversions)
    assert any(c.recipient != c.owner and NATIVE not in c.bought for c in conversions)


def test_a_failed_swap_moves_nothing(stolen: World) -> None:
    step = stolen[1].step("failed")
    assert not step.changes and step.fee > 0


@pytest.mark.parametrize("token", ["USDC", "GOLD", "TAXED", "FAKE", "WETH"])
def test_no_step_makes_or_loses_tokens(stolen: World, token: str) -> None:
    """What is made of nothing is only shares of pools and vaults; WETH comes and goes with the ETH behind it."""
    stage, record = stolen
    for step in record.steps:
        total = sum(amount for (_, asset), amount in step.changes.items() if asset == record.assets[token])
        backed = step.gain(stage["WETH"]) if token == "WETH" else 0
        assert total == backed, step.name


def test_balances_are_the_sum_of_the_steps_and_the_fees(stolen: World) -> None:
    """From the first step on; but for the approvals between steps, whose gas is theirs."""
    stage, record = stolen
    first: Step = record.steps[0]
    before = stage.balances(first.block - 1)
    moved: Counter[tuple[str, str]] = Counter()
    for step in record.steps:
        moved.update(dict(step.changes))
        moved[step.sender, NATIVE] -= step.fee
    for holding, closing in record.closing.items():
        expected = before.get(holding, 0) + moved[holding]
        if holding == (stage["first"], NATIVE):  # one approval
            assert 0 < expected - closing < ETH // 100
        else:
            assert closing == expected, holding
