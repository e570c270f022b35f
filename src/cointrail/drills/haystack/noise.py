"""What strangers do to the case's wallets: dust, gas and address poisoning; and small sums that the wallets pay out."""

import numpy as np

from cointrail.drills.columns import Ints
from cointrail.drills.draw import cents, moments, popular
from cointrail.drills.haystack.scene import FAKE, FAKE_TWO, Flow, Scene

DUST_MOST = 500  # cents
GAS_DAYS = 3  # gas comes at most so long before the wallet's first movement, or after it


def dust(scene: Scene) -> None:
    """Tiny payments to the case's wallets, a few of which get most of them, mostly once they are active."""
    b, rng = scene.background, scene.rng
    size = int(b.dust * b.transfers)
    weight = np.exp(b.dust_skew * rng.standard_normal(len(scene.wallets)))
    target = np.repeat(scene.wallets, rng.multinomial(size, weight / weight.sum()))
    bots = scene.fresh(max(1, b.dusters))
    sender = bots[popular(rng, size, len(bots), b.skew)]
    once = rng.random(size) < b.dust_fresh
    sender[once] = scene.fresh(int(once.sum()))
    early = rng.random(size) < 0.25
    since = np.where(early, scene.first, scene.arrival[target])
    block = since + moments(rng, size, 0, 10**6, b.bursts) * (scene.last - since) // 10**6
    amount = np.clip(cents(rng, size, b.dust_cents / 100, 1.0), 1, DUST_MOST)
    scene.add("dust", Flow(block, sender, target, amount))


def gas(scene: Scene) -> None:
    """A few dollars for fees, from services, from shared funders or from anybody, around the first movement."""
    b, rng = scene.background, scene.rng
    lucky = scene.wallets[rng.random(len(scene.wallets)) < b.gas]
    target = np.repeat(lucky, rng.integers(1, 4, len(lucky)))
    size = len(target)
    services = np.concatenate([scene.case.terminals, np.array(scene.hot, np.int64)])
    funders = scene.fresh(max(2, size // 40))
    choice = rng.random(size)
    sender = np.where(choice < 0.35, rng.choice(services, size), rng.choice(funders, size))
    sender = np.where(choice > 0.7, scene.people(size, b.fresh), sender)
    block = scene.arrival[target] + rng.integers(-GAS_DAYS * 7200, 7200, size)
    scene.add("gas", Flow(np.maximum(block, scene.first), sender, target, cents(rng, size, b.gas_usd, 0.9)))


def payouts(scene: Scene) -> None:
    """Small sums that wallets of the case pay to strangers after the theft reached them."""
    b, rng = scene.background, scene.rng
    payers = scene.wallets[rng.random(len(scene.wallets)) < b.payers]
    sender = np.repeat(payers, rng.integers(1, 4, len(payers)))
    size = len(sender)
    block = np.minimum(scene.arrival[sender] + 2 + rng.geometric(1 / 7200, size), scene.last)
    scene.add("payouts", Flow(block, sender, scene.people(size, 0.3), cents(rng, size, b.payer_usd, 0.8)))


def spam(scene: Scene) -> None:
    """Address poisoning: after a payment A to B, look-alikes of B show up at A, with zero, with dust, with fake coins.

    A look-alike shares the first and the last four hex digits (Tsuchiya et al., USENIX Security 2025, arXiv 2501.16681,
    describe the three forms). A zero-value transferFrom makes A itself the sender.
    """
    b, rng, case = scene.background, scene.rng, scene.case
    size = int(b.spam * b.transfers)
    paid = rng.integers(0, len(case.block), size)
    payer, payee = case.sender[paid], case.recipient[paid]
    shared = np.unique(payee)
    known = dict(zip(shared.tolist(), scene.fresh(len(shared)).tolist(), strict=True))
    twin = np.array([known[at] for at in payee.tolist()], np.int64)
    own = rng.random(size) < 0.3
    twin[own] = scene.fresh(int(own.sum()))
    scene.twins += list(zip(twin.tolist(), payee.tolist(), strict=True))
    block = np.minimum(case.block[paid] + rng.geometric(1 / 300, size), scene.last)
    form = rng.random(size)
    sender = np.where(form < 0.5, payer, twin)
    recipient = np.where(form < 0.5, twin, payer)
    fake = rng.random(size) < b.spam_fake
    tiny = ~fake & (form > 0.8)
    amount: Ints = np.where(tiny, rng.integers(1, 4, size), 0)
    amount[fake] = case.amount[paid][fake]
    for asset, chosen in ((0, ~fake), (FAKE, fake & (paid % 2 == 0)), (FAKE_TWO, fake & (paid % 2 == 1))):
        scene.add("spam", Flow(block[chosen], sender[chosen], recipient[chosen], amount[chosen], asset))
