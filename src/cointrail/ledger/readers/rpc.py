"""Calls to a JSON-RPC node that may be slow, busy, limited, broken or hostile."""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

from cointrail.errors import InputError
from cointrail.ledger.readers.rpc_calls import Call, Missing, Refused, Unanswered
from cointrail.ledger.readers.rpc_fields import shown
from cointrail.ledger.readers.rpc_line import SILENT_SECONDS, Busy, Line, TooMuch
from cointrail.ledger.readers.rpc_pause import Pause
from cointrail.ledger.readers.rpc_place import Place

PATIENCE = 120.0  # seconds without any progress
FIRST_PATIENCE = 10.0  # ... where nothing like a node has been met yet: more likely a wrong address
BATCH = 25
SHRINK_AFTER = 3  # failures in a row before a batch is made smaller: limits may count calls, or the node is slow
EMPTY_TRIES = 4  # for a block that should be there: the machines behind one address are not equally far


class Node:
    """A JSON-RPC node. `name` is its address without secrets.

    `patience` is the time in seconds without progress after which `Unanswered` is raised; `batch` how many calls are
    put into one request at most: fewer after the node has refused that many, single ones where it refuses lists.
    """

    def __init__(
        self, url: str, *, patience: float = PATIENCE, batch: int = BATCH, silent: float = SILENT_SECONDS
    ) -> None:
        place = Place(url)
        self.name = place.name
        self.patience = patience
        self._hide = place.hide
        self._line = Line(place, min(silent, patience))
        self._batch = batch  # at most this many calls in a request now: less after failures, more after successes
        self._most: dict[str, int] = {}  # ... and never more than this of a method: the node refused it
        self._id = 0
        self._met = False  # whether it has ever answered

    def __enter__(self) -> "Node":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._line.close()

    def call(self, method: str, *params: Any, what: str = "") -> Any:
        """The result of one call; Refused, Unanswered or InputError."""
        return next(self.each([Call(method, params, what)]))

    def each(self, calls: Sequence[Call], most: int = BATCH, needed: bool = False) -> Iterator[Any]:
        """The results of many calls of one method, in order, fetched in batches of at most `most`.

        With `needed` a null result is asked for again a few times, then it is Missing. Refused for a call that the
        node refuses for good.
        """
        if calls:
            self._most[calls[0].method] = min(most, self._most.get(calls[0].method, most))
        at = 0
        while at < len(calls):
            batch = calls[at : at + self._size(calls[0])]
            yield from self._all(batch, needed)
            at += len(batch)

    def _size(self, call: Call) -> int:
        return max(1, min(self._batch, self._most[call.method]))

    def _all(self, calls: Sequence[Call], needed: bool) -> list[Any]:
        """The results of one batch: asked for until all are there or patience ends."""
        found: dict[int, Any] = {}
        pause = Pause(self.patience)
        empty = 0
        while missing := [number for number in range(len(calls)) if number not in found]:
            asked = missing[: self._size(calls[0])]
            have, wait, reason = len(found), 0.0, "an incomplete answer"
            try:
                reason = self._ask(calls, asked, found) or reason
            except Busy as busy:
                wait, reason = busy.wait, busy.reason
                self._met |= busy.node
                if not self._met:
                    pause.patience = min(self.patience, FIRST_PATIENCE)
            except TooMuch as refusal:
                if len(asked) == 1:
                    raise self._stuck(calls[asked[0]], refusal.reason) from None
                self._most[calls[0].method] = len(asked) // 2
                continue
            nulls = [number for number in asked if needed and number in found and found[number] is None]
            if nulls:
                empty, reason = empty + 1, "nothing yet"
                if empty == EMPTY_TRIES:
                    raise self._empty(calls[nulls[0]])
                for number in nulls:
                    del found[number]
            if len(found) > have:
                pause.restart()
            if len(found) == have + len(asked):
                self._batch += 1
            elif not pause.take(wait):
                late = next(number for number in asked if number not in found)
                raise Unanswered(f"{self.name}: no answer to {calls[late]} in {pause.patience:g} s ({reason})")
            elif pause.failures % SHRINK_AFTER == 0:
                self._batch = max(1, len(asked) // 2)
        return [found[number] for number in range(len(calls))]

    def _ask(self, calls: Sequence[Call], asked: list[int], found: dict[int, Any]) -> str | None:
        """Put one request; add the results to `found`. The reason why some are not there yet."""
        ids = {self._id + place: number for place, number in enumerate(asked, start=1)}
        self._id += len(asked)
        body = [
            {"jsonrpc": "2.0", "id": key, "method": calls[number].method, "params": list(calls[number].params)}
            for key, number in ids.items()
        ]
        answer = self._line.post(body if len(body) > 1 else body[0])
        self._met = True
        if isinstance(answer, dict) and len(body) > 1:
            refusal = self._refusal(calls[asked[0]], answer.get("error"))
            raise Busy(refusal.message) if refusal.passing else TooMuch(refusal.message)
        reason = None
        for item in answer if isinstance(answer, list) else [answer]:
            key = item.get("id") if isinstance(item, dict) else None
            if key is None and len(body) == 1 and isinstance(item, dict) and item.get("error"):
                key = next(iter(ids), None)  # a request that the node could not even read
            if isinstance(key, bool) or not isinstance(key, int) or key not in ids:
                raise Busy("an answer to something that was not asked")
            number = ids.pop(key)
            if item.get("error") is not None:
                refusal = self._refusal(calls[number], item["error"])
                if not refusal.passing:
                    raise refusal
                reason = refusal.message
            elif "result" in item:
                found[number] = item["result"]
        return reason

    def _refusal(self, call: Call, error: Any) -> Refused:
        if not isinstance(error, dict):
            return Refused(call, 0, self._hide(f"error {shown(error)}"))
        code, message = error.get("code"), error.get("message")
        number = code if isinstance(code, int) and not isinstance(code, bool) and abs(code) < 1 << 31 else 0
        return Refused(call, number, self._hide(message) if isinstance(message, str) else "")

    def _empty(self, call: Call) -> Missing:
        return Missing(f"{self.name}: the node has nothing for {call}; use a node that keeps the full history")

    def _stuck(self, call: Call, reason: str) -> InputError:
        return InputError(f"{self.name}: {call} fails ({reason}); check the node's address and its limits")
