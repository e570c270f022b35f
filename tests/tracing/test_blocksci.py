"""Tainted coins of BlockSci's regtest chain under every policy: what BlockSci's tests expect of them.

Source: BlockSci, test/blockscipy/test_taint.py, and the generator of the chain. There a fee may go on to the miner;
here it is an endpoint, so that of what BlockSci expects with fees the sums are compared.
"""

import pytest

from cointrail.ledger.outputs import output_key
from cointrail.tracing import Settings, Theft, Trail, trace
from cointrail.tracing.policies import CONSERVING, POLICIES
from tests.blocksci import COIN, chain, facts, needs_chain

pytestmark = needs_chain

FEE = 10_000  # of every transaction
STOLEN = COIN - FEE  # the first output of the split
FIRST, BOTH = ("taint-split-tx-1",), ("taint-split-tx-1", "taint-fund-tx-2")
MAPPED = ("taint-mapping-fund-tx-2",)  # the second of three inputs
EQUAL, SIXTH = 333_330_000, 166_660_000  # the outputs of the two transactions behind it


def traced(outputs: tuple[str, ...], blocks: int | None = None) -> Trail:
    """From the first output of each of these transactions; only up to so many blocks behind the first of them."""
    ledger = chain().ledger
    ids = [ledger.address_id(output_key(bytes.fromhex(facts()[name]), 0)) or 0 for name in outputs]
    owners = ledger.addresses([ledger.index.owner_of(one) for one in ids])
    until = None
    if blocks is not None:
        [height, *_] = ledger.facts(ledger.transaction(bytes.fromhex(facts()[outputs[0]]))).block
        every = ledger.facts(range(ledger.transfers))
        until = int(every.time[every.block == height + blocks][0])
    return trace(ledger, Theft(tuple(owners), until=until), settings=Settings(tuple(POLICIES)))


def touched(trail: Trail, policy: str) -> set[str]:
    rows = [move.key for move in trail.flows[policy].moves]
    return {tx.hex() for tx in chain().ledger.facts(rows).tx if tx}


def held(trail: Trail, policy: str) -> list[int]:
    """How much of each output that was left unspent is tainted, by the order of the chain."""
    ends = [one for one in trail.flows[policy].endpoints.values() if one.stop.reason in ("unspent", "time")]
    return [one.amount for one in sorted(ends, key=lambda one: one.first or 0)]


def fees(trail: Trail, policy: str) -> int:
    return sum(one.amount for one in trail.flows[policy].endpoints.values() if one.stop.reason == "fee")


@pytest.mark.parametrize("policy", list(POLICIES))
@pytest.mark.parametrize(
    ("outputs", "reached"),
    [
        (("taint-fund-tx-1",), {"split-tx-1", "merge-tx-1", "merge-tx-2", "merge-tx-3"}),
        (FIRST, {"merge-tx-1", "merge-tx-3"}),
        (BOTH, {"merge-tx-1", "merge-tx-2", "merge-tx-3"}),
        *(((f"taint-mapping-fund-tx-{number}",), {"mapping-tx", "check-tx"}) for number in (1, 2, 3)),
    ],
)
def test_exactly_what_comes_behind_is_touched(policy: str, outputs: tuple[str, ...], reached: set[str]) -> None:
    assert touched(traced(outputs), policy) == {facts()[f"taint-{name}"] for name in reached}


def test_the_chain_of_the_case_ends_where_it_should() -> None:
    assert facts()["taint-merge-tx-3"] in chain().at(facts()["taint-max-height"])


@pytest.mark.parametrize(
    ("outputs", "blocks", "left", "paid"),
    [
        (FIRST, 1, [3 * COIN - 3 * FEE], FEE),
        (FIRST, None, [15 * COIN - 6 * FEE], 2 * FEE),
        (BOTH, 1, [3 * COIN - 3 * FEE, 12 * COIN - 2 * FEE], 2 * FEE),
        (BOTH, None, [15 * COIN - 6 * FEE], 3 * FEE),
        (MAPPED, 1, [EQUAL] * 3, FEE),
    ],
)
def test_poison_taints_whole_outputs(outputs: tuple[str, ...], blocks: int | None, left: list[int], paid: int) -> None:
    trail = traced(outputs, blocks)
    assert (held(trail, "poison"), fees(trail, "poison")) == (left, paid)


@pytest.mark.parametrize(
    ("blocks", "expected", "merges"),
    [(1, 99_986_667 - 1, 1), (None, 99_986_000 - 1, 2)],
)
def test_haircut_leaves_the_fee_its_share(blocks: int | None, expected: int, merges: int) -> None:
    """Up to a unit for each transaction: BlockSci rounds outputs down, here it is what the miner gets."""
    [amount] = held(traced(FIRST, blocks), "haircut")
    assert 0 <= amount - expected <= merges


@pytest.mark.parametrize("policy", CONSERVING)
@pytest.mark.parametrize(("outputs", "stolen"), [(FIRST, STOLEN), (BOTH, 9 * COIN - FEE), (MAPPED, 4 * COIN)])
@pytest.mark.parametrize("blocks", [1, None])
def test_with_fees_nothing_is_lost(policy: str, outputs: tuple[str, ...], stolen: int, blocks: int | None) -> None:
    trail = traced(outputs, blocks)
    assert sum(held(trail, policy)) + fees(trail, policy) == stolen


@pytest.mark.parametrize(
    ("outputs", "blocks", "left", "paid"),
    [
        (FIRST, None, [STOLEN], 0),  # the first coins in are the first out, and fees are the last
        (BOTH, 1, [STOLEN, 8 * COIN - FEE], FEE),
        (BOTH, None, [9 * COIN - 3 * FEE], 2 * FEE),
        (MAPPED, 1, [2 * EQUAL - 4 * COIN, 8 * COIN - 2 * EQUAL], 0),  # coins 4 to 8 of 10
        (MAPPED, None, [3 * SIXTH - 4 * COIN, SIXTH, 8 * COIN - 4 * SIXTH], 0),
    ],
)
def test_fifo_keeps_the_place_of_coins(
    outputs: tuple[str, ...], blocks: int | None, left: list[int], paid: int
) -> None:
    """The rule of Clayton's case; what BlockSci made the case for, though its tests leave it out."""
    trail = traced(outputs, blocks)
    assert (held(trail, "fifo"), fees(trail, "fifo")) == (left, paid)
