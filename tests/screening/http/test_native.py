"""The native endpoints, on both databases."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError

from cointrail.chains import format_address
from cointrail.labels import Labels
from cointrail.screening.database import Batch, audit
from cointrail.screening.database.tables import rulesets
from tests.making import address, ledger, row
from tests.screening.serving import Running
from tests.screening.world import BETWEEN, CLEAN, DEALER, MIXED, MIXER, NOBODY, SANCTIONED, label

WHO = {name: format_address(raw) for name, raw in (("mixed", MIXED), ("dealer", DEALER), ("clean", CLEAN))}


def test_one_address(server: Running) -> None:
    with server.client() as client:
        made = client.post("/v1/screenings", json={"address": WHO["mixed"], "reference": "order 7"})
        assert made.status_code == 201
        said = made.json()
        assert (said["verdict"], said["risk_score"], said["reference"]) == ("review", 5, "order 7")
        assert client.get(f"/v1/screenings/{said['id']}").json() == said
        listed = client.get("/v1/screenings", params={"address": WHO["mixed"], "limit": 1}).json()
        assert [one["id"] for one in listed["screenings"]] == [said["id"]]
        assert int(made.headers["x-ratelimit-remaining"]) < int(made.headers["x-ratelimit-limit"])


def test_the_way_behind_an_exposure(server: Running) -> None:
    with server.client() as client:
        made = client.post("/v1/screenings", json={"address": WHO["mixed"]}).json()
        [path] = client.get(f"/v1/screenings/{made['id']}/paths").json()["paths"]
        assert (path["rule"], path["complete"]) == ("indirect-mixer", True)
        assert [(one["from"], one["to"]) for one in path["movements"]] == [
            (format_address(MIXER), format_address(BETWEEN)), (format_address(BETWEEN), WHO["mixed"]),
        ]  # fmt: skip
        assert path["movements"][0]["transaction"] == f"0x{10001:064x}"


def test_many_addresses_in_their_order(server: Running) -> None:
    with server.client() as client:
        subjects = [{"address": format_address(raw)} for raw in (MIXED, NOBODY, SANCTIONED, CLEAN)]
        said = client.post("/v1/screenings/bulk", json={"subjects": subjects}).json()
        assert [one["verdict"] for one in said["screenings"]] == ["review", "unknown", "block", "clear"]
        assert said["verdicts"] == {"review": 1, "unknown": 1, "block": 1, "clear": 1}


def test_a_page_follows_a_page(server: Running) -> None:
    with server.client() as client:
        subjects = [{"address": format_address(address(1000 + number))} for number in range(7)]
        made = client.post("/v1/screenings/bulk", json={"subjects": subjects}).json()
        wanted = {one["id"] for one in made["screenings"]}
        seen: list[str] = []
        page = client.get("/v1/screenings", params={"limit": 3}).json()
        seen += [one["id"] for one in page["screenings"]]
        while page["next"] is not None:
            page = client.get("/v1/screenings", params={"limit": 3, "before": page["next"]}).json()
            seen += [one["id"] for one in page["screenings"]]
        assert wanted <= set(seen)
        assert len(seen) == len(set(seen))


def test_the_same_request_twice_is_one(server: Running) -> None:
    with server.client(headers={"idempotency-key": "abc"}) as client:
        body = {"address": WHO["dealer"]}
        first = client.post("/v1/screenings", json=body)
        second = client.post("/v1/screenings", json=body)
        assert first.content == second.content
        assert second.headers["idempotent-replayed"] == "true"
        assert client.post("/v1/screenings", json={"address": WHO["clean"]}).status_code == 409


def test_where_nothing_is_made_an_idempotency_key_means_nothing(server: Running) -> None:
    with server.client(headers={"idempotency-key": "k" * 500}) as client:
        for _ in range(2):
            assert client.get(f"/v1/addresses/{WHO['clean']}/labels").status_code == 200


def test_the_same_request_at_once_is_one(server: Running) -> None:
    with server.client(headers={"idempotency-key": "at once"}) as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/screenings", json={"address": WHO["dealer"]}), range(24)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1


def test_a_transfer_lays_its_amount_against_the_shares(server: Running) -> None:
    moved = {"counterparty": WHO["mixed"], "direction": "received", "amount": "50", "asset": "COIN"}
    with server.client() as client:
        said = client.post("/v1/transfers/screenings", json=moved | {"transaction": f"0x{12001:064x}"}).json()
        assert said["kind"] == "transfer" and said["verdict"] == "review"
        assert said["movement"]["at_stake"] == [{"rule": "indirect-mixer", "amount": "15"}]
        assert said["movement"]["in_ledger"] is True
        gone = client.post("/v1/transfers/screenings", json=moved | {"transaction": f"0x{99:064x}"}).json()
        assert gone["movement"]["in_ledger"] is False
        bad = client.post("/v1/transfers/screenings", json=moved | {"amount": "0.5"})
        assert bad.status_code == 422 and bad.json()["faults"][0]["at"] == "body.amount"
        other = client.post(
            "/v1/transfers/screenings", json=moved | {"asset": "0x" + "ab" * 20, "amount": "0.5"}
        ).json()
        assert (other["movement"]["symbol"], other["movement"]["at_stake"][0]["amount"]) == (None, "0.15")


def test_a_withdrawal_before_it_is_made(server: Running) -> None:
    with server.client() as client:
        body = {"withdrawals": [{"counterparty": format_address(SANCTIONED), "amount": "1", "asset": "COIN"}] * 3}
        said = client.post("/v1/withdrawals/screenings/bulk", json=body).json()
        assert said["verdicts"] == {"block": 3}
        assert {one["movement"]["direction"] for one in said["screenings"]} == {"withdrawal"}


def test_what_is_known_of_an_address(server: Running) -> None:
    with server.client() as client:
        found = client.get(f"/v1/addresses/{WHO['mixed']}/exposures").json()
        assert "swapped or bridged" in found["note"]
        shares = {(one["direction"], one["category"]): one["share"] for one in found["exposures"]}
        assert shares[("source", "mixer")] == "0.300000"
        labels = client.get(f"/v1/addresses/{format_address(SANCTIONED)}/labels").json()["labels"]
        assert [(one["category"], one["status"]) for one in labels] == [("sanction", "valid")]


def test_a_new_label_shows_in_the_next_answer_and_says_why(server: Running) -> None:
    fresh = address(500 + server.base.count("1"))
    text = format_address(fresh)
    with server.client() as client:
        before = client.post("/v1/screenings", json={"address": text}).json()
        made = client.post("/v1/watchlists", json={"name": "mine"}).json()
        client.put(f"/v1/watchlists/{made['id']}/addresses/{text}").raise_for_status()
        assert before["verdict"] == "unknown"
        Labels(server.ledger).add([label(fresh, "sanction", source="the list of today")])
        assert client.post("/v1/screenings", json={"address": text}).json()["verdict"] == "block"
        again = client.post(f"/v1/screenings/{before['id']}/again").json()
        assert again["comparison"]["verdict"] == {"before": "unknown", "after": "block"}
        causes = again["comparison"]["causes"]
        assert any(one["cause"] == "label" and "the list of today" in one["text"] for one in causes)
        deadline = time.monotonic() + 20
        changes: list[dict[str, Any]] = []
        while not changes and time.monotonic() < deadline:
            changes = client.get(f"/v1/watchlists/{made['id']}/changes").json()["changes"]
            time.sleep(0.05)
        assert [(one["address"], one["comparison"]["verdict"]["after"]) for one in changes] == [(text, "block")]
        listed = client.get(f"/v1/watchlists/{made['id']}").json()
        assert [one["verdict"] for one in listed["watched"]] == ["block"]


def test_what_is_watched_is_screened_again_though_nobody_asks(server: Running) -> None:
    """Nothing is asked but what changed, which reads no label."""
    fresh = address(600 + server.base.count("1"))
    with server.client() as client:
        made = client.post("/v1/watchlists", json={"name": "quiet"}).json()
        client.put(f"/v1/watchlists/{made['id']}/addresses/{format_address(fresh)}").raise_for_status()
        Labels(server.ledger).add([label(fresh, "sanction")])
        deadline = time.monotonic() + 20
        while not (found := client.get(f"/v1/watchlists/{made['id']}/changes").json()["changes"]):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert found[0]["comparison"]["verdict"] == {"before": "unknown", "after": "block"}


def watched(server: Running, client: httpx.Client, first: int) -> tuple[bytes, bytes, Callable[[], set[str]]]:
    """Two addresses on a list, and what is said to have changed of them."""
    two = address(first + server.base.count("1")), address(first + 50 + server.base.count("1"))
    made = client.post("/v1/watchlists", json={"name": "two"}).json()
    for one in two:
        client.put(f"/v1/watchlists/{made['id']}/addresses/{format_address(one)}").raise_for_status()

    def changed() -> set[str]:
        return {one["address"] for one in client.get(f"/v1/watchlists/{made['id']}/changes").json()["changes"]}

    return *two, changed


def wait_for(changed: Callable[[], set[str]], wanted: set[str]) -> None:
    deadline = time.monotonic() + 20
    while changed() != wanted:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_what_changes_while_others_are_screened_again_counts_too(server: Running) -> None:
    service = server.app.service
    screen = service.on_change
    assert screen is not None
    with server.client() as client:
        one, two, changed = watched(server, client, 5000)

        async def meanwhile() -> None:
            service.on_change = screen
            await screen()
            Labels(server.ledger).add([label(two, "sanction")])
            await service.snapshot()

        service.on_change = meanwhile
        Labels(server.ledger).add([label(one, "sanction")])
        wait_for(changed, {format_address(one), format_address(two)})


def test_screening_again_is_owed_until_the_database_is_there(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cointrail.screening.http.service.AGAIN", 0.0)
    service = server.app.service
    screen = service.on_change

    async def gone() -> None:
        service.on_change = screen
        raise OperationalError("", {}, Exception("the server went away"))

    with server.client() as client:
        one, _, changed = watched(server, client, 6000)
        service.on_change = gone
        Labels(server.ledger).add([label(one, "sanction")])
        wait_for(changed, {format_address(one)})


def test_the_rules_are_kept_though_the_first_answer_could_not_be(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = server.app.service
    server.database.write(lambda connection: connection.execute(delete(rulesets)))
    service._rules_kept.clear()
    write = service.writer.write

    async def fail(batch: Batch) -> None:
        monkeypatch.setattr(service.writer, "write", write)
        raise OperationalError("", {}, Exception("the server went away"))

    with server.client() as client:
        monkeypatch.setattr(service.writer, "write", fail)
        ask = {"address": WHO["mixed"]}
        assert [client.post("/v1/screenings", json=ask).status_code for _ in range(2)] == [500, 201]
    kept = server.database.read(lambda connection: connection.execute(select(rulesets.c.digest)).scalars().all())
    assert kept == [service.sources.snapshot.rules.digest]


def test_new_transfers_are_used_once_they_are_ready(server: Running) -> None:
    """Nobody waits for the exposures of a whole ledger; answers say that they are of before until then."""
    fresh = 700 + server.base.count("1")
    with server.client() as client:
        ask = {"address": format_address(address(fresh))}
        before = client.post("/v1/screenings", json=ask).json()
        assert (before["verdict"], before["stale"]) == ("unknown", False)
        more = ledger(server.ledger, [row(60, 2, fresh, 500), row(61, fresh, fresh, 0)])
        deadline = time.monotonic() + 20
        while (said := client.post("/v1/screenings", json=ask).json())["stale"] and time.monotonic() < deadline:
            assert said["digests"]["ledger"] == before["digests"]["ledger"]
            time.sleep(0.01)
        assert (said["verdict"], said["stale"]) == ("block", False)
        assert said["digests"]["ledger"] == more.digest != before["digests"]["ledger"]
        assert client.get("/health").json()["ledger"] == more.digest


def test_a_watchlist_from_first_to_last(server: Running) -> None:
    with server.client() as client:
        made = client.post("/v1/watchlists", json={"name": "short"}).json()
        path = f"/v1/watchlists/{made['id']}"
        added = client.put(f"{path}/addresses/{WHO['clean']}").json()
        assert added["verdict"] == "clear"
        assert client.put(f"{path}/addresses/{WHO['clean']}").json()["added"] == added["added"]
        said = client.post(f"{path}/screenings").json()
        assert (said["screened"], said["changes"]) == (1, [])
        assert made["id"] in {one["id"] for one in client.get("/v1/watchlists").json()["watchlists"]}
        assert client.delete(f"{path}/addresses/{WHO['clean']}").status_code == 200
        assert client.delete(f"{path}/addresses/{WHO['clean']}").status_code == 404
        assert client.delete(path).status_code == 200
        assert client.get(path).status_code == 404


def test_health_metrics_rules(server: Running) -> None:
    with server.client(headers={"authorization": ""}) as client:
        assert client.get("/health").json()["status"] == "ok"
        assert "cointrail_requests_total" in client.get("/metrics").text
    with server.client() as client:
        assert client.get("/v1/rules").json()["name"] == "default"


def test_the_audit_log_grows_only_and_fits(server: Running) -> None:
    lines, last = server.database.read(audit.verify)
    with server.client() as client:
        client.post("/v1/screenings", json={"address": WHO["clean"]}).raise_for_status()
    more, now = server.database.read(audit.verify)
    assert more > lines and now != last
    for statement in ("UPDATE audit SET detail = '{}'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="only grows"):
            server.database.write(lambda connection, said=statement: connection.exec_driver_sql(said))  # type: ignore[misc]
    assert server.database.read(audit.verify) == (more, now)
