"""The folder of a trace, read and checked: what it lacks or holds wrongly is said with the file and the line."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from cointrail.chains import Asset, chain, parse_time, to_units
from cointrail.chains.asset import MOST_DECIMALS
from cointrail.errors import InputError
from cointrail.patterns.record import Record, Step
from cointrail.patterns.worth import Worth, weigh
from cointrail.prices import Prices

TRAIL, MOVEMENTS = "trail.json", "movements.csv"
LAYOUT = "cointrail/trail/1"
LARGEST = 1 << 30  # bytes of trail.json: larger ones are no trail that was written here
ADVICE = "give the folder that `cointrail trace ... --out DIR` wrote"
REACH_ONLY = "poison"  # its amounts do not add up
COLUMNS = (
    "policy", "chain", "block", "time", "tx", "from", "to", "asset", "amount", "stolen", "hop", "rule",
    "to_chain", "to_asset", "to_stolen",
)  # fmt: skip


def read(folder: Path, policy: str | None = None, prices: Prices | None = None, theft: int | None = None) -> Record:
    """The movements of a trace under one of its policies; the first that conserves value unless another is named.

    `theft` is when the theft was, where the trace was started at wallets and not at its transactions.
    Raises InputError where the folder holds no trail, a damaged one, or one that patterns cannot be read from.
    """
    content = _content(folder / TRAIL)
    try:
        return _record(folder, content, policy, prices or Prices(), theft)
    except InputError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        why = f"no field {error}" if isinstance(error, KeyError) else str(error)
        raise InputError(f"{folder / TRAIL}: {why[:200]}; write it again with cointrail trace") from error


def _content(path: Path) -> dict[str, Any]:
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: is no folder; {ADVICE}")
    if not path.is_file():
        raise InputError(f"{path.parent}: holds no {TRAIL}; {ADVICE}")
    if path.stat().st_size > LARGEST:
        raise InputError(f"{path}: is larger than {LARGEST >> 20:,} MB; {ADVICE}")
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is no JSON ({error}); {ADVICE}") from error
    if not isinstance(content, dict) or content.get("schema") != LAYOUT:
        raise InputError(f"{path}: its schema is not {LAYOUT}; {ADVICE}")
    return content


def _record(folder: Path, content: Mapping[str, Any], policy: str | None, prices: Prices, theft: int | None) -> Record:
    if content["theft"]["direction"] != "forward":
        raise InputError(f"{folder}: was traced backward; patterns are read from a trace forward")
    names = [name for name in content["policies"] if name != REACH_ONLY]
    if policy is not None and policy not in names:
        raise InputError(f"--policy {policy}: this trail has {', '.join(names) or 'none that conserves value'}")
    if not names:
        raise InputError(f"{folder}: was traced under {REACH_ONLY} alone, whose amounts do not add up; add fifo")
    name = policy or names[0]
    found = content["policies"][name]
    assets = {key: _asset(key, one) for key, one in content["assets"].items()}
    decimals = {key: asset.decimals for key, asset in assets.items()}
    steps = tuple(_steps(folder / MOVEMENTS, name, decimals))
    stolen = {key: to_units(amount, decimals[key]) for key, amount in found["stolen"].items()}
    thefts = frozenset(map(str, content["theft"]["transactions"]))
    start = theft
    if start is None:
        start = min((s.time for s in steps if s.tx in thefts and s.time is not None), default=None)
    ends = tuple(_end(one, decimals) for one in found["endpoints"])
    times = [parse_time(one["last_time"]) for one in content["ledgers"] if one["last_time"]]
    first = next((s.time for s in steps if s.time is not None), None)
    chains = {key: one["chain"] for key, one in content["assets"].items()}
    worth: Worth = weigh(stolen, _rates(steps), assets, chains, prices, start if start is not None else first)
    return Record(
        policy=name,
        steps=steps,
        ends=ends,
        decimals=decimals,
        stolen=stolen,
        victims=frozenset(map(str, content["theft"]["addresses"]))
        | {s.sender for s in steps if s.tx in thefts and s.sender},
        thefts=thefts,
        worth=worth,
        start=start,
        last=max(times, default=None),
        notes=tuple(_notes(content, worth)),
    )


def _end(said: Mapping[str, Any], decimals: Mapping[str, int]) -> Mapping[str, Any]:
    """What rules look at of an endpoint, each of its type."""
    one = {
        name: said[name] for name in ("address", "amount", "asset", "category", "chain", "label", "reason", "target")
    }
    if wrong := [name for name, value in one.items() if not isinstance(value, str | None)]:
        raise ValueError(f"an endpoint's {wrong[0]} is {one[wrong[0]]!r}")
    to_units(one["amount"], decimals[one["asset"]])
    return one


def _asset(key: str, said: Mapping[str, Any]) -> Asset:
    decimals = said["decimals"]
    if not isinstance(decimals, int) or not 0 <= decimals <= MOST_DECIMALS:
        raise ValueError(f"asset {key[:60]}: {decimals!r} decimals")
    plain = key.removeprefix(f"{said['chain']}:")
    native = said["contract"] is None and plain == chain(said["chain"]).native_symbol
    return Asset(
        "" if native else said["contract"] or plain,
        str(said["symbol"] or ""),
        decimals,
        "named" if said["verified"] else "unknown",
    )


def _steps(path: Path, policy: str, decimals: Mapping[str, int]) -> Iterator[Step]:
    if not path.is_file():
        raise InputError(f"{path.parent}: holds no {MOVEMENTS}; {ADVICE}")
    with path.open(encoding="utf-8", newline="") as text:
        rows = csv.DictReader(text)
        number = 0
        try:
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise ValueError(f"no column {', '.join(missing)}")
            for row in rows:
                if row["policy"] == policy:
                    yield _step(number, row, decimals)
                    number += 1
        except KeyError as error:
            why = f"asset {error} is not in {TRAIL}"
            raise InputError(f"{path} line {rows.line_num}: {why}; write it again with cointrail trace") from error
        except (csv.Error, ValueError, TypeError, AttributeError) as error:
            why = str(error)[:200]
            raise InputError(f"{path} line {rows.line_num}: {why}; write it again with cointrail trace") from error


def _step(number: int, row: Mapping[str, str], decimals: Mapping[str, int]) -> Step:
    places, to = decimals[row["asset"]], row["to_asset"]
    return Step(
        number=number,
        chain=row["chain"],
        block=int(row["block"]) if row["block"] else None,
        time=parse_time(row["time"]) if row["time"] else None,
        tx=row["tx"] or None,
        sender=row["from"] or None,
        recipient=row["to"] or None,
        asset=row["asset"],
        amount=to_units(row["amount"], places),
        stolen=to_units(row["stolen"], places),
        hop=int(row["hop"]),
        rule=row["rule"],
        to_chain=row["to_chain"],
        to_asset=to,
        to_stolen=to_units(row["to_stolen"], decimals[to]) if to else 0,
    )


def _rates(steps: tuple[Step, ...]) -> dict[tuple[str, str], Fraction]:
    """What one unit of an asset became of another, over all conversions of the trail."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for step in steps:
        if step.to_asset and step.to_asset != step.asset:
            sums[step.asset, step.to_asset][0] += step.stolen
            sums[step.asset, step.to_asset][1] += step.to_stolen
    return {pair: Fraction(got, given) for pair, (given, got) in sums.items() if given and got}


def _notes(content: Mapping[str, Any], worth: Worth) -> Iterator[str]:
    """What to know before relying on findings from this trail."""
    if worth.unweighed:
        names = ", ".join(worth.unweighed)
        yield f"{names}: cannot be added to the other assets, and stands outside all shares (--prices would mend that)"
    if not all(one["exact"] for one in content["ledgers"]):
        yield "a source of the ledger had rounded its amounts: equal amounts may be equal by rounding"
    if not thefts_known(content):
        yield "the trace began at wallets, not at transactions of a theft: days count from the first movement"


def digests(folder: Path) -> dict[str, str]:
    """The digest of each ledger that a trail was traced in, by chain."""
    content = _content(folder / TRAIL)
    try:
        return {one["chain"]: one["digest"] for one in content["ledgers"]}
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{folder / TRAIL}: says nothing of its ledgers; write it again with cointrail trace"
        ) from error


def thefts_known(content: Mapping[str, Any]) -> bool:
    """Whether the trace was told the transactions of the theft."""
    return bool(content["theft"]["transactions"])
