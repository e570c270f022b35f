"""Tron: the same trace, with addresses, contracts and ids as people of that chain write them."""

from pathlib import Path

from cointrail import Theft, open_ledger, trace
from cointrail.chains import Registry, tron
from cointrail.ledger.importer import import_files
from cointrail.ledger.readers import Options
from cointrail.tracing.results import Results
from tests.making import address

USDT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
THIEF, DESK = (tron.address(address(number)) for number in (1, 2))
ID = "ab" * 32


def test_an_export_is_read_and_traced(tmp_path: Path) -> None:
    lines = [
        "hash,block,from,to,contract,value",
        f"{ID},78861100,{tron.address(address(7))},{THIEF},{USDT},100.5",
        f"{'cd' * 32},78861101,{THIEF},{DESK},{USDT},60.25",
        f"{'ef' * 32},78861102,{THIEF},{DESK},,3.000001",
    ]
    (tmp_path / "export.csv").write_text("\n".join(lines), encoding="utf-8")
    columns = {"tx": "hash", "block": "block", "from": "from", "to": "to", "asset": "contract", "amount": "value"}
    options = Options(Registry("tron"), chain="tron", columns=columns)
    done = import_files([tmp_path / "export.csv"], tmp_path / "l", options)
    assert (done.rows, done.bad) == (3, 0)
    content = Results(trace(open_ledger(tmp_path / "l"), Theft.of(THIEF, assets=[USDT]))).trail_json()
    ends = {(one["address"], one["asset"], one["amount"]) for one in content["policies"]["fifo"]["endpoints"]}
    assert ends == {(DESK, USDT, "60.25"), (DESK, "TRX", "3.000001")}
    assert content["theft"]["addresses"] == [THIEF]
    by_transaction = trace(open_ledger(tmp_path / "l"), Theft.of(transactions=[ID]))
    first = next(Results(by_transaction).movements())
    assert (first["tx"], first["from"]) == (ID, tron.address(address(7)))
