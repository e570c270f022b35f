"""An index of one asset in memory, for thousands of small ledgers without a disk."""

from collections import defaultdict


class Memory:
    """What a walk asks of an index; the holding is the number of the address. Rows are (sender, recipient, amount)."""

    def __init__(self, rows: list[tuple[int, int, int]]) -> None:
        self._of: dict[int, list[tuple[int, bool, int, int]]] = defaultdict(list)
        for number, (sender, recipient, amount) in enumerate(rows):
            self._of[sender].append((number, False, amount, recipient))
            self._of[recipient].append((number, True, amount, sender))

    def degree(self, holding: int) -> int:
        return len(self._of[holding])

    def asset(self, holding: int) -> int:
        return 0

    def transaction(self, key: int) -> tuple[int, int, int]:
        return 0, abs(key), abs(key) + 1

    def last_key(self, key: int) -> int:
        return abs(key)

    def by_outputs(self, holding: int) -> bool:
        return False

    def through(self, holding: int) -> bool:
        return False

    def seat(self, holding: int) -> int:
        return holding

    def fee(self, holding: int) -> int:
        raise AssertionError("no holding here is a transaction")

    def apart(self, holding: int) -> bool:
        return False

    def movements(self, holding: int) -> tuple[list[int], list[bool], list[int], list[int], bytes]:
        rows, incoming, amounts, peers = zip(*self._of[holding], strict=True)
        return list(rows), list(incoming), list(amounts), list(peers), bytes(len(rows))
