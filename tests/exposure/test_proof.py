"""Paths are movements of the ledger, add up to the exposure, and bounds hold it."""

from hypothesis import example, given, settings

from cointrail.exposure import Inquiry, bounded, prove
from cointrail.exposure.said import UNKNOWN, categories
from tests.exposure.worlds import PEOPLE, Claim, World, worlds
from tests.making import START, address

CONSERVING = ("haircut", "fifo", "lifo", "tiho")


def text(number: int) -> str:
    return "0x" + address(number).hex()


@settings(max_examples=40, deadline=None)
@given(worlds())
@example(World([(3, 1, 2), (1, 3, 2), (3, 1, 2), (1, 2, 1), (1, 2, 1)], [Claim(2, 0, None, None)]))  # round and apart
def test_all_paths_together_are_the_exposure(world: World) -> None:
    ledger, labels = world.opened()
    for policy in CONSERVING:
        inquiry = Inquiry(ledger, labels, policy)
        for one in range(1, PEOPLE + 1):
            if ledger.address_id(address(one)) is None:
                continue
            for part in inquiry.address(address(one)).parts:
                if part.category == UNKNOWN:
                    continue
                proof = prove(inquiry, address(one), part.category, part.direction, most=10_000)
                assert proof.amount == {"COIN": part.amount}
                assert proof.shown == proof.amount
                amounts = [path.amount for path in proof.paths]
                assert amounts == sorted(amounts, reverse=True)
                for path in proof.paths:
                    real = [START + 12 * (n + 1) for n in range(len(world.rows))]
                    for hop, following in zip(path.hops, path.hops[1:], strict=False):
                        assert hop.recipient == following.sender
                        assert (hop.time or 0) < (following.time or 0)
                    for hop in path.hops:
                        sender, recipient, amount = world.rows[real.index(hop.time or 0)]
                        assert hop.amount == amount >= hop.part >= path.amount > 0
                        assert (hop.sender, hop.recipient) == (text(sender), text(recipient))
                    near, far = (path.hops[-1], path.hops[0])[:: 1 if part.direction == "source" else -1]
                    assert text(one) in (near.recipient if part.direction == "source" else near.sender,)
                    end, place = (far.sender, far) if part.direction == "source" else (far.recipient, far)
                    said = [
                        world.said(n, real.index(place.time or 0)) for n in range(PEOPLE + 1) if n and text(n) == end
                    ]
                    assert said == [categories().index(part.category)]


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_every_policy_lies_within_the_bounds(world: World) -> None:
    untimed = World(world.rows, [Claim(claim.address, claim.category) for claim in world.claims])
    ledger, labels = untimed.opened()
    for policy in CONSERVING:
        inquiry = Inquiry(ledger, labels, policy)
        for one in range(1, PEOPLE + 1):
            if ledger.address_id(address(one)) is None:
                continue
            found = bounded(inquiry, inquiry.address(address(one)))
            for part in found.parts:
                if part.least is None or part.most is None:
                    assert part.category == UNKNOWN or "No bounds" in found.note
                else:
                    assert part.least <= part.amount <= part.most


def test_a_path_names_the_transactions_that_prove_it() -> None:
    mixer = categories().index("mixer")
    ledger, labels = World([(1, 2, 10), (5, 2, 30), (2, 3, 20), (3, 4, 20)], [Claim(1, mixer)]).opened()
    inquiry = Inquiry(ledger, labels)
    proof = prove(inquiry, address(4), "tumbler", "source")
    assert [[(hop.sender, hop.recipient, hop.part) for hop in path.hops] for path in proof.paths] == [
        [(text(1), text(2), 10), (text(2), text(3), 5), (text(3), text(4), 5)]
    ]
    assert len(proof.transactions) == 3
    [bounds] = proof.bounds
    assert (bounds.least, bounds.most) == (0, 10)
    assert inquiry.address(address(4)).parts[0].hops == 3


def test_what_comes_twice_has_two_paths() -> None:
    ledger, labels = World([(1, 2, 10), (2, 3, 10), (3, 2, 10), (2, 4, 7)], [Claim(1, 0)]).opened()
    proof = prove(Inquiry(ledger, labels), address(2), "sanction", "source")
    assert proof.amount == proof.shown == {"COIN": 20}
    assert [[hop.recipient for hop in path.hops] for path in proof.paths] == [
        [text(2)],
        [text(2), text(3), text(2)],
    ]


def test_nothing_is_bounded_where_value_went_round_and_the_answer_says_so() -> None:
    ledger, labels = World([(1, 2, 10), (2, 3, 10), (3, 2, 10)], [Claim(1, 0)]).opened()
    inquiry = Inquiry(ledger, labels)
    found = bounded(inquiry, inquiry.address(address(2)))
    assert "went round" in found.note
