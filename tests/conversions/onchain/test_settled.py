"""Settlement and traces of the heist on a real node, against what the contracts themselves hold."""

from collections import Counter
from collections.abc import Iterator

import pytest

import cointrail
from cointrail import Ledger, Settings, Theft
from cointrail.conversions.settlement import Piece
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.passages import Passages
from cointrail.tracing.policies import CONSERVING
from cointrail.tracing.results import Results
from tests.cli.command import done
from tests.conversions.onchain.imported import load
from tests.conversions.onchain.record import NATIVE, Record
from tests.conversions.onchain.stage import Stage
from tests.tracing.following import Json

World = tuple[Stage, Record]
THEFTS = ("steal USDC", "steal GOLD", "steal TAXED", "steal ETH")
SETTLED = ("swap", "wrap", "unwrap")  # kinds of conversion that are followed; shares of vaults are not


@pytest.fixture(scope="module")
def ledger(stolen: World, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The imported chain, its own tokens vouched for as a user would."""
    _, record = stolen
    folder = tmp_path_factory.mktemp("settled")
    load(record, folder / "ledger")
    rows = [f"{record.assets[name]},{name},18" for name in ("GOLD", "TAXED")]
    (folder / "tokens.csv").write_text("\n".join(["contract,symbol,decimals", *rows]) + "\n")
    done("asset", "import", folder / "tokens.csv", "--into", folder / "ledger")
    return cointrail.open_ledger(folder / "ledger")


@pytest.fixture(scope="module")
def content(stolen: World, ledger: Ledger) -> Json:
    theft = Theft(transactions=tuple(bytes.fromhex(stolen[1].step(name).tx[2:]) for name in THEFTS))
    trail = cointrail.trace(ledger, theft, settings=Settings(CONSERVING, behaviour=None))
    return Results(trail).trail_json()


def settled(ledger: Ledger, record: Record) -> Iterator[tuple[str, list[Piece], dict[int, str]]]:
    """The pieces of every step with conversions, and addresses by their numbers."""
    passages = Passages(Ledgers([ledger]), False, lambda asset: ledger.assets[asset].verified)
    for step in record.steps:
        if step.conversions:
            pieces = passages.settled(ledger.transaction(bytes.fromhex(step.tx[2:]))[-1]).pieces
            ids = sorted({who for one in pieces for who in (one.loser, one.gainer) if who >= 0})
            yield step.name, pieces, {i: f"0x{raw.hex()}" for i, raw in zip(ids, ledger.addresses(ids), strict=True)}


def test_every_swap_is_settled_to_the_unit(stolen: World, ledger: Ledger) -> None:
    record, checked = stolen[1], 0
    keys = [asset.key for asset in ledger.assets]
    for name, pieces, who in settled(ledger, record):
        for one in record.step(name).conversions:
            vouched = all(ledger.assets[keys.index(asset)].verified for asset in (*one.sold, *one.bought))
            if one.kind not in SETTLED or not vouched:
                continue
            mine = [p for p in pieces if who.get(p.loser) == one.owner and keys[p.asset] in one.sold]
            sold: Counter[str] = Counter()
            bought: Counter[str] = Counter()
            for piece in mine:
                sold[keys[piece.asset]] += piece.size
                if piece.asset != piece.got and who[piece.gainer] == one.recipient:
                    bought[keys[piece.got]] += piece.amount
            assert (sold, bought) == (Counter(one.sold), Counter(one.bought)), name
            checked += 1
    assert checked >= 18


def test_a_trace_holds_what_the_contracts_hold(stolen: World, content: Json) -> None:
    """What got nothing but stolen value, or spent the rest first, ends with its whole balance."""
    stage, record = stolen
    whole = [
        ("thief", "GOLD"), ("thief", "WETH"), ("first", "GOLD"), ("second", "USDC"), ("third", "USDC"),
        ("accomplice", "USDC"), ("accomplice", "WETH"), ("cow", "GOLD"),
    ]  # fmt: skip
    ends = content["policies"]["fifo"]["endpoints"]
    held = {(end["address"], end["asset"]): end["amount"] for end in ends if end["reason"] == "unspent"}
    for holder, asset in whole:
        address, key = stage[holder], record.assets[asset]
        assert _units(held[address, key], content["assets"][key]) == record.closing[address, key], (holder, asset)
    assert all(content["policies"][policy]["balanced"] for policy in CONSERVING)


def _units(amount: str, asset: Json) -> int:
    whole, _, rest = amount.partition(".")
    return int(whole + rest.ljust(asset["decimals"], "0"))


def test_what_the_tax_took_is_an_endpoint(stolen: World, content: Json) -> None:
    stage, record = stolen
    key, (before, after) = record.assets["TAXED"], (record.step("steal TAXED"), record.step("taxed to ETH"))
    [end] = [e for e in content["policies"]["fifo"]["endpoints"] if e["address"] == stage["collector"]]
    fees = before.gain(stage["collector"], key) + after.gain(stage["collector"], key)
    assert _units(end["amount"], content["assets"][key]) == fees


def test_shares_are_endpoints_and_what_came_out_is_a_candidate(stolen: World, content: Json) -> None:
    stage, record = stolen
    vaults = {e["address"]: e for e in content["policies"]["fifo"]["endpoints"] if e["reason"] == "vault"}
    assert set(vaults) == {stage["SHARE"], stage["USDC/WETH"]}
    out = record.step("vault out")
    [candidate] = [c for c in content["candidates"] if c["contract"] == stage["SHARE"]]
    assert (candidate["tx"], candidate["address"]) == (out.tx, stage["thief"])
    assert _units(candidate["amount"], content["assets"][candidate["asset"]]) == out.gain(
        stage["thief"], record.assets["USDC"]
    )


def test_a_swap_that_pays_another_and_a_fake_token_are_findings(stolen: World, content: Json) -> None:
    stage, record = stolen
    found = {(f["kind"], f["tx"]) for f in content["findings"]}
    assert ("swap_pays_another", record.step("ETH to another").tx) in found
    assert ("swap_pays_another", record.step("token to another").tx) in found
    assert ("paid_in_unverified", record.step("into the fake").tx) in found
    assert not any(e["asset"] == record.assets["FAKE"] for e in content["policies"]["fifo"]["endpoints"])
    pools = {stage[name] for name in ("GOLD/WETH", "TAXED/WETH", "router")}
    touched = {e["address"] for e in content["policies"]["fifo"]["endpoints"]}
    assert not pools & touched and NATIVE not in touched
