"""Walks over bridges that have no key: only where one withdrawal fits and no other, and at most once."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cointrail
from cointrail import Ledger
from cointrail.chains import Asset
from cointrail.conversions import inferred
from cointrail.conversions.bridges import Table, extended, shipped, wallets
from cointrail.conversions.rate import rate
from cointrail.errors import InputError
from cointrail.ledger.event import Event
from cointrail.ledger.importer import import_tables
from cointrail.tracing.policies import CONSERVING
from tests import making
from tests.conversions.bridges.events import log
from tests.making import address, row
from tests.tracing import unkeyed as made
from tests.tracing.following import Json, text, theft
from tests.tracing.unkeyed import (
    DAY,
    FAR,
    FAR_WALLET,
    FRESH,
    NEAR,
    OTHER,
    OUT,
    STRANGER,
    THIEF,
    TOLD,
    WALLET,
    both,
    came,
    ends,
    gone,
    table,
    trace,
)  # fmt: skip

T = 10 * DAY
STOLEN = [row(T, STRANGER, THIEF, 1_000), row(T + 1, THIEF, FRESH, 1_000), row(T + 5, FRESH, WALLET, 800)]
HELD = {(NEAR, text(FRESH), "unspent"): "200"}
STOPS = HELD | {(NEAR, text(WALLET), "bridge"): "800"}


def paid(block: int, to: int = OUT, amount: int = 800, **more: Any) -> Json:
    return row(T + block, FAR_WALLET, to, amount, **more)


def test_a_sure_withdrawal_is_followed_with_rule_confidence_and_rate(tmp_path: Path) -> None:
    ledgers = both(tmp_path, STOLEN, [paid(55), row(T + 80, OUT, OTHER, 500)])
    content = trace(ledgers, theft(THIEF), table(tmp_path), *CONSERVING)
    for policy in CONSERVING:
        assert ends(content, policy) == HELD | {
            (FAR, text(OTHER), "unspent"): "500",
            (FAR, text(OUT), "unspent"): "300",
        }
    [hop] = content["policies"]["fifo"]["conversions"]
    assert (hop["bridge"], hop["rule"], hop["ambiguous"], hop["to_tx"]) == ("custodian", "amount", 0, _tx(paid(55)))
    assert 0.95 <= hop["confidence"] < 1
    assert hop["rate"] == str(rate("amount", "custodian")) and "600 s later" in hop["evidence"]
    assert hop["rate"].startswith("precision 99.")
    assert "wallet's movement" in hop["evidence"]
    assert not content["bridge_candidates"]


def test_backward_comes_out_at_the_deposit(tmp_path: Path) -> None:
    ledgers = both(tmp_path, STOLEN, [paid(55), row(T + 80, OUT, OTHER, 500)])
    content = trace(ledgers, theft(OTHER, direction="backward"), table(tmp_path))
    assert [hop["to_chain"] for hop in content["policies"]["fifo"]["conversions"]] == [FAR]
    assert {key[:2] for key in ends(content)} == {(NEAR, text(STRANGER))}


def test_order_of_ledgers_does_not_matter(tmp_path: Path) -> None:
    ledgers = both(tmp_path, STOLEN, [paid(55), paid(85, OTHER), paid(400, amount=30)])
    one, other = (trace(some, theft(THIEF), table(tmp_path)) for some in (ledgers, ledgers[::-1]))
    assert one["policies"] == other["policies"] and one["bridge_candidates"] == other["bridge_candidates"]


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    ledgers = both(tmp_path, STOLEN, [paid(55)])
    plain = HELD | {(NEAR, text(WALLET), "unspent"): "800"}
    keyed = trace(ledgers, theft(THIEF), table(tmp_path), keyed_only=True)
    assert ends(keyed) == plain and keyed["parameters"]["keyed_only"] is True
    assert ends(trace(ledgers, theft(THIEF), table(tmp_path), conversions=False)) == plain


def test_of_two_that_fit_neither_is_followed(tmp_path: Path) -> None:
    content = trace(both(tmp_path, STOLEN, [paid(55), paid(85, OTHER)]), theft(THIEF), table(tmp_path), *CONSERVING)
    for policy in CONSERVING:
        assert ends(content, policy) == STOPS
        [end] = [end for end in content["policies"][policy]["endpoints"] if end["reason"] == "bridge"]
        assert (end["label"], end["target"]) == ("custodian", FAR)
        assert "2 candidates" in end["detail"]
    rows = content["bridge_candidates"]
    assert {(one["to_tx"], one["to_address"]) for one in rows} == {
        (_tx(paid(55)), text(OUT)),
        (_tx(paid(85)), text(OTHER)),
    }
    assert all((one["tx"], one["address"], one["amount"]) == (_tx(STOLEN[2]), text(FRESH), "800") for one in rows)
    assert sum(one["confidence"] for one in rows) <= 1


def test_a_likely_one_is_not_followed_beside_a_plausible_one(tmp_path: Path) -> None:
    """The other came ten hours later: one in sixty or so."""
    content = trace(both(tmp_path, STOLEN, [paid(55), paid(3_000, OTHER)]), theft(THIEF), table(tmp_path))
    assert ends(content) == STOPS
    first, second = content["bridge_candidates"]
    assert first["to_tx"] == _tx(paid(55)) and first["confidence"] > 0.95 and 0.01 < second["confidence"] < 0.05


def test_backward_the_deposits_are_the_candidates(tmp_path: Path) -> None:
    near = [*STOLEN, row(T + 6, STRANGER, WALLET, 800)]
    content = trace(both(tmp_path, near, [paid(55)]), theft(OUT, direction="backward"), table(tmp_path))
    [end] = content["policies"]["fifo"]["endpoints"]
    assert (end["reason"], end["label"], end["target"]) == ("bridge", "custodian", NEAR)
    assert "came from" in end["detail"] and "2 candidates" in end["detail"]
    assert {one["address"] for one in content["bridge_candidates"]} == {text(FRESH), text(STRANGER)}


def test_two_equal_deposits_and_one_withdrawal(tmp_path: Path) -> None:
    near = [*STOLEN, row(T + 6, STRANGER, WALLET, 800)]
    content = trace(both(tmp_path, near, [paid(55)]), theft(THIEF), table(tmp_path))
    assert ends(content) == STOPS
    [one] = content["bridge_candidates"]
    assert one["to_tx"] == _tx(paid(55)) and one["confidence"] < 0.95


def test_a_withdrawal_before_the_deposit_or_at_once_is_none_of_it(tmp_path: Path) -> None:
    content = trace(both(tmp_path, STOLEN, [paid(-50), paid(5, OTHER)]), theft(THIEF), table(tmp_path))
    assert ends(content) == STOPS and not content["bridge_candidates"]
    [end] = [end for end in content["policies"]["fifo"]["endpoints"] if end["reason"] == "bridge"]
    assert end["target"] is None and "another chain" in end["detail"]


def test_other_amounts_assets_and_payments_between_wallets_are_none(tmp_path: Path) -> None:
    far = [paid(55, amount=801), paid(56, asset="GEM"), row(T + 57, STRANGER, OUT, 800), paid(58, FAR_WALLET)]
    content = trace(both(tmp_path, STOLEN, far), theft(THIEF), table(tmp_path))
    assert ends(content) == STOPS and not content["bridge_candidates"]


def test_a_fee_is_tolerated_where_the_table_says_that_one_is_kept(tmp_path: Path) -> None:
    ledgers = both(tmp_path, STOLEN, [paid(55, amount=796), paid(60, OTHER, amount=700)])
    assert ends(trace(ledgers, theft(THIEF), table(tmp_path))) == STOPS
    content = trace(ledgers, theft(THIEF), table(tmp_path, fee=0.02))
    assert ends(content) == HELD | {(FAR, text(OUT), "unspent"): "796"}
    [hop] = content["policies"]["fifo"]["conversions"]
    assert hop["rule"] == "amount-less-fee" and "lower by a fee" in hop["evidence"]
    assert "made-up fee" in hop["rate"]


def test_among_many_payments_of_about_the_amount_none_is_sure(tmp_path: Path) -> None:
    """With a fee any of them may be it, and the next one after the deposit is no more than the next one."""
    far = [paid(40 * n, 500 + n, 790 + n % 7) for n in range(-200, 200)]
    content = trace(both(tmp_path, STOLEN, far), theft(THIEF), table(tmp_path, fee=0.02))
    assert ends(content) == STOPS
    assert 1 < len(content["bridge_candidates"]) <= 20


def test_the_next_of_many_is_not_it_because_it_is_alone(tmp_path: Path) -> None:
    """Every hour about as much, or just as much, is paid out, so that one an hour after the deposit is no wonder."""
    equal = [*(paid(-300 * n, 500 + n) for n in range(1, 200)), paid(305)]
    assert ends(trace(both(tmp_path / "equal", STOLEN, equal), theft(THIEF), table(tmp_path))) == STOPS
    far = [*(paid(-300 * n, 500 + n, 790 + n % 7) for n in range(1, 200)), paid(305, OUT, 796)]
    content = trace(both(tmp_path, STOLEN, far), theft(THIEF), table(tmp_path, fee=0.02))
    assert ends(content) == STOPS
    alone = trace(both(tmp_path / "alone", STOLEN, far[-1:]), theft(THIEF), table(tmp_path, fee=0.02))
    assert ends(alone) == HELD | {(FAR, text(OUT), "unspent"): "796"}


def told(folder: Path, far: Sequence[tuple[int, int, int]]) -> tuple[list[Ledger], Table]:
    """The theft over a bridge whose events tell recipients and no key; `far` by block, recipient and amount."""
    known = table(folder, TOLD)
    rows = [paid(*one) for one in far]
    events = [came(at, amount, to, known) for at, (_, to, amount) in zip(rows, far, strict=True)]
    return both(folder, STOLEN, rows, [gone(STOLEN[2], 800, OUT, known)], events), known


def test_a_same_amount_to_somebody_else_is_no_candidate(tmp_path: Path) -> None:
    ledgers, known = told(tmp_path, [(20, OTHER, 800), (55, OUT, 800), (60, STRANGER, 800)])
    content = trace(ledgers, theft(THIEF), known)
    assert ends(content) == HELD | {(FAR, text(OUT), "unspent"): "800"}
    [hop] = content["policies"]["fifo"]["conversions"]
    assert (hop["rule"], hop["bridge"]) == ("recipient", "teller")
    assert "recipient and token agree" in hop["evidence"] and hop["rate"]


def test_a_deposit_whose_events_name_the_chain_says_where_it_went(tmp_path: Path) -> None:
    ledgers, known = told(tmp_path, [(20, OTHER, 800)])
    [end] = [e for e in trace(ledgers, theft(THIEF), known)["policies"]["fifo"]["endpoints"] if e["reason"] == "bridge"]
    assert end["target"] == f"{FAR} {text(OUT)}" and "not in these ledgers" in end["detail"]


BOTH = (
    TOLD
    + """
    - signature: Keyed(address token, uint256 amount, address to, uint256 chain, uint256 number)
      side: deposit
      leg: {{token: "=COIN", amount: amount, recipient: to, other_chain: "#chain", key: [number]}}
    - signature: Paid(address token, uint256 amount, address to, uint256 number)
      side: withdrawal
      leg: {{token: "=COIN", amount: amount, recipient: to, key: [number]}}
"""
)


def test_a_withdrawal_that_a_key_uses_is_taken(tmp_path: Path) -> None:
    """A stranger's deposit has the key of the only withdrawal that would fit the thief's."""
    known = table(tmp_path, BOTH)
    strange, out = row(T + 6, STRANGER, WALLET, 800), paid(55)
    near = [gone(STOLEN[2], 800, OUT, known), gone(strange, 800, OUT, known, place=1, number=4)]
    ledgers = both(tmp_path, [*STOLEN, strange], [out], near, [came(out, 800, OUT, known, place=1, number=4)])
    content = trace(ledgers, theft(THIEF), known)
    assert ends(content) == STOPS and not content["bridge_candidates"]


def test_a_key_on_one_side_alone_does_not_hide_the_other(tmp_path: Path) -> None:
    known, out = table(tmp_path, BOTH), paid(55)
    near = [gone(STOLEN[2], 800, OUT, known, place=1, number=4)]
    ledgers = both(tmp_path, STOLEN, [out], near, [came(out, 800, OUT, known)])
    assert ends(trace(ledgers, theft(THIEF), known)) == HELD | {(FAR, text(OUT), "unspent"): "800"}


def test_two_keys_that_differ_are_two_transfers(tmp_path: Path) -> None:
    known, out = table(tmp_path, BOTH), paid(55)
    near = [gone(STOLEN[2], 800, OUT, known, place=1, number=4)]
    ledgers = both(tmp_path, STOLEN, [out], near, [came(out, 800, OUT, known, place=1, number=5)])
    assert ends(trace(ledgers, theft(THIEF), known)) == STOPS


def test_all_legs_are_weighed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = [*STOLEN[:2]], []
    for n in range(9):
        near.append(row(T + 100 * n + 5, FRESH, WALLET, 80 + n))
        far.append(paid(100 * n + 55, 50 + n, 80 + n))
    calls: list[int] = []
    weigh = inferred.weigh
    monkeypatch.setattr(inferred, "weigh", lambda *given, **more: calls.append(1) or weigh(*given, **more))  # type: ignore[func-returns-value]
    content = trace(both(tmp_path, near, far), theft(THIEF), table(tmp_path), *CONSERVING)
    assert calls == [1]
    assert {key[1] for key in ends(content) if key[0] == FAR} == {text(50 + n) for n in range(9)}


def test_several_deposits_in_one_transaction(tmp_path: Path) -> None:
    near = [*STOLEN[:2], *(row(T + 5, FRESH, WALLET, 80 + n, position=n, tx=bytes(31) + b"9") for n in (0, 1))]
    ledgers = both(tmp_path, near, [paid(55, OUT, 80), paid(60, OTHER, 81)])
    assert ends(trace(ledgers, theft(THIEF), table(tmp_path))) == {
        (NEAR, text(FRESH), "unspent"): "839",
        (FAR, text(OUT), "unspent"): "80",
        (FAR, text(OTHER), "unspent"): "81",
    }


def test_a_swap_into_a_wallet_is_a_deposit(tmp_path: Path) -> None:
    """GEM is bought for COIN, and the pool pays it straight to the custodian."""
    tx = {"tx": (77).to_bytes(32, "big"), "tx_index": 0}
    near = [
        *STOLEN[:2],
        row(T + 5, FRESH, 40, 800, **tx, position=0),
        row(T + 5, 40, FRESH, 50, **tx | {"position": 1}, asset="GEM"),
        row(T + 5, FRESH, WALLET, 50, **tx | {"position": 2}, asset="GEM"),
    ]
    content = trace(both(tmp_path, near, [paid(55, amount=50, asset="GEM")]), theft(THIEF), table(tmp_path))
    assert ends(content) == HELD | {(FAR, text(OUT), "unspent"): "50"}


def test_what_nobody_vouches_for_ends_at_a_wallet(tmp_path: Path) -> None:
    key = "0x" + "ab" * 20
    moved = [row(T, STRANGER, THIEF, 9, asset=key), row(T + 5, THIEF, WALLET, 9, asset=key)]
    got = [paid(55, amount=9, asset=key)]
    ledgers = []
    for chain, rows in ((NEAR, moved), (FAR, got)):
        end = [row(0, STRANGER, OTHER, 1), row(made.LONG, OTHER, STRANGER, 1)]
        import_tables(
            [("test", making.table([*end, *rows]))],
            tmp_path / chain,
            chain,
            lambda name: Asset(name, name, 0, "named" if name == "COIN" else "unknown"),
        )
        ledgers.append(cointrail.open_ledger(tmp_path / chain))
    content = trace(ledgers, theft(THIEF, assets=(key,)), table(tmp_path))
    assert ends(content) == {(NEAR, text(WALLET), "bridge"): "9"}


def test_too_busy_a_wallet_is_left_out_with_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallets, "MOST", 1)
    far = [paid(55), paid(60, OTHER, 5)]
    content = trace(both(tmp_path, STOLEN, far), theft(THIEF), table(tmp_path))
    assert ends(content) == STOPS
    assert any("custodian on arbitrum" in warning for warning in content["warnings"])


def test_a_wallet_of_two_bridges_is_refused(tmp_path: Path) -> None:
    table(tmp_path)
    more = tmp_path / "other.yaml"
    more.write_text(f'- name: other\n  wallets: {{ethereum: ["0x{address(WALLET).hex()}"]}}\n')
    with pytest.raises(InputError, match="is a wallet of custodian and of other"):
        extended([tmp_path / "more.yaml", more])


USDC, CHILD = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "0x2791bca1f2de4661ed88a30c99a7a9449aa84174"
PREDICATE = bytes.fromhex("40ec5b33f54e0e8a33a975908c5ba1c14e5bbbdf")
NOBODY = bytes(20)


def burned(folder: Path, exits: Sequence[tuple[int, int, int]]) -> list[Ledger]:
    """800 of the stolen 1,000 are burned on Polygon; exits on Ethereum by block, recipient and amount."""
    [rule] = [one for one in shipped().bridges["polygon-pos"].rules if one.signature.text.startswith("ExitedERC20")]
    token = {"asset": CHILD}
    near = [
        row(T, STRANGER, THIEF, 1_000, **token),
        row(T + 1, THIEF, FRESH, 1_000, **token),
        row(T + 5, FRESH, 1, 800, **token) | {"recipient": NOBODY},
        row(T + 7, STRANGER, 1, 300, **token) | {"recipient": NOBODY},
        row(T + 9, 1, STRANGER, 800, **token) | {"sender": NOBODY},  # issued: no leg
    ]
    far, events = [], []
    for block, to, amount in exits:
        at = row(T + block, 1, to, amount, asset=USDC) | {"sender": PREDICATE}
        said = log(rule.signature, PREDICATE, exitor=f"0x{address(to).hex()}", rootToken=USDC, amount=amount)
        here = {"block": at["block"], "time": at["time"], "tx": at["tx"], "tx_index": at["tx_index"], "position": 90}
        far.append(at)
        events.append(replace(said, **here))
    ends = [row(0, STRANGER, OTHER, 1, asset=CHILD), row(made.LONG, OTHER, STRANGER, 1, asset=CHILD)]
    far = [*far, *(one | {"asset": USDC} for one in ends)]
    return [
        _ledger(folder / "polygon", "polygon", [*near, *ends], []),
        _ledger(folder / "ethereum", "ethereum", far, events),
    ]


def _ledger(folder: Path, chain: str, rows: Sequence[Json], events: Sequence[Event]) -> Ledger:
    made_of = [("test", making.table(rows))]
    import_tables(made_of, folder, chain, lambda key: Asset(key, "USDC", 6, "user"), events=list(events))
    return cointrail.open_ledger(folder)


def test_what_is_burned_on_polygon_comes_out_for_who_burned_it(tmp_path: Path) -> None:
    asked = theft(THIEF, assets=(CHILD,))
    ledgers = burned(tmp_path, [(600, OTHER, 800), (900, FRESH, 800), (950, STRANGER, 300)])
    content = trace(ledgers, asked, shipped(), *CONSERVING)
    [hop] = content["policies"]["fifo"]["conversions"]
    assert (hop["bridge"], hop["rule"], hop["chain"], hop["to_chain"]) == (
        "polygon-pos", "recipient", "polygon", "ethereum",
    )  # fmt: skip
    for policy in CONSERVING:
        assert {(chain, who) for chain, who, _ in ends(content, policy)} == {
            ("polygon", text(FRESH)),
            ("ethereum", text(FRESH)),
        }
    back = trace(ledgers[::-1], theft(FRESH, direction="backward"), shipped())  # counts where it was paid out
    assert [hop["bridge"] for hop in back["policies"]["fifo"]["conversions"]] == ["polygon-pos"]


def test_a_burning_that_nobody_proved_yet_says_where_it_goes(tmp_path: Path) -> None:
    content = trace(burned(tmp_path, [(600, OTHER, 800)]), theft(THIEF, assets=(CHILD,)), shipped())
    [end] = [end for end in content["policies"]["fifo"]["endpoints"] if end["reason"] == "bridge"]
    assert (end["label"], end["target"]) == ("polygon-pos", f"ethereum {text(FRESH)}")


def _tx(at: Json) -> str:
    return f"0x{at['tx'].hex()}"
