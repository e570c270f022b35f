"""A link is judged by the whole address."""

from dataclasses import replace

from cointrail.conversions.mixers.pools import shipped
from cointrail.conversions.mixers.pools.clues import Clues
from cointrail.conversions.mixers.pools.history import history
from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.drills.mixing import World
from cointrail.drills.mixing.judging import judged
from tests.conversions.mixers.pools.made import DEPOSIT, WITHDRAWAL


def test_an_address_that_ends_in_zero_is_judged_like_any_other() -> None:
    owner = bytes([7] * 19) + b"\0"
    known = World(None, [], {b"out": b"in"}, {b"in": owner}, [])
    whole = history([replace(DEPOSIT, tx=b"in", row=1, leaf=0)], [replace(WITHDRAWAL, tx=b"out", row=2)])
    linking = Linking(whole, whole.windows(), Clues({}, {}))
    pool = next(iter(shipped().on("ethereum")))
    [said] = judged({pool: linking}, known)
    assert said.right and said.person == owner and said.chance == 1
