"""What a liar can put on two chains that have seen real transfers: none of it may be taken for one."""

from dataclasses import replace

from eth_abi.abi import encode

from tests.conversions.onchain.across import DEPOSITED, FILLED, Deposit, deposit, fill
from tests.conversions.onchain.record import Step
from tests.conversions.onchain.stage import CHAIN_IDS, NEVER, Stage
from tests.node.contract import NOBODY, topic, wide

DOLLAR = 10**6
TRANSFER = "Transfer(address,address,uint256)"
WRAPPED, UNWRAPPED = "Deposit(address,uint256)", "Withdrawal(address,uint256)"
MEMOS = (
    "",
    "=",
    "=:BTC.BTC",
    "=:BTC.BTC:",
    "=:BTC.BTC:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",  # the last letter breaks the checksum
    "=:NOSUCH.COIN:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "OUT:1234",
    "OUT:" + "0" * 64,
    "hello \x00\x07\u202e<script>alert(1)</script>",
    "=:" * 2_000,
)


def deceive(near: Stage, far: Stage) -> list[Step]:
    """Every lie as a step; what a step says and what it did are in its `facts` and `changes`."""
    return [*_events(near, far), *_lengths(near), *_memos(far), *_twice(near, far)]


def _say(stage: Stage, name: str, topics: list[bytes], data: bytes) -> Step:
    step = stage.act(name, "liar", "lying", "say", topics, data, lie=True)
    assert not step.changes
    return step


def _events(near: Stage, far: Stage) -> list[Step]:
    """A deposit, a fill, a transfer, a wrap that a contract of nobody's only says."""
    liar, thief = wide(near["liar"]), wide(near["thief"])
    tokens = [wide(near["USDC"]), wide(far["USDC"])]
    amounts = [9_000_000 * DOLLAR, 8_999_000 * DOLLAR]
    number = int(near.contracts["across"].read("numberOfDeposits")) + 1  # the next but one
    asked = encode(
        ["bytes32"] * 2 + ["uint256"] * 2 + ["uint32"] * 3 + ["bytes32"] * 2 + ["bytes"],
        [*tokens, *amounts, near.time(near.node.head), NEVER, 0, liar, wide(NOBODY), b""],
    )
    ids = [word(CHAIN_IDS[far.chain]), word(number)]
    told = (liar, bytes(32), amounts[1], 0)
    paid = encode(
        ["bytes32"] * 2 + ["uint256"] * 3 + ["uint32"] * 2 + ["bytes32"] * 4 + ["(bytes32,bytes32,uint256,uint8)"],
        [*tokens, *amounts, CHAIN_IDS[near.chain], NEVER, 0, wide(NOBODY), thief, liar, bytes(32), told],
    )
    origin = [word(CHAIN_IDS[near.chain]), word(number)]
    return [
        _say(near, "said deposit", [topic(DEPOSITED), *ids, thief], asked),
        _say(far, "said fill", [topic(FILLED), *origin, liar], paid),
        _say(near, "said transfer to the thief", [topic(TRANSFER), liar, thief], word(amounts[0])),
        _say(near, "said wrap", [topic(WRAPPED), thief], word(10**24)),
        _say(near, "said unwrap", [topic(UNWRAPPED), thief], word(10**24)),
    ]


def _lengths(near: Stage) -> list[Step]:
    """Events cut short, too long, or with topics that are not addresses."""
    thief, noise = wide(near["thief"]), b"\xff" * 32
    return [
        _say(near, "short transfer", [topic(TRANSFER), thief, thief], b"\x01" * 31),
        _say(near, "long transfer", [topic(TRANSFER), thief, thief], b"\x01" * 33),
        _say(near, "transfer of everything", [topic(TRANSFER), noise, noise], noise),
        _say(near, "transfer without topics", [topic(TRANSFER)], b"\x01" * 96),
        _say(near, "short deposit", [topic(DEPOSITED), word(CHAIN_IDS[near.chain]), word(0), thief], b"\x01" * 10),
        _say(near, "deposit of noise", [topic(DEPOSITED), noise, noise, noise], noise * 13),
        _say(near, "no topic at all", [], b"\x01" * 32),
    ]


def _memos(far: Stage) -> list[Step]:
    """Real deposits with THORChain's router whose memos say nothing that can be followed."""
    vault = far["vault"]
    return [
        far.act(
            f"memo {number}",
            "liar",
            "thor",
            "depositWithExpiry",
            *(vault, NOBODY, 0, memo, NEVER),
            value=1 + number,
            memo=memo,
            lie=True,
        )
        for number, memo in enumerate(MEMOS)
    ]


def _twice(near: Stage, far: Stage) -> list[Step]:
    """A deposit that is filled, filled again (the pool refuses), and filled for somebody else under the same id."""
    asked = Deposit("trader", "trader", "USDC", 700 * DOLLAR, 699 * DOLLAR)
    number, made = deposit("deposit for two", near, far, asked)
    far.wait(made.time + 60)
    true = fill("fill of two", near, far, number, asked)
    assert true.gain(far["trader"], far.assets["USDC"]) == asked.paid
    again = fill("filled again", near, far, number, asked, fails=True, lie=True)
    other = fill("filled for another", near, far, number, replace(asked, recipient="liar"), lie=True)
    unheard = fill("filled without a deposit", near, far, number + 1_000, replace(asked, recipient="liar"), lie=True)
    return [again, other, unheard]


def word(number: int) -> bytes:
    """A number as 32 bytes."""
    return number.to_bytes(32, "big")
