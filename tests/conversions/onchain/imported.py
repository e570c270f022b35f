"""A chain as `cointrail ledger import --rpc` keeps it, next to the contracts' own state."""

from collections import Counter
from pathlib import Path

from cointrail.ledger import Ledger, open_ledger
from tests.cli.command import Done, done
from tests.conversions.onchain.record import Holding, Record


def load(record: Record, into: Path, url: str = "") -> tuple[Ledger, Done]:
    """Import every block of a chain with the real command; through another `url` if one is given."""
    said = done(
        *("ledger", "import", "--into", into, "--chain", record.chain, "--rpc", url or record.url),
        *("--from-block", 0, "--to-block", record.head),
    )
    return open_ledger(into), said


def net(ledger: Ledger) -> Counter[Holding]:
    """What every address received less what it sent and paid, by asset."""
    facts = ledger.facts(range(ledger.transfers))
    ids = sorted({int(i) for i in (*facts.sender, *facts.recipient) if i > 0})
    names = {i: "0x" + raw.hex() for i, raw in zip(ids, ledger.addresses(ids), strict=True)}
    keys = [asset.key for asset in ledger.assets]
    out: Counter[Holding] = Counter()
    for sender, recipient, asset, amount in zip(facts.sender, facts.recipient, facts.asset, facts.amount, strict=True):
        key = keys[int(asset)].lower()
        if sender > 0:
            out[names[int(sender)], key] -= amount
        if recipient > 0:
            out[names[int(recipient)], key] += amount
    return out


def wraps(ledger: Ledger, record: Record) -> bool:
    """Whether the ledger has wrapping as a movement of the wrapped coin. Where not, that coin does not add up."""
    weth, rows = record.assets["WETH"], range(ledger.transfers)
    facts = ledger.facts(rows)
    coin = [place for place, asset in enumerate(ledger.assets) if asset.key.lower() == weth]
    minted = {"", "0x" + "00" * 20, weth}
    ids = [int(i) for i in facts.sender]
    raw = dict(zip(ids, ledger.addresses([max(i, 0) for i in ids]), strict=True))
    return any(
        int(asset) in coin and ("0x" + raw[sender].hex() if raw[sender] else "") in minted
        for sender, asset in zip(ids, facts.asset, strict=True)
    )


def differences(ledger: Ledger, record: Record) -> dict[Holding, tuple[int, int]]:
    """Holdings whose net flow in the ledger is not the change of the balance: (in the ledger, on the chain)."""
    flow, weth = net(ledger), record.assets["WETH"]
    left_out = {(weth, weth)} if wraps(ledger, record) else {(holder, weth) for holder, _ in (*flow, *record.closing)}
    found = {}
    for holding, closing in record.closing.items():
        change = closing - record.opening.get(holding, 0)
        if holding not in left_out and flow[holding] != change:
            found[holding] = (flow[holding], change)
    return found
