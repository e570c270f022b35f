"""The theft itself: one Safe is emptied, 40 wallets are filled within the hour, the staked tokens are swapped."""

from dataclasses import dataclass

from cointrail.drills.draw import shares
from cointrail.drills.heist.assemble import SECONDS
from cointrail.drills.heist.cast import CMETH, METH, STETH, Service
from cointrail.drills.heist.facts import ETHER, fact, wei
from cointrail.drills.heist.moves import ETH, Book
from cointrail.drills.heist.script import Swap
from cointrail.ledger.rows import Kind

MINUTE = 60 // SECONDS  # blocks
BLOCKS_A_DAY = 86_400 // SECONDS
SWAPS = {STETH: 9, METH: 2}  # transactions in which each token is swapped
SPREAD = 9  # wallets that the ETH of the swaps is spread over


@dataclass(frozen=True)
class Theft:
    """The Safe, the transactions that emptied it (numbers), the wallets of the first split, and what was taken."""

    safe: int
    transactions: list[int]
    taken: dict[int, int]  # asset -> smallest units
    holder: int  # the wallet that received ETH, stETH and mETH
    first: list[int]
    swaps: dict[int, Swap]  # by transaction
    hoard: int  # the wallet that gathered the ETH of the swaps
    swapped: list[int]  # those that it was spread over
    notes: list[str]


def block_at(time: int) -> int:
    """The first block at or after a time in seconds since 1970."""
    return fact("theft_block") - (fact("theft_time") - time) // SECONDS


def midnight(day: int) -> int:
    """The first block of the day, counted from the day of the theft."""
    return block_at(fact("theft_time") // 86_400 * 86_400 + 86_400 * day)


def steal(book: Book, services: dict[str, Service]) -> Theft:
    """Everything up to the first split; recorded in time order."""
    safe, holder, unstaker = book.wallet(), book.wallet(), book.wallet()
    taken = {ETH: wei("stolen_eth"), STETH: wei("stolen_steth"), METH: wei("stolen_meth"), CMETH: wei("stolen_cmeth")}
    thief = book.wallet()
    before = fact("theft_block") - 3 * BLOCKS_A_DAY
    book.send(before, services["hazel"].number, thief, ETHER)  # gas for the attack, out of a mixer
    _savings(book, safe, taken, services)
    block = fact("theft_block") + fact("theft_minutes") * MINUTE
    transactions = []
    for asset, amount in taken.items():
        to = unstaker if asset == CMETH else holder
        kind = Kind.LOG if asset else Kind.TRACE
        transactions.append(book.act(block, thief, [(kind, safe, to, asset, amount)]))
        block += 2
    swaps, hoard, swapped = _swap(book, services, holder, taken)
    notes = [f"The {taken[CMETH] // ETHER:,} cmETH stay where they went."]
    return Theft(safe, transactions, taken, holder, _split(book, holder), swaps, hoard, swapped, notes)


def _savings(book: Book, safe: int, taken: dict[int, int], services: dict[str, Service]) -> None:
    """What the Safe held came from the victim's exchange in the weeks before; a little more than was taken."""
    exchange = services["cedar"].number
    block = fact("theft_block") - 18 * BLOCKS_A_DAY
    for asset, amount in taken.items():
        for part in shares(book.rng, amount // ETHER, 6).tolist():
            book.send(block, exchange, safe, part * ETHER, asset)
            block += int(book.rng.integers(500, 4000))
    book.send(block, exchange, safe, ETHER // 4)


def _swap(
    book: Book, services: dict[str, Service], holder: int, taken: dict[int, int]
) -> tuple[dict[int, Swap], int, list[int]]:
    """Token to a pool, ETH back from a vault to the same wallet, in one transaction; the ETH is spread and rests."""
    trader, hoard = book.wallet(), book.wallet()
    block = block_at(fact("split_from")) - 20 * MINUTE
    book.send(block, services["alder"].number, trader, 2 * ETHER)  # gas
    for asset in SWAPS:
        block += 2
        book.send(block, holder, trader, taken[asset], asset)
    tokens, gained = sum(taken[asset] for asset in SWAPS), wei("swapped_eth")
    pools, vault = [services["ivy"].number, services["juniper"].number], book.stranger()
    parts = [
        (asset, part * ETHER)
        for asset, most in SWAPS.items()
        for part in shares(book.rng, taken[asset] // ETHER, most).tolist()
    ]
    swaps, sold, paid = {}, 0, 0
    for asset, part in parts:
        block += int(book.rng.integers(3, 5 * MINUTE))
        sold += part
        back = sold * gained // tokens - paid
        paid += back
        pool = pools[int(book.rng.integers(2))]
        steps = [(Kind.LOG, trader, pool, asset, part), (Kind.TRACE, vault, trader, ETH, back)]
        swaps[book.act(block, trader, steps)] = Swap(trader, asset, part, ETH, back)
    block = max(block + 10, block_at(fact("split_to")))
    book.send(block, trader, hoard, gained)
    spread = [book.wallet() for _ in range(SPREAD)]
    for wallet in spread:
        block += int(book.rng.integers(2, 20))
        book.send(block, hoard, wallet, wei("first_eth"))
    return swaps, hoard, spread


def _split(book: Book, holder: int) -> list[int]:
    """40 payments of 10,000 ETH between 14:56 and 15:54 UTC, nine of them within 48 seconds."""
    first, last = block_at(fact("split_from")), block_at(fact("split_to"))
    rush = fact("burst_seconds") // SECONDS
    start = int(book.rng.integers(first + 30, last - 30))
    together = [start + i * rush // fact("burst_wallets") for i in range(fact("burst_wallets"))]
    alone = book.rng.integers(first, last + 1, fact("first_wallets") - len(together) - 2).tolist()
    wallets = []
    for block in sorted([first, last, *together, *alone]):
        wallets.append(book.wallet())
        book.send(block, holder, wallets[-1], wei("first_eth"))
    return wallets
