"""The parts of the compiled replay of a whole ledger: what it knows of holdings, and what leaves and reaches them.

The same rules as in `replay` and `purses`. A holding has a row of `state`: balance (two words), where its block of
`pool` begins, and a word of facts. A block holds one record a colour, ascending: coins held (two words), all that
came (two words), and a word with the colour and the hops of both. Only what a category touched has a block; blocks
double in size and are used again. Amounts are as in `wide`.
"""

from typing import Any

import numpy as np
from numba import njit

from cointrail.exposure.wide import ONE, ZERO, below, minus, plus, share

HAIRCUT, TIHO, POISON = 0, 1, 2
TIMED, DEAD = 254, 253  # codes in `state`: depends on the time; of an asset that does not count
AHEAD, NEAR = 20, 8  # rows for which states and blocks are asked for ahead
COLOURS = 64  # at most: two a category, and two for any
CLASSES = 7  # sizes of blocks: 1 to 64
ROOM = 2 * COLOURS  # records that one movement may need anew
WIDE_BIT = np.uint64(1 << 63)  # as in `ledger.index`
NEVER = (1 << 28) - 1  # hops of what never came

# the word of facts: records in the block 0-7, class of its size 8-15, whether a transaction between outputs 16, code 24
CLASS, THROUGH, CODE = np.uint64(8), np.uint64(16), np.uint64(24)
BYTE = np.uint64(0xFF)
# the word of a record: colour 0-7, hops of what is held 8-35, hops of what came 36-63
HELD_HOPS, CAME_HOPS, HOPS = np.uint64(8), np.uint64(36), np.uint64(NEVER)


def facts(code: Any, through: Any) -> Any:
    """The words of facts of holdings without a block."""
    return (code.astype(np.uint64) << CODE) | (through.astype(np.uint64) << THROUGH)


@njit(cache=True, nogil=True)
def openings(
    sender: Any, link: Any, narrow: Any, wide: Any, dead: Any, walk: Any, came: Any, left: Any, lowest: Any
) -> None:
    """Sum what came to and left each holding, to itself apart, and find how far below nothing its balance falls.

    `lowest` is that depth, not negative. All three have two words a holding and start at 0. `walk` are the settled
    transactions with the chain; their rows are 0 in `narrow`.
    """
    deal, deals = 0, len(walk.row)
    for row in range(sender.size):
        if deal < deals and walk.row[deal] == row:
            for out in range(walk.out_first[deal], walk.out_first[deal + 1]):
                h, high, low = walk.out_holding[out], walk.out_amount[out, 0], walk.out_amount[out, 1]
                if not dead[h]:
                    left[h, 0], left[h, 1] = plus(left[h, 0], left[h, 1], high, low)
                    _under(h, left[h, 0], left[h, 1], came, lowest)
            for into in range(walk.in_first[deal], walk.in_first[deal + 1]):
                h, high, low = walk.in_holding[into], walk.in_amount[into, 0], walk.in_amount[into, 1]
                if not dead[h]:
                    came[h, 0], came[h, 1] = plus(came[h, 0], came[h, 1], high, low)
            deal += 1
        s = sender[row]
        if narrow[row] == ZERO or dead[s]:
            continue
        r = s ^ link[row]
        high, low = ZERO, narrow[row]
        if low & WIDE_BIT:
            high, low = wide[low ^ WIDE_BIT, 2], wide[low ^ WIDE_BIT, 3]
        if s == r:
            out_high, out_low = plus(left[s, 0], left[s, 1], high, low)
        else:
            left[s, 0], left[s, 1] = plus(left[s, 0], left[s, 1], high, low)
            out_high, out_low = left[s, 0], left[s, 1]
        _under(s, out_high, out_low, came, lowest)
        if s != r:
            came[r, 0], came[r, 1] = plus(came[r, 0], came[r, 1], high, low)


@njit(cache=True, nogil=True)
def _under(h: Any, high: Any, low: Any, came: Any, lowest: Any) -> None:
    """Note how far more than what came has left a holding."""
    if below(came[h, 0], came[h, 1], high, low):
        under_high, under_low = minus(high, low, came[h, 0], came[h, 1])
        if below(lowest[h, 0], lowest[h, 1], under_high, under_low):
            lowest[h, 0], lowest[h, 1] = under_high, under_low


@njit(cache=True, nogil=True)
def listed(
    entries: Any, start: Any, narrow: Any, wide: Any, first: Any, net: Any, size: Any, own_start: Any, own: Any,
    amounts: Any,
) -> None:  # fmt: skip
    """Fill in the entries of all holdings with settled transactions as one: `own` from `own_start` on, and `amounts`.

    `net[first[h] : first[h + 1]]` are the net entries of a holding, ascending, `size` their amounts.
    """
    made = 0
    for h in range(start.size - 1):
        own_start[h] = made
        at, end = first[h], first[h + 1]
        for place in range(start[h], start[h + 1]):
            entry = np.int64(entries[place])
            while at < end and net[at] < entry:
                own[made], amounts[made, 0], amounts[made, 1] = net[at], size[at, 0], size[at, 1]
                made, at = made + 1, at + 1
            low = narrow[entry >> 1]
            if low == ZERO:
                continue
            own[made], amounts[made, 0], amounts[made, 1] = entry, ZERO, low
            if low & WIDE_BIT:
                amounts[made, 0], amounts[made, 1] = wide[low ^ WIDE_BIT, 2], wide[low ^ WIDE_BIT, 3]
            made += 1
        while at < end:
            own[made], amounts[made, 0], amounts[made, 1] = net[at], size[at, 0], size[at, 1]
            made, at = made + 1, at + 1
    own_start[start.size - 1] = made


@njit(cache=True, nogil=True)
def balances(state: Any, came: Any, left: Any, lowest: Any, backward: bool) -> None:
    """Fill in the opening balances: inferred ones, or walking backward what is held at the end."""
    for h in range(state.shape[0]):
        high, low = lowest[h, 0], lowest[h, 1]
        if backward:
            high, low = plus(high, low, came[h, 0], came[h, 1])
            high, low = minus(high, low, left[h, 0], left[h, 1])
        state[h, 0], state[h, 1] = high, low


@njit(cache=True, nogil=True)
def code_at(holding: Any, time: Any, timed: Any) -> Any:
    """The code of a holding whose label depends on the time; -1 is an unknown time. `timed` is a `ground.Timed`."""
    place = np.searchsorted(timed.holding, holding)
    if time == -1:
        return np.int64(timed.undated[place])
    at = timed.start[place]
    while at + 1 < timed.start[place + 1] and timed.since[at + 1] <= time:
        at += 1
    return np.int64(timed.code[at])


@njit(cache=True, nogil=True)
def peer(sender: Any, link: Any, row: Any, state: Any) -> Any:
    """The other holding of a row. One that moves nothing is not in the index: its sender is not known, and of what
    comes out any holding will do."""
    return min(np.int64(sender[row] ^ link[row]), state.shape[0] - 1)


@njit(cache=True, nogil=True)
def _grow(state: Any, pool: Any, free: Any, h: Any) -> None:
    """Give a holding a block of twice the size."""
    word = state[h, 3]
    count, size = np.int64(word & BYTE), np.int64((word >> CLASS) & BYTE)
    bigger = size + 1 if count else 0
    block = free[bigger]
    if block:
        free[bigger] = np.int64(pool[block, 0])
    else:
        block = free[CLASSES]
        free[CLASSES] += 1 << bigger
    if count:
        old = np.int64(state[h, 2])
        for k in range(count):
            for field in range(5):
                pool[block + k, field] = pool[old + k, field]
        pool[old, 0] = np.uint64(free[size])
        free[size] = old
    state[h, 2] = np.uint64(block)
    state[h, 3] = (word & ~(BYTE << CLASS)) | (np.uint64(bigger) << CLASS)


@njit(cache=True, nogil=True)
def record(state: Any, pool: Any, free: Any, h: Any, colour: Any, at: Any) -> Any:
    """The place in a holding's block of the record of a colour, made if need be; it is not before `at`."""
    count = np.int64(state[h, 3] & BYTE)
    block = np.int64(state[h, 2])
    while at < count and np.int64(pool[block + at, 4] & BYTE) < colour:
        at += 1
    if at < count and np.int64(pool[block + at, 4] & BYTE) == colour:
        return at
    if count == 0 or count == 1 << np.int64((state[h, 3] >> CLASS) & BYTE):
        _grow(state, pool, free, h)
        block = np.int64(state[h, 2])
    for k in range(count, at, -1):
        for field in range(5):
            pool[block + k, field] = pool[block + k - 1, field]
    for field in range(4):
        pool[block + at, field] = ZERO
    pool[block + at, 4] = np.uint64(colour) | (HOPS << HELD_HOPS) | (HOPS << CAME_HOPS)
    state[h, 3] += ONE
    return at


@njit(cache=True, nogil=True)
def hold(pool: Any, place: Any, high: Any, low: Any, hop: Any, poison: bool) -> None:
    if poison:
        pool[place, 1] = ONE
    else:
        pool[place, 0], pool[place, 1] = plus(pool[place, 0], pool[place, 1], high, low)
    if hop < np.int64((pool[place, 4] >> HELD_HOPS) & HOPS):
        pool[place, 4] = (pool[place, 4] & ~(HOPS << HELD_HOPS)) | (np.uint64(hop) << HELD_HOPS)


@njit(cache=True, nogil=True)
def note(pool: Any, place: Any, high: Any, low: Any, hop: Any) -> None:
    pool[place, 2], pool[place, 3] = plus(pool[place, 2], pool[place, 3], high, low)
    if hop < np.int64(pool[place, 4] >> CAME_HOPS):
        pool[place, 4] = (pool[place, 4] & ~(HOPS << CAME_HOPS)) | (np.uint64(hop) << CAME_HOPS)


@njit(cache=True, nogil=True)
def coloured(state: Any, pool: Any, h: Any) -> bool:
    """Whether a holding holds anything of any category."""
    block = np.int64(state[h, 2])
    for k in range(block, block + np.int64(state[h, 3] & BYTE)):  # noqa: SIM110 - Numba has no any()
        if pool[k, 0] or pool[k, 1]:
            return True
    return False


@njit(cache=True, nogil=True)
def larger(entries: Any, start: Any, amounts: Any, s: Any, row: Any, high: Any, low: Any, way: int) -> Any:
    """What leaves a holding behind an outflow and before the next inflow in larger outflows, walking up (1) or down.

    Those are filled before this one, as were larger ones that are gone already; equal ones come after it. `entries`
    and `start` are as in the index, `amounts` those of the entries.
    """
    leaving = 0 if way > 0 else 1
    first, end = np.int64(start[s]), np.int64(start[s + 1])
    at = first + np.searchsorted(entries[first:end], 2 * row + leaving) + way
    sum_high, sum_low = ZERO, ZERO
    while first <= at < end and np.int64(entries[at] & 1) == leaving:
        if below(high, low, amounts[at, 0], amounts[at, 1]):
            sum_high, sum_low = plus(sum_high, sum_low, amounts[at, 0], amounts[at, 1])
        at += way
    return sum_high, sum_low


@njit(cache=True, nogil=True, error_model="numpy")
def leave(
    state: Any, pool: Any, s: Any, high: Any, low: Any, policy: int, larger_high: Any, larger_low: Any,
    runs: Any, colours: Any, hops: Any,
) -> Any:  # fmt: skip
    """Take an outflow from a holding: its runs by colour, with hops; how many. `larger`: see there (tiho)."""
    word = state[s, 3]
    count, block = np.int64(word & BYTE), np.int64(state[s, 2])
    step = 0 if (word >> THROUGH) & ONE else 1
    found = 0
    upto_high, upto_low, before_high, before_low = ZERO, ZERO, ZERO, ZERO
    for k in range(block, block + count):
        if not (pool[k, 0] or pool[k, 1]):
            continue
        colour = np.int64(pool[k, 4] & BYTE)
        if policy == POISON:
            if found and colour & 1 and colours[found - 1] == colour - 1:
                continue
            runs[found, 0], runs[found, 1] = high, low
        else:
            upto_high, upto_low = plus(upto_high, upto_low, pool[k, 0], pool[k, 1])
            if policy == HAIRCUT:
                all_high, all_low = share(upto_high, upto_low, high, low, state[s, 0], state[s, 1])
            elif below(larger_high, larger_low, upto_high, upto_low):
                all_high, all_low = minus(upto_high, upto_low, larger_high, larger_low)
                if below(high, low, all_high, all_low):
                    all_high, all_low = high, low
            else:
                all_high, all_low = ZERO, ZERO
            part_high, part_low = minus(all_high, all_low, before_high, before_low)
            before_high, before_low = all_high, all_low
            if not (part_high or part_low):
                continue
            pool[k, 0], pool[k, 1] = minus(pool[k, 0], pool[k, 1], part_high, part_low)
            runs[found, 0], runs[found, 1] = part_high, part_low
        colours[found] = colour
        hops[found] = min(np.int64((pool[k, 4] >> HELD_HOPS) & HOPS) + step, NEVER - 1)
        found += 1
    state[s, 0], state[s, 1] = minus(state[s, 0], state[s, 1], high, low)
    return found


@njit(cache=True, nogil=True)
def arrive(
    state: Any, pool: Any, free: Any, r: Any, stops: bool, inner: bool, poison: bool,
    found: Any, runs: Any, colours: Any, hops: Any,
) -> None:  # fmt: skip
    """Bring the runs of a movement to a holding; `stops`: it has a category, so they are noted and not held."""
    through = (state[r, 3] >> THROUGH) & ONE
    at = 0
    for k in range(found):
        colour, hop, high, low = colours[k], hops[k], runs[k, 0], runs[k, 1]
        kept = colour if through else colour | 1
        if not inner:
            at = record(state, pool, free, r, colour, at)
            note(pool, np.int64(state[r, 2]) + at, high, low, hop)
        if not stops:
            at = record(state, pool, free, r, kept, at)
            hold(pool, np.int64(state[r, 2]) + at, high, low, hop, poison)


@njit(cache=True, nogil=True)
def gathered(
    state: Any, pool: Any, order: Any, begin: Any, start: Any, colour: Any, hops: Any, amount: Any,
) -> int:  # fmt: skip
    """Sum what came to the holdings of each seat by colour.

    `order[begin[n] : begin[n + 1]]` are the holdings of seat n. Fills `start` (a seat and one more) and one row a
    colour in the others, which have room for all records; how many rows there are.
    """
    sums, least = np.zeros((COLOURS, 2), np.uint64), np.full(COLOURS, NEVER, np.int64)
    found = 0
    for seat in range(begin.size - 1):
        start[seat] = found
        for k in range(begin[seat], begin[seat + 1]):
            h = order[k]
            block = np.int64(state[h, 2])
            for place in range(block, block + np.int64(state[h, 3] & BYTE)):
                one: Any = np.int64(pool[place, 4] & BYTE)
                sums[one, 0], sums[one, 1] = plus(sums[one, 0], sums[one, 1], pool[place, 2], pool[place, 3])
                least[one] = min(least[one], np.int64(pool[place, 4] >> CAME_HOPS))
        for one in range(COLOURS):
            if sums[one, 0] or sums[one, 1]:
                colour[found], hops[found] = one, least[one]
                amount[found, 0], amount[found, 1] = sums[one, 0], sums[one, 1]
                found += 1
                sums[one, 0], sums[one, 1], least[one] = ZERO, ZERO, NEVER
    start[begin.size - 1] = found
    return found


@njit(cache=True, nogil=True)
def totals(whole: Any, order: Any, begin: Any, total: Any) -> None:
    """Sum an amount of each holding over the holdings of each seat, as in `gathered`."""
    for seat in range(begin.size - 1):
        for k in range(begin[seat], begin[seat + 1]):
            h = order[k]
            total[seat, 0], total[seat, 1] = plus(total[seat, 0], total[seat, 1], whole[h, 0], whole[h, 1])
