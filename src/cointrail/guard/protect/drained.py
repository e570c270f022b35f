"""Drainers: what was taken and, where the ledger keeps approvals, who had let them, and who still lets them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from cointrail.guard.protect.approvals import Approval, approvals
from cointrail.guard.protect.attack import MANY, Attack
from cointrail.guard.protect.drains import MOST, PROMPT, Taking, takings
from cointrail.guard.protect.skeleton import many
from cointrail.guard.protect.traffic import Traffic
from cointrail.guard.protect.writing import Writer, moment

Given = Mapping[bytes, Sequence[Approval]]  # by owner, in chain order


def drained(traffic: Traffic, write: Writer) -> Iterator[Attack]:
    """Takings of drainers as attacks, and approvals that they have not used."""
    found = list(takings(traffic))
    write.learn(one for taking in found for one in (taking.owner, *taking.spenders))
    for _, some in groupby(found, lambda one: one.operator):
        yield from _Drainer(traffic, write, list(some)).attacks()


@dataclass(frozen=True)
class _Drainer:
    """One sender of transactions that took from many."""

    traffic: Traffic
    write: Writer
    takings: Sequence[Taking]

    def attacks(self) -> Iterator[Attack]:
        """Nothing where, but for approvals that were given long before, it took from too few."""
        prompt = [one for one in self.takings if self._waited(one) <= PROMPT]
        if len(prompt) < MANY:
            return
        for one in self.takings:
            yield self._attack(one)
        yield from self._open()

    @cached_property
    def _given(self) -> Given:
        ledger = self.traffic.skeleton.ledger
        spenders = sorted({spender for one in self.takings for spender in one.spenders})
        by: dict[bytes, list[Approval]] = defaultdict(list)
        for one in approvals(ledger.events, ledger.addresses(spenders)):
            by[one.owner].append(one)
        return by

    def _used(self, taking: Taking) -> Approval | None:
        """The last approval that it may have used; None where the ledger has none."""
        ledger, first = self.traffic.skeleton.ledger, taking.places[0]
        [owner, *spenders] = ledger.addresses([taking.owner, *taking.spenders])
        tokens = {ledger.assets[int(self.traffic.asset[place])].key for place in taking.places}
        before = [
            one
            for one in self._given.get(owner, ())
            if one.amount and one.spender in spenders and "0x" + one.token.hex() in tokens
            if (one.time or 0) <= moment(int(self.traffic.time[first]))
        ]
        return before[-1] if before else None

    def _waited(self, taking: Taking) -> int:
        """Seconds from the approval to the taking; 0 where there is none to be seen, as when it was only signed."""
        used = self._used(taking)
        return 0 if used is None or used.time is None else int(self.traffic.time[taking.places[0]]) - used.time

    def _attack(self, taking: Taking) -> Attack:
        t, places = self.traffic, list(taking.places)
        rows = t.row[places].tolist()
        lost = self.write.lost(rows, t.asset[places].tolist())
        used = self._used(taking)
        got = sorted({self.write.address(int(t.recipient[place])) for place in places})
        facts: dict[str, object] = {
            "sender": self.write.address(taking.operator),
            "spender": self.write.text(used.spender) if used else None,
            "approved": "0x" + used.tx.hex() if used else None,
            "seconds": self._waited(taking) if used else None,
            "delegated": taking.delegated,
            "recipients": got,
            "returned": taking.owner in self._returned,
        }
        by = self.write.address(taking.operator)
        time = moment(int(t.time[places[0]]))
        return Attack("drain", self.write.address(taking.owner), by, time, self.write.hashes(rows), lost, facts, (by,))

    @cached_property
    def _returned(self) -> set[int]:
        """Owners who got anything, in whatever asset, from those who took or by the sender's later transactions."""
        t, skeleton = self.traffic, self.traffic.skeleton
        places = [place for one in self.takings for place in one.places]
        from_ = skeleton.marked([*self.takings[0].spenders, *t.recipient[places].tolist()])
        by = np.zeros(int(skeleton.tx.max()) + 2, bool)  # the last is that of rows without a transaction
        by[skeleton.tx[skeleton.sender == self.takings[0].operator]] = True
        by[-1] = False
        owners = skeleton.marked(one.owner for one in self.takings)
        rows = np.flatnonzero(owners[skeleton.recipient] & (from_[skeleton.sender] | by[skeleton.tx]))
        rows = rows[np.asarray(skeleton.ledger.index.amount[rows]) != 0]
        last = np.full(skeleton.addresses, -1, np.int64)
        last[skeleton.recipient[rows]] = rows  # ascending: the last stays
        return {one.owner for one in self.takings if last[one.owner] > t.row[one.places[0]]}

    def _open(self) -> Iterator[Attack]:
        """Owners who approved a spender that the drainer used, and from whom it took nothing."""
        ledger = self.traffic.skeleton.ledger
        robbed = set(ledger.addresses([one.owner for one in self.takings]))
        used = {one.spender for taking in self.takings if (one := self._used(taking))} - self._shared
        by = self.write.address(self.takings[0].operator)
        for owner, given in sorted(self._given.items()):
            mine = [one for one in given if one.spender in used]
            if owner in robbed or not any(one.amount for one in mine):
                continue
            last = {(one.token, one.spender): one.amount for one in mine}
            facts = {
                "spenders": sorted({self.write.text(one.spender) for one in mine}),
                "tokens": sorted({self.write.text(one.token) for one in mine}),
                "open": any(last.values()),
            }
            hashes = tuple(dict.fromkeys("0x" + one.tx.hex() for one in mine))
            first = next(one.time for one in mine if one.amount)
            yield Attack("approval", self.write.text(owner), by, first or 0, hashes, {}, facts, (by,))

    @property
    def _shared(self) -> set[bytes]:
        """Spenders that others call as well, as Permit2 is: an approval of these says nothing."""
        t, mine = self.traffic, sorted({spender for one in self.takings for spender in one.spenders})
        at = np.isin(t.callee, mine)
        callers = many(t.callee[at], t.origin[at], t.skeleton.addresses)
        busy = t.skeleton.degree
        shared = [one for one in mine if callers[one] > len(self.takings) or busy[one] > MOST]
        return set(t.skeleton.ledger.addresses(shared))
