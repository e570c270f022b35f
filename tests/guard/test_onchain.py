"""The simulation against a real node: Bybit's approval on Safe 1.1.1, the guard of 1.5.0, and ordinary transactions."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from eth_abi.abi import encode
from typer.testing import CliRunner

from cointrail.cli.main import commands
from cointrail.errors import InputError
from cointrail.guard import Confirmation, Request, check, layout, requests
from cointrail.guard.fetching import fetch
from cointrail.guard.request import Transaction
from cointrail.guard.simulation import exec_data, simulate
from tests.anvil import Anvil, running
from tests.conversions.onchain.stage import ETH, NEVER, Stage, staged
from tests.guard import safes
from tests.guard.incidents import bybit, needs_bybit
from tests.guard.safes import BATCH, OWNERS, batch, call, execution, hashed, make_safe, tx

BYBIT = "0x1db92e2eebc8e0c075a02bea49a2935bcd2dfcf4"
BYBIT_OWNERS = (
    "0x1f4eb0a903619ac168b19a82f1a6e2e426522211",
    "0x3cc3a225769900e003e264dd4cb43e90896bc21a",
    "0xe3df2cceac61b1afa311372ecc5b40a3a6585a9e",
    "0x2cdd560058d5ac32dc416aaa09eaf93230c0b7b3",
    "0x828424517f9f04015db02169f4026d57b2b07229",
)
TROJAN, BACKDOOR = "0x96221423681a6d52e184d440a8efcebb105c7242", "0xbdd077f651ebe7f7b3ce16fe5f2b025be2969516"
# Stand-ins of the documented effect, on this node only: the first stores its argument in slot 0, the second pays its
# whole balance to its first argument
STORES, SWEEPS = "0x6004355f5500", "0x5f5f5f5f476004355af100"
EXECUTOR = "0x0fa09c3a328792253f8dee7116848723b72a6d2e"


def storage_difference(node: Anvil, hash_: str) -> dict[tuple[str, int], tuple[int, int]]:
    """What the node says that a transaction changed in storage: before and after, by account and slot."""
    told = node.call("debug_traceTransaction", hash_, {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}})
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for account in {*told["pre"], *told["post"]}:
        before = told["pre"].get(account, {}).get("storage") or {}
        after = told["post"].get(account, {}).get("storage") or {}
        for slot in {*before, *after}:
            pair = int(before.get(slot, "0x0"), 16), int(after.get(slot, "0x0"), 16)
            if pair[0] != pair[1]:
                found[account.lower(), int(slot, 16)] = pair
    return found


def predicted(request: Request, digest: bytes, url: str) -> dict[tuple[str, int], tuple[int, int]]:
    """What the simulation says that it will change."""
    state = fetch(url, request)
    ran = simulate(request, digest, state)
    assert ran is not None and ran.main.success and not ran.main.missing, ran
    return {
        ("0x" + account.hex(), slot): pair
        for account, change in ran.main.changes.items()
        for slot, pair in change.storage.items()
    }


def write(node: Anvil, account: str, slot: int, value: int) -> None:
    node.call("anvil_setStorageAt", account, f"0x{slot:064x}", f"0x{value:064x}")


def put_bybit(node: Anvil) -> None:
    """Bybit's Safe as it was before: real code of 1.1.1, its owners, threshold and nonce, and its balance."""
    node.call("anvil_autoImpersonateAccount", True)
    node.call("anvil_setCode", BYBIT, safes.old("Proxy")["deployedBytecode"])
    node.call("anvil_setCode", safes.OLD_SINGLETON, safes.old("GnosisSafe")["deployedBytecode"])
    node.call("anvil_setCode", TROJAN, STORES)
    node.call("anvil_setCode", BACKDOOR, SWEEPS)
    separator = int("b3ded2bdbff5db1a87f6d551fa256e9f2bd6517a3bb84f4c2ea863fb3a559622", 16)
    for slot, value in ((0, int(safes.OLD_SINGLETON, 16)), (3, 5), (4, 3), (5, 71), (6, separator)):
        write(node, BYBIT, slot, value)
    ring = [layout.SENTINEL, *(int(owner, 16) for owner in BYBIT_OWNERS), layout.SENTINEL]
    for one, following in pairwise(ring):
        write(node, BYBIT, layout.entry(one, layout.OWNERS), following)
    node.call("anvil_setBalance", BYBIT, hex(401_346_768858404671846374))
    node.call("anvil_setBalance", EXECUTOR, hex(ETH))
    node.call("anvil_mine", "0x1")


@needs_bybit
def test_bybit_is_predicted_to_the_slot_before_it_happens() -> None:
    with running(["--chain-id", "1"]) as node:
        put_bybit(node)
        [request] = requests(bybit()[0], "TX.json", None, 1)
        request = Request(**{**vars(request), "executed": False})
        found = check(request, state=fetch(node.url, request))
        assert found.verdict == "stop" and found.subject.owners.source == "rpc"
        assert "safe_storage" in {reason.rule for reason in found.reasons if reason.severity == "stop"}
        assert request.transaction is not None and request.presented is not None
        before = predicted(request, request.presented, node.url)
        data = exec_data(request.transaction, bytes.fromhex(bybit()[0]["signatures"][2:]))
        # the service's joined signatures are in the order of owners already
        tx_hash = node.send(sender=EXECUTOR, to=BYBIT, data="0x" + data.hex(), gas=1_000_000)
        assert node.receipt(tx_hash)["status"] == "0x1"
        after = storage_difference(node, tx_hash)
        assert after == before
        assert set(after) == {(BYBIT, layout.SINGLETON), (BYBIT, layout.NONCE)}
        assert after[BYBIT, layout.SINGLETON] == (int(safes.OLD_SINGLETON, 16), int(BACKDOOR, 16))
        thief = "0x" + "7" * 40
        sweep = "0x" + call("sweepETH(address)", thief).hex()
        assert node.receipt(node.send(sender=EXECUTOR, to=BYBIT, data=sweep, gas=500_000))["status"] == "0x1"
        assert node.balance(thief, node.head) == 401_346_768858404671846374


@dataclass(frozen=True)
class Ground:
    stage: Stage
    safe: str

    @property
    def node(self) -> Anvil:
        return self.stage.node

    @property
    def nonce(self) -> int:
        return int(self.node.call("eth_getStorageAt", self.safe, hex(layout.NONCE), "latest"), 16)

    def request(self, wanted: Transaction) -> Request:
        return Request(bytes.fromhex(self.safe[2:]), 1, wanted, version="1.5.0")

    def execute(self, wanted: Transaction) -> dict[str, Any]:
        data = execution(self.safe, wanted, OWNERS[:2])
        return self.node.receipt(self.node.send(sender=self.stage["maker"], to=self.safe, data=data, gas=3_000_000))


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with staged("ethereum", ["payee"]) as stage:
        stage.token("Token", "USDC", 6, name="USDC")
        stage.pool("USDC", 3_000_000 * 10**6, 1_000 * ETH)
        safes.place_contracts(stage.node)
        safe = make_safe(stage.node, stage["maker"])
        stage.contracts["USDC"].send(stage["maker"], "mint", safe, 1_000_000 * 10**6)
        stage.node.call("anvil_setBalance", safe, hex(500 * ETH))
        stage.node.call("anvil_mine", "0x1")
        yield Ground(stage, safe)


def ordinary(ground: Ground) -> dict[str, Transaction]:
    usdc, weth, router = ground.stage["USDC"], ground.stage["WETH"], ground.stage["router"]
    payee, n = ground.stage["payee"], ground.nonce
    swap = call(
        "swapExactTokensForETH(uint256,uint256,address[],address,uint256)", 10**9, 1, [usdc, weth], ground.safe, NEVER
    )
    approve = call("approve(address,uint256)", router, 10**9)
    pay = call("transfer(address,uint256)", payee, 5 * 10**6)
    return {
        "ether": tx(payee, 3 * ETH, nonce=n),
        "token": tx(usdc, data=pay, nonce=n),
        "batch": tx(BATCH, data=batch([(payee, ETH, b""), (usdc, 0, pay), (usdc, 0, pay)]), operation=1, nonce=n),
        "swap": tx(BATCH, data=batch([(usdc, 0, approve), (router, 0, swap)]), operation=1, nonce=n),
        "wrap": tx(weth, ETH, call("deposit()"), nonce=n),
        "owner": tx(ground.safe, data=call("addOwnerWithThreshold(address,uint256)", "0x" + "5" * 40, 2), nonce=n),
        "module": tx(ground.safe, data=call("enableModule(address)", "0x" + "6" * 40), nonce=n),
        "refund": tx(payee, ETH, nonce=n, base_gas=21_000, gas_price=10**9, refund_receiver=bytes.fromhex(payee[2:])),
    }


@pytest.mark.parametrize("kind", ["ether", "token", "batch", "swap", "wrap", "owner", "module", "refund"])
def test_the_storage_difference_is_the_node_s(ground: Ground, kind: str) -> None:
    wanted = ordinary(ground)[kind]
    digest = hashed(ground.safe, wanted).safe_tx
    before = predicted(ground.request(wanted), digest, ground.node.url)
    receipt = ground.execute(wanted)
    assert receipt["status"] == "0x1"
    after = storage_difference(ground.node, receipt["transactionHash"])
    if kind == "refund":  # the run had another caller, and paid him for another gas price, both outside of storage
        assert set(before) == set(after)
    assert before == after


def test_the_guard_of_150_refuses_what_bybit_signed(ground: Ground) -> None:
    node = ground.node
    name = "examples/guards/DelegateCallTransactionGuard.sol/DelegateCallTransactionGuard"
    code = safes.new(name)["bytecode"] + encode(["address"], [BATCH]).hex()
    guard = str(node.receipt(node.send(sender=ground.stage["maker"], data=code))["contractAddress"])
    safe = make_safe(node, ground.stage["maker"])
    node.call("anvil_setBalance", safe, hex(ETH))
    node.call("anvil_setCode", TROJAN, STORES)
    write(node, safe, layout.GUARD, int(guard, 16))
    node.call("anvil_mine", "0x1")
    mine = Ground(ground.stage, safe)
    evil = tx(TROJAN, data=call("transfer(address,uint256)", BACKDOOR, 0), operation=1)
    request = mine.request(evil)
    digest = hashed(safe, evil).safe_tx
    state = fetch(node.url, request)
    ran = simulate(request, digest, state)
    assert ran is not None and not ran.main.success
    signed = tuple(Confirmation(owner.address, owner.sign(digest)) for owner in OWNERS[:2])
    assert check(Request(**{**vars(request), "confirmations": signed}), state=state).verdict == "stop"
    assert mine.execute(evil)["status"] == "0x0"
    assert int(node.call("eth_getStorageAt", safe, "0x0", "latest"), 16) == int(safes.SINGLETON, 16)
    kind = tx(ground.stage["payee"], 1000)
    assert simulate(mine.request(kind), hashed(safe, kind).safe_tx, fetch(node.url, mine.request(kind))) is not None
    assert mine.execute(kind)["status"] == "0x1"


def test_the_published_code_is_the_pinned_code() -> None:
    from eth_hash.auto import keccak

    from cointrail.guard.contracts import contracts

    for address, name in safes.CONTRACTS.items():
        code = bytes.fromhex(safes.new(name)["deployedBytecode"][2:])
        assert keccak(code) == contracts()[bytes.fromhex(address[2:])].code_hash
    old = bytes.fromhex(safes.old("GnosisSafe")["deployedBytecode"][2:])
    assert keccak(old) == contracts()[bytes.fromhex(safes.OLD_SINGLETON[2:])].code_hash


def test_the_command_asks_a_node_and_a_service(ground: Ground, tmp_path: Path) -> None:
    """A payment that the chain's own past makes known, judged from a URL, on the state of a node."""
    payee, node = ground.stage["payee"], ground.node
    wanted = tx(payee, ETH, nonce=ground.nonce)
    digest = hashed(ground.safe, wanted).safe_tx
    signed = [{"owner": owner.text, "signature": "0x" + owner.sign(digest).hex()} for owner in OWNERS[:2]]
    content = {
        "safe": ground.safe, "chainId": 1, "to": payee, "value": str(ETH), "data": None, "operation": 0,
        "nonce": wanted.nonce, "safeTxHash": "0x" + digest.hex(), "confirmations": signed,
    }  # fmt: skip
    intent = tmp_path / "intent.yaml"
    intent.write_text(f"safe: {ground.safe}\nactions:\n  - pay: {{asset: ETH, amount: 1, to: {payee}}}\n")
    with served(json.dumps(content).encode()) as url:
        run = ["guard", "check", f"{url}/tx", "--rpc", node.url, "--json"]
        asked = CliRunner().invoke(commands, [*run, "--intent", str(intent)])
        alone = CliRunner().invoke(commands, run)
    assert asked.exit_code == 0, (asked.output, asked.exception)
    found = json.loads(asked.stdout)
    assert found["verdict"] == "safe" and found["owners"]["source"] == "rpc"
    assert found["safe_tx_hash"] == "0x" + digest.hex() and found["version"] == ">=1.3.0"
    moved = {(row["address"].lower(), row["amount"]) for row in found["simulation"]["asset_changes"]}
    assert moved == {(ground.safe, str(-ETH)), (payee, str(ETH))}
    assert [row["slot"] for row in found["simulation"]["storage"]] == [f"{layout.NONCE:#066x}"]
    assert alone.exit_code == 3  # nobody says that this recipient is meant
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(f"actions:\n  - pay: {{asset: ETH, amount: 2, to: {payee}}}\n")
    file = tmp_path / "tx.json"
    file.write_text(json.dumps(content))
    stopped = CliRunner().invoke(commands, ["guard", "check", str(file), "--rpc", node.url, "--intent", str(wrong)])
    assert stopped.exit_code == 4 and stopped.stdout.startswith("STOP")


def test_a_node_or_service_that_does_not_answer_is_said(tmp_path: Path) -> None:
    with served(b"nonsense") as url:
        done = CliRunner().invoke(commands, ["guard", "check", f"{url}/tx"])
        assert isinstance(done.exception, InputError) and "JSON" in str(done.exception)
    done = CliRunner().invoke(commands, ["guard", "check", f"{url}/tx"])
    assert isinstance(done.exception, InputError)


@contextmanager
def served(content: bytes) -> Iterator[str]:
    """A service on loopback that gives the same answer to everything."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
