"""A small ledger in which every kind of exposure occurs, with its labels."""

from pathlib import Path
from typing import Any

from cointrail.labels import Label, Labels
from cointrail.ledger import Ledger
from tests.making import START, address, ledger, row

MIXER, SANCTIONED, EXCHANGE, THIEF = address(1), address(2), address(3), address(4)
BETWEEN = address(10)  # paid by the mixer, pays MIXED
MIXED = address(11)  # 30 of 100 came from the mixer over one wallet
DEALER = address(12)  # half of what came is the sanctioned address's
CLEAN = address(13)  # all of it came from the exchange
STRANGE = address(14)  # nobody knows where it came from
DUSTED = address(15)  # a thousandth came from the sanctioned address
NOBODY = address(99)  # not in the ledger
END = START + 12 * 40


def label(who: bytes, word: str, **more: Any) -> Label:
    """A label that a source with some standing made."""
    fields = {
        "network": "ethereum", "entity": f"Example {word}", "actor": None, "confidence": "authority_data",
        "source": "a list", "url": None, "valid_from": None, "valid_to": None, "lastmod": None, "file": "labels.csv",
    }  # fmt: skip
    return Label(address=who, category=word, **(fields | more))


def make(folder: Path) -> Ledger:
    """The ledger, with labels for mixer, sanctioned address, exchange and thief."""
    made = ledger(
        folder,
        [
            row(1, 50, 1, 1000),
            row(2, 51, 2, 1000),
            row(3, 52, 3, 10_000),
            row(10, 1, 10, 300),
            row(11, 3, 11, 700),
            row(12, 10, 11, 300),
            row(13, 2, 12, 500),
            row(14, 3, 12, 500),
            row(15, 3, 13, 2000),
            row(16, 60, 14, 400),
            row(17, 2, 15, 1),
            row(18, 3, 15, 999),
            row(40, 13, 3, 10),
        ],
    )
    Labels(folder).add(
        [label(MIXER, "mixer"), label(SANCTIONED, "sanction"), label(EXCHANGE, "exchange"), label(THIEF, "hack")]
    )
    return made
