"""Terms of transactions: as they were made, from every source that proves them, and never guessed."""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chains import Registry
from cointrail.chains.bitcoin import networks
from cointrail.errors import InputError
from cointrail.ledger import Ledger, open_ledger, store, term_parts
from cointrail.ledger.importer import import_files
from cointrail.ledger.manifest import load
from cointrail.ledger.outputs import transaction_key
from cointrail.ledger.readers import Options
from cointrail.ledger.term_parts import read_terms
from cointrail.ledger.verify import verify
from tests.ledger.readers.blockmaking import Made, Tx, framed

NAMES = ("version", "lock_time", "sequence")
Number = st.sampled_from([0, 1, 2, 500_000_000, 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFF]) | st.integers(0, 0xFFFFFFFF)
Told = tuple[int, int, int]
UNKNOWN: Told = (-1, -1, -1)


def spending(number: int, lock: int, version: int = 2, sequences: tuple[int, ...] = (0xFFFFFFFF,)) -> Tx:
    spends: list[tuple[bytes, int, bytes, list[bytes]]] = [(bytes([number + 1]) * 32, n, b"", []) for n in range(3)]
    return Tx(spends, [(5, b"\x51")], lock, version, sequences)


def imported(folder: Path, *files: Path) -> Ledger:
    import_files(files, folder, Options(Registry("bitcoin-regtest"), chain="bitcoin-regtest"))
    return open_ledger(folder)


def raw(folder: Path, *blocks: list[Tx]) -> Path:
    """A node's file of blocks on top of the first."""
    chain = Made(networks()["bitcoin-regtest"].genesis, 0)
    for txs in blocks:
        chain.add(txs)
    path = folder / "blk.dat"
    path.write_bytes(framed(chain.blocks))
    return path


def told(ledger: Ledger, *txs: Tx) -> list[Told]:
    """What the ledger says of transactions: version, lock time, least sequence."""
    ids = [ledger.address_id(transaction_key(tx.id)) or 0 for tx in txs]
    return list(zip(*(ledger.terms.of(name, ids).tolist() for name in NAMES), strict=True))


def line(tx: Tx, **change: Any) -> str:
    """A transaction as bitcoin-etl tells it."""
    inputs = [
        {"index": n, "spent_transaction_hash": spent.hex(), "spent_output_index": place, "script_hex": script.hex(),
         "sequence": tx.sequences[n % len(tx.sequences)], "type": None, "value": None}
        for n, (spent, place, script, _) in enumerate(tx.spends)
    ]  # fmt: skip
    outputs = [{"index": n, "value": value, "script_hex": script.hex()} for n, (value, script) in enumerate(tx.pays)]
    place = {"block_number": 1, "block_hash": "ab" * 32, "block_timestamp": 1_500_000_600, "index": 1}
    terms = {"version": tx.version, "lock_time": tx.lock, "is_coinbase": False}
    return json.dumps({"hash": tx.id.hex(), **place, **terms, "inputs": inputs, "outputs": outputs} | change)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(Number, Number, st.lists(Number, min_size=1, max_size=3).map(tuple)), min_size=1, max_size=5))
def test_terms_are_read_as_they_were_made(terms: list[tuple[int, int, tuple[int, ...]]]) -> None:
    txs = [spending(n, lock, version, sequences) for n, (version, lock, sequences) in enumerate(terms)]
    with TemporaryDirectory() as folder:
        ledger = imported(Path(folder) / "l", raw(Path(folder), txs[::2], txs[1::2]))
        assert told(ledger, *txs) == [(version, lock, min(sequences)) for version, lock, sequences in terms]


def test_every_source_tells_the_same(tmp_path: Path) -> None:
    txs = [spending(1, 110, 1, (7, 0xFFFFFFFE)), spending(2, 0)]
    (tmp_path / "etl.json").write_text("\n".join(line(tx) for tx in txs))
    of_files = imported(tmp_path / "etl", tmp_path / "etl.json")
    of_blocks = imported(tmp_path / "raw", raw(tmp_path, txs))
    assert told(of_files, *txs) == told(of_blocks, *txs) == [(1, 110, 7), (2, 0, 0xFFFFFFFF)]


@pytest.mark.parametrize("change", [{"lock_time": None}, {"version": None}, {"inputs": "without scripts"}])
def test_what_no_id_proves_is_not_known_until_another_source_tells_it(change: dict[str, Any], tmp_path: Path) -> None:
    tx = spending(1, 110)
    if "inputs" in change:
        change = {"inputs": [one | {"script_hex": None} for one in json.loads(line(tx))["inputs"]]}
    (tmp_path / "lacking.json").write_text(line(tx, **change))
    (tmp_path / "whole.json").write_text(line(tx))
    before = imported(tmp_path / "l", tmp_path / "lacking.json")
    digest, made = before.digest, (tmp_path / "l" / "index" / "meta.json").stat().st_mtime_ns
    assert told(before, tx) == [UNKNOWN] and not before.manifest.terms
    after = imported(tmp_path / "l", tmp_path / "whole.json")
    assert told(after, tx) == [(2, 110, 0xFFFFFFFF)]
    assert after.digest == digest and (tmp_path / "l" / "index" / "meta.json").stat().st_mtime_ns == made
    assert after.manifest.segments == before.manifest.segments


@pytest.mark.parametrize("change", [{"lock_time": 111}, {"version": 1}, {"lock_time": -1}, {"version": 1 << 32}])
def test_terms_that_the_id_denies_are_quarantined(change: dict[str, Any], tmp_path: Path) -> None:
    tx = spending(1, 110)
    (tmp_path / "t.json").write_text("\n".join([*[line(spending(n, 0)) for n in range(150)], line(tx, **change)]))
    ledger = imported(tmp_path / "l", tmp_path / "t.json")
    assert ledger.manifest.sources[0].bad == 1 and told(ledger, tx) == [UNKNOWN]


def test_a_ledger_without_terms_is_read_and_completed(tmp_path: Path) -> None:
    """As versions before the terms wrote them; what was imported may be imported once more."""
    tx = spending(1, 110)
    path = raw(tmp_path, [tx])
    digest = imported(tmp_path / "l", path).digest
    load(tmp_path / "l").with_(terms=()).save(tmp_path / "l")
    shutil.rmtree(tmp_path / "l" / "terms")
    old = open_ledger(tmp_path / "l")
    assert verify(tmp_path / "l") == old.digest == digest and told(old, tx) == [UNKNOWN]
    again = imported(tmp_path / "l", path)
    assert told(again, tx) == [(2, 110, 0xFFFFFFFF)] and verify(tmp_path / "l") == digest
    state = (tmp_path / "l" / "manifest.json").read_bytes()
    imported(tmp_path / "l", path)
    assert (tmp_path / "l" / "manifest.json").read_bytes() == state


def test_terms_are_told_once_however_often_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(term_parts, "HELD_BYTES", 1)  # a part for every table
    txs = [spending(n, n) for n in range(4)]
    for name, few in (("one", txs[:2]), ("other", txs[1:])):
        (tmp_path / f"{name}.json").write_text("\n".join(line(tx) for tx in [*few, *few]))
        ledger = imported(tmp_path / "l", tmp_path / f"{name}.json")
    held = [read_terms(ledger.path, part).num_rows for part in ledger.manifest.terms]
    assert held == [2, 2] and [lock for _, lock, _ in told(ledger, *txs)] == [0, 1, 2, 3]


def test_damage_is_named(tmp_path: Path) -> None:
    imported(tmp_path / "l", raw(tmp_path, [spending(1, 110)]))
    [path] = (tmp_path / "l" / "terms").iterdir()
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(InputError, match=rf"{path.name}: changed since it was written"):
        verify(tmp_path / "l")
    path.unlink()
    with pytest.raises(InputError, match=rf"{path.name}: missing"):
        verify(tmp_path / "l")


def test_an_import_that_fails_leaves_no_terms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = raw(tmp_path, [spending(1, 110)])
    imported(tmp_path / "l", first)
    kept = {path.name for path in (tmp_path / "l" / "terms").iterdir()}
    (tmp_path / "t.json").write_text(line(spending(2, 7)))

    def dies(*_: object) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(store, "_merge_runs", dies)
    with pytest.raises(RuntimeError):
        imported(tmp_path / "l", tmp_path / "t.json")
    assert {path.name for path in (tmp_path / "l" / "terms").iterdir()} == kept
