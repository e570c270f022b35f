"""How much each clue says: the logarithm of how much likelier it makes a deposit, kept as data beside the rules."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from cointrail.chains.data import table
from cointrail.conversions.links import write_csv
from cointrail.conversions.mixers.pools.table import PACKAGE

FILE = "weights.csv"
HOUR, DAY = 3_600, 86_400
# Seconds from deposit to withdrawal; older is the last class
AGES = (HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY)
AGE = "age"  # class by class: age_0 is up to the first of AGES
ADDRESS, LINKED, TOUCHED, OPERATOR = "address", "linked", "touched", "operator"
GAS, PORTFOLIO = "gas", "portfolio"
RELAYED = "_relayed"  # what a clue says besides where the withdrawal was sent by a relayer
LATE = {
    "_late": 3 * DAY,
    "_later": 7 * DAY,
    "_latest": 30 * DAY,
}  # and where the depositor's last deposit was longer ago
RIVALS = "_rivals"  # and where it speaks for several depositors
FOREIGN = "_foreign"  # and where counting proves that others had the recipient paid before
WHO = (
    ADDRESS, LINKED, TOUCHED, OPERATOR,
    *(clue + each for each in (RELAYED, *LATE, FOREIGN) for clue in (ADDRESS, LINKED, TOUCHED)),
)  # fmt: skip
WHICH = (GAS, PORTFOLIO, PORTFOLIO + RIVALS)
CLUES = (*WHO, *WHICH)  # the order of the bits of a set of clues
NAMES = (*CLUES, *(f"{AGE}_{number}" for number in range(len(AGES))))  # the oldest class weighs 0
BIT = {name: 1 << place for place, name in enumerate(CLUES)}
TOLD = {
    ADDRESS: "the recipient made the deposit",
    LINKED: "depositor and recipient have paid each other at least three times outside the pools",
    TOUCHED: "depositor and recipient have paid each other outside the pools",
    OPERATOR: "whoever sent the withdrawal made the deposit, or has paid the depositor or been paid by it",
    GAS: "the only deposit that was sent at the same price of gas",
    PORTFOLIO: "the recipient took out of several pools within a day what the depositor had paid in within a day",
}


@cache
def shipped() -> dict[str, float]:
    """The weights that come with the package, fitted on generated pools; 0 for a clue that is not listed."""
    said = {row["clue"]: float(row["weight"]) for row in table(PACKAGE, FILE)}
    return {name: said.get(name, 0.0) for name in NAMES}


def write(weights: Mapping[str, float]) -> None:
    """Keep fitted weights."""
    write_csv(Path(__file__).with_name(FILE), ("clue", "weight"), [(name, f"{weights[name]:.4f}") for name in NAMES])


def spoken(bits: int) -> list[str]:
    """What a set of clues says, in words."""
    return [text for clue, text in TOLD.items() if bits & BIT[clue]]


def named(bits: int) -> list[str]:
    """The clues of a set, without what qualifies them."""
    return [clue for clue in TOLD if bits & BIT[clue]]


def total(bits: int, weights: Mapping[str, float], names: Iterable[str] = CLUES) -> float:
    """The weight of a set of clues."""
    return sum(weights[name] for name in names if bits & BIT[name])
