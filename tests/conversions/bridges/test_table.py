"""The table of bridges: its own consistency, published topics, and what a user may add."""

import csv
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from cointrail.chains import chain
from cointrail.chains.data import table
from cointrail.conversions.bridges import decode, extended, shipped
from cointrail.conversions.bridges.special import SPECIAL
from cointrail.conversions.bridges.table import numbered
from cointrail.errors import InputError
from tests.conversions.bridges.events import log
from tests.conversions.mainnet import DATA
from tests.making import address

MORE = """
- name: across
  contracts: {celo: ["0x%s"]}
- name: mine
  numbers: evm
  contracts: {ethereum: ["0x%s"]}
  events:
    - signature: Gone(address indexed by, uint256 amount, uint256 chain, uint256 number)
      side: deposit
      leg: {token: "=", amount: amount, sender: by, recipient: by, other_chain: "#chain", key: [number]}
""" % ((address(50).hex(),) * 2)


def test_every_bridge_has_both_sides_and_known_chains() -> None:
    for bridge in shipped().bridges.values():
        assert bridge.wallets or {rule.side for rule in bridge.rules} >= {"deposit", "withdrawal"}, bridge.name
        assert bridge.source.startswith("https://") and 0 <= bridge.fee < 1
        assert all(rule.special in SPECIAL for rule in bridge.rules if rule.special)
        assert all(chain(name).name == name for name in (*bridge.contracts, *bridge.wallets))


def test_topics_are_those_that_are_published() -> None:
    path = DATA / "incidents" / "bridge_events.csv"
    if not path.is_file():
        pytest.skip("no published topics here (COINTRAIL_DATA names the data)")
    with path.open(newline="") as text:
        said = {row["topic0"]: row["bridge"] for row in csv.DictReader(text) if row["topic0"]}
    ours = {f"0x{topic.hex()}" for topic in shipped().topics}
    assert {name for topic, name in said.items() if topic not in ours} <= {"Avalanche BTC.b", "ERC-20"}


def test_every_event_and_contract_says_whether_it_was_looked_up() -> None:
    said = yaml.safe_load(files("cointrail.conversions.bridges").joinpath("bridges.yaml").read_text("utf-8"))
    assert all(event["checked"] in ("read", "recalled") for bridge in said for event in bridge.get("events", ()))
    for bridge in shipped().bridges.values():
        assert bridge.recalled <= {contract for held in bridge.contracts.values() for contract in held}, bridge.name
        assert all(rule.checked == "read" for rule in bridge.rules if not rule.call), bridge.name
    rows = table("cointrail.conversions.bridges", "numbers.csv")
    assert {row["checked"] for row in rows} == {"read", "recalled"}
    assert len({(row["scheme"], row["number"]) for row in rows}) == len(rows)


def test_tokens_are_those_of_contracts_of_the_bridge() -> None:
    held = shipped().bridges["layerzero"].tokens
    assert held and all(contract in shipped().bridges["layerzero"].contracts[name] for name, contract in held)
    for bridge in shipped().bridges.values():
        asks = any("@token" in rule.leg.values() for rule in bridge.rules)
        assert bool(bridge.tokens) == asks, bridge.name
        assert all(token == "" or (len(token) == 42 and token == token.lower()) for token in bridge.tokens.values())


def test_a_user_names_the_token_of_a_contract(tmp_path: Path) -> None:
    path = tmp_path / "more.yaml"
    token = "0x" + address(60).hex()
    path.write_text(f'- name: layerzero\n  contracts: {{base: {{"0x{address(50).hex()}": "{token}"}}}}\n')
    known = extended([path])
    [sent] = [rule for rule in known.bridges["layerzero"].rules if rule.side == "deposit"]
    [leg], _ = decode(known, "base", [log(sent.signature, address(50), amountSentLD=5, dstEid=30101)])
    assert (leg.token, leg.amount, leg.other_chain) == (token, 5, "ethereum")
    assert len(known.bridges["layerzero"].contracts["base"]) == 1 + len(
        shipped().bridges["layerzero"].contracts["base"]
    )


def test_chains_by_number() -> None:
    assert numbered("evm", 8453) == "base" and numbered("cctp", 3) == "arbitrum"
    assert numbered("evm", 999_999_999) == "evm:999999999"


def test_a_user_adds_contracts_and_bridges(tmp_path: Path) -> None:
    path = tmp_path / "more.yaml"
    path.write_text(MORE)
    more = extended([path])
    assert address(50) in more.bridges["across"].contracts["celo"] and more.bridges["across"].rules
    [rule] = more.bridges["mine"].rules
    [leg], _ = decode(more, "ethereum", [log(rule.signature, address(50), amount=5, chain=10)])
    assert (leg.token, leg.amount, leg.other_chain) == ("", 5, "optimism")
    assert rule.signature.topic in more.wanted().topics and rule.signature.topic not in shipped().topics


FORM = "A(uint256 b, address c, bytes d)"


@pytest.mark.parametrize(
    "text",
    [
        "{", "- 5", "name: x", "- {name: x, contracts: {nowhere: []}}", "- {name: x, contracts: {base: [0x12]}}",
        "- {name: x, events: [{signature: 'A(uint256 b)', side: up, leg: {}}]}",
        "- {name: x, events: [{signature: 'A(uint256 b)', topic: '0x12', side: deposit, leg: {}}]}",
        *(f"- {{name: x, events: [{{signature: '{FORM}', side: deposit, {more}}}]}}" for more in (
            "leg: {amount: d}", "leg: {amount: e}", "leg: {colour: b}", "leg: {key: b}", "leg: {key: ['#c']}",
            "leg: {other_chain: '#d'}", "leg: {token: 5}", "leg: [b]", "leg: {key: [with.b]}", "special: magic",
            "own: b", "own: [c]", "leg: {token: [b]}", "leg: {key: [[b]]}", "own: e", "checked: maybe",
            "with: {signature: 'B()', order: beside}", "with: {order: after}",
            "with: {signature: 'B(uint256 f)', order: after}, leg: {amount: with.g}",
        )),
        *(f"- {{name: x, events: [{{signature: '{text}', side: deposit}}]}}" for text in (
            "A", "A(", "A)", "A(uint8 b", "A(string[ b)", "A(uint257 b)", "A(thing b)", "A((uint8 b c)", "A(,)", "",
        )),
        "- {name: x, events: [{signature: 'A(string indexed b)', side: deposit, leg: {recipient: b}}]}",
        "- {name: x, contracts: {base: {'0x1111111111111111111111111111111111111111': USDC}}}",
        "- {name: x, contracts: [base]}", "- {name: x, fee: much}",
        "- {name: x, fee: 1}", "- {name: x, fee: -0.1}", "- {name: x, fee: .nan}", "- {name: x, finality: soon}",
        "- {fee: 0}",
        "- {name: x, recalled: ['0x12']}", "- {name: x, events: 7}", "- {name: x, events: [{}]}", "\0", "a: &b [*b]",
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"bad\.yaml") as caught:
        extended([path])
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        extended([tmp_path / "none.yaml"])
