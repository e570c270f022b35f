"""Clean money that the case's wallets had before, and the earlier life of the theft's sources."""

import numpy as np

from cointrail.drills.columns import Ints
from cointrail.drills.draw import loguniform, shares
from cointrail.drills.haystack.scene import Flow, Scene

GAP = 10  # blocks between the last clean movement and the case
FROM_SERVICE, TO_SERVICE = 0.35, 0.4  # shares of the payments in and out


def money(scene: Scene) -> None:
    """Each chosen wallet gets `clean_least` to `clean_most` times what the case moves through it.

    It comes from one or several senders before the case touches the wallet; some spend part of it again, also before,
    and few after (`leaks`). Wallets never spend more than they got here.
    """
    b, rng = scene.background, scene.rng
    start = int(scene.case.block[0])
    sources = np.isin(scene.wallets, scene.case.sources)
    chosen = rng.random(len(scene.wallets)) < np.where(sources, b.victims, b.clean)
    for wallet, source in zip(scene.wallets[chosen].tolist(), sources[chosen].tolist(), strict=True):
        # What leaves a source before the first theft must not look like the theft: its own life ends before that.
        end = (start if source else int(scene.arrival[wallet])) - GAP
        total = max(1, int(scene.through[wallet] * loguniform(rng, b.clean_least, b.clean_most, 1)[0]))
        middle = int(rng.integers(scene.first + 1, max(end, scene.first + 2)))
        _receive(scene, wallet, shares(rng, total, int(rng.integers(1, b.clean_senders + 1))), middle)
        if rng.random() < b.clean_spent:
            spent = shares(rng, max(1, int(total * rng.uniform(0.02, 0.95))), int(rng.integers(1, 5)))
            _spend(scene, "clean out", wallet, spent, (middle + 1, end), TO_SERVICE)
            total -= int(spent.sum())
        if total > 1 and not source and rng.random() < b.leaks:
            spent = shares(rng, max(1, int(total * rng.uniform(0.01, 0.5))), int(rng.integers(1, 3)))
            _spend(scene, "leaks", wallet, spent, (int(scene.arrival[wallet]) + 2, scene.last), 0.0)


def _receive(scene: Scene, wallet: int, parts: Ints, until: int) -> None:
    block = scene.rng.integers(scene.first, until + 1, len(parts))
    payers = _strangers(scene, len(parts), FROM_SERVICE)
    scene.add("clean in", Flow(block, payers, np.full(len(parts), wallet), parts))


def _spend(scene: Scene, part: str, wallet: int, parts: Ints, span: tuple[int, int], at_service: float) -> None:
    block = scene.rng.integers(span[0], max(span) + 1, len(parts))
    payees = _strangers(scene, len(parts), at_service)
    scene.add(part, Flow(block, np.full(len(parts), wallet), payees, parts))


def _strangers(scene: Scene, size: int, services: float) -> Ints:
    people = scene.people(size, scene.background.fresh)
    served = scene.rng.random(size) < services
    known = np.concatenate([scene.case.terminals, np.array(scene.hot, np.int64)])
    people[served] = scene.rng.choice(known, int(served.sum()))
    return people
