"""What strangers send to the wallets of a theft: zero-value transfers, dust and fake tokens from look-alikes.

The forms are those of Tsuchiya et al., USENIX Security 2025 (arXiv 2501.16681); the look-alikes share the first and the
last four hex digits, as around the wallets of February 2025.
"""

import numpy as np

from cointrail.drills.columns import Ints
from cointrail.drills.draw import popular
from cointrail.drills.heist.cast import FAKE_ETH, FAKE_STETH, STETH, USDT
from cointrail.drills.heist.moves import ETH, NOBODY, Moves
from cointrail.ledger.rows import Kind, Status

PER_PAYMENT = 1.2  # spam per payment of the theft's wallets
DUSTERS = 40  # addresses that send tiny sums to everybody
SOON = 40  # mean blocks between a payment and its spam
TINY_GIGA = 20_000  # gwei: dust is below this
GAS_REST = 65_000  # gas; the spammers pay about one gwei for it


def spam(rng: np.random.Generator, paid: Moves, tx: int, addresses: int, last: int) -> tuple[Moves, Ints, int]:
    """Spam after the payments `paid`; transactions numbered from `tx`, fresh addresses from `addresses` on.

    Returns the movements, rows (look-alike, original), and the number of addresses.
    """
    size = int(PER_PAYMENT * len(paid))
    chosen = rng.integers(0, len(paid), size)
    payer, payee = paid.sender[chosen], paid.recipient[chosen]
    originals, at = np.unique(payee, return_inverse=True)
    twin = addresses + at
    addresses += len(originals)
    bots = addresses + popular(rng, size, DUSTERS, 0.6)
    addresses += DUSTERS
    block = np.minimum(paid.block[chosen] + rng.geometric(1 / SOON, size), last)
    form = rng.random(size)
    zero, fake, dust = form < 0.4, (form >= 0.4) & (form < 0.65), form >= 0.65
    # A zero-value transferFrom and a fake token make the wallet itself look like the sender; both also come back.
    away = rng.random(size) < 0.6
    source = np.where(dust, np.where(away, twin, bots), np.where(away, payer, twin))
    target = np.where(dust, payer, np.where(away, twin, payer))
    asset = np.where(zero, np.where(form < 0.2, STETH, USDT), np.where(form < 0.55, FAKE_ETH, FAKE_STETH))
    asset[dust] = ETH
    giga = np.where(fake, paid.giga[chosen], np.where(dust, rng.integers(0, TINY_GIGA, size), 0))
    rest = np.where(fake, paid.rest[chosen], np.where(dust, rng.integers(1, 10**9, size), 0))
    number = np.arange(tx, tx + size)
    zeros, done = np.zeros(size, np.int64), np.full(size, int(Status.DONE))
    kind = np.where(dust, int(Kind.TRANSACTION), int(Kind.LOG))
    moves = Moves(block, number, kind, zeros, source, target, asset, giga, rest, done)
    fees = Moves(
        block=block,
        tx=number,
        kind=np.full(size, int(Kind.FEE)),
        step=zeros,
        sender=np.where(dust, source, bots),
        recipient=np.full(size, NOBODY),
        asset=zeros,
        giga=np.full(size, GAS_REST),
        rest=rng.integers(0, 10**9, size),
        status=done,
    )
    return Moves.concat([moves, fees]), np.column_stack([twin, payee]), addresses
