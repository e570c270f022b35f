"""Made-up trails: plain random ones, and ones with one pattern planted in them by its definition alone."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cointrail.chains import Asset
from cointrail.patterns.record import Record, Step
from cointrail.patterns.worth import weigh
from cointrail.prices import Prices

CHAIN, ASSET, DECIMALS = "ethereum", "USD", 2
START = 1_700_000_000
HOUR, DAY = 3_600, 86_400
THEFT = "0x" + "a" * 40
SERVICES = tuple(f"0x{'5e' * 19}{n:02x}" for n in range(5))
STOLEN = 1_000_000_00


@dataclass
class Trail:
    """Movements as they are made, in any order; every one carries stolen value alone."""

    rng: random.Random
    moves: list[tuple[int, str, str, int]] = field(default_factory=list)  # time, sender, recipient, amount
    count: int = 0

    def wallet(self) -> str:
        """An address that nobody had."""
        self.count += 1
        return f"0x{self.rng.getrandbits(128):032x}{self.count:08x}"

    def pay(self, time: int, sender: str, recipient: str, amount: int) -> None:
        """A payment; payments of nothing are none."""
        if amount > 0:
            self.moves.append((time, sender, recipient, amount))

    def record(self) -> Record:
        """What a trace would have written of it, balanced by construction."""
        ordered = sorted(self.moves, key=lambda move: move[0])
        steps = [
            Step(n, CHAIN, 1 + (time - START) // 12, time, f"0x{n + 1:064x}", sender, to, ASSET, amount, amount, 1)
            for n, (time, sender, to, amount) in enumerate(ordered)
        ]
        return record(steps, [end(one) for one in SERVICES])


def record(steps: Sequence[Step], ends: Sequence[dict[str, object]] = (), last: int | None = None) -> Record:
    """A record of steps in dollars, from one theft address."""
    stolen = {ASSET: sum(step.stolen for step in steps if step.sender == THEFT) or 1}
    assets = {ASSET: Asset(ASSET, ASSET, DECIMALS, "named")}
    return Record(
        policy="fifo",
        steps=tuple(steps),
        ends=tuple(ends),
        decimals={ASSET: DECIMALS},
        stolen=stolen,
        victims=frozenset({THEFT}),
        thefts=frozenset(),
        worth=weigh(stolen, {}, assets, {ASSET: CHAIN}, Prices(), None),
        last=last if last is not None else max((step.time or 0 for step in steps), default=None),
    )


def end(address: str, reason: str = "label", category: str | None = "exchange", **more: object) -> dict[str, object]:
    """An endpoint as trail.json has it."""
    return {
        "chain": CHAIN, "address": address, "asset": ASSET, "amount": "0", "reason": reason, "label": None,
        "category": category, "target": None,
    } | more  # fmt: skip


def plain(seed: int, wallets: int = 60) -> Trail:
    """A tree of payments of lognormal sizes with dwells of hours; some rejoin, a fifth end at services."""
    rng = random.Random(seed)
    trail = Trail(rng)
    queue: list[tuple[int, str, int]] = []
    for _ in range(3):
        first, amount = trail.wallet(), int(STOLEN * rng.lognormvariate(-1, 0.7))
        time = START + rng.randrange(DAY)
        trail.pay(time, THEFT, first, amount)
        queue.append((time, first, amount))
    known: list[str] = []
    while queue and trail.count < wallets:
        time, wallet, amount = queue.pop(rng.randrange(len(queue)))
        weights = [rng.lognormvariate(0, 1) for _ in range(rng.choice((1, 2, 2, 3, 4, 5)))]
        parts = [int(amount * weight / sum(weights)) for weight in weights]
        for part in parts:
            time += int(rng.expovariate(1 / (6 * HOUR))) + 60
            choice = rng.random()
            if choice < 0.2:
                trail.pay(time, wallet, rng.choice(SERVICES), part)
                continue
            payee = rng.choice(known) if known and choice < 0.25 else trail.wallet()
            trail.pay(time, wallet, payee, part)
            if payee not in known:
                known.append(payee)
                queue.append((time, payee, part))
    return trail


def _funded(trail: Trail, amount: int) -> tuple[str, int]:
    """A wallet with value from the theft, and when it got it."""
    wallet, time = trail.wallet(), START + trail.rng.randrange(2 * DAY)
    trail.pay(time, THEFT, wallet, amount)
    return wallet, time


def peel(trail: Trail) -> str:
    """Three to eight wallets that each pay away 3 to 30 % and pass on the rest within hours."""
    rng = trail.rng
    held = rng.randrange(100_000_00, 500_000_00)
    first, time = _funded(trail, held)
    wallet = first
    for _ in range(rng.randint(3, 8)):
        part = held * rng.randint(3, 30) // 100
        time += rng.randrange(60, 5 * HOUR)
        trail.pay(time, wallet, rng.choice((*SERVICES, trail.wallet())), part)
        held -= part
        onward = trail.wallet()
        time += rng.randrange(60, HOUR)
        trail.pay(time, wallet, onward, held)
        wallet = onward
    trail.pay(time + HOUR, wallet, rng.choice(SERVICES), held)
    return first


def tranches(trail: Trail) -> str:
    """Five to forty wallets filled with one amount, within 1 %, in at most a day."""
    rng = trail.rng
    count, size = rng.randint(5, 40), rng.randrange(1_000_00, 20_000_00)
    payer, time = _funded(trail, count * size * 102 // 100)
    for _ in range(count):
        time += rng.randrange(12, DAY // count)
        trail.pay(time, payer, trail.wallet(), size + rng.randint(0, size // 100))
    return payer


def resplit(trail: Trail) -> str:
    """Four to eight wallets filled by one, each of which fills three to six others."""
    rng = trail.rng
    held = rng.randrange(100_000_00, 500_000_00)
    parent, time = _funded(trail, held)
    for part in _parts(rng, held, rng.randint(4, 8)):
        child = trail.wallet()
        time += rng.randrange(60, HOUR)
        trail.pay(time, parent, child, part)
        later = time
        for small in _parts(rng, part, rng.randint(3, 6)):
            later += rng.randrange(60, 5 * HOUR)
            trail.pay(later, child, trail.wallet(), small)
    return parent


def _parts(rng: random.Random, amount: int, count: int) -> list[int]:
    weights = [rng.lognormvariate(0, 0.7) for _ in range(count)]
    return [max(1, int(amount * weight / sum(weights))) for weight in weights]


def structuring(trail: Trail) -> str:
    """Five to twelve deposits of 8,500 to 9,990 dollars within a day."""
    rng = trail.rng
    sizes = [rng.randint(8_500_00, 9_990_00) for _ in range(rng.randint(5, 12))]
    payer, time = _funded(trail, sum(sizes))
    for size in sizes:
        time += rng.randrange(60, DAY // len(sizes))
        trail.pay(time, payer, rng.choice(SERVICES), size)
    return payer


def consolidation(trail: Trail) -> str:
    """Four to nine wallets, filled one by one, that pay into one within two days."""
    rng = trail.rng
    target, sizes = trail.wallet(), [rng.randrange(5_000_00, 50_000_00) for _ in range(rng.randint(4, 9))]
    last = 0
    for size in sizes:
        wallet, time = _funded(trail, size)
        later = START + 2 * DAY + rng.randrange(2 * DAY)
        trail.pay(max(later, time + 60), wallet, target, size)
        last = max(last, later, time + 60)
    trail.pay(last + HOUR, target, rng.choice(SERVICES), sum(sizes))
    return target


def dormancy(trail: Trail) -> str:
    """A wallet in which value lies for four to forty days and then leaves within hours."""
    rng = trail.rng
    held = rng.randrange(10_000_00, 100_000_00)
    wallet, time = _funded(trail, held)
    time += rng.randrange(4 * DAY, 40 * DAY)
    for part in _parts(rng, held, rng.randint(1, 4)):
        trail.pay(time, wallet, rng.choice((*SERVICES, trail.wallet())), part)
        time += rng.randrange(60, 2 * HOUR)
    return wallet


def trip(trail: Trail) -> str:
    """Value that comes back whole or less a tenth over one to three wallets."""
    rng = trail.rng
    held = rng.randrange(10_000_00, 100_000_00)
    home, time = _funded(trail, held)
    wallet = home
    for onward in (*(trail.wallet() for _ in range(rng.randint(1, 3))), home):
        time += rng.randrange(60, 5 * HOUR)
        trail.pay(time, wallet, onward, held)
        wallet, held = onward, held * rng.randint(96, 100) // 100
    return home


PLANTS: dict[str, Callable[[Trail], str]] = {
    "peel_chain": peel,
    "equal_tranches": tranches,
    "resplit": resplit,
    "structuring": structuring,
    "consolidation": consolidation,
    "dormancy": dormancy,
    "round_trip": trip,
}
