"""Where did it go and where did it come from are one question: the amounts agree movement by movement."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.command import done, line, load, movements, trail, who, write

Seeds = st.integers(0, 2**32)


def random_ledger(random: Random, folder: Path) -> list[dict[str, object]]:
    """A ledger of some people who pay each other, in whole units."""
    count = random.randint(5, 30)
    rows = [line(n, random.randint(1, 5), random.randint(1, 6), random.randint(1, 9)) for n in range(1, count)]
    assert load(write(folder / "rows.csv", rows), folder / "ledger").status == 0
    return rows


@settings(max_examples=12, deadline=None)
@given(Seeds)
def test_what_a_transaction_brought_to_an_address_is_what_that_address_got_from_it(seed: int) -> None:
    """Person 6 never pays, so all that reaches it is where the walk ends, and where the walk back starts."""
    random = Random(seed)
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = random_ledger(random, folder)
        policies = ("--no-hubs", "--policy", "fifo", "--policy", "lifo")
        if not any(row["to"] == who(6) for row in rows):
            return
        theft = random.choice([row for row in rows if row["from"] != row["to"]])
        done("trace", folder / "ledger", "--tx", theft["tx"], *policies, "--out", folder / "there")
        back = ("--from", who(6), "--direction", "backward")
        done("trace", folder / "ledger", *back, *policies, "--out", folder / "back")
        for policy in ("fifo", "lifo"):
            content = trail(folder / "there")["policies"][policy]
            arrived = sum(int(e["amount"]) for e in content["endpoints"] if e["address"] == who(6))
            moves = [row for row in movements(folder / "back") if (row["policy"], row["tx"]) == (policy, theft["tx"])]
            assert arrived == sum(int(row["stolen"]) for row in moves)
            assert content["balanced"] is trail(folder / "back")["policies"][policy]["balanced"] is True


@settings(max_examples=12, deadline=None)
@given(Seeds)
def test_stolen_amounts_never_exceed_their_movements_and_end_where_they_say(seed: int) -> None:
    random = Random(seed)
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = random_ledger(random, folder)
        source = random.choice([row["from"] for row in rows])
        options = ("--no-hubs", "--policy", "all", "--bounds", "--out", folder / "out")
        done("trace", folder / "ledger", "--from", source, *options)
        for row in movements(folder / "out"):
            assert 0 < float(row["stolen"]) <= float(row["amount"])
        content = trail(folder / "out")
        bounds = {(b["address"], b["asset"]): (float(b["least"]), float(b["most"])) for b in content["bounds"]}
        for policy, said in content["policies"].items():
            if policy == "poison":
                assert said["balanced"] is None
                continue
            assert said["balanced"] is True
            ends = {(e["address"], e["asset"]): 0.0 for e in said["endpoints"]}
            for end in said["endpoints"]:
                ends[end["address"], end["asset"]] += float(end["amount"])
            for key, (least, most) in bounds.items():
                assert least - 1e-9 <= ends.get(key, 0.0) <= most + 1e-9
