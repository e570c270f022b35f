"""The largest movements under each policy."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from cointrail.reports.conversions import WORD
from cointrail.reports.plain import plain
from cointrail.reports.totals import Coin, Figure, coin, figure
from cointrail.reports.trail.tally import Row


class Move(NamedTuple):
    """One movement that carried stolen value. `got` and `came` are set where it changed the asset."""

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
    rule: str
    to_chain: str
    got: Coin | None
    came: Figure | None


def moves(trail: Mapping[str, Any], rows: Iterable[Row]) -> list[Move]:
    """Movements as they are shown."""
    coins: dict[str, Coin] = {}
    found = []
    for row in rows:
        for asset in (row["asset"], row.get("to_asset") or row["asset"]):
            coins.setdefault(asset, coin(trail, asset))
        found.append(_move(row, coins))
    return found


def _move(row: Row, coins: Mapping[str, Coin]) -> Move:
    shown, got = coins[row["asset"]], coins.get(row.get("to_asset") or "")
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
        rule=plain((row.get("rule") or "").replace("_", " "), WORD),
        to_chain=plain(row.get("to_chain") or "") if got else "",
        got=got,
        came=figure(Decimal(row["to_stolen"]), got) if got else None,
    )


def _text(value: int | str | None) -> str:
    return "" if value in (None, "") else f"{int(value or 0):,}"
