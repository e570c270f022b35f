"""The compiled part of a sweep: who converted what in transactions that are plain, on amounts of two 64-bit words.

Plain is a transaction in which nobody lost more than one asset, no more than one party only lost, and whatever others
gained can have come from one place. All others are left to `settle`.
"""

from typing import Any

import numpy as np
from numba import njit

NONE = -1
MOST = 48  # parties and assets of one transaction; more go the careful way
COLUMNS = 10  # transaction, loser, asset, its amount in two words, gainer, asset, its amount in two words, rule
PLAIN, CAREFUL, NOTHING = 0, 1, 2
SOLD, BOUGHT, PAID, RECEIVED = 1, 2, 3, 4  # a net of who swapped; of who only lost; of who only gained
CAREFUL_PAYER = -2
AS_SWAP, AS_WRAP, AS_PAYEE, AS_UNWRAP = 0, 1, 2, 3

compiled = njit(cache=True, nogil=True)


@compiled
def plain(
    first: Any, sender: Any, recipient: Any, asset: Any, high: Any, low: Any, verified: Any, issuer: Any, coin: Any,
    form: Any, zero: int,
) -> Any:  # fmt: skip
    """The conversions of plain transactions, one row each, and of every transaction whether it was plain.

    By asset: `verified`, whether it counts; `issuer`, the address of its contract; `coin`, what it wraps one for one;
    `form`, the number of the coin that it is a form of (each NONE where there is none).
    """
    count = first.size - 1
    kind = np.empty(count, np.uint8)
    found = np.empty((2 * (first[-1] - first[0]) + 2, COLUMNS), np.int64)
    rows = 0
    who, what = np.empty(MOST, np.int64), np.empty(MOST, np.int64)
    up, down = np.empty(MOST, np.int64), np.empty(MOST, np.uint64)
    minted = np.empty(MOST, np.int64)
    used = np.zeros(first[-1] - first[0], np.bool_)
    for tx in range(count):
        size, mints, start, end = 0, 0, first[tx], first[tx + 1]
        for row in range(start, end):
            token = asset[row]
            if not verified[token]:
                if sender[row] == zero:  # a share, perhaps
                    size = NONE
                    break
                continue
            if sender[row] == 0 or recipient[row] == 0:
                continue
            if high[row] == NONE or size + 4 > MOST:
                size = NONE
                break
            payer = issuer[token] if sender[row] == zero else sender[row]
            payee = issuer[token] if recipient[row] == zero else recipient[row]
            if payer == NONE or payee == NONE or (payer == payee and sender[row] != recipient[row]):
                size = NONE
                break
            if sender[row] == recipient[row]:
                continue
            if zero in (sender[row], recipient[row]):
                minted[mints] = issuer[token]
                mints += 1
            size = _add(who, what, up, down, size, payer, token, -high[row] - (low[row] != 0), np.uint64(0) - low[row])
            size = _add(who, what, up, down, size, payee, token, high[row], low[row])
            inner = coin[token]
            if inner == NONE or zero not in (sender[row], recipient[row]):
                continue
            for other in range(start, end):  # the movement of the coin that this proves, if the source shows it
                if (
                    not used[other - first[0]]
                    and asset[other] == inner
                    and sender[other] == payee
                    and recipient[other] == payer
                    and high[other] == high[row]
                    and low[other] == low[row]
                ):
                    used[other - first[0]] = True
                    break
            else:
                if payer != payee:
                    less = -high[row] - (low[row] != 0), np.uint64(0) - low[row]
                    size = _add(who, what, up, down, size, payee, inner, less[0], less[1])
                    size = _add(who, what, up, down, size, payer, inner, high[row], low[row])
        if size == NONE:
            kind[tx] = CAREFUL
            continue
        before = rows
        rows = _judge(found, rows, tx, who, what, up, down, size, minted[:mints])
        if rows == NONE:
            rows, kind[tx] = before, CAREFUL
            continue
        kind[tx] = PLAIN if rows > before else NOTHING
        for one in range(before, rows):
            if found[one, 9] == AS_SWAP and form[found[one, 2]] == form[found[one, 6]] != NONE:
                found[one, 9] = AS_WRAP
            _unseen(found[one], start, end, sender, recipient, asset, high, low, coin, zero)
    return found[:rows].copy(), kind


@compiled
def _add(who: Any, what: Any, up: Any, down: Any, size: int, party: int, token: int, high: int, low: Any) -> int:
    """Add an amount to the net of a party and asset; how many nets there are now."""
    place = 0
    while place < size and (who[place] != party or what[place] != token):
        place += 1
    if place == size:
        who[place], what[place], up[place], down[place] = party, token, 0, np.uint64(0)
        size += 1
    down[place] += low
    up[place] += high + (1 if down[place] < low else 0)
    return size


@compiled
def _judge(found: Any, rows: int, tx: int, who: Any, what: Any, up: Any, down: Any, size: int, minted: Any) -> int:
    """Write the conversions of one transaction from its nets; NONE where it is not plain.

    `minted` are the parties whose asset was issued or destroyed.
    """
    role = np.zeros(size, np.int8)
    payer, traders = _roles(role, who, up, down, size, minted)
    if payer == CAREFUL_PAYER:
        return NONE
    if not traders:
        return rows
    open_gain = NONE
    for place in range(size):
        if role[place] != SOLD:
            continue
        high, low, payees, sellers = -up[place] - (down[place] != 0), np.uint64(0) - down[place], 0, 0
        left_high, left_low = high, low
        for other in range(size):
            if what[other] == what[place]:
                sellers += role[other] == SOLD or role[other] == PAID
                if role[other] == RECEIVED:
                    payees += 1
                    left_high -= up[other] + (1 if left_low < down[other] else 0)
                    left_low -= down[other]
        if payees:
            if left_high > 0 or (left_high == 0 and left_low > 0):  # it paid these, and swapped the rest
                if sellers > 1:
                    return NONE
                high, low = left_high, left_low
            elif (
                payer == NONE
                or what[payer] == what[place]
                or payees > 1
                or (open_gain != NONE and what[open_gain] != what[place])
            ):
                return NONE
            else:  # all of it was paid out for the payer
                for other in range(size):
                    if role[other] == RECEIVED and what[other] == what[place]:
                        open_gain = other
        gain = _bought(who, what, role, size, place)
        if gain == NONE:
            return NONE
        _write(found, rows, tx, who[place], what[place], high, low, who[gain], what[gain], up, down, gain)
        rows += 1
    if payer == NONE:
        return rows
    high, low = -up[payer] - (down[payer] != 0), np.uint64(0) - down[payer]
    for place in range(size):
        if role[place] == RECEIVED and what[place] == what[payer]:
            high -= up[place] + (1 if low < down[place] else 0)
            low -= down[place]
    over = high > 0 or (high == 0 and low > 0)
    if open_gain == NONE:
        return rows  # what the payer got for it is not seen, if it got anything
    if not over or not _linked(who, what, role, size, what[payer], what[open_gain], NONE):
        return NONE
    gainer, bought = who[open_gain], what[open_gain]
    _write(found, rows, tx, who[payer], what[payer], high, low, gainer, bought, up, down, open_gain)
    found[rows, 9] = AS_PAYEE
    return rows + 1


@compiled
def _roles(role: Any, who: Any, up: Any, down: Any, size: int, minted: Any) -> Any:
    """What each net is; the place of the only payer, NONE or CAREFUL_PAYER, and how many nets are of traders."""
    payer, traders = NONE, 0
    for place in range(size):
        if up[place] == 0 and down[place] == 0:
            continue
        losses, gains = 0, 0
        for other in range(size):
            if who[other] == who[place] and not (up[other] == 0 and down[other] == 0):
                losses, gains = losses + (up[other] < 0), gains + (up[other] >= 0)
        if losses > 1:
            return CAREFUL_PAYER, 0
        if losses and gains:
            role[place] = SOLD if up[place] < 0 else BOUGHT
            traders += 1
            continue
        for one in minted:  # what a contract issues is a party of its own: whose part is whose is not seen here
            if one == who[place]:
                return CAREFUL_PAYER, 0
        if gains:
            role[place] = RECEIVED
        elif payer != NONE:
            return CAREFUL_PAYER, 0
        else:
            payer, role[place] = place, PAID
    return payer, traders


@compiled
def _bought(who: Any, what: Any, role: Any, size: int, sold: int) -> int:
    """The one gain of a trader that its loss was swapped for; NONE where several can be."""
    only, linked, gains, links = NONE, NONE, 0, 0
    for place in range(size):
        if role[place] == BOUGHT and who[place] == who[sold]:
            only, gains = place, gains + 1
    if gains == 1:
        return only
    for place in range(size):
        own = role[place] == BOUGHT and who[place] == who[sold]
        if own and _linked(who, what, role, size, what[sold], what[place], who[sold]):
            linked, links = place, links + 1
    return linked if links == 1 else NONE


@compiled
def _write(
    found: Any, row: int, tx: int, loser: int, sold: int, high: int, low: Any, gainer: int, bought: int, up: Any,
    down: Any, gain: int,
) -> None:  # fmt: skip
    one = found[row]
    one[0], one[1], one[2], one[3], one[4] = tx, loser, sold, high, np.int64(low)
    one[5], one[6], one[7], one[8], one[9] = gainer, bought, up[gain], np.int64(down[gain]), AS_SWAP


@compiled
def _linked(who: Any, what: Any, role: Any, size: int, start: int, goal: int, but: int) -> bool:
    """Whether swaps of the traders, `but` one, lead from one asset to the other."""
    reached = what[:size] == start
    for _ in range(size):
        for place in range(size):
            if who[place] == but or not reached[place] or role[place] not in (SOLD, BOUGHT):
                continue
            for other in range(size):
                if who[other] == who[place] and role[other] in (SOLD, BOUGHT):
                    for same in range(size):
                        if what[same] == what[other]:
                            reached[same] = True
    return bool(np.any(reached & (what[:size] == goal)))


@compiled
def _unseen(
    one: Any, start: int, end: int, sender: Any, recipient: Any, asset: Any, high: Any, low: Any, coin: Any, zero: int
) -> None:
    """A gain of a coin that no movement of the source brought ends where it was unwrapped instead."""
    gainer, got = one[5], one[6]
    up, down, given = 0, np.uint64(0), NONE
    for row in range(start, end):
        if sender[row] == gainer and recipient[row] == zero and coin[asset[row]] == got and given == NONE:
            given = asset[row]
        if asset[row] == got and sender[row] != recipient[row] and sender[row] != 0 and recipient[row] != 0:
            if recipient[row] == gainer:
                down += low[row]
                up += high[row] + (1 if down < low[row] else 0)
            elif sender[row] == gainer:
                up -= high[row] + (1 if down < low[row] else 0)
                down -= low[row]
    if given != NONE and (up < one[7] or (up == one[7] and down < np.uint64(one[8]))):
        one[5], one[6], one[9] = -1 - given, given, AS_UNWRAP
