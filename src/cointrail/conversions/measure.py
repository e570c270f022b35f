"""How often the rules that join bridge legs are right, measured on pairs that are known.

The sets are read from a data folder that is no part of this project.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cointrail.conversions.joined import AMOUNT, FEE, RECIPIENT
from cointrail.conversions.legs import COLUMNS, DEPOSIT, WITHDRAWAL
from cointrail.conversions.links import read_pairs, write_csv, write_links
from cointrail.conversions.match import match
from cointrail.conversions.rate import Rate
from cointrail.conversions.reading import read_legs
from cointrail.conversions.score import score
from cointrail.errors import InputError

WINDOWS = {"24 h": 86_400, "7 d": 604_800}
TABLE_FEE = 0.01  # what a row of the table would say of a bridge that keeps so little
NOMAD = Path("bridges", "xchainwatcher", "nomad")


@dataclass(frozen=True)
class Leg:
    """One end of a transfer: transaction and time in seconds."""

    tx: str
    time: int


@dataclass(frozen=True)
class Transfer:
    """A deposit and, where it is known, its withdrawal; what both must agree in."""

    deposit: Leg
    withdrawal: Leg | None
    token: str
    amount: str
    sender: str
    recipient: str
    key: str
    paid: str = ""  # the amount of the withdrawal, where it is another

    @property
    def delay(self) -> int | None:
        """Seconds between the two."""
        return None if self.withdrawal is None else self.withdrawal.time - self.deposit.time


def measure(data: Path) -> list[Rate]:
    """Run every rule on every set in the data folder. InputError when the folder lacks a set."""
    today = datetime.now(UTC).date().isoformat()
    rates = []
    for name, transfers in nomad(data).items():
        charged = [less_fee(one) for one in transfers]
        for rule in (RECIPIENT, AMOUNT):
            rates.append(followed(rule, f"{name}, as traces follow", transfers, today))
            rates.append(followed(rule + FEE, f"{name} less a made-up fee, as traces follow", charged, today))
        rates.append(scored("key", name, transfers, today, None))
        rates += [scored("recipient", f"{name}, {word}", transfers, today, span) for word, span in WINDOWS.items()]
        rates.append(scored("amount", f"{name}, 24 h", transfers, today, WINDOWS["24 h"]))
    return rates


def nomad(data: Path) -> dict[str, list[Transfer]]:
    """Nomad's transfers in both directions, with the deposits that were never paid out."""
    folder = data / NOMAD
    if not folder.is_dir():
        raise InputError(f"{folder} is missing: give the data folder that holds {NOMAD}")
    return {"Nomad to Ethereum": list(_from_moonbeam(folder)), "Nomad from Ethereum": list(_from_ethereum(folder))}


def write_legs(path: Path, transfers: list[Transfer], bridge: str = "nomad") -> None:
    """The transfers as LEGS.csv."""
    rows: list[tuple[object, ...]] = []
    for one in transfers:
        same = (one.token, one.amount)
        leg = one.deposit
        rows.append((DEPOSIT, bridge, "source", leg.tx, leg.time, *same, one.sender, one.recipient, one.key))
        if one.withdrawal is not None:
            leg = one.withdrawal
            rows.append(
                (
                    WITHDRAWAL,
                    bridge,
                    "target",
                    leg.tx,
                    leg.time,
                    one.token,
                    one.paid or one.amount,
                    "",
                    one.recipient,
                    one.key,
                )
            )
    write_csv(path, COLUMNS, rows)


def scored(rule: str, name: str, transfers: list[Transfer], date: str, window: int | None) -> Rate:
    """The pairs that close within the window are those to be found; the others count when they are found wrongly."""
    with TemporaryDirectory() as folder:
        legs, links = Path(folder, "legs.csv"), Path(folder, "links.csv")
        write_legs(legs, transfers)
        joined = match(read_legs([legs]), keys=rule == "key", recipient=rule != "amount", window=window)
        write_links(links, joined.links)
        found = read_pairs(links)
    pairs = {(one.deposit.tx, one.withdrawal.tx): one for one in transfers if one.withdrawal is not None}
    inside = {pair for pair, one in pairs.items() if window is None or (one.delay or 0) <= window}
    return Rate(rule, name, len(inside), score(set(pairs), found).precision, score(inside, found).recall, date)


def followed(rule: str, name: str, transfers: list[Transfer], date: str) -> Rate:
    """The pairs that a trace would follow without keys, among all: sure, and without a plausible rival."""
    from cointrail.conversions.inferred import weigh  # its compiled loops take a while to load

    with TemporaryDirectory() as folder:
        path = Path(folder, "legs.csv")
        write_legs(path, transfers)
        legs = read_legs([path])
    charging = {int(legs.bridge[0]): TABLE_FEE} if rule.endswith(FEE) else {}
    used = np.zeros(len(legs), np.bool_)
    found: set[tuple[str, str]] = set()
    for one in weigh(legs, used, None, recipient=rule.startswith(RECIPIENT), charging=charging):
        sure = one.edges.take(one.sure)
        found |= set(zip(legs.words("tx", sure.deposit), legs.words("tx", sure.withdrawal), strict=True))
    pairs = {(one.deposit.tx, one.withdrawal.tx) for one in transfers if one.withdrawal is not None}
    right = score(pairs, found)
    return Rate(rule, name, len(pairs), right.precision, right.recall, date)


def less_fee(one: Transfer) -> Transfer:
    """The same transfer with a fee of 4 to 30 basis points, which its own hash says."""
    share = 4 + int.from_bytes(sha256(one.deposit.tx.encode()).digest()[:4], "big") % 27
    paid = str(int(one.amount) - int(one.amount) * share // 10_000)
    return one if one.withdrawal is None else replace(one, paid=paid)


def _from_moonbeam(folder: Path) -> Iterator[Transfer]:
    with (folder / "withdrawal_pairs.csv").open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            yield Transfer(
                Leg(row["orig_tx_hash"], int(row["orig_timestamp"])),
                Leg(row["dst_tx_hash"], int(row["dst_timestamp"])),
                *(row[name] for name in ("dst_token", "amount", "sender", "beneficiary", "withdrawal_id")),
            )
    for cells in _table(folder / "TC_WithdrawalsWithoutMatch.tsv"):
        yield Transfer(Leg(cells[2], int(cells[1])), None, cells[5], cells[8], cells[6], cells[7], cells[3])


def _from_ethereum(folder: Path) -> Iterator[Transfer]:
    far = {cells[2]: cells for cells in _table(folder / "TC_ValidERC20TokenDeposit.tsv")}
    for name in ("SC_ValidERC20TokenDeposit.tsv", "SC_ValidNativeTokenDeposit.tsv"):
        for cells in _table(folder / name):
            other = far.get(cells[2])
            if other is not None and int(other[0]) > int(cells[0]):
                near, paid = Leg(cells[1], int(cells[0])), Leg(other[1], int(other[0]))
                yield Transfer(near, paid, cells[6], cells[11], cells[3], cells[5], cells[2])
    for cells in _table(folder / "SC_DepositsWithoutMatch.tsv"):
        yield Transfer(Leg(cells[2], int(cells[1])), None, cells[6], cells[9], cells[7], cells[8], cells[4])


def _table(path: Path) -> list[list[str]]:
    """The rows of a tab-separated file without header; none when the folder has no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.reader(text, delimiter="\t"))
