"""Where a walk stops for what is known of an address: nobody, burnt, named by the user, labelled, or like a service."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

import numpy as np

from cointrail.labels import Label, Labels, stops
from cointrail.tracing.behaviour import Behaviour
from cointrail.tracing.exit import Stop
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.outputs import crowd
from cointrail.tracing.walk import FEE

REWARD = Stop("reward", detail="from block rewards or withdrawals of validators")
BURNED = Stop("burned", detail="sent to an address that nobody can spend from")
MINT = Stop("mint", detail="newly issued by the asset's contract")
DUST = Stop("dust", detail="too small beside what came in to be part of the same money; see the dust rule")
HUB = "behaves like a service: "
TURNED = " (told as the walk went, backward: who it paid are its senders, and later is before)"
BURN = "burn"  # category of burn addresses
SWAPPER = "swapper"
ASK, WHOSE = ": only it can say where it paid out", ": only it can say who paid in for that"


class Judge:
    """Says whether value that arrives at a holding is followed further. One for each trace.

    `labels` are those of each ledger, in the order of the ledgers.
    """

    def __init__(self, ledgers: Ledgers, labels: Sequence[Labels], stop_at: Collection[bytes], backward: bool) -> None:
        self._ledgers, self._labels, self._backward = ledgers, labels, backward
        self._stop_at = frozenset(stop_at)
        self._said: dict[tuple[int, int], list[Label]] = {}  # by ledger and address
        self._always: dict[tuple[int, int], Stop] = {}  # what holds at any time
        self._unnamed: set[int] = set()  # holdings that nothing is said of: most, and every walk asks again
        self._behaving: dict[tuple[int, int], Stop | None] = {}  # by ledger and address of an output-based chain
        self.rule: Behaviour | None = None  # by which such addresses are judged; None: they are not
        self.start = 0  # key at which the theft began
        self.hubs: Mapping[int, str] = {}
        self.dust: Collection[int] = frozenset()

    def __call__(self, holding: int, key: int) -> Stop | None:
        """The reason to stop at a holding at a place in the order; None to go on."""
        if holding not in self._unnamed:
            number, address = self._ledgers.owner(holding)
            if not address:
                return REWARD if self._backward else FEE
            named = address in self._named[number]
            if named:
                who = (number, address)
                if stop := self._always.get(who) or self._labelled(who, key):
                    return stop
            if self._ledgers.by_outputs(holding):
                return self._of_outputs(number, address)
            if not named:
                self._unnamed.add(holding)
        if holding in self.hubs:
            return Stop("hub", detail=f"{HUB}{self.hubs[holding]}{TURNED if self._backward else ''}")
        return DUST if key in self.dust else None

    def _of_outputs(self, number: int, address: int) -> Stop | None:
        """The same for an address of an output-based chain, whoever it is."""
        who = (number, address)
        if who not in self._behaving:
            index = self._ledgers.all[number].index
            place = int(np.searchsorted(index.lost, address))
            why = crowd(self._ledgers, number, address, self.start, self.rule) if self.rule else None
            stop = Stop("hub", detail=f"{HUB}{why}") if why else None
            self._behaving[who] = BURNED if place < len(index.lost) and index.lost[place] == address else stop
        return self._behaving[who]

    @cached_property
    def _named(self) -> list[set[int]]:
        """The addresses of which anything may be said, for each ledger: all others need no further look."""
        stops_at = np.array([int.from_bytes(address[:8], "big") for address in self._stop_at], np.uint64)
        return [
            ledger.index.beginning_with(np.unique(np.concatenate([labels.prefixes, stops_at])))
            for ledger, labels in zip(self._ledgers.all, self._labels, strict=True)
        ]

    def _look_up(self, who: tuple[int, int]) -> list[Label]:
        """What is said of an address at any time; a stop of the user's counts as said by the user."""
        number, address = who
        raw = self._ledgers.all[number].addresses([address])[0]
        said = [label for label in self._labels[number].at(raw, None) if stops(label)]
        if raw in self._stop_at:
            entity = said[0].entity if said else ""
            said = [Label(raw, None, entity, USER, None, None, USER, None, None, None, None, "")]
        self._said[who] = said
        return said

    def _labelled(self, who: tuple[int, int], key: int) -> Stop | None:
        said = self._said.get(who)
        if said is None:
            said = self._look_up(who)
        timed = any(label.valid_from is not None or label.valid_to is not None for label in said)
        time = self._ledgers.time(key) if timed else None
        label = next((label for label in said if label.valid(time)), None)
        if label is None:
            return None
        stop = self._stop(label)
        if not timed:
            self._always[who] = stop
        return stop

    def _stop(self, label: Label) -> Stop:
        if label.source == USER:
            return Stop("stop", label.entity or None, detail="an address at which the user said to stop")
        category = stops(label)
        said = f"labelled {label.entity} ({category}) by {label.source}"
        if category == BURN:
            return MINT if self._backward else BURNED
        if category == SWAPPER:
            said += WHOSE if self._backward else ASK
        return Stop("label", label.entity, category, said)


USER = "\0user"  # source of the labels that stand for --stop-at
