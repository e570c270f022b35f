"""Two real blocks: exposure to a third of who paid in them is what traces from these say, unit by unit."""

from pathlib import Path

import pytest

from cointrail.chains import Asset, Registry, parse_address
from cointrail.chains.asset import NATIVE
from cointrail.exposure import build
from cointrail.labels import Labels
from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.importer import import_tables
from tests import making
from tests.conversions import mainnet
from tests.exposure.traces import traced
from tests.tracing.following import label

REACHED = 50  # amounts that are compared, at least

pytestmark = mainnet.needs_blocks


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The blocks, every token vouched for."""
    folder: Path = tmp_path_factory.mktemp("blocks") / "ledger"
    known = Registry("ethereum")
    rows = [
        making.row(number, 0, 0, move.amount, tx=bytes.fromhex(tx[2:]), tx_index=0, position=place)
        | {"asset": NATIVE if move.asset == mainnet.NATIVE else move.asset}
        | {"sender": parse_address(move.sender), "recipient": parse_address(move.recipient)}
        for number, (tx, moves) in enumerate(mainnet.moves().items(), 1)
        for place, move in enumerate(moves)
    ]
    described = lambda key: known.get(key) or Asset(key, key, 0, "user")  # noqa: E731
    import_tables([("blocks", making.table(rows))], folder, "ethereum", described)
    return open_ledger(folder)


@pytest.mark.parametrize("policy", ["haircut", "fifo", "lifo", "tiho", "poison"])
def test_exposure_to_payers_is_what_traces_say(ledger: Ledger, policy: str) -> None:
    firsts = dict.fromkeys(parse_address(moves[0].sender) for moves in mainnet.moves().values() if moves)
    payers = [one for one in firsts if any(one)][::3]
    labels = Labels(ledger.path)
    labels.add([label(0, "thief", "perpetrator", address=one) for one in payers])
    stored = build(ledger, labels, policy)
    reached = 0
    for direction, side in (("forward", "source"), ("backward", "destination")):
        expected = traced(ledger, payers, policy, direction)
        ids = list(range(1, len(ledger.index.prefix) + 1))
        for one, raw in zip(ids, ledger.addresses(ids), strict=True):
            if raw in payers:
                continue
            parts = [part for part in stored.of(raw).parts if part.direction == side]
            stolen = {part.asset: part.amount for part in parts if part.category == "perpetrator"}
            assert stolen == expected.get(one, {}), (direction, raw.hex())
            reached += len(stolen)
    assert reached >= REACHED, reached
