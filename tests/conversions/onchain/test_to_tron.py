"""One command from Ethereum over Bitcoin to Tron: exact with the swapper's answer, candidates without it."""

import csv
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.cli.command import run, trail
from tests.conversions.onchain.stage import ETH
from tests.conversions.onchain.to_tron import (
    CHANGE,
    DEPOSIT,
    FEES,
    OUT,
    PAYOUT,
    STOLEN,
    TO_DESK,
    USDT,
    Chased,
    block_time,
    chased,
    label,
    on_bitcoin,
    on_tron,
    tx_id,
)  # fmt: skip
from tests.reports.browser import driven
from tests.tracing.following import Json

POLICIES = ("--policy", "fifo", "--policy", "haircut", "--policy", "lifo", "--policy", "tiho")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Chased:
    return chased(tmp_path_factory.mktemp("to-tron"))


@pytest.fixture
def labelled(world: Chased, tmp_path: Path) -> Chased:
    """The ledgers, copied, with labels."""
    copies = [Path(shutil.copytree(path, tmp_path / path.name)) for path in world.ledgers]
    here = replace(world, ledgers=copies)
    label(here, tmp_path)
    return here


def answer(folder: Path, *rows: tuple[str, ...], columns: tuple[str, ...] = ("deposit_tx", "withdrawal_tx")) -> Path:
    path = folder / "answer.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def units(content: Json, amount: str, asset: str) -> int:
    whole, _, rest = amount.partition(".")
    return int(whole + rest.ljust(content["assets"][asset]["decimals"], "0"))


def ends(content: Json, policy: str = "fifo") -> dict[tuple[str, str | None, str], int]:
    found = content["policies"][policy]["endpoints"]
    return {(end["chain"], end["address"], end["reason"]): units(content, end["amount"], end["asset"]) for end in found}


def prices(folder: Path) -> Path:
    path = folder / "prices.csv"
    day = block_time(333_400) - 6 * 3_600
    lines = [f"BTC,{day},36500", f"ETH,{day},2050", f"tron:{USDT},{day},1.0004"]
    path.write_text("\n".join(["asset,time,price", *lines]) + "\n", encoding="utf-8")
    return path


def test_from_ethereum_over_bitcoin_to_tron_in_one_run(labelled: Chased, tmp_path: Path) -> None:
    columns = ("deposit_tx", "withdrawal_tx", "source")
    told = answer(tmp_path, (labelled.deposit, labelled.payout, "QuickSwapper, answer of 2023-11-20"), columns=columns)
    labelled.trace(tmp_path / "out", "--confirmed", told, "--bounds", *POLICIES)
    content = trail(tmp_path / "out")
    for policy, said in content["policies"].items():
        assert said["balanced"], policy
        hops = said["conversions"]
        assert [(one["chain"], one["to_chain"], one["rule"], one["bridge"]) for one in hops] == [
            ("ethereum", "bitcoin", "key", "thorchain"),
            ("bitcoin", "tron", "confirmed", "quickswapper"),
        ]
    fifo = content["policies"]["fifo"]
    assert fifo["stolen"] == {"ethereum:ETH": "60.000000000000000007"}
    first, second = fifo["conversions"]
    assert (first["tx"], first["to_tx"]) == (labelled.vaulted, labelled.paid_out)
    assert (second["tx"], second["to_tx"]) == (labelled.deposit, labelled.payout)
    assert second["confidence"] is None and second["rate"] is None
    assert "QuickSwapper, answer of 2023-11-20" in second["evidence"] and "do not show" in second["evidence"]
    found = ends(content)
    share = found.pop(("ethereum", labelled.thief, "unspent"), 0) + found.pop(("ethereum", None, "fee"), 0)
    carried = units(content, first["stolen"], first["asset"])
    assert carried + share == STOLEN
    kept, fee = found.pop(("bitcoin", on_bitcoin("runner"), "unspent")), found.pop(("bitcoin", None, "fee"))
    out = units(content, second["stolen"], second["asset"])
    assert out + kept + fee == units(content, first["to_stolen"], first["to_asset"])
    assert out <= DEPOSIT and kept <= CHANGE and fee <= FEES and out + kept + fee <= PAYOUT
    desk, rest = found.pop(("tron", on_tron("desk"), "label")), found.pop(("tron", on_tron("runner"), "unspent"), 0)
    assert desk <= TO_DESK and desk + rest == units(content, second["to_stolen"], second["to_asset"]) <= OUT
    assert not found
    assert "no key proves" in content["bounds_note"]  # somebody told of the second hop, so perhaps nothing came
    known = {(one["chain"], one["address"]): one for one in content["bounds"]}
    assert known["tron", on_tron("desk")]["least"] == known["tron", on_tron("runner")]["least"] == "0"
    for policy in ("fifo", "lifo", "haircut", "tiho"):
        for end in content["policies"].get(policy, {"endpoints": ()})["endpoints"]:
            bound = known[end["chain"], end["address"]]
            assert Fraction(bound["least"]) <= Fraction(end["amount"]) <= Fraction(bound["most"]), (policy, end)
    assert content["parameters"]["confirmed"][0]["rows"] == 1


def test_whole_amounts_pass_exactly_when_all_of_it_is_stolen(labelled: Chased, tmp_path: Path) -> None:
    """Of what the thief's address held everything is stolen, so that every payment on the way is, to the unit."""
    told = answer(tmp_path, (labelled.deposit, labelled.payout))
    run_ = run("trace", *labelled.ledgers, "--from", labelled.thief, "--no-hubs", "--out", tmp_path / "out",
               "--confirmed", told)  # fmt: skip
    assert run_.status == 0, run_.err
    content = trail(tmp_path / "out")
    first, second = content["policies"]["fifo"]["conversions"]
    assert units(content, first["stolen"], first["asset"]) == STOLEN + ETH // 10
    assert units(content, first["to_stolen"], first["to_asset"]) == PAYOUT
    assert units(content, second["stolen"], second["asset"]) == DEPOSIT
    assert units(content, second["to_stolen"], second["to_asset"]) == OUT
    found = ends(content)
    assert found["tron", on_tron("desk"), "label"] == TO_DESK
    assert found["tron", on_tron("runner"), "unspent"] == OUT - TO_DESK
    assert found["bitcoin", on_bitcoin("runner"), "unspent"] == CHANGE
    assert found["bitcoin", None, "fee"] == FEES


@pytest.mark.parametrize("with_prices", [False, True])
def test_without_an_answer_it_ends_at_the_swapper_with_candidates(
    labelled: Chased, tmp_path: Path, with_prices: bool
) -> None:
    more = ("--prices", prices(tmp_path)) if with_prices else ()
    labelled.trace(tmp_path / "out", *more)
    content = trail(tmp_path / "out")
    [end] = [one for one in content["policies"]["fifo"]["endpoints"] if one["address"] == on_bitcoin("swapper")]
    assert (end["reason"], end["category"], end["label"]) == ("label", "swapper", "QuickSwapper")
    assert "only it can say" in end["detail"] and "candidate" in end["detail"]
    assert not any(one["chain"] == "tron" for one in content["policies"]["fifo"]["endpoints"])
    assert content["policies"]["fifo"]["balanced"]
    rows = [one for one in content["bridge_candidates"] if one["tx"] == labelled.deposit]
    rule = "swapper-value" if with_prices else "swapper-time"
    assert {one["rule"] for one in rows} == {rule}
    amounts = {one["to_tx"]: one for one in rows}
    assert {labelled.payout, labelled.rival} <= amounts.keys()
    assert len(rows) == (2 if with_prices else 3)  # the small one is worth too little, the one before is too early
    assert all(0 < one["confidence"] < 1 and one["ambiguous"] >= len(rows) - 1 for one in rows)
    one = amounts[labelled.payout]
    assert (one["to_chain"], one["to_address"], one["to_asset"]) == ("tron", on_tron("runner"), f"tron:{USDT}")
    assert content["assets"][one["to_asset"]]["symbol"] == "USDT"
    assert one["to_amount"] == "540000.000001" and one["amount"] == "14.99998501"


def test_by_keys_alone_there_are_no_candidates(labelled: Chased, tmp_path: Path) -> None:
    labelled.trace(tmp_path / "out", "--keyed-only")
    content = trail(tmp_path / "out")
    assert not content["bridge_candidates"]
    told = answer(tmp_path, (labelled.deposit, labelled.payout))
    labelled.trace(tmp_path / "other", "--keyed-only", "--confirmed", told)
    assert len(trail(tmp_path / "other")["policies"]["fifo"]["conversions"]) == 2


def test_backward_from_the_exchange_on_tron(labelled: Chased, tmp_path: Path) -> None:
    told = answer(tmp_path, (labelled.deposit, labelled.payout))
    done_ = run("trace", *labelled.ledgers, "--from", on_tron("desk"), "--direction", "backward", "--no-hubs",
                "--confirmed", told, "--out", tmp_path / "out")  # fmt: skip
    assert done_.status == 0, done_.err
    content = trail(tmp_path / "out")
    hops = {(one["chain"], one["to_chain"], one["rule"]) for one in content["policies"]["fifo"]["conversions"]}
    assert hops == {("ethereum", "bitcoin", "key"), ("bitcoin", "tron", "confirmed")}
    assert content["policies"]["fifo"]["balanced"]
    assert {one["chain"] for one in content["policies"]["fifo"]["endpoints"]} == {"ethereum"}


def test_an_address_that_nobody_labelled_is_crossed_by_the_answer(world: Chased, tmp_path: Path) -> None:
    columns = ("deposit_tx", "withdrawal_tx", "deposit_address", "withdrawal_address")
    row = (world.deposit, world.payout, on_bitcoin("swapper"), on_tron("runner"))
    world.trace(tmp_path / "out", "--confirmed", answer(tmp_path, row, columns=columns))
    content = trail(tmp_path / "out")
    second = content["policies"]["fifo"]["conversions"][1]
    assert (second["rule"], second["bridge"], second["to_address"]) == (
        "confirmed",
        "unnamed swapper",
        on_tron("runner"),
    )
    assert content["policies"]["fifo"]["balanced"]


def test_what_cannot_be_right_is_refused(labelled: Chased, world: Chased, tmp_path: Path) -> None:
    def refused(ledgers: list[Path], *rows: tuple[str, ...], **more: tuple[str, ...]) -> str:
        path = answer(tmp_path, *rows, **more)
        ended = run("trace", *ledgers, "--tx", world.theft, "--out", tmp_path / "no", "--confirmed", path)
        assert ended.refused and not (tmp_path / "no").exists(), (ended.status, ended.err)
        return ended.err

    at, paid = labelled.deposit, labelled.payout
    assert "line 3" in refused(labelled.ledgers, (at, paid), (at, labelled.rival))
    assert "before the deposit" in refused(labelled.ledgers, (at, tx_id("before")))
    assert "own key says otherwise" in refused(labelled.ledgers, (labelled.vaulted, paid))
    assert "not a transaction hash" in refused(labelled.ledgers, (at[:-1], paid))
    assert "no column withdrawal_tx" in refused(labelled.ledgers, (at,), columns=("deposit_tx",))
    columns = ("deposit_tx", "withdrawal_tx", "withdrawal_address")
    assert "does not pay" in refused(labelled.ledgers, (at, paid, on_tron("desk")), columns=columns)
    columns = ("deposit_tx", "withdrawal_tx", "confidence")
    assert "from 0 to 1" in refused(labelled.ledgers, (at, paid, "nan"), columns=columns)
    assert "no link" in refused(labelled.ledgers)


def test_a_link_of_other_ledgers_is_told_and_left_out(labelled: Chased, tmp_path: Path) -> None:
    told = answer(tmp_path, (labelled.deposit, "ab" * 32))
    labelled.trace(tmp_path / "out", "--confirmed", told)
    content = trail(tmp_path / "out")
    assert any("answer.csv line 2" in one and "payout is not in these ledgers" in one for one in content["warnings"])
    assert len(content["policies"]["fifo"]["conversions"]) == 1


def test_the_page_shows_the_way_and_the_candidates(labelled: Chased, tmp_path: Path) -> None:
    told = answer(tmp_path, (labelled.deposit, labelled.payout))
    labelled.trace(tmp_path / "out", "--confirmed", told)
    script = "return {text: document.body.innerText, sideways: document.documentElement.scrollWidth > innerWidth};"
    seen = driven(tmp_path / "out" / "report.html", tmp_path, script)
    assert not seen["sideways"]
    assert "confirmed" in seen["text"] and on_tron("desk")[:6] in seen["text"] and "answer.csv" in seen["text"]
    labelled.trace(tmp_path / "open")
    seen = driven(tmp_path / "open" / "report.html", tmp_path, script)
    assert "Swapper" in seen["text"] and "swapper time" in seen["text"] and not seen["sideways"]
