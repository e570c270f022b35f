"""Reading Bitcoin: made blocks against plain code, every kind of damage, and real blocks."""

import bz2
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chains import Registry, owner_key
from cointrail.chains.bitcoin import networks
from cointrail.errors import InputError
from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.importer import Imported, import_files, import_node
from cointrail.ledger.ledger import Facts
from cointrail.ledger.outputs import output_key, transaction_key
from cointrail.ledger.readers import Options
from cointrail.ledger.readers.bitcoin.block import amounts, read
from cointrail.ledger.readers.bitcoin.scan import Unsound
from cointrail.ledger.rows import Kind
from tests.ledger.readers.blockmaking import Made, Tx, framed

REGTEST = networks()["bitcoin-regtest"]
SCRIPTS = (b"\x51", b"\x76\xa9\x14" + bytes(20) + b"\x88\xac", b"\x00\x14" + bytes(range(20)), b"\x6a\x04OUT:", b"")

Script = st.sampled_from(SCRIPTS) | st.binary(max_size=300)
Spends = st.tuples(st.binary(min_size=32, max_size=32), st.integers(0, 300), Script, st.lists(st.binary(max_size=80)))
Txs = st.builds(
    Tx,
    st.lists(Spends, min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 21 * 10**14), Script), min_size=1, max_size=4),
    st.integers(0, 0xFFFFFFFF),
)


def made(*blocks: list[Tx]) -> Made:
    """Blocks on top of regtest's first."""
    chain = Made(REGTEST.genesis, 0)
    for txs in blocks:
        chain.add(txs)
    return chain


def imported(folder: Path, *files: Path, chain: str = "bitcoin-regtest", **more: Any) -> Imported:
    return import_files(files, folder, Options(Registry(chain), chain=chain, **more))


def rows(ledger: Ledger) -> Facts:
    return ledger.facts(range(ledger.transfers))


def terms(ledger: Ledger) -> list[tuple[int, ...] | None]:
    """Version, lock time and least sequence of every transaction, in chain order; None where they are not known."""
    ids = [ledger.address_id(transaction_key(tx)) or 0 for tx in dict.fromkeys(tx for tx in rows(ledger).tx if tx)]
    told = zip(*(ledger.terms.of(name, ids).tolist() for name in ("version", "lock_time", "sequence")), strict=True)
    return [None if -1 in one else one for one in told]


def quarantined(done: Imported) -> str:
    assert done.quarantine is not None
    return done.quarantine.read_text("utf-8")


@settings(max_examples=80, deadline=None)
@given(st.lists(Txs, max_size=4, unique_by=lambda tx: tx.id))
def test_a_block_is_read_as_it_was_made(txs: list[Tx]) -> None:
    raw = made(txs).blocks[0]
    block = read(np.frombuffer(raw, np.uint8), REGTEST)
    assert block.ids[1:] == [tx.id for tx in txs]
    paid = [(amount, script) for tx in txs for amount, script in tx.pays]
    kept = block.parts.outputs[block.parts.outputs[:, 0] > 0]
    own = amounts(block.data, block.parts)[len(block.parts.outputs) - len(kept) :].tolist()
    assert [(a, raw[b:e]) for a, (_, _, b, e) in zip(own, kept.tolist(), strict=True)] == paid
    spent = [raw[at : at + 36] for _, at, _, _ in block.parts.inputs.tolist()[1:]]
    assert spent == [s[::-1] + n.to_bytes(4, "little") for tx in txs for s, n, _, _ in tx.spends]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_changed_byte_goes_unnoticed(data: st.DataObject) -> None:
    """Not in a header, a transaction, nor a witness."""
    plain = Tx([(bytes(32), 1, b"\x51", [b"signature", b"key"])], [(7, b"\x51"), (8, b"\x00\x14" + bytes(20))])
    raw = bytearray(made([plain]).blocks[0])
    place = data.draw(st.integers(4, len(raw) - 1).filter(lambda at: not 68 <= at < 80))  # time, target, nonce: work
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        block = read(np.frombuffer(bytes(raw), np.uint8), REGTEST)
    except Unsound:
        return
    assert 4 <= place < 36 and block.header.before != REGTEST.genesis  # the parent's hash is checked by what follows


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_garbage_is_unsound(garbage: bytes) -> None:
    head = made([]).blocks[0][:80]
    for raw in (garbage, head + garbage):
        with pytest.raises(Unsound):
            read(np.frombuffer(raw, np.uint8), REGTEST)


PAY = Tx([(b"\7" * 32, 0, b"", [])], [(5, b"\x51")])
NEXT = Tx([(PAY.id, 0, b"", [])], [(4, b"\x51")])


def test_one_damaged_block_costs_no_other(tmp_path: Path) -> None:
    """It is quarantined with its place and reason; the blocks behind it still have their heights."""
    chain = made([PAY], [NEXT], [])
    good = framed(chain.blocks)
    bad = bytearray(good)
    bad[8 + len(chain.blocks[0]) + 8 + 100] ^= 1
    (tmp_path / "blk00000.dat").write_bytes(bytes(bad))
    done = imported(tmp_path / "l", tmp_path / "blk00000.dat")
    assert done.bad == 1 and "merkle root" in quarantined(done)
    assert set(rows(open_ledger(tmp_path / "l")).block.tolist()) == {1, 3}
    (tmp_path / "blk00000.dat").write_bytes(good)
    imported(tmp_path / "l", tmp_path / "blk00000.dat")
    assert set(rows(open_ledger(tmp_path / "l")).block.tolist()) == {1, 2, 3}


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda raw: raw[:-20], "cut off"),
        (lambda raw: raw[:4] + (1 << 31).to_bytes(4, "little") + raw[8:], "a block that claims 2147483648 bytes"),
        (lambda raw: raw[:1] + b"\0" + raw[2:], "not a file of bitcoin-regtest blocks"),
        (lambda raw: b"", "not a file of bitcoin-regtest blocks"),
    ],
)
def test_damage_is_said_and_bounded(damage: Any, says: str, tmp_path: Path) -> None:
    raw = framed(made([PAY], [NEXT]).blocks)
    (tmp_path / "blk.dat").write_bytes(damage(raw))
    try:
        done = imported(tmp_path / "l", tmp_path / "blk.dat")
    except InputError as error:
        assert says in str(error)
        assert not (tmp_path / "l" / "manifest.json").exists()
    else:
        assert says in quarantined(done) and done.rows > 0


def test_files_of_newer_nodes_lie_under_a_key(tmp_path: Path) -> None:
    raw, key = framed(made([PAY]).blocks), bytes(range(1, 9))
    hidden = bytes(a ^ b for a, b in zip(raw, key * len(raw), strict=False))
    (tmp_path / "blk.dat").write_bytes(hidden)
    with pytest.raises(InputError, match=r"put xor\.dat from the node's folder of blocks beside it"):
        imported(tmp_path / "l", tmp_path / "blk.dat")
    (tmp_path / "xor.dat").write_bytes(key)
    assert imported(tmp_path / "l", tmp_path).rows > 0
    (tmp_path / "xor.dat").write_bytes(bytes(range(2, 10)))
    with pytest.raises(InputError, match="nor one under the key"):
        imported(tmp_path / "k", tmp_path / "blk.dat")


@pytest.mark.parametrize("key", [b"", bytes(range(1, 9))], ids=["plain", "under a key"])
@pytest.mark.parametrize("wanted", ["ethereum", "bitcoin"])
def test_blocks_of_another_chain_are_known_by_their_magic(wanted: str, key: bytes, tmp_path: Path) -> None:
    raw = framed(made([PAY]).blocks)
    if key:
        (tmp_path / "xor.dat").write_bytes(key)
        raw = bytes(a ^ b for a, b in zip(raw, key * len(raw), strict=False))
    (tmp_path / "blk.dat").write_bytes(raw)
    with pytest.raises(InputError, match=r"blocks of bitcoin-regtest: give --chain bitcoin-regtest$"):
        imported(tmp_path / "l", tmp_path / "blk.dat", chain=wanted)
    (tmp_path / "one.dat").write_bytes(networks()["bitcoin"].magics[0] + framed(made([PAY]).blocks)[4:])
    with pytest.raises(InputError, match="give --chain bitcoin or --chain bitcoin-cash"):
        imported(tmp_path / "l", tmp_path / "one.dat", chain="ethereum")
    (tmp_path / "blk00000.dat").write_bytes(bytes(range(150, 250)))
    with pytest.raises(InputError, match="a node's file of blocks: give the chain, such as --chain bitcoin"):
        imported(tmp_path / "l", tmp_path / "blk00000.dat", chain="ethereum")
    assert not (tmp_path / "l").exists()


def test_blocks_in_any_order_and_given_up_ones(tmp_path: Path) -> None:
    """A node stores blocks as they came; what is not on the longest chain is left out, and said."""
    chain = made([PAY], [NEXT], [])
    fork = Made(read(np.frombuffer(chain.blocks[0], np.uint8), REGTEST).header.hash, 1)
    fork.add([], salt=9)
    (tmp_path / "blk.dat").write_bytes(framed([chain.blocks[2], fork.blocks[0], chain.blocks[1], chain.blocks[0]]))
    done = imported(tmp_path / "l", tmp_path / "blk.dat")
    assert set(rows(open_ledger(tmp_path / "l")).block.tolist()) == {1, 2, 3}
    assert done.warnings == ["1 blocks are on no longest chain and were left out"]


def test_a_block_alone_says_its_height_or_is_told_it(tmp_path: Path) -> None:
    chain = made([PAY])
    (tmp_path / "one.dat").write_bytes(framed(chain.blocks))
    (tmp_path / "two.dat").write_bytes(framed([made_later(chain)]))
    imported(tmp_path / "l", tmp_path / "one.dat")
    imported(tmp_path / "l", tmp_path / "two.dat")  # goes on from what the ledger holds
    assert set(rows(open_ledger(tmp_path / "l")).block.tolist()) == {1, 2}
    imported(tmp_path / "m", tmp_path / "two.dat", first_block=70)
    assert set(rows(open_ledger(tmp_path / "m")).block.tolist()) == {70}


def made_later(chain: Made) -> bytes:
    return chain.add([NEXT])


def test_a_transaction_of_four_megabytes(tmp_path: Path) -> None:
    large = Tx([(b"\7" * 32, 0, b"", [b"\1" * 3_900_000])], [(1, b"\x51")] * 9_000)
    (tmp_path / "blk.dat").write_bytes(framed(made([large]).blocks))
    assert imported(tmp_path / "l", tmp_path / "blk.dat").rows == 9_000 + 1 + 3


def test_the_same_chain_from_every_source_is_the_same_ledger(tmp_path: Path, chain_samples: Path) -> None:
    """bitcoin-etl and Bitcoin Core tell real blocks alike; what only one of them tells is taken over."""
    job = chain_samples / "etl_bitcoin" / "test_export_blocks_job" / "bitcoin"
    etl = sorted(job.glob("*/expected_transactions.json"))
    core = sorted(job.glob("*/rpc_response_getblock_*_2.json"))
    assert len(etl) == 5 and len(core) == 7
    imported(tmp_path / "etl", *etl, chain="bitcoin")
    imported(tmp_path / "core", *core, chain="bitcoin")
    told, known = open_ledger(tmp_path / "etl"), open_ledger(tmp_path / "core")
    assert rows(told).tx == rows(known).tx and told.transfers > 10
    imported(tmp_path / "etl", *core, chain="bitcoin")
    imported(tmp_path / "core", *etl, chain="bitcoin")
    assert open_ledger(tmp_path / "core").digest == open_ledger(tmp_path / "etl").digest
    assert set(rows(told).block.tolist()) == {0, 1, 50_000, 50_001, 50_002}


def test_aws_tells_amounts_in_coins(tmp_path: Path, chain_samples: Path) -> None:
    """The floating-point amounts of AWS's tables stand for exact ones."""
    job = chain_samples / "etl_bitcoin" / "test_export_blocks_job" / "bitcoin"
    lines = (job / "block_with_transactions" / "expected_transactions.json").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    for one in told:
        one["block_timestamp"] = pa.scalar(one["block_timestamp"], pa.timestamp("s")).as_py()
        for side in ("inputs", "outputs"):
            for part in one[side]:
                part["address"] = (part.pop("addresses") or [None])[0]
                part["value"] = None if part["value"] is None else part["value"] / 1e8
    pq.write_table(pa.Table.from_pylist(told), tmp_path / "part-0.snappy.parquet")
    imported(tmp_path / "aws", tmp_path / "part-0.snappy.parquet", chain="bitcoin")
    imported(tmp_path / "etl", job / "block_with_transactions" / "expected_transactions.json", chain="bitcoin")
    assert open_ledger(tmp_path / "aws").digest == open_ledger(tmp_path / "etl").digest
    found = terms(open_ledger(tmp_path / "aws"))
    assert found == terms(open_ledger(tmp_path / "etl")) and any(found) and not all(found)  # but for new coins


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hash": "ab" * 32}, "its id is not that of its content"),
        ({"hash": "zz"}, "a field is missing or wrong"),
        ({"outputs": None}, "a field is missing or wrong"),
        ({"outputs": [{"index": 0, "value": 22 * 10**14, "script_hex": "51"}]}, "more than there can be"),
        ({"outputs": [{"index": 1, "value": 1, "script_hex": "51"}]}, "not numbered through"),
    ],
)
def test_transactions_that_cannot_be_are_quarantined(
    change: dict[str, Any], says: str, tmp_path: Path, chain_samples: Path
) -> None:
    job = chain_samples / "etl_bitcoin" / "test_export_blocks_job" / "bitcoin" / "block_with_transactions"
    lines = [json.loads(line) for line in (job / "expected_transactions.json").read_text().splitlines()]
    plain = next(one for one in lines if one["inputs"])
    many = [json.dumps(one) for one in lines] * 100
    (tmp_path / "t.json").write_text("\n".join([*many, json.dumps(plain | change)]))
    done = imported(tmp_path / "l", tmp_path / "t.json", chain="bitcoin")
    assert done.bad == 1 and says in quarantined(done)
    with pytest.raises(InputError, match=r"line (301|401)"):
        imported(tmp_path / "k", tmp_path / "t.json", chain="bitcoin", strict=True)


# Real blocks


def test_two_large_blocks_of_the_main_chain(tmp_path: Path, chain_samples: Path) -> None:
    files = sorted((chain_samples / "btc_raw_blocks_btcd").glob("*.blk"))
    assert len(files) == 2
    imported(tmp_path / "l", *files, chain="bitcoin")
    ledger = open_ledger(tmp_path / "l")
    facts = rows(ledger)
    assert {b: len({t for t, c in zip(facts.tx, facts.block, strict=True) if c == b}) for b in (540_107, 574_200)} == {
        540_107: 230,
        574_200: 3_315,
    }


def test_block_277647_with_what_it_spends(tmp_path: Path, chain_samples: Path) -> None:
    """Every fee: they add up to what the miner took beyond 25 coins."""
    folder = chain_samples / "btc_raw_blocks_btcd"
    raw = bz2.decompress((folder / "277647.dat.bz2").read_bytes())
    (tmp_path / "blk.dat").write_bytes(raw)
    spent = dict(_unspent(bz2.decompress((folder / "277647.utxostore.bz2").read_bytes())))
    imported(tmp_path / "l", tmp_path / "blk.dat", chain="bitcoin")
    ledger = open_ledger(tmp_path / "l")
    facts = rows(ledger)
    worth = {key: amount for key, (amount, _) in spent.items()}
    inside = {ledger.addresses([int(k)])[0]: a for k, a, kind in _made(facts) if kind == Kind.OUTPUT}
    fees: dict[bytes, int] = {}
    keys = ledger.addresses(facts.sender.tolist())
    for at, tx in enumerate(facts.tx):
        assert tx is not None
        if facts.kind[at] == Kind.INPUT:
            known = facts.amount[at] or worth.get(keys[at]) or inside[keys[at]]
            fees[tx] = fees.get(tx, 0) + known
        else:
            fees[tx] = fees.get(tx, 0) - facts.amount[at]
    coinbase = facts.tx[0]
    assert coinbase is not None and fees.pop(coinbase) == 0
    assert all(fee >= 0 for fee in fees.values()) and len(fees) == 212
    every = zip(facts.amount, facts.tx, facts.kind, strict=True)
    taken = sum(amount for amount, tx, kind in every if tx == coinbase and kind == Kind.OUTPUT)
    assert sum(fees.values()) == taken - 25 * 10**8


def _made(facts: Facts) -> Iterator[tuple[int, int, int]]:
    yield from zip(facts.recipient.tolist(), facts.amount, facts.kind.tolist(), strict=True)


def _unspent(raw: bytes) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Outputs as btcd's tests keep them: id, number, length, then Bitcoin Core's short form of amount and height."""
    at = 0
    while at < len(raw):
        tx, number = raw[at : at + 32][::-1], int.from_bytes(raw[at + 32 : at + 36], "little")
        size = int.from_bytes(raw[at + 36 : at + 40], "little")
        entry, at = raw[at + 40 : at + 40 + size], at + 40 + size
        code, place = _variable(entry, 0)
        packed, _ = _variable(entry, place)
        yield output_key(tx, number), (_amount(packed), code >> 1)


def _variable(raw: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        value = value << 7 | raw[at] & 0x7F
        at += 1
        if not raw[at - 1] & 0x80:
            return value, at
        value += 1


def _amount(packed: int) -> int:
    if not packed:
        return 0
    packed, exponent = divmod(packed - 1, 10)
    if exponent < 9:
        packed, digit = divmod(packed, 9)
        packed = packed * 10 + digit + 1
    else:
        packed, exponent = packed + 1, 9
    return int(packed * 10**exponent)


@pytest.fixture
def regtest(tmp_path: Path, chain_samples: Path) -> Ledger:
    """BlockSci's chain, made to hold one of everything."""
    blocks = chain_samples / "blocksci_regtest" / "regtest" / "blocks" / "blk00000.dat"
    imported(tmp_path / "regtest", blocks)
    return open_ledger(tmp_path / "regtest")


# A node


@contextmanager
def node(blocks: list[bytes], lie: str = "") -> Iterator[str]:
    """A node's answers about real blocks, over HTTP on loopback."""
    parsed = [read(np.frombuffer(raw, np.uint8), REGTEST) for raw in blocks]
    paid: dict[tuple[str, Any], dict[str, Any]] = {}

    def block(place: int) -> dict[str, Any]:
        raw, one = blocks[place], parsed[place]
        values = amounts(one.data, one.parts).tolist()
        told: list[dict[str, Any]] = []
        for number, tx in enumerate(one.ids):
            version = int.from_bytes(raw[(at := int(one.parts.transactions[number, 0])) : at + 4], "little")
            lock = int.from_bytes(raw[(at := int(one.parts.transactions[number, 3])) : at + 4], "little")
            vout = [
                {"n": n, "value": values[k] / 1e8, "scriptPubKey": {"hex": raw[b:e].hex()}}
                for n, (k, (_, _, b, e)) in enumerate(
                    (k, row) for k, row in enumerate(one.parts.outputs.tolist()) if row[0] == number
                )
            ]
            paid.update({(tx.hex(), out["n"]): out for out in vout})
            vin = [_vin(raw, row, paid, lie) for row in one.parts.inputs.tolist() if row[0] == number]
            told.append({"txid": tx.hex(), "version": version, "locktime": lock, "vin": vin, "vout": vout})
        return {"hash": one.header.hash.hex(), "height": place, "time": one.header.time, "tx": told}

    answers = [block(place) for place in range(len(blocks))]

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            one = isinstance(asked, dict)
            found = [{"jsonrpc": "2.0", "id": a["id"], "result": self.told(a)} for a in ([asked] if one else asked)]
            raw = json.dumps(found[0] if one else found).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def told(self, asked: dict[str, Any]) -> Any:
            first = asked["params"][0]
            if asked["method"] == "getblockhash":
                return answers[first]["hash"]
            place = next(n for n, known in enumerate(answers) if known["hash"] == first)
            return blocks[place][:80].hex() if asked["method"] == "getblockheader" else answers[place]

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _vin(raw: bytes, row: list[int], paid: dict[tuple[str, Any], dict[str, Any]], lie: str) -> dict[str, Any]:
    _, at, begin, end = row
    spent, number = raw[at : at + 32][::-1].hex(), int.from_bytes(raw[at + 32 : at + 36], "little")
    sequence = int.from_bytes(raw[end : end + 4], "little")
    if number == 0xFFFFFFFF:
        return {"coinbase": raw[begin:end].hex(), "sequence": sequence}
    before = paid[spent, number]
    told = {"txid": spent, "vout": number, "scriptSig": {"hex": raw[begin:end].hex()}, "sequence": sequence}
    return told | {"prevout": before | ({"value": 0} if lie == "value" else {}), "vout": number + (lie == "number")}


def test_a_node_tells_the_same_as_its_files(regtest: Ledger, tmp_path: Path, chain_samples: Path) -> None:
    """And also what inputs are worth, which needs no earlier block."""
    raw = (chain_samples / "blocksci_regtest" / "regtest" / "blocks" / "blk00000.dat").read_bytes()
    blocks = in_order(raw)
    with node(blocks) as url:
        import_node(url, 0, len(blocks) - 1, tmp_path / "node", "bitcoin-regtest")
        import_node(url, 150, 160, tmp_path / "part", "bitcoin-regtest")
    told, known = open_ledger(tmp_path / "node"), rows(regtest)
    assert rows(told).amount == known.amount and rows(told).tx == known.tx
    assert terms(told) == terms(regtest) and all(one is not None for one in terms(told))
    part = rows(open_ledger(tmp_path / "part"))
    assert all(amount for amount, kind in zip(part.amount, part.kind, strict=True) if kind == Kind.INPUT)


@pytest.mark.parametrize("lie", ["value", "number"])
def test_a_node_that_lies_is_not_believed(lie: str, tmp_path: Path, chain_samples: Path) -> None:
    raw = (chain_samples / "blocksci_regtest" / "regtest" / "blocks" / "blk00000.dat").read_bytes()
    blocks = in_order(raw)
    with node(blocks, lie) as url, pytest.raises(InputError, match="this node cannot be trusted"):
        import_node(url, 100, len(blocks) - 1, tmp_path / "node", "bitcoin-regtest")
    assert not (tmp_path / "node" / "manifest.json").exists()


def test_a_node_of_another_chain(tmp_path: Path, chain_samples: Path) -> None:
    raw = (chain_samples / "blocksci_regtest" / "regtest" / "blocks" / "blk00000.dat").read_bytes()
    with node(in_order(raw)[:3]) as url, pytest.raises(InputError, match="does not follow bitcoin; give its --chain"):
        import_node(url, 0, 1, tmp_path / "node", "bitcoin")


def in_order(raw: bytes) -> list[bytes]:
    """The blocks of a file by height; that chain has no branches."""
    found: dict[bytes, bytes] = {}
    at = 0
    while raw[at : at + 4] == REGTEST.magics[0]:
        size = int.from_bytes(raw[at + 4 : at + 8], "little")
        block = raw[at + 8 : at + 8 + size]
        found[block[4:36]] = block
        at += 8 + size
    out, before = [], bytes(32)
    while before in found:
        out.append(found[before])
        before = read(np.frombuffer(out[-1], np.uint8), REGTEST).header.hash[::-1]
    return out


def test_raw_scripts_have_their_own_key() -> None:
    with TemporaryDirectory() as folder:
        pays = [(1, script) for script in SCRIPTS]
        path = Path(folder) / "blk.dat"
        path.write_bytes(framed(made([Tx([(b"\7" * 32, 0, b"", [])], pays)]).blocks))
        imported(Path(folder) / "l", path)
        ledger = open_ledger(Path(folder) / "l")
        assert all(ledger.address_id(owner_key(script)) is not None for script in SCRIPTS)
