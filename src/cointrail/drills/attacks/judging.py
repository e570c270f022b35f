"""What was found of a play beside its truth."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from cointrail.drills.attacks.play import Play
from cointrail.guard.protect import Attack


@dataclass
class Score:
    """One rule's: true attacks, those found, and what was found without being one, by business."""

    true: int = 0
    hit: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Of what was found, the share that is true; 1 where nothing was."""
        said = self.hit + self.wrong.total()
        return self.hit / said if said else 1.0

    @property
    def recall(self) -> float:
        """Of the true ones, the share found; 1 where there were none."""
        return self.hit / self.true if self.true else 1.0


def judge(play: Play, found: Iterable[Attack], into: dict[str, Score]) -> None:
    """Add a play to the scores by kind. A wallet counts once for each kind."""
    said = {(one.kind, one.wallet) for one in found if one.kind != "poisoning"}
    for (kind, wallet), attack in play.attacked.items():
        score = into.setdefault(kind, Score())
        score.true += 1
        score.hit += (kind, wallet) in said
        score.missed[attack] += (kind, wallet) not in said
    for kind, wallet in sorted(said - play.attacked.keys()):
        if kind == "approval" and ("drain", wallet) in play.attacked:
            continue  # true as well, if not all of it
        into.setdefault(kind, Score()).wrong[play.honest.get(wallet, "others")] += 1
