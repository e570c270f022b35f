"""What a trail does not hold, from the ledgers it was traced in: fees, what strangers sent, who paid for the theft."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median_low
from typing import Any

import numpy as np
import pyarrow as pa

from cointrail.chains import Asset, format_address, imitates, parse_address
from cointrail.chains.asset import NATIVE
from cointrail.errors import InputError
from cointrail.labels import Label, Labels, stops
from cointrail.ledger import Ledger
from cointrail.ledger import segment as segments
from cointrail.ledger.assets import registry
from cointrail.ledger.columns import flat, integers
from cointrail.ledger.files import stored
from cointrail.ledger.rows import Kind, Status
from cointrail.patterns.record import Record

COLUMNS = ("block", "time", "tx", "kind", "sender", "recipient", "asset", "amount", "wide", "status")
ADDRESS = re.compile(r"0x[0-9a-f]{40}")  # of EVM chains; others have neither look-alikes nor labels here
FEWEST = 10  # fees of a block that a median is taken of


@dataclass(frozen=True, slots=True)
class Approach:
    """A movement between a wallet of the trail and somebody, whatever it carried."""

    chain: str
    block: int
    time: int
    tx: str | None
    sender: str
    recipient: str
    asset: str  # its key in the ledger
    fake: bool  # nobody vouches for the asset
    imitates: str | None  # which asset it would be taken for
    amount: int


@dataclass(frozen=True)
class Fee:
    """What a transaction of the trail paid, and what the transactions of its block did."""

    tx: str
    payer: str
    paid: int
    middle: int | None  # None where too few fees of the block are known
    known: int


@dataclass(frozen=True)
class Surroundings:
    """What the ledgers say around a trail."""

    approaches: Sequence[Approach] = ()
    fees: Mapping[str, Fee] = field(default_factory=dict)  # by transaction of the trail
    labels: Mapping[str, Sequence[Label]] = field(default_factory=dict)  # by address of the trail
    funders: Mapping[str, Sequence[str]] = field(default_factory=dict)  # who paid the fees of the theft -> its payers


def surroundings(record: Record, ledgers: Sequence[Ledger], digests: Mapping[str, str]) -> Surroundings:
    """One pass over the ledgers. InputError where they are not those of the trace (`digests` by chain)."""
    for ledger in ledgers:
        if ledger.digest != digests.get(ledger.chain):
            raise InputError(f"--ledger {ledger.path}: is not the ledger of this trace; its content differs")
    approaches: list[Approach] = []
    fees: dict[str, Fee] = {}
    labels: dict[str, Sequence[Label]] = {}
    funders: dict[str, Sequence[str]] = {}
    for ledger in ledgers:
        view = _View(record, ledger)
        approaches += view.approaches()
        fees |= view.fees()
        labels |= view.labels()
        funders |= view.funders({fee.payer for tx, fee in fees.items() if tx in record.thefts})
    return Surroundings(tuple(approaches), fees, labels, funders)


class _View:
    """One ledger, seen from a trail's wallets and transactions."""

    def __init__(self, record: Record, ledger: Ledger) -> None:
        self._record, self._ledger = record, ledger
        steps = [step for step in record.steps if ledger.chain in (step.chain, step.to_chain)]
        named = {side for step in steps for side in (step.sender, step.recipient) if side}
        self._all = sorted(filter(ADDRESS.fullmatch, named))
        wallets = [one for one in self._all if record.wallet(one) or one in record.victims]
        self._ids = _ids(ledger, wallets)
        self._txs = {step.tx for step in steps if step.tx}
        self._blocks = {step.block for step in steps if step.block is not None}

    def approaches(self) -> Iterator[Approach]:
        """All that was moved from or to the wallets, apart from fees; of nothing too."""
        known = registry(self._ledger.path, self._ledger.chain)
        assets = self._ledger.assets
        copied = {n: None if one.verified else imitates(one.symbol, known) for n, one in enumerate(assets)}
        ids = np.array(sorted(self._ids), np.int64)
        for number, column in self._segments():
            here = np.isin(column["sender"], ids) | np.isin(column["recipient"], ids)
            here &= (column["kind"] != int(Kind.FEE)) & (column["status"] != int(Status.FAILED))
            yield from self._rows(number, column, np.flatnonzero(here), assets, copied)

    def _rows(
        self,
        number: int,
        column: Mapping[str, Any],
        rows: Any,
        assets: Sequence[Asset],
        copied: Mapping[int, str | None],
    ) -> Iterator[Approach]:
        sides = np.unique(np.concatenate([column["sender"][rows], column["recipient"][rows]])).tolist()
        texts = dict(zip(sides, map(format_address, self._ledger.addresses(sides)), strict=True))
        hashes = self._hashes(number)
        for row in rows.tolist():
            tx, asset = int(column["tx"][row]), int(column["asset"][row])
            sender, recipient = int(column["sender"][row]), int(column["recipient"][row])
            if sender and recipient:
                one = assets[asset]
                yield Approach(
                    self._ledger.chain, int(column["block"][row]), int(column["time"][row]),
                    hashes(tx) if tx >= 0 else None, texts[sender], texts[recipient],
                    one.key, not one.verified, copied[asset], _amount(column["value"], row),
                )  # fmt: skip

    def fees(self) -> dict[str, Fee]:
        """The fees of the trail's transactions, with the lower median of their blocks."""
        found: dict[str, tuple[int, int, int]] = {}
        blocks: dict[int, dict[int, int]] = defaultdict(dict)
        wanted = np.array(sorted(self._blocks), np.int64)
        for number, column in self._segments():
            here = (column["kind"] == int(Kind.FEE)) & np.isin(column["block"], wanted) & (column["tx"] >= 0)
            hashes = self._hashes(number)
            for row in np.flatnonzero(here).tolist():
                block, tx, paid = int(column["block"][row]), int(column["tx"][row]), _amount(column["value"], row)
                blocks[block][tx] = paid
                if (text := hashes(tx)) in self._txs:
                    found[text] = (block, int(column["sender"][row]), paid)
        ids = sorted({payer for _, payer, _ in found.values()})
        texts = dict(zip(ids, map(format_address, self._ledger.addresses(ids)), strict=True))
        out = {}
        for text, (block, payer, paid) in found.items():
            fees = list(blocks[block].values())
            middle = median_low(fees) if len(fees) >= FEWEST else None
            out[text] = Fee(text, texts[payer], paid, middle, len(fees))
        return out

    def labels(self) -> dict[str, Sequence[Label]]:
        """All labels of the trail's addresses, whenever they hold."""
        store = Labels(self._ledger.path)
        found = {one: store.at(parse_address(one), None) for one in self._all}
        return {one: labels for one, labels in found.items() if labels}

    def funders(self, payers: Iterable[str]) -> dict[str, Sequence[str]]:
        """Who sent native coin to the payers of the theft before it: words of their labels' categories, '' without."""
        store, index = Labels(self._ledger.path), self._ledger.index
        out: dict[str, Sequence[str]] = {}
        native = next((n for n, asset in enumerate(self._ledger.assets) if asset.key == NATIVE), None)
        for payer in sorted(payers):
            number = self._ledger.address_id(parse_address(payer))
            came: list[str] = []
            for holding in index.holdings(number) if number is not None else ():
                if index.asset(holding) != native:
                    continue
                rows, comes, _, peers = index.movements(holding)
                for row, inward, peer in zip(np.asarray(rows).tolist(), comes, peers, strict=True):
                    time = self._ledger.time(row)
                    if inward and (self._record.start is None or time < self._record.start):
                        [raw] = self._ledger.addresses([index.address(peer)])
                        told = store.at(raw, time) if raw else []
                        kinds = sorted(told, key=lambda label: stops(label) is None)  # a service before what it did
                        came.append(next((label.category or "" for label in kinds), ""))
            out[payer] = tuple(came)
        return out

    def _segments(self) -> Iterator[tuple[int, dict[str, Any]]]:
        for number, segment in enumerate(self._ledger.manifest.segments):
            table = stored(segments.file(self._ledger.path, "transfers", segment)).read(columns=list(COLUMNS))
            column: dict[str, Any] = {
                name: integers(flat(table.column(name)).cast(pa.int64()))
                for name in COLUMNS
                if name not in ("amount", "wide")
            }
            column["value"] = segments.unamounts(flat(table.column("amount")), flat(table.column("wide")))
            yield number, column

    def _hashes(self, number: int) -> Any:
        """A function from a transaction's place in a segment to its hash as text; read when first asked."""
        kept: list[Any] = []
        segment = self._ledger.manifest.segments[number]

        def text(place: int) -> str:
            if not kept:
                kept.append(stored(segments.file(self._ledger.path, "transactions", segment)).read(["hash"])["hash"])
            return f"0x{kept[0][place].as_py().hex()}"

        return text


def _ids(ledger: Ledger, addresses: Iterable[str]) -> set[int]:
    wanted = set(map(parse_address, addresses))
    near = sorted({number for raw in wanted for number in ledger.index.candidates(raw)})
    return {number for number, raw in zip(near, ledger.addresses(near), strict=True) if raw in wanted}


def _amount(value: Any, row: int) -> int:
    high, upper, lower, low = (int(word) for word in value[row])
    return high << 192 | upper << 128 | lower << 64 | low
