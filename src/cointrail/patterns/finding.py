"""What a rule says: a finding with its subject, its evidence, and how clearly the rule was met."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

Number = str | int | float | None

STRONG, FAIR, WEAK = "strong", "fair", "weak"
"""Met with room to spare; met; met only by a choice that the finding names."""


@dataclass(frozen=True)
class Finding:
    """One occurrence of a pattern. It says what was seen, never who did it or why."""

    rule: str
    addresses: tuple[str, ...]  # the subject, the wallet it is about first
    transactions: tuple[str, ...]  # the evidence on chain, in order; empty where the source gave no hashes
    time: int | None  # of the first movement of it, in seconds since 1970
    detail: str  # what was seen, in a sentence
    numbers: Mapping[str, Number]  # the figures that the rule was judged by; amounts are exact decimals as text
    confidence: str  # STRONG, FAIR or WEAK
    share: Fraction | None  # of the theft that the movements carried, at most; None where amounts cannot be added


def span(seconds: int) -> str:
    """A length of time as a sentence has it.

    >>> span(40), span(5_400), span(200_000)
    ('1 minute', '1.5 hours', '2.3 days')
    """
    if seconds >= 2 * 86_400:
        return f"{seconds / 86_400:.1f} days"
    if seconds >= 3_600:
        return f"{seconds / 3_600:.1f} hours"
    minutes = max(1, round(seconds / 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''}"


def once(items: Iterable[str | None]) -> tuple[str, ...]:
    """Each text once, in order, without those that are missing."""
    return tuple(dict.fromkeys(item for item in items if item))
