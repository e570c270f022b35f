"""Real thefts, annotated by others: what a trace reaches, and that its books balance. The data is not part of the
project; without it these tests skip."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import done, movements, trail

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("COINTRAIL_DATA", ROOT.parent / "shared" / "data")).expanduser() / "tracing"
FLOWS = "time=Timestamp,block=Block,tx=Tx_hash,from=From,to=To,amount=Value_in_USD"
RONIN = "0x098b716b8aaf21512996dc57eb0615e2383e2f96"
BRIDGE = "0x1a2a1c938ce3ec39b6d47113c7955baa9dd454f2"

# case: policy: least terminals reached, of how many that any walk can reach, least share of the value carried there
EXPECTED = {
    "atomic_wallet_2023": {"haircut": (98, 0.84), "fifo": (88, 0.84)},
    "lifi_2024": {"haircut": (32, 0.88), "fifo": (30, 0.88)},
}


def folder(name: str) -> Path:
    path = DATA / name
    if not path.is_dir():
        pytest.skip(f"no data: {path} is not there (COINTRAIL_DATA names the folder)")
    return path


def reported(case: str, out: Path) -> dict[str, Any]:
    """The result of a trace of a case from its sources, with its terminals as stops, under both policies."""
    data = folder(case)
    mapped = ("--format", "csv", "--map", FLOWS, "--asset", "USD", "--decimals", "2")
    done("ledger", "import", data / "flows.csv", "--into", out / "ledger", *mapped)
    policies = [word for policy in EXPECTED[case] for word in ("--policy", policy)]
    theft = ("--from", f"@{data / 'sources.txt'}", "--stop-at", f"@{data / 'terminals.txt'}")
    done("trace", out / "ledger", *theft, *policies, "--bounds", "--out", out / "out")
    return trail(out / "out")


@pytest.mark.parametrize("case", EXPECTED)
def test_an_annotated_laundering_is_followed_to_its_terminals(case: str, tmp_path: Path) -> None:
    content = reported(case, tmp_path)
    terminals = {text.strip().lower() for text in (folder(case) / "terminals.txt").read_text().split()}
    bounds = {(b["address"], b["asset"]): (Decimal(b["least"]), Decimal(b["most"])) for b in content["bounds"]}
    for policy, (least_terminals, least_share) in EXPECTED[case].items():
        said = content["policies"][policy]
        assert said["balanced"] is True
        stolen = Decimal(said["stolen"]["USD"])
        amounts: dict[tuple[str, str], Decimal] = {}
        for end in said["endpoints"]:
            key = end["address"], end["asset"]
            amounts[key] = amounts.get(key, Decimal(0)) + Decimal(end["amount"])
        assert sum(amounts.values()) == stolen
        found = {address for address, _ in amounts if address in terminals and amounts[address, "USD"]}
        assert len(found) >= least_terminals, policy
        assert sum(amounts[address, "USD"] for address in found) / stolen >= Decimal(str(least_share)), policy
        for key, (least, most) in bounds.items():
            assert least <= amounts.get(key, 0) <= most, (policy, key)
        carried = [row for row in movements(tmp_path / "out") if row["policy"] == policy]
        assert all(0 < Decimal(row["stolen"]) <= Decimal(row["amount"]) for row in carried)


def ronin(out: Path, *first: str) -> dict[str, Any]:
    """The main wallet of the theft of March 2022, traced; `first` are rows that stand before the others."""
    header, *rows = (folder("ronin_2022") / "flows.csv").read_text().splitlines()
    (out / "flows.csv").write_text("\n".join([header, *first, *rows]) + "\n")
    mapped = ("--format", "csv", "--map", "time=block_time,from=from,to=to,amount=total_eth")
    done("ledger", "import", out / "flows.csv", "--into", out / "ledger", *mapped)
    done("trace", out / "ledger", "--from", RONIN, "--policy", "all", "--bounds", "--out", out / "out")
    return trail(out / "out")


def test_ronin_with_its_opening_balance_inferred(tmp_path: Path) -> None:
    content = ronin(tmp_path)
    (held,) = content["holdings"]
    assert held == {
        "chain": "ethereum",
        "address": RONIN,
        "asset": "ETH",
        "opening": "173598.05305773240235195",
        "opening_inferred": True,
        "received": "8565.90308226759764805",
        "sent": "182163.95603",
        "held": "0.00011",
    }
    # 2 ETH of it went to wallets of the thief that sent more back: what comes back is not stolen twice
    for policy in ("haircut", "fifo", "lifo", "tiho"):
        assert content["policies"][policy]["stolen"] == {"ETH": "182161.95603"}
        assert content["policies"][policy]["balanced"] is True


def test_ronin_with_what_the_bridge_paid_entered(tmp_path: Path) -> None:
    paid = f"2022-03-23T13:00:00+00:00,\\x{BRIDGE[2:]},\\x{RONIN[2:]},173600"
    (held,) = ronin(tmp_path, paid)["holdings"]
    assert held["opening"] == "0"
    assert held["received"] == "182165.90308226759764805"
    assert held["sent"] == "182163.95603"
    assert held["held"] == "1.94705226759764805"
