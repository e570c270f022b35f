"""Background: wallets that trade among themselves and with services, with power-law activity over two months."""

import numpy as np
import pyarrow as pa

from cointrail.drills.columns import Ints
from cointrail.drills.draw import loguniform, moments, popular
from cointrail.drills.heist.assemble import assemble
from cointrail.drills.heist.cast import USDC, USDT, WETH, assets, services
from cointrail.drills.heist.facts import fact
from cointrail.drills.heist.moves import ETH, NOBODY, Moves
from cointrail.drills.heist.theft import BLOCKS_A_DAY
from cointrail.ledger.rows import Kind, Status

DAYS_BEFORE, DAYS_AFTER = 20, 40
FIRST = fact("theft_block") - DAYS_BEFORE * BLOCKS_A_DAY
LAST = fact("theft_block") + DAYS_AFTER * BLOCKS_A_DAY

DEGREE = 11  # mean transfers per address, and
SKEW = 0.9  # the skew that gives half of them 2 and one in a hundred about a hundred
MEDIAN_ETH, SIGMA = 0.206, 2.55  # lognormal: 6.8 % above 9.22 ETH, 3.9 % above 18.4 ETH
TOKENS = ((ETH, 0.68), (USDT, 0.16), (USDC, 0.1), (WETH, 0.06))
MEDIAN_USD, USD_SIGMA = 300.0, 2.0
SIX = (USDT, USDC)  # tokens with six decimals
FORWARDS = 0.08  # share of the rows that are a deposit passed on by a deposit address
SWAPS = 0.04  # share of the rows that are one half of a swap
FAILED = 0.01
FEE_GIGA = (17_000, 800_000)  # fees in gwei, drawn log-uniformly


def people(transfers: int) -> int:
    """How many addresses the background of this size has, services included."""
    return max(100, 2 * transfers // DEGREE)


def traffic(
    rng: np.random.Generator, transfers: int, fees: bool, tx: int, wallets: int, fresh: int
) -> tuple[Moves, int]:
    """`transfers` movements (and a fee row per transaction, if wanted) among addresses below `wallets`.

    Transactions are numbered from `tx` on, deposit addresses of customers from `fresh` on. Returns the movements and
    the number of addresses in use.
    """
    block = np.sort(moments(rng, transfers, FIRST, LAST, 0.2))
    sender = popular(rng, transfers, wallets, SKEW)
    recipient = popular(rng, transfers, wallets, SKEW)
    recipient = np.where(sender == recipient, (recipient + 1 + len(services())) % wallets, recipient)
    assets = np.array([asset for asset, _ in TOKENS], np.int64)
    asset = assets[rng.choice(len(TOKENS), transfers, p=[share for _, share in TOKENS])]
    giga, rest = _amounts(rng, asset)
    number = np.arange(tx, tx + transfers)
    status = np.where((rng.random(transfers) < FAILED) & (asset == ETH), int(Status.FAILED), int(Status.DONE))
    known, top = _deposits(rng, block, recipient, fresh)
    # The second half of a forward is a payment of the deposit address; a swap's second half shares its transaction.
    source = np.flatnonzero(known >= 0)
    sender[source + 1], recipient[source + 1] = known[source], recipient[source]
    recipient[source] = known[source]
    for column in (asset, giga, rest):
        column[source + 1] = column[source]
    status[np.concatenate([source, source + 1])] = int(Status.DONE)
    _swaps(rng, (block, number, sender, recipient, asset, status), known)
    kind = np.where(asset == ETH, int(Kind.TRANSACTION), int(Kind.LOG))
    inner = np.flatnonzero(number[1:] == number[:-1]) + 1
    kind[inner[asset[inner] == ETH]] = int(Kind.TRACE)
    step = np.zeros(transfers, np.int64)
    step[inner] = 1
    moves = Moves(block, number, kind, step, sender, recipient, asset, giga, rest, status)
    return (Moves.concat([moves, _fees(rng, moves)]) if fees else moves), top


def background(transfers: int, seed: int = 0, fees: bool = False) -> pa.Table:
    """Background alone, as a ROWS table in chain order: for benchmarks, up to ten million rows and more."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 0xB6])))
    size = people(transfers)
    moves, addresses = traffic(rng, transfers, fees, 0, size, size)
    return assemble(rng, moves, addresses, assets(rng)).rows


def _amounts(rng: np.random.Generator, asset: Ints) -> tuple[Ints, Ints]:
    size = len(asset)
    noise = rng.standard_normal(size)
    ether = np.minimum(MEDIAN_ETH * np.exp(SIGMA * noise), 2e6)
    giga: Ints = (ether * 1e9).astype(np.int64)
    rest: Ints = rng.integers(0, 10**9, size)
    six = np.isin(asset, SIX)
    micro = (np.minimum(MEDIAN_USD * np.exp(USD_SIGMA * noise[six]), 1e9) * 1e6).astype(np.int64)
    giga[six], rest[six] = micro // 10**9, micro % 10**9
    return giga, rest


def _deposits(rng: np.random.Generator, block: Ints, recipient: Ints, fresh: int) -> tuple[Ints, int]:
    """Which rows go to a service through a deposit address, and which address; -1 elsewhere.

    The next row is the forward, so it must be in a later block.
    """
    chosen = np.flatnonzero(rng.random(len(block) - 1) < FORWARDS / 2)
    chosen = chosen[(block[chosen + 1] > block[chosen]) & (np.diff(chosen, prepend=-2) > 1)]
    known = np.full(len(block), -1, np.int64)
    owned = max(1, len(chosen) // 2)
    known[chosen] = fresh + rng.integers(0, owned, len(chosen))
    names = services()
    hot = np.array([s.number for s in names.values() if s.category == "exchange"], np.int64)
    recipient[chosen] = hot[(known[chosen] - fresh) % len(hot)]
    return known, fresh + owned


def _swaps(rng: np.random.Generator, columns: tuple[Ints, ...], known: Ints) -> None:
    """Make pairs of rows into swaps: one asset to a pool and another back to the same wallet, in one transaction."""
    block, number, sender, recipient, asset, status = columns
    busy = known >= 0
    busy[1:] |= known[:-1] >= 0
    chosen = np.flatnonzero(rng.random(len(block) - 1) < SWAPS / 2)
    chosen = chosen[(np.diff(chosen, prepend=-2) > 1) & ~busy[chosen] & ~busy[chosen + 1]]
    pools = np.array([s.number for s in services().values() if s.category == "defi_dex"], np.int64)
    chosen = chosen[(asset[chosen] != asset[chosen + 1]) & ~np.isin(sender[chosen], pools)]
    pool = pools[rng.integers(0, len(pools), len(chosen))]
    back = chosen + 1
    block[back], number[back] = block[chosen], number[chosen]
    recipient[chosen], sender[back], recipient[back] = pool, pool, sender[chosen]
    status[chosen] = status[back] = int(Status.DONE)


def _fees(rng: np.random.Generator, moves: Moves) -> Moves:
    """One fee row per transaction, paid by the sender of its first movement."""
    first = np.flatnonzero(moves.step == 0)
    size = len(first)
    giga = loguniform(rng, *FEE_GIGA, size).astype(np.int64)
    zero = np.zeros(size, np.int64)
    return Moves(
        block=moves.block[first],
        tx=moves.tx[first],
        kind=np.full(size, int(Kind.FEE)),
        step=zero,
        sender=moves.sender[first],
        recipient=np.full(size, NOBODY),
        asset=zero,
        giga=giga,
        rest=rng.integers(0, 10**9, size),
        status=moves.status[first],
    )
