"""The largest movements under each policy."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from cointrail.reports.plain import plain
from cointrail.reports.totals import Coin, Figure, coin, figure
from cointrail.reports.trail.tally import Row, Tally


class Move(NamedTuple):
    """One movement that carried stolen value."""

    chain: str
    time: str
    block: str
    tx: str
    sender: str
    recipient: str
    coin: Coin
    amount: Figure
    stolen: Figure
    hop: str


def moves(trail: Mapping[str, Any], sums: Tally, name: str) -> list[Move]:
    """The movements shown for one policy, by the share of its asset that they carried."""
    coins: dict[str, Coin] = {}
    return [_move(row, coins.setdefault(row["asset"], coin(trail, row["asset"]))) for row in sums.largest[name]]


def _move(row: Row, shown: Coin) -> Move:
    return Move(
        chain=row["chain"],
        time=row["time"] or "",
        block=_text(row["block"]),
        tx=plain(row["tx"] or ""),
        sender=plain(row["from"] or ""),
        recipient=plain(row["to"] or ""),
        coin=shown,
        amount=figure(Decimal(row["amount"]), shown),
        stolen=figure(Decimal(row["stolen"]), shown),
        hop=_text(row["hop"]),
    )


def _text(value: int | str | None) -> str:
    return "" if value in (None, "") else f"{int(value or 0):,}"
