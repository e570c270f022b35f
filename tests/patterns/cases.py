"""The annotated thefts as trails; skipped where their data is not."""

from pathlib import Path

from tests.cases.test_cases import DATA, FLOWS, RONIN
from tests.cli.command import done

POLICIES = ("fifo", "lifo", "haircut", "tiho")  # those that conserve value
LAUNDERINGS = ("atomic_wallet_2023", "lifi_2024")
RONIN_2022 = "ronin_2022"
CASES = (*LAUNDERINGS, RONIN_2022)


def there() -> bool:
    """Whether the data is there."""
    return all((DATA / case / "flows.csv").is_file() for case in CASES)


def traced(case: str, out: Path) -> Path:
    """The folder of a trace of a case from its sources, under every policy that conserves value."""
    data, ledger = DATA / case, out / "ledger"
    if case == RONIN_2022:
        mapped = ("--map", "time=block_time,from=from,to=to,amount=total_eth")
        theft: tuple[str, ...] = ("--from", RONIN)
    else:
        mapped = ("--map", FLOWS, "--asset", "USD", "--decimals", "2")  # type: ignore[assignment]
        theft = ("--from", f"@{data / 'sources.txt'}", "--stop-at", f"@{data / 'terminals.txt'}")
    done("ledger", "import", data / "flows.csv", "--into", ledger, "--format", "csv", *mapped)
    done("trace", ledger, *theft, *(w for p in POLICIES for w in ("--policy", p)), "--out", out / "out")
    return out / "out"
