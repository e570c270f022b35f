"""A theft: what was stolen. The input of a trace."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from cointrail.chains import asset_key, format_time, parse_any, parse_hash, parse_time
from cointrail.errors import InputError
from cointrail.ledger.ledger import Facts
from cointrail.ledger.marks import CLOSE
from cointrail.ledger.rows import Kind
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.walk import Seeds

Direction = Literal["forward", "backward"]


@dataclass(frozen=True)
class Theft:
    """What was stolen, by addresses, by transactions, or by both with a time.

    Transactions name what was taken: the movements out of `addresses`, or of whoever lost by them. Addresses alone
    mean that everything leaving them from `since` on is stolen; what comes back to them is not stolen twice.
    Backward, addresses and transactions name what arrived instead, and the walk finds where it came from.
    Times are seconds since 1970-01-01 UTC; `until` ends a forward walk and starts a backward one, `since` the other
    way round. `assets` are keys of unverified assets to follow all the same.
    """

    addresses: tuple[bytes, ...] = ()
    transactions: tuple[bytes, ...] = ()
    since: int | None = None
    until: int | None = None
    direction: Direction = "forward"
    assets: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        *addresses: str,
        transactions: Iterable[str] = (),
        since: str | None = None,
        until: str | None = None,
        direction: Direction = "forward",
        assets: Iterable[str] = (),
    ) -> "Theft":
        """A theft as people write it: addresses, hashes and contracts as text, times in ISO 8601; ValueError if bad."""
        return cls(
            tuple(parse_any(address) for address in addresses),
            tuple(parse_hash(hash_) for hash_ in transactions),
            None if since is None else parse_time(since),
            None if until is None else parse_time(until),
            direction,
            tuple(map(asset_key, assets)),
        )

    @property
    def backward(self) -> bool:
        return self.direction == "backward"


@dataclass(frozen=True)
class Listed:
    """An asset that left (or reached) the theft's addresses, that nobody vouches for and that is not followed."""

    asset: int
    transfers: int
    amount: int


@dataclass
class Found:
    """A theft found in ledgers."""

    seeds: Seeds
    until: int | None  # key at which the walk ends
    listed: list[Listed] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    robbed: set[tuple[int, int]] = field(default_factory=set)  # victims, by last key of a transaction and address id


def find(ledgers: Ledgers, theft: Theft, settled: bool = True) -> Found:
    """Look a theft up; InputError where nothing of it is there, saying what and where.

    An address counts in the first ledger that knows it: the same address on another chain may be somebody else's, or
    the thief's with other money. With `settled`, what a transaction of several assets took is its net.
    """
    if not theft.addresses and not theft.transactions:
        raise InputError("no theft given: name addresses (--from) or transactions (--tx)")
    held = {asset.key for asset in ledgers.assets}
    if strange := [asset for asset in theft.assets if asset not in held]:
        raise InputError(f"--asset {strange[0]}: nothing of it is in {_where(ledgers)}; give a contract that is")
    start, until = _window(ledgers, theft)
    found = Found(Seeds({}, ()), until)
    ids = _known(ledgers, theft, found.warnings)
    if theft.transactions:
        found.seeds = Seeds({}, _moves(ledgers, theft, set(ids), start, found, settled))
    else:
        found.seeds = Seeds(_sources(ledgers, theft, ids, start, found), ())
    if not found.seeds.sources and not found.seeds.moves:
        raise InputError(f"empty theft: {_nothing(theft, found)}")
    return found


def followed(ledgers: Ledgers, theft: Theft, asset: int) -> bool:
    """Whether an asset is vouched for, or named by the user."""
    return ledgers.assets[asset].verified or ledgers.assets[asset].key in theft.assets


def _where(ledgers: Ledgers) -> str:
    paths = ", ".join(str(ledger.path) for ledger in ledgers.all)
    return f"the ledger {paths}" if ledgers.one else f"the ledgers {paths}"


def _nothing(theft: Theft, found: Found) -> str:
    what = "reached" if theft.backward else "left"
    if found.listed:
        return f"only unverified assets {what} the given addresses; name one with --asset CONTRACT to follow it"
    since, until = theft.since, theft.until
    when = (f" from {format_time(since)} on" if since is not None else "") + (
        f" up to {format_time(until)}" if until is not None else ""
    )
    given = "addresses in the given transactions" if theft.transactions else "addresses"
    check = " and ".join(
        option
        for option, there in (("--from", theft.addresses), ("--tx", theft.transactions), ("the times", when))
        if there
    )
    if not theft.addresses:
        what = "got" if theft.backward else "lost"
        return f"nobody {what} anything by the given transactions, fees apart{when}; check {check}"
    return f"no value {what} the given {given}{when}; check {check}"


def _window(ledgers: Ledgers, theft: Theft) -> tuple[int, int | None]:
    """The keys between which movements count: first, and behind the last."""
    times = ledgers.times
    if theft.since is None and theft.until is None:
        return (1 - ledgers.end if theft.backward else 0), None
    if times is None:
        raise InputError(f"{ledgers.all[0].path}: the ledger has no times, so --since and --until cannot be used")
    span = f"it holds {format_time(times[0])} to {format_time(times[1])}"
    if theft.since is not None and theft.since > times[1]:
        raise InputError(f"--since {format_time(theft.since)} is after the ledger's end: {span}")
    if theft.until is not None and theft.until < times[0]:
        raise InputError(f"--until {format_time(theft.until)} is before the ledger's start: {span}")
    if theft.since is not None and theft.until is not None and theft.until < theft.since:
        raise InputError("--until is before --since; swap them")
    first = 0 if theft.since is None else ledgers.behind(theft.since)
    behind = ledgers.end if theft.until is None else ledgers.behind(theft.until + 1)
    if theft.backward:
        return 1 - behind, (None if theft.since is None else 1 - first)
    return first, (None if theft.until is None else behind)


def _known(ledgers: Ledgers, theft: Theft, warnings: list[str]) -> list[tuple[int, int]]:
    """Ledger and id of every address of the theft that a ledger knows."""
    ids: dict[tuple[int, int], None] = {}
    missing = []
    for address in theft.addresses:
        known = ((number, ledger.address_id(address)) for number, ledger in enumerate(ledgers.all))
        first = next(((number, own) for number, own in known if own is not None), None)
        if first is None:
            missing.append(ledgers.text(address))
        else:
            ids[first] = None
    if missing and not ids:
        raise InputError(f"{missing[0]}: no transfer of this address is in {_where(ledgers)}; check --from")
    if missing:
        of = f"{len(missing)} of {len(theft.addresses)}"
        warnings.append(f"{of} theft addresses are not in the ledger, first {missing[0]}")
    return list(ids)


def _sources(ledgers: Ledgers, theft: Theft, ids: list[tuple[int, int]], start: int, found: Found) -> dict[int, int]:
    sources, empty = {}, []
    for number, address in ids:
        index = ledgers.all[number].index
        for own in (own for part in index.owned_by(address) for own in index.holdings(part)):
            holding = ledgers.joined(number, own)
            keys, incoming, amounts, _, _ = ledgers.movements(holding)
            leaving = [
                amount
                for key, comes, amount in zip(keys, incoming, amounts, strict=True)
                if comes == theft.backward and _inside(-key if theft.backward else key, start, found.until)
            ]
            asset = ledgers.asset(holding)
            if leaving and followed(ledgers, theft, asset):
                sources[holding] = start
            elif leaving:
                found.listed.append(Listed(asset, len(leaving), sum(leaving)))
            else:
                empty.append((holding, asset))
    found.listed[:] = _summed(found.listed)
    left = {ledgers.asset(holding) for holding in sources}
    # What the others pay to a theft address that pays nothing itself has come back to the theft's addresses as well.
    return sources | {holding: start for holding, asset in empty if asset in left}


def _moves(
    ledgers: Ledgers, theft: Theft, ids: set[tuple[int, int]], start: int, found: Found, settled: bool
) -> dict[tuple[int, int], None]:
    """Stolen outflows: key, and the holding that is left in walking direction."""
    moves: dict[tuple[int, int], None] = {}
    idle = []
    for hash_ in dict.fromkeys(theft.transactions):
        before = len(moves) + len(found.listed)
        for number, ledger in enumerate(ledgers.all):
            rows = ledger.transaction(hash_)
            if rows:
                netted = settled and bool(ledger.index.mark[rows[0]] & CLOSE)
                given = {own for of, own in ids if of == number} if ids else None
                take = _spent if ledger.index.outputs else _taken
                moves |= take(ledgers, number, rows, theft, given, start, found, netted)
                break
        else:
            raise InputError(f"{ledgers.hash(0, hash_)}: this transaction is not in {_where(ledgers)}; check --tx")
        if len(moves) + len(found.listed) == before:
            idle.append(hash_)
    if idle:
        of = f"{len(idle)} of {len(theft.transactions)} theft transactions"
        found.warnings.append(
            f"{of} took nothing from the given addresses in the given time, first {ledgers.hash(0, idle[0])}"
        )
    found.listed[:] = _summed(found.listed)
    return moves


def _taken(
    ledgers: Ledgers,
    number: int,
    rows: list[int],
    theft: Theft,
    given: set[int] | None,
    start: int,
    found: Found,
    netted: bool,
) -> dict[tuple[int, int], None]:
    """What one transaction took from the given addresses or else from who lost: movement by movement, or net."""
    facts = ledgers.all[number].facts(rows)
    keys = ledgers.keys(number, np.array(rows))
    moves: dict[tuple[int, int], None] = {}
    for at, own_key in enumerate(keys):
        key = keys[-1] if netted else own_key
        key = -key if theft.backward else key
        if facts.kind[at] == Kind.FEE or not facts.amount[at] or not _inside(key, start, found.until):
            continue
        net = _net(facts, int(facts.asset[at]))
        losers = {address for address, sum_ in net.items() if address and (sum_ > 0 if theft.backward else sum_ < 0)}
        if given is not None:
            losers = given & losers if netted else given
        leaves = int((facts.recipient if theft.backward else facts.sender)[at])
        if leaves not in losers:
            continue
        asset = ledgers.asset_number(number, int(facts.asset[at]))
        holding = ledgers.holding(number, leaves, int(facts.asset[at]))
        if holding is not None and followed(ledgers, theft, asset):
            moves[key, holding] = None
            if netted and not theft.backward:
                found.robbed.add((keys[-1], leaves))
        else:
            found.listed.append(Listed(asset, 1, facts.amount[at]))
    return moves


def _spent(
    ledgers: Ledgers,
    number: int,
    rows: list[int],
    theft: Theft,
    given: set[int] | None,
    start: int,
    found: Found,
    netted: bool,
) -> dict[tuple[int, int], None]:
    """What a transaction between outputs took: what it paid to others than those whose outputs it spent.

    Its change is theirs still. Where it spent outputs of other people than the given ones too, nobody can say which of
    its outputs took from whom: then what the given ones put in is stolen. Backward it is what reached the given ones,
    or everybody who had spent nothing.
    """
    index, facts = ledgers.all[number].index, ledgers.all[number].facts(rows)
    spent = [at for at in range(len(rows)) if facts.kind[at] == Kind.INPUT and facts.amount[at]]
    paid = [at for at in range(len(rows)) if facts.kind[at] == Kind.OUTPUT and facts.amount[at]]
    losers = {index.owner_of(int(facts.sender[at])) for at in spent}
    payees = [at for at in paid if index.owner_of(int(facts.recipient[at])) not in losers]
    if theft.backward:
        mine = [at for at in payees if given is None or index.owner_of(int(facts.recipient[at])) in given]
        leave = facts.recipient
    elif given is None or losers <= given:
        mine, leave = payees, facts.sender
    else:
        mine, leave = [at for at in spent if index.owner_of(int(facts.sender[at])) in given], facts.sender
    keys = ledgers.keys(number, np.array(rows))
    moves: dict[tuple[int, int], None] = {}
    for at in mine:
        key = -keys[at] if theft.backward else keys[at]
        holding = ledgers.holding(number, int(leave[at]), int(facts.asset[at]))
        if holding is not None and _inside(key, start, found.until):
            moves[key, holding] = None
    return moves


def _inside(key: int, start: int, until: int | None) -> bool:
    return key >= start and (until is None or key < until)


def _net(facts: Facts, asset: int) -> Counter[int]:
    """What everybody gained or lost of an asset by a transaction, fees apart."""
    net: Counter[int] = Counter()
    for at, amount in enumerate(facts.amount):
        if facts.asset[at] == asset and facts.kind[at] != Kind.FEE:
            net[int(facts.sender[at])] -= amount
            net[int(facts.recipient[at])] += amount
    return net


def _summed(listed: list[Listed]) -> list[Listed]:
    transfers: Counter[int] = Counter()
    amounts: Counter[int] = Counter()
    for item in listed:
        transfers[item.asset] += item.transfers
        amounts[item.asset] += item.amount
    return [Listed(asset, transfers[asset], amounts[asset]) for asset in sorted(transfers)]
