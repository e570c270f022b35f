"""Deposits and fills of Across on two stages, with what each of them must have moved."""

from dataclasses import dataclass
from typing import Any

from tests.conversions.onchain.record import NATIVE, Hop, Step
from tests.conversions.onchain.stage import CHAIN_IDS, NEVER, Stage
from tests.node.contract import NOBODY, wide

FILL_SECONDS = 25  # from the deposit to its fill
RELAYER = "relayer"

DEPOSITED = (
    "FundsDeposited(bytes32,bytes32,uint256,uint256,uint256,uint256,uint32,uint32,uint32,bytes32,bytes32,bytes32,bytes)"
)
FILLED = (
    "FilledRelay(bytes32,bytes32,uint256,uint256,uint256,uint256,uint256,uint32,uint32,bytes32,bytes32,bytes32,bytes32,"
    "bytes32,(bytes32,bytes32,uint256,uint8))"
)


@dataclass(frozen=True)
class Deposit:
    """What a depositor asks for: tokens by their names on the stages, ETH as WETH with `native`."""

    sender: str
    recipient: str
    token: str
    amount: int
    paid: int
    native: bool = False


def deposit(name: str, origin: Stage, destination: Stage, asked: Deposit) -> tuple[int, Step]:
    """Deposit on one stage for another; the deposit's id and the step."""
    number = int(origin.contracts["across"].read("numberOfDeposits"))
    if not asked.native:
        origin.approve(asked.sender, asked.token, "across", asked.amount)
    arguments = (
        wide(origin[asked.sender]),
        wide(destination[asked.recipient]),
        wide(origin[asked.token]),
        wide(destination[asked.token]),
        asked.amount,
        asked.paid,
        CHAIN_IDS[destination.chain],
        wide(NOBODY),
        origin.time(origin.node.head),
        NEVER,
        0,
        b"",
    )
    value = asked.amount if asked.native else 0
    step = origin.act(name, asked.sender, "across", "deposit", *arguments, value=value, deposit_id=number)
    return number, step


def relay(origin: Stage, destination: Stage, number: int, asked: Deposit) -> tuple[Any, ...]:
    """The relay that fits a deposit, as a relayer has to repeat it."""
    return (
        wide(origin[asked.sender]),
        wide(destination[asked.recipient]),
        wide(NOBODY),
        wide(origin[asked.token]),
        wide(destination[asked.token]),
        asked.amount,
        asked.paid,
        CHAIN_IDS[origin.chain],
        number,
        NEVER,
        0,
        b"",
    )


def fill(
    name: str, origin: Stage, destination: Stage, number: int, asked: Deposit, fails: bool = False, **facts: Any
) -> Step:
    """Pay a deposit out from the relayer's pocket."""
    if not fails:
        destination.approve(RELAYER, asked.token, "across", asked.paid)
    told = relay(origin, destination, number, asked)
    repayment = (CHAIN_IDS[origin.chain], wide(destination[RELAYER]))
    return destination.act(
        name, RELAYER, "across", "fillRelay", told, *repayment, deposit_id=number, fails=fails, **facts
    )


def hop(name: str, origin: Stage, destination: Stage, asked: Deposit) -> Hop:
    """A deposit and its fill, checked against the balances on both sides."""
    number, there = deposit(f"deposit {name}", origin, destination, asked)
    destination.wait(there.time + FILL_SECONDS)
    here = fill(f"fill {name}", origin, destination, number, asked)
    assert here.time >= there.time + FILL_SECONDS
    gone = NATIVE if asked.native else origin.assets[asked.token]
    # the coin that wraps ETH is paid out as ETH
    got = NATIVE if asked.token == "WETH" else destination.assets[asked.token]
    assert there.gain(origin[asked.sender], gone) == -asked.amount
    assert there.gain(origin["across"], origin.assets[asked.token]) == asked.amount
    assert here.gain(destination[asked.recipient], got) == asked.paid
    assert here.gain(destination[RELAYER], destination.assets[asked.token]) == -asked.paid
    key = (CHAIN_IDS[origin.chain], number)
    recipient = destination[asked.recipient]
    chains = (origin.chain, destination.chain)
    return Hop("across", key, there, gone, asked.amount, *chains, recipient, here, got, asked.paid)
