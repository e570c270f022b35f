"""The record of the theft over three chains: what left one chain and came to the next, and what was only said."""

import pytest

from tests.conversions.onchain.across import FILL_SECONDS
from tests.conversions.onchain.record import NATIVE
from tests.conversions.onchain.stage import place
from tests.conversions.onchain.three_chains import BITCOIN, MEMO, World, three_chains
from tests.node.artifacts import artifact
from tests.node.contract import topic, type_of

TOPICS = {  # of the real contracts: Across's SpokePool, THORChain's router, CoW Protocol's settlement
    "FundsDeposited": "32ed1a409ef04c7b0227189c3a103dc5ac10e775a15b785dcc510201f7c25ad3",
    "FilledRelay": "44b559f101f8fbcc8a0ea43fa91a05a729a5ea6e14a7c75aa750374690137208",
    "Deposit": "ef519b7eb82aaf6ac376a6df2d793843ebfd593de5f1a0601d3cc6ab49ebb395",
    "TransferOut": "a9cd03aa3c1b4515114539cd53d22085129d495cb9e9f9af77864526240f1bf7",
    "Trade": "a07a543ab8a018198e99ca0184c93fe9050a79400a0a723441f84de1d972cc17",
}
INDEXED = {
    "FundsDeposited": ["destinationChainId", "depositId", "depositor"],
    "FilledRelay": ["originChainId", "depositId", "relayer"],
    "Deposit": ["to", "asset"],
    "TransferOut": ["vault", "to"],
    "Trade": ["owner"],
}


def test_our_bridges_say_what_the_real_ones_say() -> None:
    found = {
        entry["name"]: entry
        for name in ("AcrossPool", "ThorRouter", "Batch")
        for entry in artifact(name).abi
        if entry["type"] == "event" and entry["name"] in TOPICS
    }
    for name, entry in found.items():
        assert topic(f"{name}({','.join(type_of(item) for item in entry['inputs'])})").hex() == TOPICS[name]
        assert [item["name"] for item in entry["inputs"] if item["indexed"]] == INDEXED[name]
    assert set(found) == set(TOPICS)


def test_what_was_stolen_leaves_for_bitcoin(crossed: World) -> None:
    near, far = crossed.near, crossed.far
    thief = near.people["thief"]
    tokens, coins = crossed.hop("USDC"), crossed.hop("ETH")
    assert tokens.amount == near.step("to USDC").gain(thief, near.assets["USDC"])
    assert coins.amount == near.step("to ETH").gain(thief)
    out = crossed.hop("to bitcoin")
    assert out.amount == far.step("far to ETH").gain(thief) + coins.paid
    assert (out.key, out.recipient, out.destination) == (MEMO, BITCOIN, "bitcoin")
    assert far.step("deposit to bitcoin").gain(far.people["vault"]) == out.amount
    assert far.closing[far.contracts["thor"], NATIVE] == 0  # native coin only passes through


def test_fills_come_after_their_deposits(crossed: World) -> None:
    filled = [hop for hop in crossed.hops if hop.bridge == "across"]
    assert len(filled) == 4
    for hop in filled:
        assert hop.fill is not None
        assert hop.fill.time >= hop.deposit.time + FILL_SECONDS
        assert 0 < hop.paid < hop.amount


def test_the_same_number_is_used_on_both_chains(crossed: World) -> None:
    there, back = crossed.hop("USDC"), crossed.hop("back")
    assert there.key[1] == back.key[1] and there.key[0] != back.key[0]


def test_a_refund_names_the_deposit_it_belongs_to(crossed: World) -> None:
    hop = crossed.hop("of a token")
    assert hop.fill is not None
    assert hop.fill.facts["memo"] == f"REFUND:{hop.deposit.tx[2:].upper()}"


def test_lies_move_nothing_or_something_else(deceived: World) -> None:
    far = deceived.far
    said = [step for step in deceived.lies if step.name.startswith("said")]
    assert len(said) == 5 and not any(step.changes for step in said)
    liar, usdc = far.people["liar"], far.assets["USDC"]
    assert not far.step("filled again").changes
    assert far.step("filled for another").gain(liar, usdc) == far.step("fill of two").gain(far.people["trader"], usdc)
    assert far.step("filled for another").facts["deposit_id"] == far.step("fill of two").facts["deposit_id"]
    assert far.step("filled without a deposit").gain(liar, usdc) > 0


@pytest.mark.parametrize("far", ["ethereum"])
def test_the_far_chain_may_be_the_one_with_the_known_router(far: str) -> None:
    with three_chains("base", far) as world:
        assert world.far.contracts["thor"] == place("ethereum", "thor")
        assert world.far.contracts["across"] == place("ethereum", "across")
        assert world.near.contracts["across"] == place("base", "across")
