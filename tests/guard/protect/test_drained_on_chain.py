"""A drainer and a 7702 sweeper on a real node, among honest business: exactly they are found."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address

from cointrail.guard.protect import Attack, Report, protect
from cointrail.guard.wallets import encoder
from cointrail.ledger import Ledger, open_ledger
from tests.cli.command import done
from tests.conversions.onchain.stage import ETH, NEVER, Stage, staged

PEOPLE = ("thief", "home", "partner", "shop", "payer", "ann", "ben", "cid", "dora", "ed", "trader", "friend")
ROBBED, SPARED = ("ann", "ben", "cid"), "dora"
DOLLAR = 10**6
EVER = 2**256 - 1
KEYS = [f"0x{number:064x}" for number in range(7_702_001, 7_702_005)]  # of the accounts that delegate
CAME = 2 * ETH + 5


@dataclass(frozen=True)
class Scene:
    """What happened, and the ledger of it."""

    stage: Stage
    ledger: Ledger
    delegated: tuple[str, ...]

    @property
    def report(self) -> Report:
        return protect(self.ledger)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with staged("ethereum", PEOPLE) as stage:
        _furnish(stage)
        _honest(stage)
        _drain(stage)
        accounts = _delegate(stage)
        folder: Path = tmp_path_factory.mktemp("drained")
        into, assets = folder / "ledger", folder / "assets.csv"
        tokens = [(stage.assets[name], name, decimals) for name, decimals in (("USDC", 6), ("GOLD", 18))]
        assets.write_text("contract,symbol,decimals\n" + "".join(f"{a},{b},{c}\n" for a, b, c in tokens))
        done(
            *("ledger", "import", "--into", into, "--chain", "ethereum", "--rpc", stage.node.url, "--approvals"),
            *("--from-block", 0, "--to-block", stage.node.head),
        )
        done("asset", "import", assets, "--into", into)
        yield Scene(stage, open_ledger(into), accounts)


def _furnish(stage: Stage) -> None:
    """Tokens, a market, and people who have paid for something."""
    maker = stage["maker"]
    for name, decimals in (("USDC", 6), ("GOLD", 18)):
        stage.token("Token", name, decimals, name=name)
        stage.pool(name, 10**6 * 10**decimals, 100 * ETH)
        for person in (*ROBBED, SPARED, "ed", "trader"):
            stage.contracts[name].send(maker, "mint", stage[person], 1_000 * 10**decimals + 7)
    for person in (*ROBBED, SPARED, "ed", "trader"):
        stage.contracts["USDC"].send(stage[person], "transfer", stage["shop"], 5 * DOLLAR)
    stage.contract("drainer", "Drainer", stage["home"], stage["partner"], 20)


def _honest(stage: Stage) -> None:
    """Swaps through the router, which takes by transferFrom, and a friend who takes a part of what he may."""
    for person in ("trader", "ed"):
        stage.approve(person, "GOLD", "router", EVER)
        path = stage.path("GOLD", "WETH")
        stage.act("swap", person, "router", "swapExactTokensForETH", 50 * ETH, 0, path, stage[person], NEVER)
    for person in ("trader", "ed", SPARED):
        stage.approve(person, "USDC", "friend", 100 * DOLLAR)
        stage.act("lent", "friend", "USDC", "transferFrom", stage[person], stage["friend"], 100 * DOLLAR)


def _drain(stage: Stage) -> None:
    for person in ROBBED:
        for token in ("USDC", "GOLD"):
            stage.approve(person, token, "drainer", EVER)
        tokens = [stage.assets["USDC"], stage.assets["GOLD"]]
        stage.act(f"drain {person}", "thief", "drainer", "take", stage[person], tokens)
    stage.approve(SPARED, "GOLD", "drainer", EVER)


def _delegate(stage: Stage) -> tuple[str, ...]:
    """Accounts that signed a delegation to the sweeper's code, in transactions of their own."""
    encoder()
    from eth_account import Account  # under it a library changes the process: only behind `encoder`

    node, home = stage.node, stage["home"]
    sweeper = stage.contract("sweeper", "Sweeper", home)
    found = []
    for key in KEYS:
        account = Account.from_key(key)
        address = account.address.lower()
        node.receipt(node.send(sender=stage["payer"], to=address, value=ETH // 50))
        _sent(stage, account, to=stage["shop"], value=1)  # it lives
        stage.node.call("anvil_mine", "0x1")
        nonce = int(node.call("eth_getTransactionCount", address, "latest"), 16)
        granted = account.sign_authorization({"chainId": 1, "address": sweeper.address, "nonce": nonce + 1})
        _sent(stage, account, to=address, value=0, authorizationList=[granted])
        code = node.call("eth_getCode", address, "latest")
        if not code.startswith("0xef0100"):
            pytest.skip("this anvil knows no delegations (EIP-7702)")
        receipt = node.receipt(node.send(sender=stage["maker"], to=address, value=CAME, gas=200_000))
        assert receipt["status"] == "0x1"
        found.append(address)
    return tuple(found)


def _sent(stage: Stage, account: Any, **fields: Any) -> None:
    node = stage.node
    if "authorizationList" not in fields:
        fields["gas"] = 21_000
    whole = {
        "chainId": 1, "gas": 200_000, "maxFeePerGas": 4 * 10**9, "maxPriorityFeePerGas": 10**9, "data": "0x",
        "nonce": int(node.call("eth_getTransactionCount", account.address, "latest"), 16), **fields,
    }  # fmt: skip
    whole["to"] = to_checksum_address(str(whole["to"]))
    raw = account.sign_transaction(whole).raw_transaction
    receipt = node.receipt(node.call("eth_sendRawTransaction", "0x" + raw.hex()))
    assert receipt["status"] == "0x1"


def _of(report: Report, kind: str) -> list[Attack]:
    return [one for one in report.attacks if one.kind == kind]


def test_exactly_the_robbed_are_found_with_all_they_lost(scene: Scene) -> None:
    stage, found = scene.stage, _of(scene.report, "drain")
    assert {one.wallet for one in found} == {stage[person] for person in ROBBED}
    for person in ROBBED:
        [one] = [one for one in found if one.wallet == stage[person]]
        step = stage.step(f"drain {person}")
        lost = {asset: -step.gain(stage[person], asset) for asset in (stage.assets["USDC"], stage.assets["GOLD"])}
        assert one.lost == lost and one.transactions == (step.tx,) and one.by == stage["thief"]
        assert one.facts["spender"] == stage["drainer"] and int(str(one.facts["seconds"])) in range(1, 100)
        assert one.facts["recipients"] == sorted([stage["home"], stage["partner"]])


def test_who_still_lets_the_drainer_take_is_warned(scene: Scene) -> None:
    [one] = _of(scene.report, "approval")
    assert one.wallet == scene.stage[SPARED] and one.facts["open"] is True and not one.lost
    assert one.facts["tokens"] == [scene.stage.assets["GOLD"]]


def test_exactly_the_delegated_accounts_are_under_the_sweeper(scene: Scene) -> None:
    found = _of(scene.report, "sweeper")
    assert {one.wallet for one in found} == set(scene.delegated)
    assert {one.by for one in found} == {scene.stage["home"]}
    assert all(one.facts["delegated"] is True for one in found)
    assert all(one.lost["native"] >= CAME for one in found)


def test_nothing_else_is_found(scene: Scene) -> None:
    assert {one.kind for one in scene.report.attacks} == {"drain", "approval", "sweeper"}
    kinds = {(one.kind, one.by, len(one.wallets)) for one in scene.report.campaigns}
    assert kinds == {("drain", scene.stage["thief"], 3), ("sweeper", scene.stage["home"], len(KEYS))}
