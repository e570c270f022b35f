"""Exposure of the terminals of real thefts is what a trace of these thefts brings there, unit by unit."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from cointrail.chains import parse_address
from cointrail.exposure import Exposures, Inquiry, build
from cointrail.labels import Labels, import_labels
from cointrail.ledger import open_ledger
from cointrail.tracing import Settings, Theft, trace
from cointrail.tracing.policies import POLICIES
from tests.cases.test_cases import FLOWS, folder
from tests.cli.command import done

CASES = ("atomic_wallet_2023", "lifi_2024")


def addresses(path: Path) -> list[str]:
    return list(dict.fromkeys(text.strip().lower() for text in path.read_text().split()))


def labelled(data: Path, ledger: Path) -> None:
    """Label the sources as stolen funds, and the terminals as the services that the case names."""
    with (data / "flows.csv").open(newline="") as file:
        names = {row["To"].lower(): row["To_label"] for row in csv.DictReader(file)}
    rows = [(one, "thief", "stolen funds") for one in addresses(data / "sources.txt")]
    rows += [(one, names.get(one) or "a service", "exchange") for one in addresses(data / "terminals.txt")]
    path = ledger.parent / "labels.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("address", "entity", "category"), *rows])
    import_labels([path], ledger)


@pytest.mark.parametrize("case", CASES)
def test_exposure_to_stolen_funds_is_what_the_trace_says(case: str, tmp_path: Path) -> None:
    """Exactly, as every category up to one in the order of categories is rounded like a trace of these together, and
    stolen funds come before services. The trace counts by endpoint; what stops at a terminal is what came to it."""
    data, path = folder(case), tmp_path / "ledger"
    mapped = ("--format", "csv", "--map", FLOWS, "--asset", "USD", "--decimals", "2")
    done("ledger", "import", data / "flows.csv", "--into", path, *mapped)
    labelled(data, path)
    ledger, labels = open_ledger(path), Labels(path)
    sources, terminals = (list(map(parse_address, addresses(data / f"{n}.txt"))) for n in ("sources", "terminals"))
    stops = tuple(terminals)
    trail = trace(ledger, Theft(tuple(sources)), settings=Settings(policies=tuple(POLICIES), stop_at=stops))
    for policy, flow in trail.flows.items():
        amount: Counter[bytes] = Counter()
        hops: dict[bytes, int] = {}
        for end in flow.endpoints.values():
            [raw] = ledger.addresses([trail.ledgers.address(end.holding)[1]])
            amount[raw] += end.amount
            hops[raw] = min(end.hops, hops.get(raw, end.hops))
        inquiry = Inquiry(ledger, labels, policy)
        stored = build(ledger, labels, policy)
        reached = 0
        for terminal in terminals:
            if ledger.address_id(terminal) is None:
                continue
            found = inquiry.address(terminal)
            assert stored.of(terminal) == found
            stolen = [part for part in found.parts if part.direction == "source" and part.category == "perpetrator"]
            assert sum(part.amount for part in stolen) == amount[terminal], policy
            for part in stolen:
                reached += 1
                assert part.hops == hops[terminal]
                assert (part.direct > 0) == (part.hops == 1)
                assert part.total >= part.amount or policy == "poison"
        assert reached >= 25, policy
    assert len(Exposures.open(path, labels)) > len(terminals)
