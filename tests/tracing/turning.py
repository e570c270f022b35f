"""The slow reference for transactions of several assets: coins one by one, moved as settlement says.

Rows are (transaction, sender, recipient, asset, amount). In a transaction of one asset every row moves coins; in one of
several, the net loss of everybody leaves first, and then the pieces arrive.
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby

from cointrail.conversions.settlement import Movement, Terms, settle

Row = tuple[int, int, int, int, int]
Holding = tuple[int, int]
Coins = dict[Holding, list[bool]]


@dataclass
class Outcome:
    stolen: Counter[int] = field(default_factory=Counter)  # by asset
    held: Counter[Holding] = field(default_factory=Counter)  # stolen coins at the end


def follow(rows: list[Row], source: int, policy: str) -> Outcome:
    """Everything that leaves `source` is stolen, and what came back leaves first; `policy` is fifo or lifo."""
    coins: Coins = {who: [False] * amount for who, amount in openings(rows).items()}
    outcome = Outcome()
    back: Counter[int] = Counter()
    for _, group in groupby(rows, key=lambda row: row[0]):
        moved = [row for row in group if row[4]]
        if len({row[3] for row in moved}) <= 1:
            for _, sender, recipient, asset, amount in moved:
                part = leave(coins, outcome, back, source, policy, (sender, asset), amount)
                arrive(coins, back, source, (recipient, asset), part)
            continue
        settled = settle([Movement(*row[1:]) for row in moved], Terms(lambda asset: True)).pieces
        gone: Coins = {}
        for loser, asset in sorted({(piece.loser, piece.asset) for piece in settled}):
            amount = sum(piece.size for piece in settled if (piece.loser, piece.asset) == (loser, asset))
            gone[loser, asset] = leave(coins, outcome, back, source, policy, (loser, asset), amount)
        came: Coins = {who: [False] * amount for who, amount in gains(moved).items()}
        for piece in settled:
            part = gone[piece.loser, piece.asset][piece.start : piece.start + piece.size]
            if piece.rule == "unseen":
                outcome.held[piece.gainer, -piece.got] += sum(part)
                continue
            same = piece.asset == piece.got
            for low, high in spans(part):
                if not same:
                    low, high = low * piece.amount // piece.size, -(-high * piece.amount // piece.size)
                for at in range(low, high):
                    came[piece.gainer, piece.got][piece.at + at] = True
        for who, part in came.items():
            arrive(coins, back, source, who, part)
    for who, pile in coins.items():
        if who[0] != source:
            outcome.held[who] += sum(pile)
    for asset, amount in back.items():
        outcome.held[source, asset] += amount
    return outcome


def leave(
    coins: Coins, outcome: Outcome, back: Counter[int], source: int, policy: str, who: Holding, amount: int
) -> list[bool]:
    pile = coins.setdefault(who, [])
    cut = amount if policy == "fifo" else len(pile) - amount
    part, coins[who] = (pile[:cut], pile[cut:]) if policy == "fifo" else (pile[cut:], pile[:cut])
    if who[0] != source:
        return part
    again = min(back[who[1]], amount)
    back[who[1]] -= again
    outcome.stolen[who[1]] += amount - again
    return [True] * amount


def arrive(coins: Coins, back: Counter[int], source: int, who: Holding, part: list[bool]) -> None:
    coins.setdefault(who, []).extend(part)
    if who[0] == source:
        back[who[1]] += sum(part)


def spans(part: list[bool]) -> list[tuple[int, int]]:
    """Runs of stolen coins."""
    found, at = [], 0
    for stolen, run in groupby(part):
        length = len(list(run))
        if stolen:
            found.append((at, at + length))
        at += length
    return found


def openings(rows: list[Row]) -> Counter[Holding]:
    """The least that keeps everybody from going below zero, a transaction of several assets counting net."""
    balance: Counter[Holding] = Counter()
    lowest: Counter[Holding] = Counter()
    for _, group in groupby(rows, key=lambda row: row[0]):
        moved = [row for row in group if row[4]]
        many = len({row[3] for row in moved}) > 1
        for _, sender, recipient, asset, amount in moved:
            balance[sender, asset] -= amount
            if not many:
                lowest[sender, asset] = min(lowest[sender, asset], balance[sender, asset])
            balance[recipient, asset] += amount
        for who in balance:
            lowest[who] = min(lowest[who], balance[who])
    return Counter({who: -value for who, value in lowest.items()})


def gains(moved: list[Row]) -> dict[Holding, int]:
    net: Counter[Holding] = Counter()
    for _, sender, recipient, asset, amount in moved:
        net[sender, asset] -= amount
        net[recipient, asset] += amount
    return {who: amount for who, amount in net.items() if amount > 0}
