"""Unrelated customers of the services where the case ends, and what the services do with the money."""

import numpy as np

from cointrail.drills.columns import Ints
from cointrail.drills.draw import cents, loguniform, moments
from cointrail.drills.haystack.scene import BLOCKS_A_DAY, Flow, Scene

VAULTS = 6  # that routers pass deposits on to
BATCH = 12  # withdrawals that a hot wallet pays in one transaction at most


def services(scene: Scene) -> None:
    """Customers for each terminal, whose role is drawn: deposit address, router, sink, or a service that pays out."""
    b, rng, case = scene.background, scene.rng, scene.case
    scene.hot = scene.fresh(max(1, b.operators)).tolist()
    vaults = scene.fresh(VAULTS)
    sizes = loguniform(rng, b.customers_least, b.customers_most, len(case.terminals))
    scale = min(1.0, 0.6 * b.transfers / max(1.0, float(sizes.sum()) * b.deposits * (1.5 + b.withdrawals)))
    for terminal, size in zip(case.terminals.tolist(), sizes * scale, strict=True):
        span = _active(scene, terminal)
        role = rng.random()
        inflow = _deposits(scene, terminal, max(1, round(float(size))), span)
        if role < b.forwarders:
            hot = scene.hot[int(rng.integers(len(scene.hot)))]
            _forward(scene, terminal, inflow, np.full(len(inflow.block), hot))
        elif role < b.forwarders + b.routers:
            _forward(scene, terminal, inflow, rng.choice(vaults, len(inflow.block)))
        elif role > 1 - b.sinks:
            continue
        else:
            _withdrawals(scene, terminal, inflow, span)
    for hot in [*scene.hot, *vaults.tolist()]:
        _operator(scene, hot)
    _between(scene)


def _active(scene: Scene, terminal: int) -> tuple[int, int]:
    """The blocks in which the service has customers: always, or only before, after or around the case's deposits."""
    rng, arrival = scene.rng, min(int(scene.arrival[terminal]), scene.last)
    if rng.random() >= scene.background.partial:
        return scene.first, scene.last
    around = int(loguniform(rng, 0.2, 10, 1)[0] * BLOCKS_A_DAY)
    spans = ((scene.first, arrival), (arrival, scene.last), (arrival - around, arrival + around))
    low, high = spans[int(rng.integers(3))]
    return max(low, scene.first), max(min(high, scene.last), scene.first)


def _deposits(scene: Scene, service: int, customers: int, span: tuple[int, int]) -> Flow:
    b, rng = scene.background, scene.rng
    people = scene.people(customers, b.fresh)
    often = np.minimum(1 + rng.pareto(1.0 + 1.0 / max(b.deposits - 1, 0.05), customers), 200).astype(np.int64)
    sender = np.repeat(people, often)
    block = moments(rng, len(sender), *span, b.bursts)
    flow = Flow(block, sender, np.full(len(sender), service), _amounts(scene, len(sender)))
    scene.add("deposits", flow)
    return flow


def _amounts(scene: Scene, size: int) -> Ints:
    b, rng = scene.background, scene.rng
    median = b.deposit_usd * float(np.exp(0.8 * rng.standard_normal()))  # every service has its own clientele
    return cents(rng, size, median, b.deposit_sigma, float(rng.uniform(0, 0.5)))


def _forward(scene: Scene, address: int, inflow: Flow, to: Ints) -> None:
    """Everything that came in goes on, strangers' deposits and the case's alike; a small rest stays behind."""
    rng, case = scene.rng, scene.case
    mine = case.recipient == address
    block = np.concatenate([inflow.block, case.block[mine]])
    amount = np.concatenate([inflow.amount, case.amount[mine]])
    extra = np.full(int(mine.sum()), to[0] if len(to) else address)
    delay = 2 + rng.geometric(1 / float(loguniform(rng, 5, 2000, 1)[0]), len(block))
    late = np.minimum(block + delay, scene.last)
    kept = amount - np.minimum(amount // 2, rng.integers(0, 300, len(amount)))
    scene.add("forwards", Flow(late, np.full(len(block), address), np.concatenate([to, extra]), kept))


def _withdrawals(scene: Scene, service: int, inflow: Flow, span: tuple[int, int]) -> None:
    """Payments to customers: some who deposited, some who did not; a part in batches."""
    b, rng = scene.background, scene.rng
    size = int(len(inflow.block) * b.withdrawals * float(np.exp(0.6 * rng.standard_normal())))
    if not size:
        return
    known = rng.random(size) < 0.5
    payee = np.where(known, rng.choice(inflow.sender, size), scene.people(size, b.fresh))
    block = np.sort(moments(rng, size, *span, b.bursts))
    group: Ints = np.arange(size)
    if rng.random() < 0.4:
        group = np.cumsum(rng.random(size) < 2 / BATCH) + 0
        block = block[np.searchsorted(group, group)]
    scene.add("withdrawals", Flow(block, np.full(size, service), payee, _amounts(scene, size), group=group))


def _operator(scene: Scene, hot: int) -> None:
    """A hot wallet's other business: deposit addresses of many customers, withdrawals to many."""
    b, rng = scene.background, scene.rng
    size = int(loguniform(rng, 30, max(60.0, 0.02 * b.transfers), 1)[0])
    owned = scene.fresh(size)
    block = moments(rng, size, scene.first, scene.last, b.bursts)
    amount = _amounts(scene, size)
    scene.add("deposits", Flow(block, scene.people(size, b.fresh), owned, amount))
    later = np.minimum(block + 2 + rng.geometric(1 / 200, size), scene.last)
    scene.add("forwards", Flow(later, owned, np.full(size, hot), amount))
    paid = int(size * loguniform(rng, 0.3, 3, 1)[0])
    _withdrawals(scene, hot, Flow(block, scene.people(max(size, paid)), owned, amount), (scene.first, scene.last))


def _between(scene: Scene) -> None:
    rng, size = scene.rng, scene.background.between
    everyone = np.concatenate([scene.case.terminals, np.array(scene.hot, np.int64)])
    block = moments(rng, size, scene.first, scene.last)
    amount = cents(rng, size, 20_000, 1.5, 0.5)
    scene.add("between", Flow(block, rng.choice(everyone, size), rng.choice(everyone, size), amount))
