"""Swappers in a trace: on chains of accounts and of outputs, in either direction, by labels of their time."""

from pathlib import Path

import pytest

import cointrail
from cointrail import Ledger, Settings
from cointrail.chains import Asset, bitcoin, to_units
from cointrail.conversions.swappers import read_confirmed
from cointrail.errors import InputError
from cointrail.labels import import_labels
from cointrail.ledger.importer import import_tables
from cointrail.tracing.results import Results
from tests import making, spending
from tests.making import START, address, row
from tests.spending import Spend, identity, script
from tests.tracing.following import Json, text

THIEF, HOT, OTHER, OUT, DESK, THIRD = 1, 2, 3, 4, 5, 6
HOUR = 300  # blocks of 12 s


def written(owner: str) -> str:
    return bitcoin.address("bitcoin", b"", script(owner))


def accounts(folder: Path, *rows: Json, chain: str = "ethereum") -> Ledger:
    coin = Asset("", "ETH" if chain == "ethereum" else "TRX", 0, "native")
    token = Asset("0x" + "ab" * 20, "DAI", 0, "user")
    known = {"": coin, token.key: token}
    import_tables([("test", making.table([one | {"asset": one.get("asset", "")} for one in rows]))], folder, chain,
                  lambda key: known[key])  # fmt: skip
    return cointrail.open_ledger(folder)


def coin(block: int, sender: int, to: int, amount: int, **more: object) -> Json:
    return row(block, sender, to, amount) | {"asset": ""} | more


def label(
    ledger: Ledger, folder: Path, who: str, category: str = "swapper", name: str = "Quick", **more: str
) -> Ledger:
    path = folder / f"{ledger.chain}-{name}-labels.csv"
    columns = ("address", "entity", "category", *more)
    path.write_text(",".join(columns) + "\n" + ",".join((who, name, category, *more.values())) + "\n", encoding="utf-8")
    import_labels([path], ledger.path)
    return cointrail.open_ledger(ledger.path)


def confirm(folder: Path, *rows: tuple[str, ...], columns: str = "deposit_tx,withdrawal_tx") -> object:
    path = folder / "told.csv"
    path.write_text("\n".join([columns, *(",".join(one) for one in rows)]) + "\n", encoding="utf-8")
    return read_confirmed([path])


def trail(ledgers: list[Ledger], thief: bytes, direction: str = "forward", **more: object) -> Json:
    settings = Settings(("fifo", "lifo", "haircut", "tiho"), behaviour=None, **more)  # type: ignore[arg-type]
    theft = cointrail.Theft((thief,), direction=direction)  # type: ignore[arg-type]
    content = Results(cointrail.trace(ledgers, theft, settings=settings)).trail_json()
    assert all(one["balanced"] for one in content["policies"].values())
    return content


def units(content: Json, amount: str, asset: str) -> int:
    return to_units(amount, content["assets"][asset]["decimals"])


def ends(content: Json) -> dict[tuple[str, str | None, str], int]:
    """The endpoints, in smallest units."""
    found = content["policies"]["fifo"]["endpoints"]
    return {(one["chain"], one["address"], one["reason"]): units(content, one["amount"], one["asset"]) for one in found}


def from_accounts_to_outputs(tmp_path: Path) -> list[Ledger]:
    """The thief pays a swapper ether; on Bitcoin it pays two at once, and its change goes to an address of its own."""
    near = accounts(tmp_path / "near", coin(0, OTHER, THIEF, 900), coin(1, THIEF, HOT, 900), coin(2, OTHER, HOT, 40))
    spends = [
        Spend("new", (), [("hot", 100_000)]),
        Spend("batch", [("new", 0)], [("runner", 30_000), ("customer", 20_000), ("change", 49_000)]),
        Spend("on", [("batch", 0)], [("desk", 29_500)]),
    ]
    spending.write(tmp_path / "far", spending.tables(spends))
    far = cointrail.open_ledger(tmp_path / "far")
    return [label(near, tmp_path, text(HOT)), label(far, tmp_path, written("hot"), name="QUICK")]


def test_into_outputs_one_of_a_batch(tmp_path: Path) -> None:
    ledgers = from_accounts_to_outputs(tmp_path)
    content = trail(ledgers, address(THIEF))
    assert ends(content) == {("ethereum", text(HOT), "label"): 900}
    assert {one["to_address"] for one in content["bridge_candidates"]} == {
        written(one) for one in ("runner", "customer", "change")
    }
    deposit = coin(1, THIEF, HOT, 900)["tx"].hex()
    told = (deposit, identity("batch").hex())
    with pytest.raises(InputError, match="pays several"):
        trail(ledgers, address(THIEF), confirmed=confirm(tmp_path, told))
    columns = "deposit_tx,withdrawal_tx,withdrawal_address,confidence"
    sure = confirm(tmp_path, (*told, written("runner"), "0.9"), columns=columns)
    content = trail(ledgers, address(THIEF), confirmed=sure)
    assert ends(content) == {("bitcoin", written("desk"), "unspent"): 29_500, ("bitcoin", None, "fee"): 500}
    [hop] = content["policies"]["fifo"]["conversions"]
    assert (hop["rule"], hop["confidence"], hop["bridge"]) == ("confirmed", 0.9, "quick")
    sides = ((hop["amount"], hop["asset"]), (hop["to_amount"], hop["to_asset"]))
    assert [units(content, *side) for side in sides] == [900, 30_000]
    back = trail(ledgers, spending.address("desk"), "backward", confirmed=sure)
    assert {key[:2] for key in ends(back)} == {("ethereum", text(OTHER))}
    assert not content["bridge_candidates"]


def test_several_payouts_in_one_transaction_of_accounts(tmp_path: Path) -> None:
    """Each is a leg of its own: what others got in the same transaction is not the thief's."""
    first = coin(5, HOT, OUT, 50)
    near = accounts(
        tmp_path / "near", coin(0, OTHER, THIEF, 10), coin(1, THIEF, HOT, 10), chain="tron",
    )  # fmt: skip
    far = accounts(
        tmp_path / "far", coin(0, OTHER, HOT, 500), first, coin(5, HOT, THIRD, 70, tx=first["tx"], position=1, kind=3),
        coin(9, OUT, DESK, 50),
    )  # fmt: skip
    deposit = coin(1, THIEF, HOT, 10)["tx"].hex()
    columns = "deposit_tx,withdrawal_tx,withdrawal_address"
    told = confirm(tmp_path, (deposit, first["tx"].hex(), text(OUT)), columns=columns)
    content = trail([near, far], address(THIEF), confirmed=told)
    assert ends(content) == {("ethereum", text(DESK), "unspent"): 50}
    assert content["policies"]["fifo"]["conversions"][0]["bridge"] == "unnamed swapper"


def test_two_deposits_of_which_one_is_confirmed(tmp_path: Path) -> None:
    near = accounts(
        tmp_path / "near", coin(0, OTHER, THIEF, 30), coin(1, THIEF, HOT, 10), coin(2, THIEF, HOT, 20), chain="tron"
    )
    far = accounts(tmp_path / "far", coin(0, OTHER, HOT, 500), coin(5, HOT, OUT, 7), coin(6, HOT, THIRD, 9))
    near, far = label(near, tmp_path, text(HOT)), label(far, tmp_path, text(HOT))
    told = confirm(tmp_path, (coin(1, THIEF, HOT, 10)["tx"].hex(), coin(5, HOT, OUT, 7)["tx"].hex()))
    content = trail([near, far], address(THIEF), confirmed=told)
    tron = cointrail.chains.tron.address(address(HOT))
    assert ends(content) == {("ethereum", text(OUT), "unspent"): 7, ("tron", tron, "label"): 20}
    [one] = content["bridge_candidates"]
    assert (one["to_address"], one["rule"]) == (text(THIRD), "swapper-time")
    assert "made-up swappers" in one["rate"] and "said " in one["rate"]


def test_a_label_counts_in_its_time_only(tmp_path: Path) -> None:
    rows = (coin(0, OTHER, THIEF, 10), coin(1, THIEF, HOT, 10), coin(9, HOT, DESK, 10))
    near = label(
        accounts(tmp_path / "near", *rows, chain="tron"), tmp_path, text(HOT), **{"valid from": str(START + 9 * 12)}
    )
    far = label(accounts(tmp_path / "far", coin(0, OTHER, HOT, 500), coin(5, HOT, OUT, 7)), tmp_path, text(HOT))
    content = trail([near, far], address(THIEF))
    assert [(key[2], amount) for key, amount in ends(content).items()] == [("unspent", 10)]
    assert not content["bridge_candidates"]


def test_another_swapper_is_no_candidate_and_no_ledger_needs_two(tmp_path: Path) -> None:
    near = accounts(tmp_path / "near", coin(0, OTHER, THIEF, 10), coin(1, THIEF, HOT, 10), chain="tron")
    far = accounts(tmp_path / "far", coin(0, OTHER, HOT, 500), coin(5, HOT, OUT, 7))
    near = label(near, tmp_path, text(HOT))
    far = label(far, tmp_path, text(HOT), name="Somebody else")
    assert not trail([near, far], address(THIEF))["bridge_candidates"]
    assert [one["reason"] for one in trail([near], address(THIEF))["policies"]["fifo"]["endpoints"]] == ["label"]


def test_order_of_ledgers_does_not_matter(tmp_path: Path) -> None:
    ledgers = from_accounts_to_outputs(tmp_path)
    one, other = (trail(some, address(THIEF)) for some in (ledgers, ledgers[::-1]))
    assert one["policies"] == other["policies"] and one["bridge_candidates"] == other["bridge_candidates"]


def test_backward_the_deposits_are_the_candidates(tmp_path: Path) -> None:
    near = accounts(tmp_path / "near", coin(0, OTHER, THIEF, 10), coin(1, THIEF, HOT, 10), chain="tron")
    far = accounts(tmp_path / "far", coin(0, OTHER, HOT, 500), coin(5, HOT, OUT, 7))
    ledgers = [label(near, tmp_path, text(HOT)), label(far, tmp_path, text(HOT))]
    content = trail(ledgers, address(OUT), "backward")
    [end] = content["policies"]["fifo"]["endpoints"]
    assert (end["reason"], end["category"]) == ("label", "swapper") and "who paid in" in end["detail"]
    [one] = content["bridge_candidates"]
    assert one["chain"] == "tron" and one["address"] == cointrail.chains.tron.address(address(THIEF))
