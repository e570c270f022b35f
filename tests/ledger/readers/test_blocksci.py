"""BlockSci's regtest chain, read from its node's file: every fact that is known of its transactions.

What the facts mean is told by BlockSci's tests (test/blockscipy) and by the generator of the chain. Those of change and
of the CoinJoin are held in `tests.owners.test_blocksci`, those of tainted coins in `tests.tracing.test_blocksci`.
"""

import re
from itertools import pairwise

import pytest

from cointrail.ledger.outputs import memo
from tests.blocksci import COIN, chain, facts, needs_chain

pytestmark = needs_chain

SUBSIDY = 25 * COIN  # of regtest, from block 150 on
ADDRESSES = ("p2pkh", "p2sh", "p2wpkh", "p2wsh")
FUNDED = ("2-in-2-out", "2-in-3-out", "fan-8", "merge-0", "merge-1", "merge-2", "peeling-chain")
HERE = {
    *(f"address-{kind}-spend{what}" for kind in ADDRESSES for what in ("", "-height", "-tx", "-value")),
    *("addr-in-out", "addr-fan", "addr-merge", "addr-peeling-chain", "merge-addr", "merge-final-tx", "fan-tx"),
    *("funding-tx-in-out", "funding-tx-fan", "funding-tx-merge", "funding-tx-peeling-chain", "fan-tx-collect"),
    *("peeling-chain-tx", "tx-chain-tx", "op-return-tx", "raw-multisig-tx", "raw-multisig-redeem-tx"),
    *("p2sh-multisig-tx", "p2sh-multisig-redeem-tx", "nsequence-fffffffe-tx"),
    *("block-fee-unclaimed-height", "block-partial-reward-height"),
}
OF_OWNERS = {
    *(
        f"change-{rule}-{what}"
        for rule in ("address-type", "client-behavior", "locktime")
        for what in ("tx", "position")
    ),
    *(f"change-{rule}-{what}" for rule in ("optimal", "reuse", "ten") for what in ("tx", "position")),
    *("change-negative-testcase-tx", "change-negative-testcase-value", "peeling-chain-position"),
    *("simple-coinjoin-tx", "simple-coinjoin-spends", "simple-coinjoin-change"),
}
OF_TRACES = {
    *("taint-fund-tx", "taint-split-tx", "taint-merge-tx", "taint-max-height"),
    *("taint-mapping-fund-tx", "taint-mapping-tx", "taint-check-tx"),
}


def test_no_kind_of_fact_is_left_out() -> None:
    assert {re.sub(r"-\d+(?=-|$)", "", name) for name in facts()} == HERE | OF_OWNERS | OF_TRACES


def test_every_transaction_is_there() -> None:
    told = {name: tx for name, tx in facts().items() if name.endswith("-tx") or "-tx-" in name}
    assert len(told) > 70 and all(tx in chain().place for tx in told.values())


@pytest.mark.parametrize("kind", ADDRESSES)
@pytest.mark.parametrize("number", range(3))
def test_every_kind_of_address(kind: str, number: int) -> None:
    """The text of the address comes from its script."""
    name = f"address-{kind}-spend-{number}"
    known = {what: facts()[f"{name}-{what}"] for what in ("tx", "height", "value")}
    assert [one.value for one in chain().outputs(known["tx"]) if one.owner == facts()[name]] == [known["value"] * COIN]
    assert known["tx"] in chain().at(known["height"])


@pytest.mark.parametrize("name", FUNDED)
def test_who_is_funded(name: str) -> None:
    """The first output of the transaction; the second is change."""
    funded, change = chain().outputs(facts()[f"funding-tx-{name}"])
    assert funded.owner == facts()[f"addr-{name}"] != change.owner
    [spent] = chain().inputs(str(funded.other))
    assert spent == (funded.owner, funded.value, facts()[f"funding-tx-{name}"])


@pytest.mark.parametrize("many", [2, 3])
def test_two_inputs_and_several_outputs(many: int) -> None:
    split = str(chain().outputs(facts()[f"funding-tx-2-in-{many}-out"])[0].other)
    [after] = {one.other for one in chain().outputs(split)}
    assert (len(chain().inputs(str(after))), len(chain().outputs(str(after)))) == (2, many)


def test_a_fan() -> None:
    fan, collect = facts()["fan-8-tx"], facts()["fan-8-tx-collect"]
    assert chain().inputs(fan)[0].other == facts()["funding-tx-fan-8"]
    assert [one.other for one in chain().outputs(fan)] == [collect] * 8
    assert [one.other for one in chain().inputs(collect)] == [fan] * 8 and len(chain().outputs(collect)) == 1


def test_a_merge() -> None:
    """Three addresses pass what they got to three others, whose outputs one transaction spends."""
    merged = chain().inputs(facts()["merge-final-tx"])
    assert [one.owner for one in merged] == [facts()[f"merge-addr-{number}"] for number in (1, 2, 3)]
    for number, one in enumerate(merged):
        [before] = chain().inputs(str(one.other))
        assert before.other == facts()[f"funding-tx-merge-{number}"]


def test_chains_of_payments() -> None:
    ten = [facts()[f"tx-chain-10-tx-{number}"] for number in range(10)]
    assert all(after in {one.other for one in chain().outputs(tx)} for tx, after in pairwise(ten))
    peels = [facts()["funding-tx-peeling-chain"], *(facts()[f"peeling-chain-{number}-tx"] for number in range(10))]
    for tx, after in pairwise(peels):
        assert after in {one.other for one in chain().outputs(tx)}
        assert (len(chain().inputs(after)), len(chain().outputs(after))) == (1, 2)


def test_a_text_instead_of_an_address() -> None:
    [script] = chain().scripts(facts()["op-return-tx"])
    [paid] = chain().outputs(facts()["op-return-tx"])
    assert script is not None and memo(script) == "Lord Voldemort"
    assert paid.other is None and len(chain().ledger.index.lost)


def test_keys_of_several_without_an_address() -> None:
    """Two of three keys, plainly and behind a hash."""
    for name in ("raw-multisig", "p2sh-multisig"):
        [paid] = chain().outputs(facts()[f"{name}-tx"])
        assert paid.other == facts()[f"{name}-redeem-tx"]
    [script] = chain().scripts(facts()["raw-multisig-tx"])
    assert script is not None and (script[0] - 0x50, script[-2] - 0x50, script[-1]) == (2, 3, 0xAE)
    assert str(chain().outputs(facts()["raw-multisig-tx"])[0].owner).startswith("script:")
    [hashed] = chain().scripts(facts()["p2sh-multisig-tx"])
    assert hashed is not None and (hashed[:2], hashed[-1], len(hashed)) == (b"\xa9\x14", 0x87, 23)


def test_a_sequence_that_does_not_ask_to_be_replaced() -> None:
    assert chain().term("sequence", facts()["nsequence-fffffffe-tx"]) == 2**32 - 2


@pytest.mark.parametrize(("name", "taken"), [("block-fee-unclaimed", SUBSIDY), ("block-partial-reward", 15 * COIN)])
def test_rewards_that_were_not_taken(name: str, taken: int) -> None:
    """Coins that a miner left are lost: its transaction makes what its outputs say, and no more."""
    first, *others = chain().at(facts()[f"{name}-height"])
    assert sum(one.value for one in chain().outputs(first)) == taken
    told, place = chain().told, chain().place[first]
    row = [n for n in chain().ledger.transaction(bytes.fromhex(first)) if not chain().ledger.facts([n]).sender[0]]
    assert chain().ledger.facts(row).amount == [taken] and told.mints[place]
    if name == "block-fee-unclaimed":
        sides = (chain().inputs, chain().outputs)
        spent, paid = (sum(one.value for tx in others for one in side(tx)) for side in sides)
        assert spent > paid
