"""What a Safe has done before: whom it paid, how much at most, which contracts it called."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from cointrail.guard.calls import unfold
from cointrail.guard.effects import COIN
from cointrail.guard.request import Request

if TYPE_CHECKING:
    from cointrail.ledger import Ledger


@dataclass
class History:
    """The past of one Safe. `sources` says what it was read from."""

    paid: dict[bytes, int | None] = field(default_factory=dict)  # recipient -> first time, where it is known
    largest: dict[str, int] = field(default_factory=dict)  # asset -> the largest payment
    called: set[bytes] = field(default_factory=set)
    sources: list[str] = field(default_factory=list)
    first: Callable[[bytes], int | None] = lambda address: None  # when an address is first seen anywhere
    last: int | None = None  # the end of what is known

    def copy(self) -> "History":
        """One that can be added to."""
        return replace(
            self, paid=dict(self.paid), largest=dict(self.largest), called=set(self.called), sources=list(self.sources)
        )

    def pay(self, recipient: bytes, asset: str, amount: int, time: int | None = None) -> None:
        """Take note of a payment."""
        if amount > 0:
            self.paid.setdefault(recipient, time)
            self.largest[asset] = max(amount, self.largest.get(asset, 0))


def of_requests(executed: Iterable[Request], history: History | None = None) -> History | None:
    """The history that executed transactions of the same file show, added to `history`; None where there is neither."""
    found = history.copy() if history is not None else None
    for one in executed:
        if not one.executed:
            continue
        if found is None:
            found = History()
        if "transactions in the same file" not in found.sources:
            found.sources.append("transactions in the same file")
        for call in unfold(one).leaves:
            if call.actor != one.safe or call.operation:
                continue
            if call.value:
                found.pay(call.to, COIN, call.value)
            if call.kind == "payment" and call.function is not None and call.function.name == "transfer":
                found.pay(call.address("to"), "0x" + call.to.hex(), call.arguments["amount"])
            if call.data:
                found.called.add(call.to)
    return found


def of_ledger(ledger: "Ledger", safe: bytes) -> History:
    """What a ledger shows of a Safe: whom it paid and how much; and of anybody when he was first seen."""
    found = History(sources=[f"the ledger {ledger.path}"], first=partial(_first, ledger))
    found.last = ledger.times[1] if ledger.times is not None else None
    index, own = ledger.index, ledger.address_id(safe)
    if own is None:
        return found
    for holding in index.holdings(own):
        if not ledger.assets[index.asset(holding)].verified:
            continue  # anybody can write transfers of a token of his own in the name of the Safe
        asset = ledger.assets[index.asset(holding)].key
        rows, incoming, amounts, peers = index.movements(holding)
        times = index.clock(rows).tolist()
        for time, inward, amount, peer in zip(times, incoming, amounts, peers, strict=True):
            other = index.address(peer)
            if not inward and other not in (own, 0):
                [recipient] = ledger.addresses([other])
                found.pay(recipient, asset, amount, int(time))
    return found


def _first(ledger: "Ledger", address: bytes) -> int | None:
    """The first time at which an address moved or received anything."""
    number, index = ledger.address_id(address), ledger.index
    if number is None:
        return None
    starts = [index.movements(holding)[0][:1] for holding in index.holdings(number)]
    times = [int(index.clock(rows)[0]) for rows in starts if len(rows)]
    return min(times, default=None)
