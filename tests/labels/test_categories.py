"""Which categories stop a walk, and how sure a grade is."""

import pytest

from cointrail.chains.data import table
from cointrail.labels.categories import categories, stops
from cointrail.labels.confidence import grades, level
from cointrail.labels.label import Label

SERVICES = "exchange swapper mixer bridge swap lending gambling payment market mining custodian otc service burn seized"
OTHERS = "user organization victim whitehat perpetrator fraud crime sanction contract"


def labelled(category: str | None) -> Label:
    return Label(bytes(20), None, "Binance", category, "binance", None, "test", None, None, None, None, "test.csv")


@pytest.mark.parametrize(
    ("word", "canonical"),
    [
        ("exchange", "exchange"),
        ("Exchanges", "exchange"),
        (" CEX ", "exchange"),
        ("exchange_deposit", "exchange"),
        ("swapper", "swapper"),
        ("instant exchange", "swapper"),
        ("mixing_service", "mixer"),
        ("Mixing Service", "mixer"),
        ("coinjoin", "mixer"),
        ("defi_bridge", "bridge"),
        ("cross-chain bridge", "bridge"),
        ("defi_dex", "swap"),
        ("defi_lending", "lending"),
        ("hosted_wallet", "custodian"),
        ("payment processor", "payment"),
        ("mining_service", "mining"),
        ("defi", "service"),
        ("faucet", "service"),
        ("burn", "burn"),
    ],
)
def test_services_stop_a_walk(word: str, canonical: str) -> None:
    assert stops(labelled(word)) == canonical


@pytest.mark.parametrize(
    "word",
    [
        *["user", "perpetrator", "hack", "service_hack", "phishing", "sanction", "black_list", "scam", "ransomware"],
        *["victim", "organization", "contract", "something nobody knows", "", None],
    ],
)
def test_everything_else_does_not(word: str | None) -> None:
    assert stops(labelled(word)) is None  # although the entity is called Binance


def test_the_table_is_consistent() -> None:
    rows = table("cointrail.labels", "categories.csv")
    assert len(rows) == len(categories())
    assert {row["stop"] for row in rows} == {"true", "false"}
    for row in rows:
        assert row["category"] == row["category"].lower().replace(" ", "_").replace("-", "_")
    by_name = {(entry.name, entry.stop) for entry in categories().values()}
    assert {name for name, stop in by_name if stop} == set(SERVICES.split())
    assert {name for name, stop in by_name if not stop} == set(OTHERS.split())
    assert all(name in categories() and categories()[name].name == name for name, _ in by_name)


def test_grades() -> None:
    assert len(grades()) == 14
    assert level("ownership") == level("OVERRIDE ") == 100
    assert level("authority_data") > level("service_data") == level("forensic") > level("web_crawl") > level("unknown")
    assert level(None) == level("") == level("unknown") == 5
    assert level("75") == level("75.0") == 75
    assert level("certainly") == level("101") == level("-1") == level("nan") == 0
