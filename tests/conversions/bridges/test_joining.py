"""Pairs by key: scoped, used once, and nothing that both sides tell may contradict."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.bridges import Leg, shipped
from cointrail.conversions.bridges.joining import join
from tests.making import address

TABLE = shipped()
BOTH = ["ethereum", "base"]
SPOKE = {chain: min(TABLE.bridges["across"].contracts[chain]) for chain in BOTH}
TO = "0x" + address(5).hex()


def deposit(number: int, chain: str = "ethereum", **more: object) -> Leg:
    other = next(name for name in BOTH if name != chain)
    said = {
        "recipient": TO, "other_chain": other, "amount": 1_000, "other_amount": 990, "token": "0x" + "aa" * 20,
        "other_token": "0x" + "bb" * 20, "key": f"{chain}:{number}", "time": 100 + number,
    } | more  # fmt: skip
    tx = (1_000 * BOTH.index(chain) + number).to_bytes(32, "big")
    return Leg("deposit", "across", chain, tx, 1, position=0, contract=SPOKE[chain], **said)  # type: ignore[arg-type]


def paid(one: Leg, **more: object) -> Leg:
    """The withdrawal that belongs to a deposit."""
    said = {
        "recipient": one.recipient, "other_chain": one.chain, "amount": one.other_amount, "token": one.other_token,
        "key": one.key, "time": (one.time or 0) + 50,
    } | more  # fmt: skip
    tx = bytes([9]) + one.tx[1:]
    return Leg("withdrawal", "across", one.other_chain, tx, 2, position=0, contract=SPOKE[one.other_chain], **said)  # type: ignore[arg-type]


def kinds(legs: list[Leg], chains: list[str] = BOTH) -> tuple[int, list[str]]:
    links, findings = join(TABLE, legs, chains)
    return len(links), sorted(one.kind for one in findings)


def test_the_same_number_on_two_chains_is_two_keys() -> None:
    there, back = deposit(7), deposit(7, "base")
    links, findings = join(TABLE, [there, back, paid(back), paid(there)], BOTH)
    assert {(one.deposit, one.withdrawal) for one in links} == {(0, 3), (1, 2)} and not findings


def test_a_key_pays_once() -> None:
    one = deposit(1)
    again = replace(paid(one), tx=bytes([8]) * 32, time=900)
    assert kinds([one, again, paid(one)]) == (1, ["replayed_id"])


def test_whatever_both_tell_must_agree() -> None:
    one = deposit(1)
    for lie in (
        {"recipient": "0x" + address(6).hex()},
        {"token": "0x" + "cc" * 20},
        {"amount": 10**6},
        {"amount": 1},
        {"other_chain": "arbitrum"},
        {"other_token": "0x" + "cc" * 20},
        {"other_amount": 999},
    ):
        assert kinds([one, paid(one, **lie)]) == (0, ["disagreeing_deposit", "unclaimed_deposit"]), lie


def test_what_a_withdrawal_says_of_its_deposit_is_what_that_says() -> None:
    one = deposit(1)
    assert kinds([one, paid(one, other_token=one.token, other_amount=one.amount)]) == (1, [])
    assert kinds([replace(one, token=None, amount=None), paid(one, other_token=one.token, other_amount=7)]) == (1, [])


def test_nothing_is_paid_out_before_it_was_paid_in() -> None:
    one = deposit(1)
    assert kinds([one, paid(one, time=10)]) == (0, ["before_its_deposit", "unclaimed_deposit"])


def test_nomad_waits_half_an_hour() -> None:
    slow = replace(deposit(1), bridge="nomad", other_token=None, other_amount=1_000)
    early = replace(paid(slow), bridge="nomad", amount=1_000, time=100 + 1_000)
    assert kinds([slow, early])[0] == 0
    assert kinds([slow, replace(early, time=101 + 1_800)])[0] == 1


def test_a_ledger_that_is_not_here_is_no_finding() -> None:
    one = deposit(1)
    assert kinds([one], ["ethereum"]) == (0, [])
    assert kinds([one]) == (0, ["unclaimed_deposit"])
    assert kinds([paid(one)], ["base"]) == (0, [])
    assert kinds([paid(one)]) == (0, ["no_deposit_in_legs"])


def test_a_refund_comes_back_on_the_same_chain() -> None:
    side = ("thorchain", "ethereum")
    there = Leg("deposit", *side, b"\1" * 32, 1, 100, 0, b"\2" * 20, token="", amount=50, key="01" * 32)
    there = replace(there, recipient="bc1", other_chain="bitcoin")
    back = Leg("withdrawal", *side, b"\3" * 32, 2, 200, 0, b"\2" * 20, token="", amount=48, key="01" * 32)
    back = replace(back, recipient=TO, status="refund")
    assert kinds([there, back], ["ethereum"]) == (1, [])
    assert kinds([there, replace(back, status="")], ["ethereum"])[0] == 0
    assert kinds([there, replace(back, token=TO)], ["ethereum"])[0] == 0


def test_a_refund_gives_back_no_more_than_was_paid_in() -> None:
    one = replace(deposit(1), other_chain="base")
    back = replace(paid(one), chain="ethereum", token=one.token, recipient="", other_chain="", status="refund")
    assert kinds([one, replace(back, amount=1_000)]) == (1, [])
    assert kinds([one, replace(back, amount=1_001)]) == (0, ["disagreeing_deposit", "unclaimed_deposit"])
    assert kinds([one, replace(back, amount=None)]) == (1, [])
    elsewhere = replace(back, amount=900, chain="base")
    assert kinds([one, elsewhere])[0] == 0


def test_what_says_that_it_comes_from_its_own_chain_is_a_refund() -> None:
    one = deposit(1)
    back = replace(paid(one), chain="ethereum", other_chain="ethereum", token=one.token, amount=900)
    assert kinds([one, back]) == (1, [])
    assert kinds([one, replace(back, token=one.other_token)])[0] == 0


def test_a_swap_that_stays_on_its_chain_is_no_contradiction() -> None:
    side = ("thorchain", "ethereum")
    there = Leg("deposit", *side, b"\1" * 32, 1, 100, 0, b"\2" * 20, token="", amount=50, key="01" * 32)
    there = replace(there, recipient=TO, other_chain="ethereum", other_token="ETH.USDC-0X" + "AA" * 20)
    out = Leg("withdrawal", *side, b"\3" * 32, 2, 200, 0, b"\2" * 20, token="0x" + "aa" * 20, amount=9, key="01" * 32)
    out = replace(out, recipient=TO)
    assert kinds([there, out], ["ethereum"]) == (1, [])
    assert kinds([there, replace(out, recipient="0x" + "11" * 20)], ["ethereum"])[0] == 0
    assert kinds([there, replace(out, chain="avalanche")], ["ethereum", "avalanche"])[0] == 0


def test_the_promised_native_coin_is_a_token_like_others() -> None:
    one = deposit(1, other_token="")
    assert kinds([one, paid(one)]) == (1, [])
    assert kinds([one, paid(one, token="0x" + "bb" * 20)])[0] == 0
    assert kinds([one, paid(one, token=None)]) == (1, [])


def test_large_amounts_are_compared_to_the_last_unit() -> None:
    """Sums that a float would round up."""
    whole = 2**200 + 2**140 - 1
    exact = replace(deposit(1, amount=whole, other_amount=whole), bridge="ronin")
    back = replace(paid(exact), bridge="ronin", time=1_000)
    assert kinds([exact, back]) == (1, [])
    for wrong in (whole - 1, whole + 1):
        assert kinds([exact, replace(back, amount=wrong)])[0] == 0
    least = deposit(1, amount=2 * whole, other_amount=20 * whole)
    assert kinds([least, paid(least, amount=19 * whole)])[0] == 1  # Across: a twentieth at most
    assert kinds([least, paid(least, amount=19 * whole - 1)])[0] == 0


def test_times_that_nobody_tells_contradict_nothing() -> None:
    one = deposit(1)
    for near, far in ((None, 5), (5, None), (None, None)):
        assert kinds([replace(one, time=near), paid(one, time=far)]) == (1, [])


def test_many_alike_are_joined_in_their_order_and_soon() -> None:
    count = 20_000
    there = [replace(deposit(1), tx=n.to_bytes(32, "big"), time=100 + n) for n in range(count)]
    back = [replace(paid(one), tx=b"\xff" + one.tx[1:], time=200_000 + n) for n, one in enumerate(there)]
    links, findings = join(TABLE, [*back[::-1], *there[::-1]], BOTH)
    assert len(links) == count and not findings
    legs = [*back[::-1], *there[::-1]]
    assert all(legs[one.deposit].tx[1:] == legs[one.withdrawal].tx[1:] for one in links)
    assert sorted(one.ambiguous for one in links) == list(range(count))


def test_the_earliest_withdrawal_takes_the_earliest_deposit() -> None:
    first, second = deposit(1), replace(deposit(1), tx=b"\5" * 32, time=150)
    early, late = paid(first, time=120), replace(paid(first, time=500), tx=b"\6" * 32)
    legs = [late, second, early, first]
    links, findings = join(TABLE, legs, BOTH)
    assert {(one.deposit, one.withdrawal, one.ambiguous) for one in links} == {(3, 2, 0), (1, 0, 0)} and not findings


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_order_of_legs_never_matters(data: st.DataObject) -> None:
    """Also where one key is used several times, and by some that do not fit."""
    several = st.lists(st.tuples(st.integers(0, 9), st.sampled_from([TO, "0x" + "11" * 20])), max_size=5)
    deposits = [
        replace(deposit(1, recipient=to), tx=bytes([n]) * 32, time=time)
        for n, (time, to) in enumerate(data.draw(several))
    ]
    answers = [
        replace(paid(deposit(1, recipient=to)), tx=bytes([99 - n]) * 32, time=time)
        for n, (time, to) in enumerate(data.draw(several))
    ]
    legs = [*deposits, *answers]
    mixed = data.draw(st.permutations(legs))
    said = []
    for some in (legs, mixed):
        links, findings = join(TABLE, some, BOTH)
        pairs = {(some[one.deposit].tx, some[one.withdrawal].tx, one.ambiguous) for one in links}
        said.append((pairs, sorted((one.kind, one.tx) for one in findings)))
        assert len({one.deposit for one in links}) == len({one.withdrawal for one in links}) == len(links)
        assert all((some[one.withdrawal].time or 0) >= (some[one.deposit].time or 0) for one in links)
        assert all(some[one.withdrawal].recipient == some[one.deposit].recipient for one in links)
        assert len(some) == 2 * len(links) + len(findings)
    assert said[0] == said[1]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_the_true_pairs_are_found_whatever_else_is_said(data: st.DataObject) -> None:
    numbers = data.draw(st.sets(st.integers(0, 20), min_size=1, max_size=8))
    deposits = [deposit(n, data.draw(st.sampled_from(BOTH))) for n in sorted(numbers)]
    present = data.draw(st.sets(st.sampled_from(range(len(deposits)))))
    true = [paid(deposits[n]) for n in sorted(present)]
    kinds_of_lie: list[dict[str, object]] = [{"recipient": "0x" + "11" * 20}, {"key": "base:999"}, {"amount": 1}]
    lies = [
        paid(one, time=5_000, **data.draw(st.sampled_from(kinds_of_lie)))
        for one in deposits
        if data.draw(st.booleans())
    ]
    lies = [replace(lie, tx=bytes([7]) + lie.tx[1:]) for lie in lies]
    legs = data.draw(st.permutations([*deposits, *true, *lies]))
    links, _ = join(TABLE, legs, BOTH)
    found = {(legs[one.deposit].tx, legs[one.withdrawal].tx) for one in links}
    assert found == {(deposits[n].tx, paid(deposits[n]).tx) for n in present}


def test_a_key_of_very_many_that_differ_joins_nothing() -> None:
    for count, linked in ((64, 64), (65, 0)):
        there = [replace(deposit(1, recipient=f"0x{n:040x}"), tx=n.to_bytes(32, "big")) for n in range(count)]
        back = [replace(paid(one), tx=b"\xff" + one.tx[1:]) for one in there]
        links, findings = join(TABLE, [*there, *back], BOTH)
        assert len(links) == linked
        assert [one.kind for one in findings] == ([] if linked else ["crowded_key"] * 2)
