"""One transfer over each bridge, as its contracts would tell it: forms, topics and values are written here by hand."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from cointrail.conversions.bridges import Crossings, crossings, shipped
from cointrail.ledger.event import Event
from tests.making import address

TABLE = shipped()
OWNER, TO, TOKEN, OUT, OTHER = (address(n) for n in (21, 22, 23, 24, 25))
ID = bytes(range(1, 33))
NEAR_TX, FAR_TX = b"\x0a" * 32, b"\x0b" * 32


def hexed(raw: bytes) -> str:
    return "0x" + raw.hex()


def word(value: bytes | int) -> bytes:
    return value.to_bytes(32, "big") if isinstance(value, int) else value.rjust(32, b"\0")


@dataclass(frozen=True)
class Told:
    """An event: its form as it is hashed, the topics after the first, the types and values of its data."""

    form: str
    topics: tuple[bytes | int, ...]
    types: str
    values: tuple[Any, ...]
    contract: str = ""  # "" for the first of the bridge's on that chain

    def event(self, bridge: str, chain: str, position: int) -> Event:
        far = chain != CASES[bridge].near
        contracts = sorted(TABLE.bridges[bridge].contracts[chain])
        contract = bytes.fromhex(self.contract) if self.contract else contracts[0]
        topics = (keccak(self.form.encode()), *map(word, self.topics))
        types = [one for one in self.types.split("|") if one]
        tx, time = (FAR_TX, 1_700_100_000) if far else (NEAR_TX, 1_700_000_000)
        return Event(9, time, tx, 0, position, contract, None, topics, encode(types, self.values))


@dataclass(frozen=True)
class Case:
    near: str
    far: str
    deposit: tuple[Told, ...]
    withdrawal: tuple[Told, ...]
    out: dict[str, Any] = field(default_factory=dict)  # fields of the deposit
    back: dict[str, Any] = field(default_factory=dict)  # and of the withdrawal


GIVEN: dict[str, Any] = {"token": hexed(TOKEN), "amount": 1_000, "recipient": hexed(TO)}
PAID: dict[str, Any] = {"token": hexed(OUT), "amount": 990, "recipient": hexed(TO)}
DLN = "(uint64,bytes,uint256,bytes,uint256,uint256,bytes,uint256,bytes,bytes,bytes,bytes,bytes,bytes)"
ORDER = (1, OWNER, 1, TOKEN, 1_000, 56, OUT, 990, TO, b"", b"", b"", b"", b"")
XC = "(uint32,uint32,uint32,address,address,bool,bytes,uint256,address,uint256,uint256,uint256,bytes32)"
PARAMS = (6648936, 6450786, 6648936, hexed(TO), hexed(TO), True, b"", 3, hexed(OWNER), 1_000, 1_000, 7, bytes(32))
BURN = b"\0\0\0\1" + word(TOKEN) + word(TO) + word(1_000) + word(OWNER) + word(9) + word(2) + word(0)
NOMAD = (6648936).to_bytes(4, "big") + word(OWNER) + (77).to_bytes(4, "big") + (1650811245).to_bytes(4, "big") + word(1)
WORM = b"\1" + word(1_000) + word(TOKEN) + b"\0\2" + word(TO) + b"\0\4" + word(0)
CASES = {
    "across": Case("ethereum", "base", (
        Told("FundsDeposited(bytes32,bytes32,uint256,uint256,uint256,uint256,uint32,uint32,uint32,bytes32,bytes32,bytes32,"
             "bytes)", (8453, 5, OWNER), "bytes32|bytes32|uint256|uint256|uint32|uint32|uint32|bytes32|bytes32|bytes",
             (word(TOKEN), word(OUT), 1_000, 990, 1, 2, 3, word(TO), bytes(32), b"hi")),
    ), (
        Told("FilledRelay(bytes32,bytes32,uint256,uint256,uint256,uint256,uint256,uint32,uint32,bytes32,bytes32,bytes32,"
             "bytes32,bytes32,(bytes32,bytes32,uint256,uint8))", (1, 5, OTHER),
             "bytes32|bytes32|uint256|uint256|uint256|uint32|uint32|bytes32|bytes32|bytes32|bytes32|"
             "(bytes32,bytes32,uint256,uint8)",
             (word(TOKEN), word(OUT), 1_000, 990, 1, 2, 3, bytes(32), word(OWNER), word(TO), bytes(32),
              (word(TO), bytes(32), 990, 0))),
    ), GIVEN | {"sender": OWNER, "other_chain": "base", "other_token": hexed(OUT), "other_amount": 990},
       PAID | {"vault": OTHER, "other_chain": "ethereum"}),
    "cctp": Case("ethereum", "base", (
        Told("DepositForBurn(uint64,address,uint256,address,bytes32,uint32,bytes32,bytes32)", (8, TOKEN, OWNER),
             "uint256|bytes32|uint32|bytes32|bytes32", (1_000, word(TO), 6, bytes(32), bytes(32))),
    ), (
        Told("MintAndWithdraw(address,uint256,address)", (TO, OUT), "uint256", (1_000,)),
        Told("MessageReceived(address,uint32,uint64,bytes32,bytes)", (OTHER, 8), "uint32|bytes32|bytes",
             (0, bytes(32), b"")),
    ), GIVEN | {"sender": OWNER, "other_chain": "base"}, PAID | {"amount": 1_000}),
    "cctp-v2": Case("ethereum", "base", (
        Told("DepositForBurn(address,uint256,address,bytes32,uint32,bytes32,bytes32,uint256,uint32,bytes)",
             (TOKEN, OWNER, 1_000), "uint256|bytes32|uint32|bytes32|bytes32|uint256|bytes",
             (1_000, word(TO), 6, bytes(32), bytes(32), 9, b"")),
    ), (
        Told("MintAndWithdraw(address,uint256,address,uint256)", (TO, OUT), "uint256|uint256", (998, 2)),
        Told("MessageReceived(address,uint32,bytes32,bytes32,uint32,bytes)", (OTHER, ID, 1_000), "uint32|bytes32|bytes",
             (0, bytes(32), BURN)),
    ), GIVEN | {"sender": OWNER}, PAID | {"amount": 998}),
    "layerzero": Case("ethereum", "base", (
        Told("OFTSent(bytes32,uint32,address,uint256,uint256)", (ID, OWNER), "uint32|uint256|uint256",
             (30184, 1_000, 990), "c026395860db2d07ee33e05fe50ed7bd583189c7"),
    ), (
        Told("OFTReceived(bytes32,uint32,address,uint256)", (ID, TO), "uint32|uint256", (30101, 990),
             "dc181bd607330aeebef6ea62e03e5e1fb4b6f7c7"),
    ), {"token": "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "amount": 1_000, "sender": OWNER, "other_chain": "base"},
       {"token": "", "amount": 990, "recipient": hexed(TO)}),
    "wormhole": Case("ethereum", "bsc", (
        Told("LogMessagePublished(address,uint64,uint32,bytes,uint8)",
             (bytes.fromhex("3ee18b2214aff97000d974cf647e7c347e8fa585"),), "uint64|uint32|bytes|uint8",
             (31, 0, WORM, 1)),
    ), (
        Told("TransferRedeemed(uint16,bytes32,uint64)",
             (2, bytes.fromhex("3ee18b2214aff97000d974cf647e7c347e8fa585"), 31), "", ()),
    ), {"recipient": hexed(TO), "other_chain": "bsc"}, {"other_chain": "ethereum"}),
    "cbridge": Case("ethereum", "bsc", (
        Told("Send(bytes32,address,address,address,uint256,uint64,uint64,uint32)", (),
             "bytes32|address|address|address|uint256|uint64|uint64|uint32",
             (ID, hexed(OWNER), hexed(TO), hexed(TOKEN), 1_000, 56, 1, 5_000)),
    ), (
        Told("Relay(bytes32,address,address,address,uint256,uint64,bytes32)", (),
             "bytes32|address|address|address|uint256|uint64|bytes32",
             (bytes(32), hexed(OWNER), hexed(TO), hexed(OUT), 990, 1, ID)),
    ), GIVEN | {"sender": OWNER, "other_chain": "bsc"}, PAID | {"other_chain": "ethereum"}),
    "connext": Case("ethereum", "bsc", (
        Told(f"XCalled(bytes32,uint256,bytes32,{XC},address,uint256,address,bytes)", (ID, 7, bytes(32)),
             f"{XC}|address|uint256|address|bytes", (PARAMS, hexed(TOKEN), 1_000, hexed(OTHER), b"")),
    ), (
        Told(f"Executed(bytes32,address,address,({XC},address[],bytes[],address,bytes),address,uint256,address)",
             (ID, TO, OUT), f"({XC},address[],bytes[],address,bytes)|address|uint256|address",
             ((PARAMS, [hexed(OTHER)], [b"x"], hexed(OTHER), b""), hexed(OTHER), 990, hexed(OTHER))),
    ), GIVEN | {"sender": OWNER, "other_chain": "bsc"}, PAID | {"other_chain": "ethereum"}),
    "hop": Case("optimism", "ethereum", (
        Told("TransferSent(bytes32,uint256,address,uint256,bytes32,uint256,uint256,uint256,uint256)", (ID, 1, TO),
             "uint256|bytes32|uint256|uint256|uint256|uint256", (1_000, ID, 4, 0, 0, 0),
             "a81d244a1814468c734e5b4101f7b9c0c577a8fc"),
    ), (
        Told("WithdrawalBonded(bytes32,uint256)", (ID,), "uint256", (1_000,),
             "3666f603cc164936c1b87e207f36beba4ac5f18a"),
    ), {"token": "0x25d8039bb044dc227f741a9e381ca4ceae2e6ae8", "amount": 1_000, "recipient": hexed(TO)},
       {"token": "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "amount": 1_000}),
    "synapse": Case("ethereum", "bsc", (
        Told("TokenDeposit(address,uint256,address,uint256)", (TO,), "uint256|address|uint256",
             (56, hexed(TOKEN), 1_000)),
    ), (
        Told("TokenMint(address,address,uint256,uint256,bytes32)", (TO, keccak(hexed(NEAR_TX).encode())),
             "address|uint256|uint256", (hexed(OUT), 990, 10)),
    ), GIVEN | {"other_chain": "bsc"}, PAID),
    "multichain": Case("ethereum", "bsc", (
        Told("LogAnySwapOut(address,address,address,uint256,uint256,uint256)", (TOKEN, OWNER, TO),
             "uint256|uint256|uint256", (1_000, 1, 56)),
    ), (
        Told("LogAnySwapIn(bytes32,address,address,uint256,uint256,uint256)", (NEAR_TX, OUT, TO),
             "uint256|uint256|uint256", (990, 1, 56)),
    ), GIVEN | {"sender": OWNER, "other_chain": "bsc"}, PAID | {"other_chain": "ethereum"}),
    "across-v2": Case("ethereum", "arbitrum", (
        Told("FundsDeposited(uint256,uint256,uint256,uint64,uint32,uint32,address,address,address)", (5, TOKEN, OWNER),
             "uint256|uint256|uint256|uint64|uint32|address", (1_000, 1, 42161, 2 * 10**15, 1, hexed(TO))),
    ), (
        Told("FilledRelay(uint256,uint256,uint256,uint256,uint256,uint256,uint64,uint64,uint64,uint32,address,address,"
             "address,address,bool)", (OTHER, OWNER),
             "uint256|uint256|uint256|uint256|uint256|uint256|uint64|uint64|uint64|uint32|address|address|bool",
             (1_000, 1_000, 1_000, 1, 1, 42161, 2 * 10**15, 4 * 10**15, 6 * 10**15, 5, hexed(OUT), hexed(TO), False)),
    ), GIVEN | {"sender": OWNER, "other_chain": "arbitrum"}, PAID | {"vault": OTHER, "other_chain": "ethereum"}),
    "debridge": Case("ethereum", "bsc", (
        Told(f"CreatedOrder({DLN},bytes32,bytes,uint256,uint256,uint32,bytes)", (),
             f"{DLN}|bytes32|bytes|uint256|uint256|uint32|bytes", (ORDER, ID, b"", 0, 0, 0, b"")),
    ), (
        Told(f"FulfilledOrder({DLN},bytes32,uint256,address,address)", (), f"{DLN}|bytes32|uint256|address|address",
             (ORDER, ID, 990, hexed(OTHER), hexed(OTHER))),
    ), GIVEN | {"sender": OWNER, "other_chain": "bsc", "other_token": hexed(OUT)}, PAID | {"other_chain": "ethereum"}),
    "polygon-pos": Case("ethereum", "polygon", (
        Told("LockedERC20(address,address,address,uint256)", (OWNER, TO, TOKEN), "uint256", (1_000,)),
        Told("StateSynced(uint256,address,bytes)", (41, OTHER), "bytes", (b"",)),
    ), (
        Told("StateCommitted(uint256,bool)", (41,), "bool", (True,)),
    ), GIVEN | {"sender": OWNER, "other_chain": "polygon"}),
    "ronin": Case("ethereum", "ronin", (
        Told("TokenDeposited(uint256,address,address,address,uint32,uint256)", (5, TO, TOKEN), "address|uint32|uint256",
             (hexed(OUT), 20, 1_000)),
    ), (
        Told("TokenDeposited(uint256,address,address,uint256)", (5, TO, OUT), "uint256", (1_000,)),
    ), GIVEN | {"sender": TO, "other_chain": "ronin", "other_token": hexed(OUT)}, PAID | {"amount": 1_000}),
    "nomad": Case("ethereum", "moonbeam", (
        Told("Dispatch(bytes32,uint256,uint64,bytes32,bytes)", (ID, 1, 1650811245 << 32 | 77), "bytes32|bytes",
             (bytes(32), NOMAD)),
        Told("Send(address,address,uint32,bytes32,uint256,bool)", (TOKEN, OWNER, 1650811245), "bytes32|uint256|bool",
             (word(TO), 1_000, False)),
    ), (
        Told("Receive(uint64,address,address,address,uint256)", (6648936 << 32 | 77, OUT, TO), "address|uint256",
             (hexed(bytes(20)), 1_000)),
    ), GIVEN | {"sender": OWNER, "other_chain": "moonbeam"}, PAID | {"amount": 1_000, "other_chain": "ethereum"}),
    "poly": Case("ethereum", "bsc", (
        Told("CrossChainEvent(address,bytes,address,uint64,bytes,bytes)", (OWNER,), "bytes|address|uint64|bytes|bytes",
             (ID, hexed(OTHER), 6, b"", b"")),
        Told("LockEvent(address,address,uint64,bytes,bytes,uint256)", (), "address|address|uint64|bytes|bytes|uint256",
             (hexed(TOKEN), hexed(OWNER), 6, OUT, TO, 1_000)),
    ), (
        Told("UnlockEvent(address,address,uint256)", (), "address|address|uint256", (hexed(OUT), hexed(TO), 1_000)),
        Told("VerifyHeaderAndExecuteTxEvent(uint64,bytes,bytes,bytes)", (), "uint64|bytes|bytes|bytes",
             (2, b"", bytes(32), ID)),
    ), GIVEN | {"sender": OWNER, "other_chain": "bsc", "other_token": hexed(OUT)}, PAID | {"amount": 1_000}),
}  # fmt: skip


def events(bridge: str) -> tuple[list[Event], list[Event]]:
    case = CASES[bridge]
    return (
        [one.event(bridge, case.near, place) for place, one in enumerate(case.deposit)],
        [one.event(bridge, case.far, place) for place, one in enumerate(case.withdrawal)],
    )


def over(bridge: str, near: list[Event], far: list[Event]) -> Crossings:
    return crossings([(CASES[bridge].near, near), (CASES[bridge].far, far)], TABLE)


def test_there_is_a_case_of_every_bridge_with_chains_on_both_sides() -> None:
    bridges = {name for name, one in TABLE.bridges.items() if one.rules and not one.order}
    assert set(CASES) == bridges - {"thorchain", "mayachain"}


@pytest.mark.parametrize("bridge", CASES)
def test_both_sides_are_read_and_linked(bridge: str) -> None:
    case = CASES[bridge]
    found = over(bridge, *events(bridge))
    assert not found.findings
    [link] = found.links
    out, back = found.legs[link.deposit], found.legs[link.withdrawal]
    assert (out.side, out.chain, out.tx, out.key) == ("deposit", case.near, NEAR_TX, back.key)
    assert (back.side, back.chain, back.tx) == ("withdrawal", case.far, FAR_TX)
    assert {name: getattr(out, name) for name in case.out} == case.out
    assert {name: getattr(back, name) for name in case.back} == case.back


@pytest.mark.parametrize("bridge", CASES)
def test_one_side_alone_is_no_link(bridge: str) -> None:
    near, far = events(bridge)
    here = over(bridge, near, [])
    assert not here.links and {one.kind for one in here.findings} <= {"unclaimed_deposit"}
    there = over(bridge, [], far)
    assert not there.links and {one.kind for one in there.findings} <= {"no_deposit_in_legs"}
    if there.legs[0].other_chain:
        assert [one.kind for one in there.findings] == ["no_deposit_in_legs"]
    alone = crossings([(CASES[bridge].far, far)], TABLE)
    assert not alone.links and not alone.findings


@pytest.mark.parametrize(
    "bridge", [name for name, case in CASES.items() if len(case.deposit) + len(case.withdrawal) > 2]
)
def test_events_that_belong_together_are_read_in_their_order_only(bridge: str) -> None:
    near, far = events(bridge)
    side = near if len(near) > 1 else far
    chain = CASES[bridge].near if side is near else CASES[bridge].far
    wrong = [Event(e.block, e.time, e.tx, 0, -e.position + 9, e.address, None, e.topics, e.data) for e in side]
    for told in (wrong, [e for e in side if e is not side[0]], [e for e in side if e is not side[-1]]):
        found = crossings([(chain, told)], TABLE)
        assert not found.legs and {one.kind for one in found.findings} <= {"half_an_event"}


@pytest.mark.parametrize("bridge", CASES)
def test_cut_or_stretched_events_make_no_link(bridge: str) -> None:
    near, far = events(bridge)
    for side in (near, far):
        for place, e in enumerate(side):
            forms = [((*e.topics, ID), e.data), (e.topics[:-1], e.data), (e.topics, b""), (e.topics, e.data[:-33])]
            for topics, data in forms:
                if (topics, data) == (e.topics, e.data):
                    continue  # there is no data to cut
                lie = Event(e.block, e.time, e.tx, 0, e.position, e.address, None, topics, data)
                told = [*side[:place], lie, *side[place + 1 :]]
                found = over(bridge, told, far) if side is near else over(bridge, near, told)
                assert not found.links
                assert found.findings or not topics  # without any topic it is nobody's event
