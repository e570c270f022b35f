"""A theft: what was stolen. The input of a trace."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from cointrail.chains import format_address, format_time, parse_address, parse_hash, parse_time
from cointrail.errors import InputError
from cointrail.ledger import Ledger
from cointrail.ledger.ledger import Facts
from cointrail.ledger.rows import Kind
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
            tuple(parse_address(address) for address in addresses),
            tuple(parse_hash(hash_) for hash_ in transactions),
            None if since is None else parse_time(since),
            None if until is None else parse_time(until),
            direction,
            tuple(format_address(parse_address(key)) if key[:2].lower() == "0x" else key for key in assets),
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
    """A theft found in a ledger."""

    seeds: Seeds
    until: int | None  # key at which the walk ends
    listed: list[Listed] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def find(ledger: Ledger, theft: Theft) -> Found:
    """Look a theft up in a ledger; InputError where nothing of it is there, saying what and where."""
    if not theft.addresses and not theft.transactions:
        raise InputError("no theft given: name addresses (--from) or transactions (--tx)")
    held = {asset.key for asset in ledger.assets}
    if strange := [asset for asset in theft.assets if asset not in held]:
        raise InputError(f"--asset {strange[0]}: nothing of it is in the ledger {ledger.path}; give a contract that is")
    start, until = _window(ledger, theft)
    found = Found(Seeds({}, {}), until)
    ids = _known(ledger, theft, found.warnings)
    if theft.transactions:
        found.seeds = Seeds({}, _moves(ledger, theft, set(ids), start, found))
    else:
        found.seeds = Seeds(_sources(ledger, theft, ids, start, found), {})
    if not found.seeds.sources and not found.seeds.moves:
        raise InputError(f"empty theft: {_nothing(theft, found)}")
    return found


def followed(ledger: Ledger, theft: Theft, asset: int) -> bool:
    """Whether an asset is vouched for, or named by the user."""
    return ledger.assets[asset].verified or ledger.assets[asset].key in theft.assets


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


def _window(ledger: Ledger, theft: Theft) -> tuple[int, int | None]:
    """The keys between which movements count: first, and behind the last."""
    times = ledger.times
    if theft.since is None and theft.until is None:
        return (1 - ledger.transfers if theft.backward else 0), None
    if times is None:
        raise InputError(f"{ledger.path}: the ledger has no times, so --since and --until cannot be used")
    span = f"it holds {format_time(times[0])} to {format_time(times[1])}"
    if theft.since is not None and theft.since > times[1]:
        raise InputError(f"--since {format_time(theft.since)} is after the ledger's end: {span}")
    if theft.until is not None and theft.until < times[0]:
        raise InputError(f"--until {format_time(theft.until)} is before the ledger's start: {span}")
    if theft.since is not None and theft.until is not None and theft.until < theft.since:
        raise InputError("--until is before --since; swap them")
    first = 0 if theft.since is None else ledger.row_at(theft.since)
    behind = ledger.transfers if theft.until is None else ledger.row_at(theft.until + 1)
    if theft.backward:
        return 1 - behind, (None if theft.since is None else 1 - first)
    return first, (None if theft.until is None else behind)


def _known(ledger: Ledger, theft: Theft, warnings: list[str]) -> list[int]:
    ids = [ledger.address_id(address) for address in theft.addresses]
    missing = [format_address(a) for a, i in zip(theft.addresses, ids, strict=True) if i is None]
    if missing and len(missing) == len(ids):
        raise InputError(f"{missing[0]}: no transfer of this address is in the ledger {ledger.path}; check --from")
    if missing:
        warnings.append(f"{len(missing)} of {len(ids)} theft addresses are not in the ledger, first {missing[0]}")
    return list(dict.fromkeys(i for i in ids if i is not None))


def _sources(ledger: Ledger, theft: Theft, ids: list[int], start: int, found: Found) -> dict[int, int]:
    sources, empty = {}, []
    for address in ids:
        for holding in ledger.index.holdings(address):
            rows, incoming, amounts, _ = ledger.index.movements(holding)
            leaving = [
                amount
                for row, comes, amount in zip(rows.tolist(), incoming, amounts, strict=True)
                if comes == theft.backward and _inside(-row if theft.backward else row, start, found.until)
            ]
            asset = int(ledger.index.holding_asset[holding])
            if leaving and followed(ledger, theft, asset):
                sources[holding] = start
            elif leaving:
                found.listed.append(Listed(asset, len(leaving), sum(leaving)))
            else:
                empty.append((holding, asset))
    found.listed[:] = _summed(found.listed)
    left = {int(ledger.index.holding_asset[holding]) for holding in sources}
    # What the others pay to a theft address that pays nothing itself has come back to the theft's addresses as well.
    return sources | {holding: start for holding, asset in empty if asset in left}


def _moves(ledger: Ledger, theft: Theft, ids: set[int], start: int, found: Found) -> dict[int, int]:
    """Stolen transfers by key, with the holding they leave in walking direction."""
    moves: dict[int, int] = {}
    idle = []
    for hash_ in dict.fromkeys(theft.transactions):
        rows = ledger.transaction(hash_)
        if not rows:
            raise InputError(f"0x{hash_.hex()}: this transaction is not in the ledger {ledger.path}; check --tx")
        facts = ledger.facts(rows)
        before = len(moves) + len(found.listed)
        for at, row in enumerate(rows):
            key = -row if theft.backward else row
            if facts.kind[at] == Kind.FEE or not facts.amount[at] or not _inside(key, start, found.until):
                continue
            losers = ids or _losers(facts, int(facts.asset[at]), theft.backward)
            leaves = int((facts.recipient if theft.backward else facts.sender)[at])
            asset = int(facts.asset[at])
            if leaves not in losers:
                continue
            if followed(ledger, theft, asset):
                moves[key] = next(h for h in ledger.index.holdings(leaves) if ledger.index.holding_asset[h] == asset)
            else:
                found.listed.append(Listed(asset, 1, facts.amount[at]))
        if len(moves) + len(found.listed) == before:
            idle.append(hash_)
    if idle:
        of = f"{len(idle)} of {len(theft.transactions)} theft transactions"
        found.warnings.append(f"{of} took nothing from the given addresses in the given time, first 0x{idle[0].hex()}")
    found.listed[:] = _summed(found.listed)
    return moves


def _inside(key: int, start: int, until: int | None) -> bool:
    return key >= start and (until is None or key < until)


def _losers(facts: Facts, asset: int, backward: bool) -> set[int]:
    """Who lost of an asset by a transaction (or won, backward), fees apart."""
    net: Counter[int] = Counter()
    for at, amount in enumerate(facts.amount):
        if facts.asset[at] == asset and facts.kind[at] != Kind.FEE:
            net[int(facts.sender[at])] -= amount
            net[int(facts.recipient[at])] += amount
    return {address for address, sum_ in net.items() if address and (sum_ > 0 if backward else sum_ < 0)}


def _summed(listed: list[Listed]) -> list[Listed]:
    transfers: Counter[int] = Counter()
    amounts: Counter[int] = Counter()
    for item in listed:
        transfers[item.asset] += item.transfers
        amounts[item.asset] += item.amount
    return [Listed(asset, transfers[asset], amounts[asset]) for asset in sorted(transfers)]
