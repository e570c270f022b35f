"""One trace from Ethereum into Bitcoin and back over THORChain, by the texts that payments carry."""

from pathlib import Path
from typing import Any

import cointrail
from cointrail import Ledger, Settings
from cointrail.chains import Asset, bitcoin
from cointrail.conversions.bridges.crossings import crossings_of
from cointrail.labels import import_labels
from cointrail.ledger.event import Event
from cointrail.ledger.importer import import_tables
from cointrail.ledger.rows import Kind
from cointrail.reports import validate
from cointrail.tracing.results import Results
from tests import making, spending
from tests.conversions.bridges.events import log
from tests.conversions.bridges.test_decode import ROUTER, rule
from tests.making import address, row
from tests.spending import Spend, identity, script
from tests.tracing.following import Json, text

THIEF, VAULT, BACK, DESK = 1, 70, 6, 9
ETH = 10**18
NATIVE = "0x" + "00" * 20


def written(owner: str) -> str:
    """An owner's address as Bitcoin writes it."""
    return bitcoin.address("bitcoin", b"", script(owner))


def plain(block: int, sender: int | bytes, to: int | bytes, amount: int) -> Json:
    """A payment of the coin; a place of its own in its block."""
    sides = [one if isinstance(one, bytes) else address(one) for one in (sender, to)]
    said = {"kind": Kind.TRANSACTION, "asset": "", "sender": sides[0], "recipient": sides[1]}
    return row(block, 0, 0, amount) | said


def told(name: str, at: Json, **given: Any) -> Event:
    event = log(rule("thorchain", name).signature, ROUTER, asset=NATIVE, vault="0x" + address(VAULT).hex(), **given)
    tx, block, time = at["tx"], at["block"], at["time"]
    return Event(block, time, tx, 0, 5, ROUTER, None, event.topics, event.data)


IN = plain(3, THIEF, ROUTER, 10 * ETH)  # to Bitcoin
VAULTED = plain(3, ROUTER, VAULT, 10 * ETH) | {"tx": IN["tx"], "kind": Kind.TRACE, "path": b"\0\0", "position": None}
PAID = plain(4000, ROUTER, BACK, 3 * ETH)  # from Bitcoin
ON = plain(4001, BACK, DESK, 3 * ETH - 1)


def memo(text_: str) -> tuple[str, int]:
    return f"return {text_}", 0


def near(folder: Path, back: bytes) -> Ledger:
    """Ethereum: 10 of the coin go to Bitcoin, 3 come back for the transaction `back`."""
    events = [
        told("Deposit", IN, to="0x" + address(VAULT).hex(), amount=10 * ETH, memo=f"=:BTC.BTC:{written('runner')}"),
        told("TransferOut", PAID, to=text(BACK), amount=3 * ETH, memo=f"OUT:{back.hex().upper()}"),
    ]
    rows = [plain(1, 7, THIEF, 10 * ETH), IN, VAULTED, PAID, ON]
    coin = Asset("", "ETH", 18, "native")
    import_tables([("test", making.table(rows))], folder, "ethereum", lambda key: coin, events=events)
    return cointrail.open_ledger(folder)


def far(payout: str, ask: str, runner: str = "runner") -> list[Spend]:
    """Bitcoin: a vault pays the runner, who sends a part to a swapper and a part back through the vault."""
    return [
        Spend("new", (), [("vault", 90_000)]),
        Spend("payout", [("new", 0)], [(runner, 50_000), ("vault", 39_900), memo(payout)]),
        Spend("split", [("payout", 0)], [("swapper", 30_000), ("runner", 19_900)]),
        Spend("back", [("split", 1)], [("vault", 19_000), ("runner", 800), memo(ask)]),
    ]


OUT = f"OUT:{IN['tx'].hex().upper()}"
ASK = f"=:ETH.ETH:{text(BACK)}"


def ledgers(tmp_path: Path, spends: list[Spend]) -> list[Ledger]:
    spending.write(tmp_path / "far", spending.tables(spends))
    return [near(tmp_path / "near", identity("back")), cointrail.open_ledger(tmp_path / "far")]


def trail(opened: list[Ledger], **more: object) -> Json:
    settings = Settings(("fifo", "haircut"), behaviour=None, **more)  # type: ignore[arg-type]
    theft = cointrail.Theft((address(THIEF),))
    return Results(cointrail.trace(opened, theft, settings=settings)).trail_json()


def ends(content: Json) -> dict[tuple[str, str | None, str], str]:
    found = content["policies"]["fifo"]["endpoints"]
    return {(one["chain"], one["address"], one["reason"]): one["amount"] for one in found}


def test_there_and_back_in_one_trace(tmp_path: Path) -> None:
    """Amounts in each chain's own units, every hop by its key, the labelled swapper as endpoint."""
    opened = ledgers(tmp_path, far(OUT, ASK))
    (tmp_path / "labels.csv").write_text(
        "address,entity,category,network\n" + f"{written('swapper')},Some swapper,exchange,bitcoin\n", encoding="utf-8"
    )
    import_labels([tmp_path / "labels.csv"], opened[1].path)
    content = trail(opened)
    found = ends(content)
    assert found.pop(("bitcoin", written("swapper"), "label")) == "0.0003"
    assert found.pop(("bitcoin", written("runner"), "unspent")) == "0.000008"
    assert found.pop(("bitcoin", None, "fee")) == "0.000002"
    assert found.pop(("ethereum", text(DESK), "unspent")) == "2.999999999999999999"
    assert found.pop(("ethereum", text(BACK), "unspent")) == "0.000000000000000001"
    assert not found
    hops = content["policies"]["fifo"]["conversions"]
    assert [(one["chain"], one["to_chain"], one["rule"], one["bridge"]) for one in hops] == [
        ("ethereum", "bitcoin", "key", "thorchain"),
        ("bitcoin", "ethereum", "key", "thorchain"),
    ]
    assert hops[0]["to_tx"] == identity("payout").hex() and hops[0]["to_amount"] == "0.0005"
    assert all(one["balanced"] for one in content["policies"].values())


def test_without_the_far_ledger_it_ends_at_the_address(tmp_path: Path) -> None:
    content = trail(ledgers(tmp_path, far(OUT, ASK))[:1])
    [end] = [one for one in content["policies"]["fifo"]["endpoints"] if one["reason"] == "bridge"]
    assert end["target"] == f"bitcoin {written('runner')}"


def test_backward_from_the_desk(tmp_path: Path) -> None:
    opened = ledgers(tmp_path, far(OUT, ASK))
    theft = cointrail.Theft((address(DESK),), direction="backward")
    content = Results(cointrail.trace(opened, theft, settings=Settings(behaviour=None))).trail_json()
    validate(content)
    hops = {(one["chain"], one["to_chain"]) for one in content["policies"]["fifo"]["conversions"]}
    assert hops == {("ethereum", "bitcoin"), ("bitcoin", "ethereum")}
    assert {(one["chain"], one["reason"]) for one in content["policies"]["fifo"]["endpoints"]} == {
        ("ethereum", "opening")
    }


def test_a_text_that_answers_with_another_recipient_links_nothing(tmp_path: Path) -> None:
    found = crossings_of(ledgers(tmp_path, far(OUT, ASK, runner="stranger")))
    assert not [one for one in found.links if found.legs[one.withdrawal].chain == "bitcoin"]
    assert "memo_out_of_nowhere" in {one.kind for one in found.findings}


def test_a_text_of_a_wallet_that_is_no_vault_leads_nowhere(tmp_path: Path) -> None:
    """Whoever writes a memo to himself does not end a trail by it."""
    spends = [
        Spend("new", (), [("thief", 900)]),
        Spend("fake", [("new", 0)], [("accomplice", 800), memo("=:ETH.ETH:" + text(44))]),
    ]
    spending.write(tmp_path / "l", spending.tables(spends))
    opened = [cointrail.open_ledger(tmp_path / "l")]
    theft = cointrail.Theft((spending.address("thief"),))
    content = Results(cointrail.trace(opened, theft, settings=Settings(behaviour=None))).trail_json()
    validate(content)
    assert ends(content)["bitcoin", written("accomplice"), "unspent"] == "0.000008"
    assert {one["kind"] for one in content["findings"]} == {"memo_to_unknown_vault"}


def test_a_refund_gives_back_to_the_same_chain(tmp_path: Path) -> None:
    spends = [
        *far(OUT, ASK),
        Spend("refund", [("back", 0)], [("runner", 18_000), memo(f"REFUND:{identity('back').hex()}")]),
    ]
    spending.write(tmp_path / "far", spending.tables(spends))
    opened = [near(tmp_path / "near", b"\1" * 32), cointrail.open_ledger(tmp_path / "far")]
    found = crossings_of(opened)
    refunds = [found.legs[one.withdrawal] for one in found.links if found.legs[one.withdrawal].status == "refund"]
    assert [(one.chain, one.tx, one.amount) for one in refunds] == [("bitcoin", identity("refund"), 18_000)]
