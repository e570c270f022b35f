"""Bounds of an exposure: the least and the most of a category, by the maximum flow of traces."""

from collections.abc import Sequence
from dataclasses import replace

from cointrail.errors import InputError
from cointrail.exposure.answer import Exposure
from cointrail.exposure.deal import STOPS, Deal
from cointrail.exposure.inquiry import Inquiry
from cointrail.exposure.replay import Movement
from cointrail.exposure.said import FREE, NOBODY, categories
from cointrail.exposure.upstream import upstream
from cointrail.exposure.view import Past, View
from cointrail.tracing.account import Account
from cointrail.tracing.bounds import bounds
from cointrail.tracing.exit import Stop
from cointrail.tracing.passages import Passages
from cointrail.tracing.walk import FEE, Seeds, Walk

MOST = 20_000  # movements up to which the flow is computed
Within = tuple[dict[str, tuple[int, int]] | None, str]  # least and most by category; None with the reason

POISON = "poison is a reach, not an amount"
AGAIN = "value went round: some of it passed the address more than once"
CONVERTED = "value changed its asset on the way, and how much came depends on what was given for it"
TIMED = "a label on the way holds for some of the time only"


class _Seats(Past):
    """A ledger in which all addresses of one category are one place to end."""

    def __init__(self, inquiry: Inquiry, view: View) -> None:
        super().__init__(inquiry.ledger, inquiry.until)
        self._view = view
        self._first: dict[tuple[int, int], int] = {}  # by asset and category

    def seat(self, holding: int) -> int:
        code = self._view.code(holding, 0)
        if code in (FREE, NOBODY):
            return super().seat(holding)
        return self._first.setdefault((self.asset(holding), code), holding)


def bounded(inquiry: Inquiry, exposure: Exposure) -> Exposure:
    """An exposure of an address with bounds, where they can be afforded; its note says where not and why."""
    holdings = inquiry.holdings([inquiry.known(exposure.address)])
    found: dict[tuple[str, str], Within] = {}
    for holding in holdings if exposure.subject == "address" else ():
        own = inquiry.own(holdings, inquiry.ledgers.asset(holding))
        name = inquiry.ledgers.name(inquiry.ledgers.asset(holding))
        for side, view in inquiry.views.items():
            if (side, name) not in found and any((one.direction, one.asset) == (side, name) for one in exposure.parts):
                found[side, name] = within(inquiry, view, own)
    parts = []
    for part in exposure.parts:
        amounts, _ = found.get((part.direction, part.asset), (None, ""))
        least, most = (amounts or {}).get(part.category, (None, None))
        parts.append(replace(part, least=least, most=most))
    missing = [f"{side} of {name}: {why}" for (side, name), (_, why) in found.items() if why]
    if exposure.subject != "address":
        missing = [f"they are of addresses, not of a {exposure.subject}"]
    note = f"{exposure.note} No bounds: {'; '.join(missing)}." if missing else exposure.note
    return replace(exposure, parts=tuple(parts), note=note)


def within(inquiry: Inquiry, view: View, holdings: Sequence[int]) -> Within:
    """Least and most of what came from each category to the holdings of one owner in one asset, in walking
    direction."""
    if inquiry.policy == "poison":
        return None, POISON
    end = 1 if view.backward else inquiry.ledger.transfers
    try:
        _, movements = upstream(dict.fromkeys(holdings, end), view.account, view.code, view.deal, MOST)
    except InputError:
        return None, f"it depends on more than {MOST:,} movements"
    ledgers = _Seats(inquiry, view)
    owners = {ledgers.owner(holding)[1] for one in movements for holding in _ends(one)}
    if any(view.said.timed(owner) for owner in owners):
        return None, TIMED

    def judge(holding: int, key: int) -> Stop | None:
        code = view.code(holding, key)
        if code == FREE:
            return None
        return FEE if code == NOBODY else Stop("label", category=categories()[code - 1])

    accounts: dict[int, Account] = {}
    passages = None
    if view.converts:
        passages = Passages(ledgers, not view.backward, lambda asset: ledgers.assets[asset].verified)
    walk = Walk(ledgers, accounts, not view.backward, judge, passages=passages)
    seeds = Seeds(dict.fromkeys(holdings, 1 - ledgers.end if not view.backward else 0), ())
    reach = walk.follow("poison", seeds)
    if reach.came or any(move.rule in STOPS for move in reach.moves):
        return None, CONVERTED
    if any(reach.returned.values()):
        return None, AGAIN
    found: dict[str, tuple[int, int]] = {}
    for one in bounds(walk, reach, seeds):
        if one.stop.category is not None:
            found[one.stop.category] = one.least, one.most
    return found, ""


def _ends(one: Movement | Deal) -> list[int]:
    """The holdings that take part."""
    if isinstance(one, Movement):
        return [one.sender, one.recipient]
    return [*(holding for holding, _, _ in one.outflows), *one.inflows]
