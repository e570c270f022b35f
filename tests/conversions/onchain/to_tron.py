"""A theft on Ethereum that goes over THORChain's memo to Bitcoin, to a swapper there, and comes out on Tron.

Ethereum is a real node, Bitcoin raw blocks, Tron a list of TronGrid. Nothing on a chain joins the last two.
"""

import csv
import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cointrail.chains import bitcoin, tron
from tests.cli.command import done
from tests.conversions.onchain.imported import load
from tests.conversions.onchain.stage import ETH, GAS, NEVER, staged
from tests.ledger.readers.blockmaking import Made, Tx
from tests.node.contract import NOBODY

USDT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
MAGIC = bytes.fromhex("f9beb4d9")
COIN = 100_000_000
STOLEN = 60 * ETH + 7
HEIGHT = 333_400  # whose block is a few hours after the theft
TIME = 1_500_000_000  # of block 0, as blocks are made
PAYOUT, CHANGE = 20 * COIN + 1, 5 * COIN  # what the runner got from the vault, and kept when paying the swapper
DEPOSIT = PAYOUT - CHANGE - 1_500  # what the swapper took
FEES = 1_500
OUT, TO_DESK = 540_000_000_001, 500_000_000_000  # of the swapper's payout in the smallest units of USDT
RIVAL = 535_000_000_000  # paid to another customer an hour later


def script(owner: str) -> bytes:
    return b"\x00\x14" + sha256(owner.encode()).digest()[:20]


def on_bitcoin(owner: str) -> str:
    return bitcoin.address("bitcoin", b"", script(owner))


def on_tron(owner: str) -> str:
    return tron.address(sha256(owner.encode()).digest()[:20])


def said(memo: str) -> bytes:
    return b"\x6a" + (b"\x4c" if len(memo) > 75 else b"") + bytes([len(memo)]) + memo.encode()


@dataclass(frozen=True)
class Chased:
    """Three ledgers, and the transactions that matter."""

    ledgers: list[Path]
    thief: str
    theft: str
    vaulted: str
    paid_out: str
    deposit: str
    payout: str
    rival: str
    gas: int  # wei that the theft's way took as fees

    def trace(self, out: Path, *more: object) -> None:
        done("trace", *self.ledgers, "--tx", self.theft, "--no-hubs", "--out", out, *more)


def chased(folder: Path) -> Chased:
    """Let it happen, and import the three chains with the real command."""
    with staged("ethereum", ("victim", "thief", "vault")) as near:
        near.contract("thor", "ThorRouter")
        near.node.call("anvil_setBalance", near["victim"], hex(100 * ETH))
        stolen = near.pay("steal", "victim", "thief", STOLEN)
        memo = f"=:BTC.BTC:{on_bitcoin('runner')}"
        call = (near["vault"], NOBODY, 0, memo, NEVER)
        vaulted = near.act("deposit", "thief", "thor", "depositWithExpiry", *call, value=STOLEN + GAS // 5)
        load(near.record(), folder / "ethereum")
        thief = near["thief"]
    paid_out, deposit = _bitcoin(folder, vaulted.tx)
    payout, rival = _tron(folder)
    return Chased(
        [folder / "ethereum", folder / "bitcoin", folder / "tron"],
        thief, stolen.tx, vaulted.tx, paid_out, deposit, payout, rival, vaulted.fee,
    )  # fmt: skip


def _bitcoin(folder: Path, key: str) -> tuple[str, str]:
    """The vault pays the runner, who pays the swapper; so do two customers of its."""
    made = Made(bytes(32), HEIGHT - 1)
    made.add([], [(50 * COIN, script("vault"))])
    made.add([], [(40 * COIN, script("customer"))])
    coins = [_coinbase(block) for block in made.blocks]
    answer = said(f"OUT:{key.removeprefix('0x').upper()}")
    paid = Tx(
        [(coins[0], 0, b"", [])],
        [(PAYOUT, script("runner")), (50 * COIN - PAYOUT - 900, script("vault")), (0, answer)],
    )
    own = Tx([(paid.id, 0, b"", [])], [(DEPOSIT, script("swapper")), (CHANGE, script("runner"))])
    other = Tx([(coins[1], 0, b"", [])], [(14 * COIN, script("swapper")), (25 * COIN, script("customer"))])
    small = Tx([(other.id, 1, b"", [])], [(COIN, script("swapper")), (23 * COIN, script("customer"))])
    for txs in ([paid], [own], [other], [small], []):
        made.add(txs)
    path = folder / "blk00000.dat"
    path.write_bytes(b"".join(MAGIC + len(block).to_bytes(4, "little") + block for block in made.blocks))
    done("ledger", "import", path, "--into", folder / "bitcoin", "--chain", "bitcoin")
    return paid.id.hex(), own.id.hex()


def _coinbase(block: bytes) -> bytes:
    """The id of the only transaction of a block: it begins behind the header and the count."""
    return sha256(sha256(block[81:]).digest()).digest()[::-1]


def block_time(height: int) -> int:
    return TIME + 600 * height


def _tron(folder: Path) -> tuple[str, str]:
    """The swapper pays customers; the runner's address there pays an exchange."""
    start = block_time(HEIGHT + 3)  # of the block with the runner's deposit
    swapper, runner = on_tron("swapper"), on_tron("runner")
    told = [
        ("fill", -90_000, on_tron("treasury"), swapper, 5_000_000_000_000),
        ("before", -7_200, swapper, on_tron("earlier"), 120_000_000_000),
        ("payout", 1_020, swapper, runner, OUT),
        ("small", 3_000, swapper, on_tron("third"), 35_600_000_000),
        ("rival", 4_000, swapper, on_tron("second"), RIVAL),
        ("desk", 9_000, runner, on_tron("desk"), TO_DESK),
    ]
    info = {"symbol": "USDT", "address": USDT, "decimals": 6, "name": "Tether USD"}
    rows = [
        {
            "transaction_id": tx_id(name), "token_info": info, "block_timestamp": 1000 * (start + wait),
            "from": sender, "to": recipient, "type": "Transfer", "value": str(amount),
        }
        for name, wait, sender, recipient, amount in told
    ]  # fmt: skip
    path = folder / "trc20.json"
    path.write_text(json.dumps({"data": rows, "success": True, "meta": {"page_size": len(rows)}}), encoding="utf-8")
    done("ledger", "import", path, "--into", folder / "tron", "--chain", "tron")
    return tx_id("payout"), tx_id("rival")


def tx_id(name: str) -> str:
    return sha256(f"tron {name}".encode()).hexdigest()


def label(chased: Chased, folder: Path, *, swapper: bool = True) -> None:
    """The swapper on both chains, written as two sources would; the exchange on Tron."""
    rows = [("address", "entity", "category", "source"), (on_tron("desk"), "Some exchange", "exchange", "a list")]
    if swapper:
        rows.append((on_bitcoin("swapper"), "QuickSwapper", "instant exchange", "a list"))
        rows.append((on_tron("swapper"), "quickswapper", "swapper", "another list"))
    for path in chased.ledgers[1:]:
        with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        done("label", "import", folder / "labels.csv", "--into", path)
