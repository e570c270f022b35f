"""False alarms on ordinary operations, and harm that is made out of them. `python -m bench --only guard` runs more."""

import random
from collections import Counter

from cointrail.guard import check
from tests.guard.mutations import EVERY, mutation
from tests.guard.world import NAMES, World

ORDINARY, HARMFUL = 150, 300
PLAIN = {"payment", "token", "batch", "swap", "buy", "wrap", "revoke", "cancel"}  # what needs no questions


def test_every_kind_of_ordinary_operation_is_safe_when_it_was_asked_for(treasury: World) -> None:
    chance = random.Random(1)
    for kind in NAMES:
        operation = treasury.operation(chance, kind)
        request = treasury.request(operation.transaction)
        intent = treasury.intent(operation)
        found = check(request, state=treasury.state, history=treasury.history, intent=intent)
        assert found.verdict == "safe", (kind, [r.text for r in found.reasons if r.severity != "info"])
        alone = check(request, state=treasury.state, history=treasury.history)
        assert (alone.verdict == "safe") == (kind in PLAIN), (kind, alone.reasons)


def test_ordinary_operations_raise_few_questions(treasury: World) -> None:
    chance = random.Random(2)
    verdicts: Counter[str] = Counter()
    for _ in range(ORDINARY):
        operation = treasury.operation(chance)
        found = check(treasury.request(operation.transaction), state=treasury.state, history=treasury.history)
        verdicts[found.verdict] += 1
    assert verdicts["stop"] == 0 and verdicts["review"] <= ORDINARY * 5 // 100, verdicts


def test_harm_is_never_safe(treasury: World) -> None:
    chance = random.Random(3)
    verdicts: Counter[str] = Counter()
    for number in range(HARMFUL):
        made, operation = mutation(treasury, chance, number)
        intent = treasury.intent(operation) if chance.random() < 0.3 else None
        state = treasury.state if chance.random() < 0.7 else None
        found = check(made.request, state=state, history=treasury.history, intent=intent)
        assert found.verdict != "safe", (number, made)
        if made.way in ("swapped", "shown"):
            assert found.verdict == "stop", (number, made, found.reasons)
        verdicts[found.verdict] += 1
    assert 5 * len(EVERY) <= HARMFUL and verdicts["stop"] > verdicts["review"]
