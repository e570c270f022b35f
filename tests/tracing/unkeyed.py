"""Ledgers of two chains with a bridge that has no key: its wallets, and its events."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cointrail
from cointrail import Ledger, Settings
from cointrail.chains import Asset
from cointrail.conversions.bridges import Table, extended
from cointrail.ledger.event import Event
from cointrail.ledger.importer import import_tables
from cointrail.tracing.results import Results
from tests import making
from tests.conversions.bridges.events import log
from tests.making import address
from tests.tracing.following import Json

THIEF, FRESH, OUT, OTHER, WALLET, FAR_WALLET, STRANGER, POOL = 1, 2, 6, 7, 8, 9, 11, 12
NEAR, FAR = "ethereum", "arbitrum"
DAY = 7_200  # blocks of 12 s
LONG = 30 * DAY

ROW = """
- name: custodian
  numbers: evm
  fee: {fee}
  source: https://example.org
  wallets: {{ethereum: ["0x{near}"], arbitrum: ["0x{far}"]}}
"""
TOLD = """
- name: teller
  numbers: evm
  fee: {fee}
  source: https://example.org
  contracts: {{ethereum: ["0x{near}"], arbitrum: ["0x{far}"]}}
  events:
    - signature: Gone(address token, uint256 amount, address to, uint256 chain)
      side: deposit
      leg: {{token: "=COIN", amount: amount, recipient: to, other_chain: "#chain"}}
    - signature: Came(address token, uint256 amount, address to)
      side: withdrawal
      leg: {{token: "=COIN", amount: amount, recipient: to}}
"""


def table(folder: Path, row: str = ROW, fee: object = 0) -> Table:
    path = folder / "more.yaml"
    path.write_text(row.format(near=address(WALLET).hex(), far=address(FAR_WALLET).hex(), fee=fee))
    return extended([path])


def ledger(folder: Path, chain: str, rows: Sequence[Json], events: Sequence[Event] = ()) -> Ledger:
    made = [("test", making.table(rows))]
    import_tables(made, folder, chain, lambda key: Asset(key, key, 0, "named"), events=list(events))
    return cointrail.open_ledger(folder)


def both(folder: Path, near: Sequence[Json], far: Sequence[Json], *events: Sequence[Event]) -> list[Ledger]:
    """The ledgers, each of thirty days: strangers pay each other at their beginning and end."""
    ends = [making.row(0, STRANGER, POOL, 1), making.row(LONG, POOL, STRANGER, 1)]
    told = events or ((), ())
    return [
        ledger(folder / NEAR, NEAR, [*ends, *near], told[0]),
        ledger(folder / FAR, FAR, [*ends, *far], told[1]),
    ]


def trace(ledgers: Sequence[Ledger], asked: cointrail.Theft, bridges: Table, *policies: str, **more: Any) -> Json:
    settings = Settings(policies or ("fifo",), behaviour=None, bridges=bridges, **more)
    return Results(cointrail.trace(ledgers, asked, settings=settings)).trail_json()


def gone(at: Json, amount: int, to: int, known: Table, name: str = "teller", place: int = 0, **more: Any) -> Event:
    """The event of a deposit in the transaction of a row."""
    return _event(known, name, "deposit", WALLET, at, place, amount=amount, to=_hex(to), chain=42161, **more)


def came(at: Json, amount: int, to: int, known: Table, name: str = "teller", place: int = 0, **more: Any) -> Event:
    return _event(known, name, "withdrawal", FAR_WALLET, at, place, amount=amount, to=_hex(to), **more)


def _event(known: Table, name: str, side: str, contract: int, at: Json, place: int, **values: Any) -> Event:
    rule = [rule for rule in known.bridges[name].rules if rule.side == side][place]
    event = log(rule.signature, address(contract), **values)
    here = {"block": at["block"], "time": at["time"], "tx": at["tx"], "tx_index": at["tx_index"], "position": 90}
    return replace(event, **here)


def _hex(number: int) -> str:
    return "0x" + address(number).hex()


def ends(content: Json, policy: str = "fifo") -> dict[tuple[str, str, str], str]:
    found = content["policies"][policy]["endpoints"]
    return {(end["chain"], end["address"], end["reason"]): end["amount"] for end in found}
