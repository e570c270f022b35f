"""What a rule says about a request, and the verdict that follows: the worst of all that was said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["info", "review", "stop"]
Verdict = Literal["safe", "review", "stop"]
INFO: Severity = "info"  # worth knowing, changes nothing
REVIEW: Severity = "review"  # a person must answer a question first
STOP: Severity = "stop"  # do not sign
RANK: Mapping[str, int] = {"info": 0, "safe": 0, "review": 1, "stop": 2}
EXIT = {"safe": 0, "review": 3, "stop": 4}  # exit status of the command


@dataclass(frozen=True)
class Reason:
    """One thing that was found: the rule's name, how grave it is, a sentence for the signer, and what it rests on."""

    rule: str
    severity: Severity
    text: str
    evidence: dict[str, Any] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """As JSON."""
        return {"rule": self.rule, "severity": self.severity, "text": self.text, "evidence": self.evidence}


def verdict(reasons: Iterable[Reason]) -> Verdict:
    """`stop` if anything says stop, else `review` if anything asks a question, else `safe`."""
    worst = max((RANK[reason.severity] for reason in reasons), default=0)
    found: tuple[Verdict, ...] = ("safe", "review", "stop")
    return found[worst]


def ordered(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The gravest first, otherwise as they were found; a sentence that stands twice stands once."""
    distinct = {(reason.rule, reason.text): reason for reason in reasons}
    return tuple(sorted(distinct.values(), key=lambda reason: -RANK[reason.severity]))
