"""Approvals as contracts write them: ERC-20, collections, Permit2; and what only looks like one."""

from pathlib import Path
from random import Random

from eth_hash.auto import keccak

from cointrail.drills.attacks.stage import START, Stage
from cointrail.guard.protect import protect
from cointrail.guard.protect.approvals import approvals, given, kept
from cointrail.ledger import open_ledger
from cointrail.ledger.event import Event, as_table
from cointrail.ledger.events import Events
from cointrail.ledger.rows import EVENTS
from tests.cli.command import done

OWNER, SPENDER, TOKEN, OTHER = (bytes([number]) * 20 for number in (1, 2, 3, 4))
PERMIT2 = bytes.fromhex("000000000022d473030f116ddee9f6b43ac78ba3")
PLAIN, ALL = "Approval(address,address,uint256)", "ApprovalForAll(address,address,bool)"
DAILY = "Approval(address,address,address,uint160,uint48)"
SIGNED = "Permit(address,address,address,uint160,uint48,uint48)"


def event(place: int, contract: bytes, signature: str, *parties: bytes, data: bytes = (7).to_bytes(32, "big")) -> Event:
    topics = (keccak(signature.encode()), *(party.rjust(32, b"\0") for party in parties))
    return Event(place, START, bytes([place]) * 32, 0, place, contract, None, topics, data)


def events(*some: Event) -> Events:
    return Events(as_table(some))


def test_every_form_is_read() -> None:
    found = events(
        event(1, TOKEN, PLAIN, OWNER, SPENDER),
        event(2, TOKEN, ALL, OWNER, SPENDER, data=(1).to_bytes(32, "big")),
        event(3, PERMIT2, DAILY, OWNER, TOKEN, SPENDER, data=(9).to_bytes(32, "big") * 2),
        event(4, PERMIT2, SIGNED, OWNER, TOKEN, SPENDER, data=(8).to_bytes(32, "big") * 3),
    )
    every = list(approvals(found, [SPENDER]))
    assert [(one.owner, one.spender, one.token) for one in every] == [(OWNER, SPENDER, TOKEN)] * 4
    assert [one.amount for one in every] == [7, 1, 9, 8] and [one.all for one in every] == [False, True, False, False]
    assert list(given(found, OWNER)) == every and kept(found)
    assert not list(approvals(found, [OTHER])) and not list(given(found, OTHER))


def test_what_is_no_approval_is_passed_over() -> None:
    wrong = events(
        event(1, TOKEN, PLAIN, OWNER, SPENDER, (5).to_bytes(20, "big")),  # of one NFT
        event(2, TOKEN, DAILY, OWNER, TOKEN, SPENDER),  # not written by Permit2
        event(3, TOKEN, PLAIN, OWNER, SPENDER, data=b""),
        event(4, TOKEN, PLAIN, OWNER),
        event(5, TOKEN, PLAIN),
        event(6, TOKEN, "Transfer(address,address,uint256)", OWNER, SPENDER),
    )
    assert not list(approvals(wrong, [SPENDER, TOKEN])) and not list(given(wrong, OWNER))
    nothing = Events(EVENTS.empty_table())
    assert not kept(nothing) and not list(approvals(nothing, [SPENDER]))


def test_a_ledger_without_approvals_or_senders_says_so(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("when,payer,payee,wei\n2024-05-01 10:00:00,0x" + "11" * 20 + ",0x" + "22" * 20 + ",5\n")
    columns = "time=when,from=payer,to=payee,amount=wei"
    into = ("--into", tmp_path / "ledger", "--format", "csv", "--map", columns, "--asset", "WEI", "--decimals", "0")
    done("ledger", "import", rows, *into)
    said = done("protect", tmp_path / "ledger").out
    assert (
        "0 attacks on 0 wallets; 2 looked at" in said
        and "approvals are not kept" in said
        and "who sent transactions" in said
    )


def test_one_transaction_of_anything_harms_nothing(tmp_path: Path) -> None:
    """Odd transactions, one by one and all together: mints, payments to oneself, calls of nobody, huge sums."""
    stage, chance = Stage(5), Random(5)
    people = [chance.randbytes(20) for _ in range(4)] + [bytes(20)]
    token = "0x" + "fa" * 20
    for number in range(300):
        one, other, third = (chance.choice(people) for _ in range(3))
        amount = chance.choice((0, 1, 10**18, 2**256 - 1))
        logs = [(one, other, token, amount), (other, third, "0xdac17f958d2ee523a2206206994597c13d831ec7", amount)]
        approvals_ = [(one, third, token, amount)]
        calls = [(other, one, "", amount)]
        stage.act(START + 4 * number, chance.choice(people), other, 0, calls, logs, approvals_)
    found = protect(open_ledger(stage.ledger(tmp_path / "ledger")))
    assert all(one.kind == "poisoning" or len(one.campaigns) == 1 for one in found.attacks)
