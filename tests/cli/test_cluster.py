"""`cointrail cluster`: what it prints and writes of both kinds of chains, and what it refuses."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cointrail.chains import format_address
from cointrail.labels import Labels
from cointrail.ledger import open_ledger
from tests import making, spending
from tests.cli.command import done, run
from tests.owners.test_deposits import ALICE, BOB, DEPOSIT, EXCHANGE, label, swept
from tests.owners.test_outputs import COINS, PAYS, said
from tests.spending import Spend


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    spending.ledger(tmp_path / "ledger", COINS + PAYS)
    return tmp_path / "ledger"


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    making.ledger(tmp_path / "accounts", swept(10, DEPOSIT, ALICE, BOB))
    Labels(tmp_path / "accounts").add([label(EXCHANGE, "Exchange")])
    return tmp_path / "accounts"


def text(folder: Path, name: str) -> str:
    ledger = open_ledger(folder)
    one = ledger.address_id(spending.address(name))
    assert one is not None
    return ledger.texts([one])[0] or ""


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_it_lists_the_clusters_of_a_ledger(outputs: Path, tmp_path: Path) -> None:
    shown = done("cluster", outputs, "--out", tmp_path / "members.csv").out
    assert "7 addresses in 3 clusters of two or more" in shown
    assert [line.split()[0] for line in shown.splitlines()[2:]] == ["3", "2", "2", "written:"]
    rows = read(tmp_path / "members.csv")
    assert len(rows) == 7
    assert len({row["cluster"] for row in rows}) == 3
    assert sum(row["rule"] == "inputs" for row in rows) == 4


def test_it_shows_the_cluster_of_an_address_as_of_a_block(outputs: Path) -> None:
    a, b, c = (text(outputs, name) for name in "abc")
    shown = done("cluster", outputs, a).out
    assert "3 addresses with" in shown and b in shown and c in shown
    early = done("cluster", outputs, a, "--as-of", len(COINS) + 1).out
    assert "2 addresses with" in early and c not in early
    assert "Nothing says" in done("cluster", outputs, a, "--as-of", len(COINS)).out


def test_it_explains_a_merge_and_takes_it_back(outputs: Path) -> None:
    b, c, d = (text(outputs, name) for name in "bcd")
    shown = done("cluster", outputs, "--explain", b, c).out
    assert PAYS[0].id.hex() in shown and PAYS[1].id.hex() in shown
    assert "spent together by one transaction" in shown
    assert "Nothing here says" in done("cluster", outputs, "--explain", b, d).out
    assert "2 addresses with" in done("cluster", outputs, b, "--without", PAYS[1].id.hex()).out


def test_refused_merges_are_listed(outputs: Path, tmp_path: Path) -> None:
    Labels(outputs).add([said("a", "One"), said("b", "Other")])
    shown = done("cluster", outputs, "--refused", tmp_path / "refused.csv").out
    assert "1 merge refused: labels name two actors" in shown
    [row] = read(tmp_path / "refused.csv")
    assert row["transaction"] == PAYS[0].id.hex()
    assert {row["address"], row["other_address"]} == {text(outputs, "a"), text(outputs, "b")}


def test_large_clusters_are_joined_when_asked(outputs: Path) -> None:
    assert "merges refused: two large clusters" not in done("cluster", outputs).out
    assert "7 addresses in 3 clusters" in done("cluster", outputs, "--most", 0).out


def test_customers_of_an_exchange(accounts: Path) -> None:
    alice, bob = (format_address(making.address(n)) for n in (ALICE, BOB))
    assert "3 addresses in 1 cluster of" in done("cluster", accounts).out
    shown = done("cluster", accounts, "--explain", alice, bob).out
    assert "confidence 0.95" in shown
    assert "paid into one deposit address of an exchange" in shown


def test_something_is_shown_from_the_start(accounts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, float]] = []

    @contextmanager
    def spy() -> Iterator[Callable[[str, float], None]]:
        yield lambda what, share: told.append((what, share))

    monkeypatch.setattr("cointrail.cli.cluster.progress", spy)
    monkeypatch.setattr("cointrail.cli.label.progress", spy)
    done("cluster", accounts)
    assert [f"{what} {share}" for what, share in told[:1]] == ["owners 0"]
    row = f"{format_address(making.address(5))},X,scam"
    (accounts.parent / "labels.csv").write_text(f"address,entity,category\n{row}\n")
    done("label", "import", accounts.parent / "labels.csv", "--into", accounts)
    assert [f"{what} {share}" for what, share in told[-2:]] == ["labels 0", "labels 0.5"]


def test_it_says_when_no_label_names_an_exchange(tmp_path: Path) -> None:
    making.ledger(tmp_path, swept(10, DEPOSIT, ALICE, BOB))
    assert "no label says who is an exchange" in done("cluster", tmp_path).out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nobody"],
        [format_address(making.address(9))],
        ["--without", "00" * 32],
        ["--most", -1],
        ["--paid", 0],
        ["--explain", "x", "y"],
    ],
)
def test_what_makes_no_sense_is_refused(accounts: Path, arguments: list[object]) -> None:
    assert run("cluster", accounts, *arguments).refused


def test_an_unknown_transaction_is_refused(outputs: Path) -> None:
    assert run("cluster", outputs, text(outputs, "a"), "--without", "00" * 32).refused


def test_change_joins_only_when_asked(tmp_path: Path) -> None:
    paid = Spend("paid", [("coin", 0)], [("shop", 1_000_000), ("rest", 1_999_990)])
    spending.ledger(tmp_path, [Spend("coin", [], [("payer", 3_000_000)]), paid])
    payer, rest, shop = (text(tmp_path, name) for name in ("payer", "rest", "shop"))
    assert "Nothing says" in done("cluster", tmp_path, payer).out
    asked = done("cluster", tmp_path, payer, "--change", "power_of_ten").out
    assert rest in asked and shop not in asked
    assert "paid as the change" in asked
    assert "change of one transaction by power_of_ten; measured: precision" in asked
    assert run("cluster", tmp_path, "--change", "guess").refused
    refused = run("cluster", tmp_path, "--change", "locktime")
    assert refused.refused and "knows no terms of transactions" in refused.err


@pytest.mark.parametrize("rule", ["client", "legacy", "optimal"])
def test_each_rule_of_change_is_shown_with_its_own_rate(tmp_path: Path, rule: str) -> None:
    paid = Spend("paid", [("coin", 0), ("small", 0)], [("shop", 3_000_001), ("rest", 9_990)])
    coins = [Spend("coin", [], [("payer", 3_000_000)]), Spend("small", [], [("payer", 11_000)])]
    spending.ledger(tmp_path, [*coins, Spend("used", [], [("shop", 5)]), paid])
    payer, rest = (text(tmp_path, name) for name in ("payer", "rest"))
    shown = done("cluster", tmp_path, payer, "--change", rule).out
    assert f"by {rule}; measured: precision" in shown and f"({rule}, made-up wallets" in shown
    explained = done("cluster", tmp_path, "--explain", payer, rest, "--change", rule).out
    assert f"inferred, change by {rule}; measured: precision" in explained and f"({rule}, made-up" in explained


def test_several_rules_of_change_join_what_all_of_them_find(tmp_path: Path) -> None:
    paid = Spend("paid", [("coin", 0)], [("shop", 1_000_000), ("rest", 1_999_990)])
    coin = Spend("coin", [], [("payer", 3_000_000)])
    spending.ledger(tmp_path, [coin, paid, Spend("kept", [("paid", 1)], [("rest", 1_999_980)])])
    payer, rest = (text(tmp_path, name) for name in ("payer", "rest"))
    assert rest in done("cluster", tmp_path, payer, "--change", "power_of_ten").out
    both = done("cluster", tmp_path, payer, "--change", "power_of_ten", "--change", "spent").out
    assert rest in both and "by (power_of_ten and spent); never measured" in both
    assert "Nothing says" in done("cluster", tmp_path, payer, "--change", "power_of_ten", "--change", "reuse").out
