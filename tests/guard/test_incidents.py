"""The approvals by which the largest thefts were made, and the ordinary ones before them."""

from typing import Any

import pytest

from cointrail.guard import Judgement, check, requests
from tests.guard.incidents import (
    RADIANT,
    WAZIRX_HASH,
    WAZIRX_OWNERS,
    WAZIRX_SHOWN,
    bybit,
    needs_bybit,
    wazirx,
)

CHAIN = 1


def judge(document: Any, chain_id: int | None = CHAIN) -> Judgement:
    return check(requests(document, "TX.json", None, chain_id)[0])


def rules(found: Judgement, severity: str) -> set[str]:
    return {reason.rule for reason in found.reasons if reason.severity == severity}


@needs_bybit
def test_every_hash_of_the_service_is_recomputed() -> None:
    for document in bybit():
        found = judge(document)
        assert found.content()["safe_tx_hash"] == document["safeTxHash"]
        assert found.subject.settled.by == "the presented hash"
        assert found.content()["version"] == "1.0.0-1.2.0"


@needs_bybit
def test_the_malicious_one_is_stopped_for_three_reasons_and_its_signers_are_named() -> None:
    found = judge(bybit()[0])
    assert found.verdict == "stop"
    assert {"delegatecall_unpinned", "delegatecall_token", "delegatecall_unseen"} <= rules(found, "stop")
    signers = found.content()["signers"]
    assert [s["address"] for s in signers] == [c["owner"] for c in bybit()[0]["confirmations"]]
    assert {s["method"] for s in signers} == {"eth_sign"} and {s["state"] for s in signers} == {"signed"}


@needs_bybit
def test_its_harmless_twin_is_stopped_because_its_signatures_are_of_another_hash() -> None:
    found = judge(bybit()[1])
    assert found.verdict == "stop" and rules(found, "stop") == {"confirmation_stranger"}
    owners = {c["owner"] for c in bybit()[1]["confirmations"]}
    assert not owners & {s["address"] for s in found.content()["signers"]}


@needs_bybit
def test_the_executed_benign_ones_are_never_stopped() -> None:
    for document in bybit()[2:]:
        found = judge(document)
        assert found.verdict == "review" and not rules(found, "stop")
        assert {s["state"] for s in found.content()["signers"]} == {"signed"}


@needs_bybit
def test_a_page_shows_that_two_wait_for_one_nonce() -> None:
    found = [check(one) for one in requests({"results": list(bybit())}, "page", None, CHAIN)]
    assert [judgement.verdict for judgement in found] == ["stop", "stop", *["review"] * 5]
    assert "nonce_twice" in rules(found[0], "review") and "nonce_twice" in rules(found[1], "review")
    # the file's own past: 30,000 ETH to an address that was paid before
    assert not {"recipient_new", "amount"} & rules(found[1], "review")


def test_radiant_is_stopped_by_the_privileged_call() -> None:
    found = judge(RADIANT, None)
    assert found.verdict == "stop" and rules(found, "stop") == {"admin_power"}
    assert found.content()["safe_tx_hash"] == RADIANT["safeTxHash"]
    assert found.content()["device"]["message_hash"].startswith("0xf33820977ba44a88")


@pytest.mark.parametrize("name", ["digest", "safeTxHash", "contractTransactionHash"])
def test_wazirx_is_stopped_before_it_was_robbed(name: str) -> None:
    found = judge(wazirx(WAZIRX_SHOWN, name, (2,)))
    assert found.verdict == "stop" and "confirmation_stranger" in rules(found, "stop")
    assert found.content()["safe_tx_hash"] == WAZIRX_SHOWN
    unknown = " ".join(found.unknown)
    for word in ("recipient", "amount", "data", "operation", "simulated"):
        assert word in unknown
    if name == "digest":  # as it was signed, with no prefix to be added
        assert found.content()["signers"][0]["address"] == "0x7843965F0C2bE09c9a8A04AF093165175cD91E5A"


def test_one_of_three_confirmations_from_elsewhere_is_enough_to_stop() -> None:
    document = wazirx(WAZIRX_HASH)
    document["confirmations"][2]["s"] = "0x" + "63" * 32
    found = judge(document)
    assert found.verdict == "stop" and rules(found, "stop") == {"confirmation_stranger"}


def test_a_hash_that_all_signed_is_still_blind() -> None:
    found = judge(wazirx(WAZIRX_HASH))
    assert found.verdict == "review"
    assert [s["address"] for s in found.content()["signers"]] == list(WAZIRX_OWNERS[:3])
    assert "only_hash" in rules(found, "review")
