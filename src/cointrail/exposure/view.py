"""A ledger looked at in one direction: accounts, categories and times as a replay asks for them."""

from bisect import bisect_left

from cointrail.errors import InputError
from cointrail.exposure.answer import Direction
from cointrail.exposure.deal import Deal, Deals
from cointrail.exposure.said import FREE, NOBODY, Said
from cointrail.ledger import Ledger
from cointrail.ledger.columns import NONE
from cointrail.tracing.account import Account
from cointrail.tracing.ledgers import Ledgers


class Past(Ledgers):
    """A ledger as if it had ended before a row."""

    def __init__(self, ledger: Ledger, until: int | None) -> None:
        super().__init__([ledger])
        self._until = until

    def movements(self, holding: int) -> tuple[list[int], list[bool], list[int], list[int], bytes]:
        """The movements of a holding up to then."""
        keys, incoming, amounts, peers, marks = super().movements(holding)
        if self._until is not None:
            end = bisect_left(keys, self._until)
            return keys[:end], incoming[:end], amounts[:end], peers[:end], marks[:end]
        return keys, incoming, amounts, peers, marks


class View:
    """`source` walks with the chain, `destination` against it."""

    def __init__(
        self, ledgers: Past, said: Said, direction: Direction, deals: Deals | None = None, widest: int | None = None
    ) -> None:
        """Without `deals` every asset is looked at by itself."""
        self.ledgers, self.said, self.direction, self._deals = ledgers, said, direction, deals
        self._widest = widest
        self.backward = direction == "destination"
        self._accounts: dict[int, Account] = {}

    def account(self, holding: int) -> Account:
        """The movements of a holding in walking order; InputError where they are more than the widest."""
        found = self._accounts.get(holding)
        if found is None:
            if self._widest is not None and self.ledgers.degree(holding) > self._widest:
                raise InputError(f"a holding on the way has more than {self._widest:,} movements")
            net = self._deals is not None
            found = self._accounts[holding] = Account(self.ledgers, holding, self.backward, net)
        return found

    @property
    def converts(self) -> bool:
        """Whether transactions of several assets are settled."""
        return self._deals is not None

    def deal(self, key: int) -> Deal | None:
        """The transaction of a movement if it is settled as a whole; else None."""
        return None if self._deals is None else self._deals.at(key, self.backward)

    def code(self, holding: int, key: int) -> int:
        """The category of whoever has a holding at a movement; transactions between outputs have none."""
        ledgers = self.ledgers
        _, owner = ledgers.owner(holding)
        if not owner:
            return FREE if ledgers.through(holding) else NOBODY
        if owner not in self.said.named:
            return FREE
        time = ledgers.all[0].time(abs(key)) if self.said.timed(owner) else NONE
        return self.said.at(owner, time)
