"""A sweep says of every transaction what settling it alone says."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail import Ledger, open_ledger
from cointrail.chains import Asset, Registry, format_address, wrapped
from cointrail.chains.asset import NATIVE
from cointrail.conversions.settlement.piece import CONVERTING
from cointrail.conversions.settlement.settler import Settler
from cointrail.conversions.settlement.sweep import Conversion, sweep
from cointrail.ledger.importer import import_tables
from tests import making

TOKEN = format_address(making.address(90))  # whose contract is party 90
WETH = min(wrapped("ethereum"))  # party 91
WRAPPED = format_address(WETH)
KEYS = [NATIVE, "BBB", TOKEN, "junk", WRAPPED]
ZERO = bytes(20)
Row = tuple[int, int, int, int]  # sender, recipient, asset, amount
People = st.sampled_from([1, 2, 3, 4, 90, 91, 0])
Amounts = st.sampled_from([1, 7, 2**63, 2**64 - 1, 2**127])
Loose = st.lists(st.tuples(People, People, st.integers(0, 4), Amounts), max_size=7)


@st.composite
def routed(draw: st.DrawFn) -> list[Row]:
    """A swap as routers make them: wrapped, with a fee, over pools, to somebody, unwrapped; some movements unseen."""
    user, router, fees, payee = 1, 2, 3, draw(st.sampled_from([1, 1, 4]))
    sold, middle, bought = draw(st.permutations([1, 2, 4]))
    size, amount = draw(st.integers(10, 2**65)), draw(st.integers(10, 2**65))
    fee = draw(st.sampled_from([0, 1, size // 3, size]))
    rows: list[Row] = []
    if sold == 4 and draw(st.booleans()):
        rows += [(user, router, 0, size), (router, 91, 0, size), (0, router, 4, size)]
    else:
        rows += [(user, router, sold, size)]
    rows += [(router, fees, sold, fee), (router, 5, sold, size - fee)]
    if draw(st.booleans()):
        rows += [(5, 6, middle, 77), (6, router, bought, amount)]
    else:
        rows += [(5, router, bought, amount)]
    cut = draw(st.sampled_from([0, 0, 1, amount // 2]))
    rows += [(router, fees, bought, cut)]
    if bought == 4 and draw(st.booleans()):
        rows += [(router, 0, 4, amount - cut), (91, router, 0, amount - cut), (router, payee, 0, amount - cut)]
    else:
        rows += [(router, payee, bought, amount - cut)]
    return [row for row in rows if draw(st.integers(0, 9))]  # one in ten is not in the source


Transactions = st.lists(st.one_of(Loose, routed()), min_size=1, max_size=6)


def party(number: int) -> bytes:
    return {0: ZERO, 91: WETH}.get(number, making.address(number))


def ledger(folder: Path, transactions: list[list[Row]]) -> Ledger:
    rows = [
        making.row(tx, 0, 0, amount, asset=KEYS[asset], tx=(tx + 1).to_bytes(32, "big"), tx_index=0, position=place)
        | {"sender": party(sender), "recipient": party(to)}
        for tx, listed in enumerate(transactions)
        for place, (sender, to, asset, amount) in enumerate(listed)
    ]
    known = Registry("ethereum")
    describe = {key: Asset(key, key, 0, "unknown" if key == "junk" else "named") for key in KEYS}
    import_tables([("test", making.table(rows))], folder, "ethereum", lambda key: known.get(key) or describe[key])
    return open_ledger(folder)


def alone(found: Ledger) -> list[Conversion]:
    """Transaction by transaction."""
    settler, index, out, row = Settler(found), found.index, [], 0
    issuers = {settler.issuer(n) for n in range(len(found.assets)) if found.assets[n].verified} - {None}
    while row < found.transfers:
        first, behind = index.transaction(row)
        if index.mark[first] & 2:
            for one in settler.settle(first, behind).pieces:
                if one.rule in CONVERTING and one.loser > 0 and one.loser not in issuers:
                    sides = (one.loser, one.asset, one.size, one.gainer, one.got, one.amount)
                    out.append(Conversion(behind - 1, *sides, one.rule))
        row = behind
    return out


@settings(max_examples=150, deadline=None)
@given(transactions=Transactions)
def test_a_sweep_is_every_transaction_settled(transactions: list[list[Row]]) -> None:
    if not any(transactions):
        return
    with TemporaryDirectory() as folder:
        found = ledger(Path(folder) / "ledger", transactions)
        swept = sweep(found)
        done = [one._replace(row=found.index.transaction(one.row)[1] - 1) for one in swept]
        expected = alone(found)
    assert Counter(done) == Counter(expected) and len(swept) == len(expected)
    assert swept.transactions == sum(1 for listed in transactions if listed)


def test_a_plain_swap_takes_the_short_way(tmp_path: Path) -> None:
    done = sweep(ledger(tmp_path / "ledger", [[(1, 2, 0, 7), (2, 1, 1, 2**120)], [(1, 2, 0, 7), (2, 3, 1, 1)]]))
    assert (done.several, done.plain) == (2, 2)
    assert {(one.sold_amount, one.bought_amount) for one in done} == {
        (7, 2**120),
        (2**120, 7),
        (7, 1),
        (1, 7),
    }
