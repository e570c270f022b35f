"""The rules that say that one owner holds several addresses, by the numbers under which a forest remembers them.

How often each was right where the truth is known is in `rates.csv`, written by `make accuracy`.
"""

from enum import IntEnum
from pathlib import Path

RATES = Path(__file__).with_name("rates.csv")


class Rule(IntEnum):
    """Why addresses were joined. The values are on disk: add new ones at the end."""

    INPUTS = 0  # spent together by one transaction, which all their keys had to sign
    CHANGE = 1  # what a transaction pays back to who made it
    DEPOSIT = 2  # paid into one deposit address of an exchange, which only its customer is told

    @property
    def word(self) -> str:
        """The rule's name, as in `rates.csv`."""
        return self.name.lower()

    @property
    def sentence(self) -> str:
        """What the rule saw, for people."""
        return SENTENCES[self]


SENTENCES = {
    Rule.INPUTS: "spent together by one transaction",
    Rule.CHANGE: "paid as the change of one transaction",
    Rule.DEPOSIT: "paid into one deposit address of an exchange",
}
