"""What was found of a play beside its truth."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from cointrail.drills.attacks.play import Play
from cointrail.guard.protect import Attack
from cointrail.guard.protect.report import rule


@dataclass
class Score:
    """One rule's: true attacks and those found, by whichever rule of the kind; what it said that was right, and what
    was wrong, by business."""

    true: int = 0
    hit: int = 0
    right: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Of what was found, the share that is true; 1 where nothing was."""
        said = self.right + self.wrong.total()
        return self.right / said if said else 1.0

    @property
    def recall(self) -> float:
        """Of the true ones, the share found; 1 where there were none."""
        return self.hit / self.true if self.true else 1.0


def judge(play: Play, found: Iterable[Attack], into: dict[str, Score]) -> None:
    """Add a play to the scores by rule; all that was true is with the rule named like its kind."""
    said = {(one.kind, one.wallet): rule(one) for one in found if one.kind != "poisoning"}
    for (kind, wallet), attack in play.attacked.items():
        score = into.setdefault(kind, Score())
        score.true += 1
        score.hit += (kind, wallet) in said
        score.missed[attack] += (kind, wallet) not in said
    for (kind, wallet), name in said.items():
        score = into.setdefault(name, Score())
        # who was robbed has let them as well
        if (kind, wallet) in play.attacked or (kind == "approval" and ("drain", wallet) in play.attacked):
            score.right += 1
        else:
            score.wrong[play.honest.get(wallet, "others")] += 1
