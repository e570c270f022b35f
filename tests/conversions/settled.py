"""Settlement of the transactions of two real blocks, and how it compares with what was judged by hand.

The blocks have no inner calls, so what a router unwraps ends where it is unwrapped; that counts as right if asset and
amount are.
"""

from collections import Counter, defaultdict

from cointrail.conversions.settlement import Movement, Terms, settle
from cointrail.conversions.settlement.piece import CONVERTING, SWAP, UNWRAP
from tests.conversions import mainnet

CONVERSIONS = {"swap", "unwrap", "vault"}


class Book:
    """Numbers for texts."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.names: list[str] = []

    def __call__(self, text: str) -> int:
        if text not in self.ids:
            self.ids[text] = len(self.names)
            self.names.append(text)
        return self.ids[text]


def settled(book: Book, tx: str) -> tuple[list[Movement], list[tuple[str, str, str, str, int, int]]]:
    """The movements of a transaction, and its conversions: owner, sold asset, bought asset, rule, and the amounts."""
    moves = [
        Movement(book(one.sender), book(one.recipient), book(one.asset), one.amount)
        for one in mainnet.moves()[tx]
        if one.amount
    ]
    names = book.names
    terms = Terms(
        counts=lambda asset: True,
        form=lambda asset: "ETH" if names[asset] in (mainnet.NATIVE, mainnet.WETH) else "",
        issuer=lambda asset: None if names[asset] == mainnet.NATIVE else book.ids.get(names[asset]),
        nobody=book(mainnet.NOBODY),
        wraps=lambda asset: book(mainnet.NATIVE) if names[asset] == mainnet.WETH else None,
    )
    found: defaultdict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in settle(moves, terms).pieces:
        if one.rule in CONVERTING and one.loser >= 0:
            bought = mainnet.NATIVE if one.rule == UNWRAP else names[one.got]
            sums = found[names[one.loser], names[one.asset], bought, one.rule]
            sums[0] += one.size
            sums[1] += one.amount
    return moves, [(*key, sums[0], sums[1]) for key, sums in found.items()]


Conversion = tuple[str, str, str, int, int]  # owner, asset sold, asset bought, how much of each


def judged() -> dict[str, set[Conversion]]:
    """The conversions of each judged transaction; the other side of a trade is in no account of its own."""
    found: dict[str, set[Conversion]] = {row["tx"]: set() for row in mainnet.rows()}
    for row in mainnet.rows():
        if row["kind"] in CONVERSIONS and row["sold_asset"] and not row["note"].startswith("counterparty"):
            sides = (row["owner"], row["sold_asset"], row["bought_asset"])
            found[row["tx"]].add((*sides, int(row["sold"]), int(row["bought"])))
    return found


def compared() -> tuple[dict[str, Counter[str]], list[str], list[str]]:
    """By rule how many conversions were "said", "right" and "true"; what was said wrongly, and what was missed.

    Said counts for who sent the transaction or is judged to have converted in it: to the movements, the pools that
    traded with them have swapped as well, the other way round. What no rule found counts as a swap that was missed.
    """
    book, counts = Book(), defaultdict[str, Counter[str]](Counter)
    senders = {str(tx["hash"]): str(tx["from_address"]) for tx in mainnet.lines("transactions")}
    wrong, missed = [], []
    for tx, true in judged().items():
        left, owners = set(true), {senders[tx], *(owner for owner, *_ in true)}
        for owner, sold, bought, rule, size, amount in settled(book, tx)[1]:
            if owner in owners:
                one = (owner, sold, bought, size, amount)
                right = int(one in left)
                left.discard(one)
                counts[rule].update(said=1, right=right, true=right)
                wrong += [] if right else [f"{tx}: {one} by {rule}"]
        counts[SWAP].update(true=len(left))
        missed += [f"{tx}: {one}" for one in left]
    return counts, wrong, missed
