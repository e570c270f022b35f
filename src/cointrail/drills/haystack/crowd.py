"""Everybody else: wallets that pay each other and use hubs of their own."""

import numpy as np

from cointrail.drills.draw import cents, moments, popular
from cointrail.drills.haystack.scene import Flow, Scene


def crowd(scene: Scene) -> None:
    """Fill the ledger up to the wanted number of background rows (a tenth of it at the least)."""
    b, rng = scene.background, scene.rng
    size = max(b.transfers - scene.rows(), b.transfers // 10)
    with_hub = rng.random(size) < b.hub_share
    hubs = scene.fresh(max(1, b.hubs))
    hub = hubs[popular(rng, size, len(hubs), 0.7)]
    one, two = scene.people(size), scene.people(size, 0.15)
    outwards = rng.random(size) < 0.5
    sender = np.where(with_hub & outwards, hub, one)
    recipient = np.where(with_hub & ~outwards, hub, two)
    recipient = np.where(sender == recipient, scene.crowd[(sender + 1) % len(scene.crowd)], recipient)
    block = moments(rng, size, scene.first, scene.last, b.bursts)
    sigma = float(rng.uniform(1.2, 2.6))
    scene.add("crowd", Flow(block, sender, recipient, cents(rng, size, 150, sigma, 0.2)))
