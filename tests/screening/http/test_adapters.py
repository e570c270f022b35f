"""Clients written for Elliptic and TRM, pointed here unchanged."""

import json
from collections.abc import Iterator

import httpx
import pytest

from cointrail.chains import format_address
from cointrail.prices import read_prices
from cointrail.screening.database.keys import signing_secret
from tests.making import START, address, ledger, row
from tests.screening.clients import Elliptic, Trm
from tests.screening.serving import MASTER, Running, running
from tests.screening.world import CLEAN, DEALER, EXCHANGE, MIXED, MIXER, NOBODY, SANCTIONED, STRANGE, label


def text(raw: bytes) -> str:
    return format_address(raw)


def elliptic(server: Running) -> Elliptic:
    return Elliptic(server.base, server.key.id, signing_secret(MASTER, server.key.id))


def test_elliptic_wallets(server: Running) -> None:
    client = elliptic(server)
    dealt = client.wallet(text(DEALER), "customer 1")
    assert dealt["risk_score"] == 10 and dealt["risk_score_detail"] == {"source": 10, "destination": None}
    assert dealt["customer"]["reference"] == "customer 1" and dealt["process_status"] == "complete"
    assert "sanctioned-counterparty" in dealt["triggered_rules"]
    [first, *_] = dealt["evaluation_detail"]["source"]
    assert first["matched_elements"][0]["contributions"][0]["risk_triggers"]["is_sanctioned"] is True
    mixed = client.wallet(text(MIXED))
    found = {one["entities"][0]["category"]: one for one in mixed["contributions"]["source"]}
    assert found["mixer"]["min_number_of_hops"] == 2
    owned = client.wallet(text(SANCTIONED))
    assert owned["cluster_entities"][0]["is_primary_entity"] is True and owned["risk_score"] == 10
    clean = client.wallet(text(CLEAN))
    assert clean["risk_score"] is None and clean["triggered_rules"] == []
    again = client.ask("GET", f"/v2/wallet/{dealt['id']}")
    assert again.json() == dealt


def test_elliptic_says_that_nothing_is_known(server: Running) -> None:
    """A score of null would read as harmless."""
    body = {"subject": {"asset": "holistic", "type": "address", "hash": text(NOBODY)}, "type": "wallet_exposure"}
    answer = elliptic(server).ask("POST", "/v2/wallet/synchronous", json.dumps(body).encode())
    assert (answer.status_code, answer.json()["name"]) == (404, "NotInBlockchain")


def test_elliptic_signatures(server: Running) -> None:
    good = elliptic(server)
    body = json.dumps(
        {"subject": {"asset": "holistic", "type": "address", "hash": text(CLEAN)}, "type": "wallet_exposure"}
    ).encode()
    path = "/v2/wallet/synchronous"
    assert good.ask("POST", path, body).status_code == 200
    late = Elliptic(server.base, good.key, good.secret, shift=-600_000)
    wrong = Elliptic(server.base, good.key, signing_secret(MASTER, "another"))
    other = Elliptic(server.base, "0" * 16, good.secret)
    for client in (late, wrong, other):
        assert client.ask("POST", path, body).status_code == 401
    for header in ("x_access_sign", "x_access_timestamp", "x_access_key"):
        for value in ("", "x", "0", "=" * 300):
            assert good.ask("POST", path, body, **{header: value}).status_code == 401
    signed_for_other_body = good.ask("POST", path, body)
    sign = signed_for_other_body.request.headers["x-access-sign"]
    moment = signed_for_other_body.request.headers["x-access-timestamp"]
    forged = body.replace(text(CLEAN).encode(), text(DEALER).encode())
    assert good.ask("POST", path, forged, x_access_sign=sign, x_access_timestamp=moment).status_code == 401


def test_trm_addresses(server: Running) -> None:
    said = Trm(server.base, server.text).addresses(*map(text, (DEALER, CLEAN, MIXER, MIXED, STRANGE, EXCHANGE)))
    types = [
        [(one["category"], one["riskType"], one["categoryRiskScoreLevel"]) for one in each["addressRiskIndicators"]]
        for each in said
    ]
    assert types == [
        [("sanction", "COUNTERPARTY", 15)],
        [],
        [("mixer", "OWNERSHIP", 10)],
        [("mixer", "INDIRECT", 5)],
        [],
        [],
    ]
    assert said[5]["entities"][0]["riskScoreLevelLabel"] == "Unknown"  # of an exchange nobody says that it is a risk
    assert [one["addressSubmitted"] for one in said[:2]] == [text(DEALER), text(CLEAN)]


def test_trm_wrong_key(server: Running) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        Trm(server.base, "ct_wrong").addresses(text(CLEAN))


@pytest.fixture(scope="module")
def dear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A ledger of ether with prices: half of what came was a sanctioned address's."""
    from cointrail.labels import Labels

    folder = tmp_path_factory.mktemp("dear")
    ether = 10**18
    ledger(
        folder / "ledger",
        [
            row(1, 50, 2, 9 * ether, asset=""), row(2, 2, 12, ether, asset=""), row(3, 51, 12, ether, asset=""),
            row(4, 12, 52, ether, asset=""),
        ],
    )  # fmt: skip
    Labels(folder / "ledger").add([label(SANCTIONED, "sanction"), label(address(52), "exchange")])
    prices = folder / "prices.csv"
    prices.write_text(f"asset,time,price\nETH,{START},1234.565\n")
    with running(folder / "ledger", f"sqlite:///{folder}/db.sqlite", None, read_prices([prices])) as found:
        yield found


def test_volumes_are_in_dollars(dear: Running) -> None:
    [said] = Trm(dear.base, dear.text).addresses(text(DEALER))
    assert (said["addressIncomingVolumeUsd"], said["addressOutgoingVolumeUsd"]) == ("2469.13", "1234.56")
    assert said["addressTotalVolumeUsd"] == "3703.70"
    assert said["addressRiskIndicators"][0]["incomingVolumeUsd"] == "1234.56"
    wallet = elliptic(dear).wallet(text(DEALER))
    [one] = wallet["contributions"]["source"]
    assert (one["contribution_percentage"], one["counterparty_value"]["usd"]) == (50.0, 1234.56)
    assert wallet["blockchain_info"]["cluster"]["outflow_value"]["usd"] == 1234.56
