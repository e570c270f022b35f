"""What a recipient can have got of stolen deposits, against every way in which deposits can have been withdrawn."""

from dataclasses import replace
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.mixers.pools import shipped
from cointrail.conversions.mixers.pools.clues import Clues
from cointrail.conversions.mixers.pools.history import history
from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.tracing.mixed import Stolen, bounds
from tests.conversions.mixers.pools.made import Act, acted

D = 100
POOL = replace(shipped().on("ethereum")[0], denomination=D)
ACTS = st.lists(st.builds(Act, st.booleans(), st.integers(1, 3), st.integers(0, 99)), min_size=2, max_size=9)


@settings(max_examples=200, deadline=None)
@given(ACTS, st.booleans(), st.lists(st.sampled_from([0, 0, 40, D]), min_size=9, max_size=9))
def test_bounds_hold_in_every_way(acts: list[Act], told: bool, parts: list[int]) -> None:
    deposits, withdrawals = acted(acts, told)
    whole = history(deposits, withdrawals)
    stolen = {place: part for place, part in enumerate(parts[: len(deposits)]) if part}
    ways = [
        way
        for way in permutations(range(len(deposits)), len(withdrawals))
        if all(deposits[d].row < withdrawals[w].row for w, d in enumerate(way))
    ]
    if not ways or not withdrawals:
        return
    one = Stolen(POOL, Linking(whole, whole.windows(), Clues({}, {})), stolen)
    for who in {withdrawal.recipient for withdrawal in withdrawals}:
        own = [number for number, withdrawal in enumerate(withdrawals) if withdrawal.recipient == who]
        got = [sum(stolen.get(way[number], 0) for number in own) for way in ways]
        least, most = bounds(one, own)
        assert least <= min(got) and most >= max(got)
        if set(stolen.values()) <= {D} and len({window.first for window in one.linking.windows}) == 1 and len(own) == 1:
            assert most == max(got)
        if not stolen:
            assert (least, most) == (0, 0)
        if set(stolen) == set(range(len(deposits))) and set(stolen.values()) == {D} and told and whole.whole:
            assert least == D * len(own)
