"""Bridges that were robbed: Nomad and Ronin, 2022. Their unmatched withdrawals, and which of them are the theft."""

import csv
import gzip
from collections import Counter
from pathlib import Path

from cointrail.conversions.match import match
from cointrail.conversions.measure import NOMAD
from tests.conversions.bridge import DATA, Row, deposit, read, shuffled, withdrawal

RONIN = DATA / "bridges" / "xchainwatcher" / "ronin"


def table(path: Path) -> list[list[str]]:
    packed = path.suffix == ".gz"
    text = (gzip.decompress(path.read_bytes()) if packed else path.read_bytes()).decode()
    return list(csv.reader(text.splitlines(), delimiter="\t"))


def attacks(path: Path) -> Counter[tuple[str, ...]]:
    names = ("dst_transaction_hash", "withdrawal_id", "dst_token", "beneficiary", "amount")
    with path.open() as text:
        return Counter(tuple(row[name] for name in names) for row in csv.DictReader(text))


def alarmed(folder: Path, legs_rows: list[Row]) -> tuple[Counter[tuple[str, ...]], Counter[str], int]:
    """What was flagged, the kinds of all findings on withdrawals, and how many links there are."""
    legs = read(folder, shuffled(legs_rows))
    joined = match(legs)
    text = [legs.text[name].to_pylist() for name in ("tx", "key", "token", "recipient", "amount")]
    flagged = Counter(tuple(column[one.row] for column in text) for one in joined.findings if one.alarm)
    kinds = Counter(one.kind for one in joined.findings if not legs.deposit[one.row])
    return flagged, kinds, len(joined.links)


def unexplained() -> list[Row]:
    """The withdrawals of Nomad on Ethereum that have no pair: the 382 fraudulent ones and five others."""
    found = []
    for cells in table(DATA / NOMAD / "SC_WithdrawalsWithoutMatch.tsv"):
        more = {"key": cells[3], "token": cells[4], "recipient": cells[5], "amount": cells[6]}
        found.append(withdrawal(cells[2], int(cells[1]), bridge="nomad", **more))
    return found


def ronin() -> list[Row]:
    """Ronin's withdrawals: both forged ones, those that were claimed late, and the many that never were."""
    names = ("key", "token", "recipient", "amount")
    legs = []
    late = table(RONIN / "TC_WithdrawalsMatchWithAdditionalData.tsv")
    claimed = {cells[6] for cells in late}
    for cells in table(RONIN / "TC_WithdrawalsWithoutMatch.tsv.gz"):
        if cells[3] in claimed:
            continue
        more = dict(zip(names, (cells[3], cells[5], cells[7], cells[8]), strict=True))
        legs.append(deposit(cells[2], int(cells[1]), bridge="ronin", **more))
    for cells in late:
        more = dict(zip(names, (cells[6], cells[8], cells[10], cells[11]), strict=True))
        legs.append(deposit(cells[2], int(cells[1]), bridge="ronin", **more))
        legs.append(withdrawal(cells[5], int(cells[4]), bridge="ronin", **more))
    with (RONIN / "attacks.csv").open() as text:
        for row in csv.DictReader(text):
            more = {"key": row["withdrawal_id"], "token": row["dst_token"], "recipient": row["beneficiary"]}
            tx, moment = row["dst_transaction_hash"], int(row["dst_timestamp"])
            legs.append(withdrawal(tx, moment, bridge="ronin", amount=row["amount"], **more))
    return legs
