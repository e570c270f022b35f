"""A play: attacks among honest business, and who was attacked."""

from dataclasses import dataclass
from pathlib import Path

from cointrail.chains import format_address
from cointrail.drills.attacks.honest import HONEST, people
from cointrail.drills.attacks.people import DAY, Town
from cointrail.drills.attacks.stage import START, Stage
from cointrail.drills.attacks.thieves import ATTACKS

SPAN = 400 * DAY  # in which all of it begins: two years of statistics
ONLOOKERS = 200  # who only live


@dataclass(frozen=True)
class Play:
    """A ledger with its truth. Addresses as text."""

    ledger: Path
    attacked: dict[tuple[str, str], str]  # kind and wallet -> the kind of attack
    honest: dict[str, str]  # wallet -> the business that it is part of


def play(into: Path, seed: int, attacks: int = 2, business: int = 2) -> Play:
    """So many of each attack and each business, drawn with a seed, as a ledger at `into`."""
    stage = Stage(seed)
    town = Town.built(stage)
    attacked: dict[tuple[str, str], str] = {}
    honest: dict[str, str] = {}
    for attack in ATTACKS * attacks:
        start = START + stage.random.randrange(SPAN)
        attacked.update({(kind, format_address(one)): attack.__name__ for kind, one in attack(town, start)})
    for trade in HONEST * business:
        start = START + stage.random.randrange(SPAN)
        honest.update({format_address(one): trade.__name__ for one in trade(town, start)})
    people(town, START, ONLOOKERS)
    return Play(stage.ledger(into), attacked, honest)
