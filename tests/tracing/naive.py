"""The slow reference: every holding of the whole ledger as a plain list of coins, moved one transfer at a time.

Rows are (sender, recipient, amount); a seed is the number of a row that is stolen whole. A coin is True when stolen.
"""

from collections import Counter
from dataclasses import dataclass, field

Row = tuple[int, int, int]


@dataclass
class Result:
    stolen: int = 0
    moves: dict[int, int] = field(default_factory=dict)  # row -> stolen part
    ends: Counter[int] = field(default_factory=Counter)  # address -> stolen value that ended there
    spent: dict[int, int] = field(default_factory=dict)  # row -> stolen value that its sender held before


def openings(rows: list[Row]) -> dict[int, int]:
    balance: Counter[int] = Counter()
    lowest: Counter[int] = Counter()
    for sender, recipient, amount in rows:
        balance[sender] -= amount
        lowest[sender] = min(lowest[sender], balance[sender])
        balance[recipient] += amount
    return {address: -value for address, value in lowest.items()}


def follow(rows: list[Row], seeds: set[int], policy: str, stops: frozenset[int] = frozenset()) -> Result:
    """Exact result for fifo, lifo, tiho and haircut (rounded up); poison counts whole movements."""
    opening = openings(rows)
    coins: dict[int, list[bool]] = {}
    tainted: Counter[int] = Counter()
    seen: dict[int, int] = {}  # poison: the balance after the last movement that mattered
    balance: Counter[int] = Counter(opening)
    result = Result()
    for number, (sender, recipient, amount) in enumerate(rows):
        for who in (sender, recipient):
            coins.setdefault(who, [False] * opening.get(who, 0))
        pile = coins[sender]
        if policy == "fifo":
            moved, coins[sender] = pile[:amount], pile[amount:]
        elif policy == "lifo":
            cut = len(pile) - amount
            moved, coins[sender] = pile[cut:], pile[:cut]
        else:
            moved = []
        if policy == "haircut":
            part = -(-tainted[sender] * amount // balance[sender]) if amount else 0
        elif policy == "poison":
            part = amount if tainted[sender] else 0
        elif policy == "tiho":
            part = tiho(rows, number, tainted[sender], result)
        else:
            part = sum(moved)
        if policy not in ("fifo", "lifo", "poison"):
            tainted[sender] -= part
        result.spent[number] = part
        if number in seeds:
            result.stolen += amount - part
            part, moved = amount, [True] * amount
        balance[sender] -= amount
        balance[recipient] += amount
        if part:
            result.moves[number] = part
        if recipient in stops:
            result.ends[recipient] += part
            moved, part = [False] * amount, 0
        coins[recipient] = coins[recipient] + moved
        tainted[recipient] += part
        if policy == "poison" and tainted[sender]:
            seen[sender] = balance[sender]
        if policy == "poison" and part:
            seen[recipient] = balance[recipient]
    for who, pile in coins.items():
        held = sum(pile) if policy in ("fifo", "lifo") else tainted[who]
        if policy == "poison":
            held = seen.get(who, 0)
        if held:
            result.ends[who] += held
    return result


def tiho(rows: list[Row], number: int, held: int, result: Result) -> int:
    """The share of row `number` when the stolen value goes to the largest of the outflows between two inflows."""
    sender = rows[number][0]
    start = number
    while start and rows[start - 1][1] != sender:
        start -= 1
    run = []
    for at in range(start, len(rows)):
        if rows[at][0] == sender and rows[at][2]:
            run.append(at)
        if rows[at][1] == sender and rows[at][2] and at >= number:
            break
    already = sum(result.spent[at] for at in run if at < number)
    left = held + already
    for at in sorted(run, key=lambda at: (-rows[at][2], at)):
        share = min(left, rows[at][2])
        if at == number:
            return share
        left -= share
    return 0
