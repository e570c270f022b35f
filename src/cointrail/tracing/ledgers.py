"""Several ledgers seen as one: their holdings, addresses and assets numbered through, their rows in one order of time.

With one ledger the numbers are its own, and a key is a row. With several a key is made of the clock, the ledger and the
row, so that keys order movements over all of them as they happened, and rows of one ledger as they stand in it.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cointrail.chains import Asset, chain
from cointrail.errors import InputError
from cointrail.ledger import Ledger, check_chains
from cointrail.ledger.columns import NONE
from cointrail.ledger.marks import CLOSE

ROW_BITS, LEDGER_BITS = 40, 8
TIME_BITS = ROW_BITS + LEDGER_BITS
MOST = 1 << LEDGER_BITS  # ledgers
NOBODY = 0  # address id of nobody in every ledger
TRANSACTION = "tx:"  # before the id of a transaction that stands where an address would


class Fact(NamedTuple):
    """What a ledger says of one row."""

    block: int | None
    time: int | None
    tx: bytes | None


class Ledgers:
    """The ledgers of one trace, opened; at least one, each chain once."""

    def __init__(self, ledgers: Sequence[Ledger]) -> None:
        """Raises InputError for two ledgers of one chain, and for one without times beside another."""
        self.all = list(ledgers)
        self.one = len(self.all) == 1
        check_chains(self.all)
        if len(self.all) > MOST:
            raise InputError(f"{len(self.all)} ledgers: give at most {MOST}")
        if not self.one and (untimed := [ledger.path for ledger in self.all if ledger.times is None]):
            raise InputError(f"{untimed[0]}: has no times, so it cannot be traced together with other ledgers")
        self._indexes = [ledger.index for ledger in self.all]
        sizes = (len(index.holding_asset) for index in self._indexes)
        self._holdings = list(accumulate(sizes, initial=0))
        self._assets = list(accumulate((len(ledger.assets) for ledger in self.all), initial=0))
        self._chains = [chain(ledger.chain) for ledger in self.all]
        self._seats: dict[tuple[int, int], int] = {}  # by ledger and owner
        self.assets: list[Asset] = [asset for ledger in self.all for asset in ledger.assets]

    # Holdings and assets

    def split(self, holding: int) -> tuple[int, int]:
        """The number of a holding's ledger, and the holding in it."""
        if self.one:
            return 0, holding
        number = next(n for n in range(len(self.all)) if holding < self._holdings[n + 1])
        return number, holding - self._holdings[number]

    def joined(self, number: int, holding: int) -> int:
        """A holding of one ledger, in the numbers of all."""
        return holding + self._holdings[number]

    def asset(self, holding: int) -> int:
        """The number of a holding's asset, in the numbers of all."""
        if self.one:
            return self._indexes[0].asset(holding)
        number, own = self.split(holding)
        return self._indexes[number].asset(own) + self._assets[number]

    def asset_number(self, number: int, asset: int) -> int:
        """An asset of one ledger, in the numbers of all."""
        return asset + self._assets[number]

    def asset_of(self, number: int, key: str) -> int | None:
        """An asset of one ledger by its key, in the numbers of all; None where the ledger has none of it."""
        own = self._keys[number].get(key)
        return None if own is None else self.asset_number(number, own)

    @cached_property
    def _keys(self) -> list[dict[str, int]]:
        return [{asset.key: n for n, asset in enumerate(ledger.assets)} for ledger in self.all]

    def chain_of(self, asset: int) -> str:
        """The chain of an asset."""
        number = next(n for n in range(len(self.all)) if asset < self._assets[n + 1])
        return self.all[number].chain

    def address(self, holding: int) -> tuple[int, int]:
        """Ledger and address id of a holding."""
        number, own = self.split(holding)
        return number, self._indexes[number].address(own)

    def holding(self, number: int, address: int, asset: int) -> int | None:
        """The holding of an address of one ledger in an asset of it, in the numbers of all."""
        own = self._indexes[number].holding(address, asset)
        return None if own is None else own + self._holdings[number]

    # Owners: on an output-based chain a holding is an output, or a transaction on its way between outputs

    def owner(self, holding: int) -> tuple[int, int]:
        """Ledger and id of the address that a holding is of: on an output-based chain of who may spend the output."""
        number, address = self.address(holding)
        return number, address if self.accounts_only else self._indexes[number].owner_of(address)

    @cached_property
    def accounts_only(self) -> bool:
        """Whether no ledger is of an output-based chain: then nothing has to be asked about outputs."""
        return not any(index.outputs for index in self._indexes)

    def by_outputs(self, holding: int) -> bool:
        """Whether a holding is of an output-based chain."""
        if self.accounts_only:
            return False
        return self._indexes[self.split(holding)[0]].outputs

    def through(self, holding: int) -> bool:
        """Whether a holding is a transaction of an output-based chain: value only passes through it."""
        if self.accounts_only:
            return False
        number, own = self.split(holding)
        index = self._indexes[number]
        if not index.outputs:
            return False
        address = index.address(own)
        return address != NOBODY and index.owner_of(address) == NOBODY

    def seat(self, holding: int) -> int:
        """The holding that stands for all of an owner's in an asset: for outputs the first of their address."""
        if self.accounts_only:
            return holding
        number, own = self.split(holding)
        index = self._indexes[number]
        if not index.outputs:
            return holding
        owner = index.owner_of(index.address(own))
        place = (number, owner)
        if owner == NOBODY:
            return holding
        if place not in self._seats:
            held = (index.holdings(output) for output in index.owned_by(owner))
            first = next((each[0] for each in held if len(each)), own)
            self._seats[place] = self.joined(number, first)
        return self._seats[place]

    def fee(self, holding: int) -> int:
        """Where fees of the same asset go: nobody's holding."""
        number, own = self.split(holding)
        index = self._indexes[number]
        found = self.holding(number, NOBODY, index.asset(own))
        assert found is not None, "the index of an output-based chain has a holding of nobody"
        return found

    def name(self, asset: int) -> str:
        """How results name an asset: the coin's symbol, a token's contract or the user's code; with its chain before
        it where there are several ledgers."""
        plain = self._written(asset)
        return plain if self.one else f"{self.chain_of(asset)}:{plain}"

    def _written(self, asset: int) -> str:
        """An asset's key as people of its chain write it, or the coin's symbol."""
        one = self.assets[asset]
        if one.contract is None:
            return one.key or one.symbol
        return chain(self.chain_of(asset)).address(bytes.fromhex(one.contract[2:]))

    # Movements

    def movements(self, holding: int) -> tuple[list[int], list[bool], list[int], list[int], bytes]:
        """All movements of a holding: keys, whether value comes in, amounts, the other holdings, marks."""
        number, own = self.split(holding)
        index = self._indexes[number]
        rows, incoming, amounts, peers = index.movements(own)
        first = self._holdings[number]
        if first:
            peers = [peer + first for peer in peers]
        return self.keys(number, rows), incoming, amounts, peers, index.mark[rows].tobytes()

    def degree(self, holding: int) -> int:
        """How many movements a holding has."""
        number, own = self.split(holding)
        return self._indexes[number].degree(own)

    def keys(self, number: int, rows: Any) -> list[int]:
        """The keys of rows of one ledger."""
        plain: list[int] = rows.tolist()
        if self.one:
            return plain
        clock: list[int] = self._indexes[number].clock(rows).tolist()
        base = number << ROW_BITS
        return [time << TIME_BITS | base | row for time, row in zip(clock, plain, strict=True)]

    def key(self, number: int, row: int) -> int:
        """The key of a row of one ledger."""
        return int(row) if self.one else self.keys(number, np.array([row]))[0]

    def netted(self, key: int) -> bool:
        """Whether the transaction of a movement moves several assets, and so is settled."""
        number, row = self.row(key)
        return bool(self._indexes[number].mark[row] & CLOSE)

    def row(self, key: int) -> tuple[int, int]:
        """Ledger and row of a key; a key of a backward walk is negative."""
        key = abs(key)
        if self.one:
            return 0, key
        return key >> ROW_BITS & (MOST - 1), key & (1 << ROW_BITS) - 1

    def transaction(self, key: int) -> tuple[int, int, int]:
        """Ledger, first row and row behind the last of the transaction that a movement is of."""
        number, row = self.row(key)
        return number, *self._indexes[number].transaction(row)

    def last_key(self, key: int) -> int:
        """The key of the last row of the transaction that a movement is of."""
        number, _, behind = self.transaction(key)
        if self.one:
            return behind - 1
        return key >> TIME_BITS << TIME_BITS | number << ROW_BITS | behind - 1

    def apart(self, holding: int) -> bool:
        """Whether a holding is nobody's: fees go there and rewards come from there."""
        return self.address(holding)[1] == NOBODY

    # Times

    @cached_property
    def end(self) -> int:
        """A key behind all movements."""
        return self.all[0].transfers if self.one else (self._last + 1) << TIME_BITS

    @cached_property
    def _last(self) -> int:
        return max(int(index.moment[-1]) for index in self._indexes if len(index.moment))

    def behind(self, time: int) -> int:
        """The first key at or after a time."""
        return self.all[0].row_at(time) if self.one else time << TIME_BITS

    def time(self, key: int) -> int | None:
        """When a movement was; None where its source did not say."""
        number, row = self.row(key)
        time = self.all[number].time(row)
        return None if time == NONE else time

    @cached_property
    def times(self) -> tuple[int, int] | None:
        """The first and the last time."""
        told = [ledger.times for ledger in self.all if ledger.times is not None]
        return (min(first for first, _ in told), max(last for _, last in told)) if told else None

    # Texts

    def texts(self, holdings: Sequence[int]) -> dict[int, str | None]:
        """The addresses of holdings as text; None is nobody. A transaction on its way has the text of its id."""
        found: dict[int, str | None] = {}
        for number, ledger in enumerate(self.all):
            mine = [h for h in holdings if self.split(h)[0] == number]
            passing = [h for h in mine if self.through(h)]
            own = {h: self.owner(h)[1] for h in mine}
            ids = sorted(set(own.values()))
            texts = dict(zip(ids, ledger.texts(ids), strict=True))
            found |= {h: texts[i] for h, i in own.items()}
            first = [int(ledger.index.movements(self.split(h)[1])[0][0]) for h in passing]
            tx = ledger.facts(first).tx
            found |= {h: f"{TRANSACTION}{one.hex()}" for h, one in zip(passing, tx, strict=True) if one}
        return found

    def text(self, address: bytes) -> str:
        """An address that the user gave as the ledger writes it that knows it; else as the first ledger would."""
        for ledger in self.all:
            own = ledger.address_id(address)
            if own is not None and (text := ledger.texts([own])[0]):
                return text
        return chain(self.all[0].chain).address(address)

    def hash(self, key: int, tx: bytes) -> str:
        """The id of a movement's transaction as people of its chain write it."""
        return self._chains[self.row(key)[0]].hash(tx)

    def facts(self, keys: Sequence[int]) -> dict[int, Fact]:
        """What the ledgers say of rows, by key without sign."""
        found: dict[int, Fact] = {}
        for number, ledger in enumerate(self.all):
            rows = {row: abs(key) for key, (of, row) in zip(keys, map(self.row, keys), strict=True) if of == number}
            listed = sorted(rows)
            facts = ledger.facts(listed)
            told = zip(listed, facts.block.tolist(), facts.time.tolist(), facts.tx, strict=True)
            for row, block, time, tx in told:
                found[rows[row]] = Fact(None if block == NONE else block, None if time == NONE else time, tx)
        return found

    def path(self, holding: int) -> Path:
        """The folder of a holding's ledger."""
        return self.all[self.split(holding)[0]].path
