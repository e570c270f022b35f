"""Exposure on demand: of an address, a cluster or a transaction, under any policy and as of any time.

What the answer depends on is looked up and replayed, so the cost grows with that; whole ledgers are for `store`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from cointrail.errors import InputError
from cointrail.exposure.answer import Direction, Exposure, Part, note
from cointrail.exposure.deal import Deal, Deals
from cointrail.exposure.purses import PURSES
from cointrail.exposure.replay import Came, Carried, Given, Movement, Replay
from cointrail.exposure.said import FREE, NOBODY, Said
from cointrail.exposure.totals import parts, summed
from cointrail.exposure.upstream import MOST, upstream
from cointrail.exposure.view import Past, View
from cointrail.labels import Labels
from cointrail.ledger import Ledger
from cointrail.ledger.rows import Kind

DIRECTIONS: tuple[Direction, ...] = ("source", "destination")


class Inquiry:
    """Questions to one ledger under one policy. Up to `as_of` (seconds) it is as if the ledger had ended there.

    Without `conversions` value is followed within one asset only.
    """

    def __init__(
        self,
        ledger: Ledger,
        labels: Labels,
        policy: str = "haircut",
        as_of: int | None = None,
        most: int = MOST,
        conversions: bool = True,
        widest: int | None = None,
    ) -> None:
        """Raises InputError for a policy that does not exist, or a time where the ledger has none.

        No answer replays more than `most` movements, and none reads a holding that has more than `widest` of them.
        """
        if policy not in PURSES:
            raise InputError(f"unknown policy {policy!r}; there are {', '.join(PURSES)}")
        if as_of is not None and ledger.times is None:
            raise InputError(f"{ledger.path}: has no times, so nothing can be told as of one")
        self.ledger, self.labels, self.policy, self.as_of, self.most = ledger, labels, policy, as_of, most
        self.until = None if as_of is None else ledger.row_at(as_of + 1)
        self.ledgers = Past(ledger, self.until)
        said = Said(ledger, labels)
        self.conversions = conversions
        deals = Deals(ledger) if conversions and not ledger.index.outputs else None
        self.views = {direction: View(self.ledgers, said, direction, deals, widest) for direction in DIRECTIONS}

    def address(self, address: bytes) -> Exposure:
        """Of one address. InputError where the ledger does not know it."""
        return self._answer(self._addresses([self.known(address)]), address)

    def cluster(self, members: Sequence[int]) -> Exposure:
        """Of the addresses of one owner, by id, as if they were one: what they pay each other is no receipt."""
        [first] = self.ledger.addresses([min(members)])
        return self._answer(self._addresses(members), first, subject="cluster", members=len(members))

    def transaction(self, hash_: bytes) -> Exposure:
        """Of one transaction: where the value came from that its payers brought in, and where that went that its
        payees kept; fees apart. InputError where the ledger does not hold it."""
        rows = [row for row in self.ledger.transaction(hash_) if self.until is None or row < self.until]
        if not rows:
            text = self.ledgers.hash(0, hash_)
            raise InputError(f"{text}: this transaction is not in {self.ledger.path}; check the hash and --as-of")
        found: list[Part] = []
        for view in self.views.values():
            deal = view.deal(-rows[0] if view.backward else rows[0])
            if deal is not None:
                found += self._parts(view, self._through_deal(view, deal))
                continue
            carried = self._through_transaction(view, rows)
            found += self._parts(view, [(one.movement.recipient, self._came(one)) for one in carried])
        return self._answer(found, b"", subject="transaction", transaction=hash_)

    def known(self, address: bytes) -> int:
        """The id of an address."""
        found = self.ledger.address_id(address)
        if found is None:
            raise InputError(f"{self.ledgers.text(address)}: no transfer of this address is in {self.ledger.path}")
        return found

    def holdings(self, members: Iterable[int]) -> list[int]:
        """What addresses hold or held, of assets that somebody vouches for."""
        index = self.ledger.index
        own = (holding for one in members for part in index.owned_by(one) for holding in index.holdings(part))
        return [holding for holding in own if self.ledger.assets[index.asset(holding)].verified]

    def own(self, holdings: Iterable[int], asset: int) -> list[int]:
        """Those of some holdings that are of an asset."""
        return [holding for holding in holdings if self.ledgers.asset(holding) == asset]

    def replayed(
        self,
        view: View,
        holdings: Iterable[int],
        owner: Iterable[int],
        heard: Callable[[Carried], None] = lambda carried: None,
    ) -> dict[int, Came]:
        """What came to holdings in walking direction, from others than their owner, who has the holdings `owner`;
        `heard` hears of every movement that it depends on."""
        own = frozenset(owner)
        end = 1 if view.backward else self.ledger.transfers
        return self._replay(view, dict.fromkeys(holdings, end), heard, lambda one, other: one in own and other in own)

    def _replay(
        self,
        view: View,
        targets: Mapping[int, int],
        heard: Callable[[Carried], None],
        inner: Callable[[int, int], bool],
        gave: Callable[[int, Given], None] = lambda key, given: None,
    ) -> dict[int, Came]:
        limits, movements = upstream(targets, view.account, view.code, view.deal, self.most)

        def tracked(holding: int, key: int) -> bool:
            return key < limits.get(holding, key)

        run = Replay(self.policy, view.account, view.code, self.ledgers.through, tracked, inner)
        for one in movements:
            if isinstance(one, Movement):
                heard(run.move(one))
                continue
            given, carried = run.settle(one)
            for each in given:
                gave(one.key, each)
            for link in carried:
                heard(link)
        return {holding: run.came[holding] for holding in targets if holding in run.came}

    def _addresses(self, members: Iterable[int]) -> list[Part]:
        holdings = self.holdings(members)
        assets = sorted(set(map(self.ledgers.asset, holdings)))
        found: list[Part] = []
        for view in self.views.values():
            came = [one for asset in assets for one in self.replayed(view, self.own(holdings, asset), holdings).items()]
            found += self._parts(view, came)
        return found

    def _parts(self, view: View, came: Iterable[tuple[int, Came]]) -> list[Part]:
        by_asset: dict[str, list[Came]] = {}
        for holding, one in came:
            by_asset.setdefault(self.ledgers.name(self.ledgers.asset(holding)), []).append(one)
        return parts(view.direction, {asset: summed(each) for asset, each in by_asset.items()})

    def _through_deal(self, view: View, deal: Deal) -> list[tuple[int, Came]]:
        """What the losers of a settled transaction brought in (walking against the chain: what its gainers kept)."""
        found: list[tuple[int, Came]] = []
        asked: dict[int, int] = {}
        whole = self.policy == "poison"
        for holding, amount, _ in deal.outflows:
            code = view.code(holding, deal.key)
            if code == FREE:
                asked[holding] = deal.key + 1
            else:
                came, colour = Came(), 2 * code
                came.add(amount, [(amount, colour)] if code != NOBODY else [], {colour: 1}, whole)
                found.append((holding, came))

        def gave(key: int, given: Given) -> None:
            if key == deal.key and given.holding in asked:
                came = Came()
                came.add(given.amount, given.runs, given.hops, whole)
                found.append((given.holding, came))

        self._replay(view, asked, lambda carried: None, lambda one, other: False, gave)
        return found

    def _through_transaction(self, view: View, rows: Sequence[int]) -> list[Carried]:
        """The movements by which value enters a transaction in walking direction, with what they carried."""
        entering = self._entering(view, rows)
        found = []
        asked: dict[int, int] = {}
        for one in entering:
            code = view.code(one.sender, one.key)
            if code == FREE:
                asked[one.sender] = max(asked.get(one.sender, one.key), one.key + 1)
            else:
                colour = 2 * code
                runs = ((one.amount, colour),) if code != NOBODY else ()
                found.append(Carried(one, runs, {colour: 1}, runs, one.amount))
        wanted = {one.key for one in entering if view.code(one.sender, one.key) == FREE}

        def heard(carried: Carried) -> None:
            if carried.movement.key in wanted:
                found.append(carried)

        self._replay(view, asked, heard, lambda one, other: False)
        return found

    def _entering(self, view: View, rows: Sequence[int]) -> list[Movement]:
        """Movements of who had not got anything of the asset in the same transaction before."""
        facts, amounts = self.ledger.facts(rows), self.ledger.index.amounts(np.array(rows))
        order = range(len(rows) - 1, -1, -1) if view.backward else range(len(rows))
        got: set[int] = set()
        found = []
        for at in order:
            asset = int(facts.asset[at])
            if facts.kind[at] == Kind.FEE or not amounts[at] or not self.ledger.assets[asset].verified:
                continue
            ends = [self.ledgers.holding(0, int(side[at]), asset) for side in (facts.sender, facts.recipient)]
            sender, recipient = reversed(ends) if view.backward else ends
            assert sender is not None and recipient is not None, "both ends of a movement have holdings"
            if sender not in got:
                found.append(Movement(-rows[at] if view.backward else rows[at], sender, recipient, amounts[at]))
            got.add(recipient)
        return found

    def _came(self, carried: Carried) -> Came:
        came = Came()
        came.add(carried.movement.amount, carried.runs, carried.hops, self.policy == "poison")
        return came

    def _answer(self, found: list[Part], address: bytes, **more: object) -> Exposure:
        return Exposure(
            address,
            self.policy,
            tuple(found),
            self.ledger.digest,
            self.labels.digest,
            until=self.as_of,
            note=note(self.conversions and not self.ledger.index.outputs),
            **more,  # type: ignore[arg-type]
        )
