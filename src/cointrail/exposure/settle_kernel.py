"""The compiled form of settlement (`conversions.settlement.settle`) for whole ledgers: nets and links of transactions.

It settles where every loss becomes one gain, which is nearly always. Where a loss has to be divided among gains,
several losses were mixed, shares of vaults were issued, or there is too much of anything, it gives the transaction
back. Amounts are as in `wide`; parties are address ids, and for the zero address -1 - asset, as in
`settlement.movement`.
"""

from typing import Any

import numpy as np
from numba import njit

from cointrail.exposure.wide import ZERO, below, minus, plus

NONE = -1
MOVES = 64  # of one transaction, with those that others prove
NETS = 2 * MOVES
LINKS = 2 * NETS
LARGE = np.int64(1 << 56)  # high words from there on go the careful way: sums must fit
STOPS, WHOLE = 1, 2  # flags of a link: value ends at the gainer; the loser lost no less than it says
LINK_COLUMNS = 12  # transaction, loser, gainer, flags; start, size, at, amount in two words each
NET_COLUMNS = 5  # transaction, holding, whether it gained, amount in two words

compiled = njit(cache=True, nogil=True)


@compiled
def settled(
    first: Any, party: Any, other: Any, sender: Any, recipient: Any, asset: Any, high: Any, low: Any,
    verified: Any, issuer: Any, coin: Any, zero: int,
) -> Any:  # fmt: skip
    """Nets and links of transactions, and which were settled (others have neither).

    `party` and `other` are the addresses of the holdings `sender` and `recipient`; by asset: whether it counts, the
    address of its contract, what it wraps one for one (NONE where there is none).
    """
    count = first.size - 1
    rows = first[count] - first[0]
    done = np.zeros(count, np.bool_)
    nets = np.empty((2 * rows + 2, NET_COLUMNS), np.int64)
    links = np.empty((8 * rows + 8, LINK_COLUMNS), np.int64)
    made, tied = 0, 0
    moves = np.empty((MOVES, 3), np.int64)  # sender, recipient, asset
    sizes = np.empty((MOVES, 2), np.uint64)
    ends = np.empty((MOVES, 2), np.int64)  # holdings
    seen, seen_sizes = np.empty((NETS, 3), np.int64), np.empty((NETS, 4), np.uint64)
    pieces, piece_words = np.empty((LINKS, 5), np.int64), np.empty((LINKS, 8), np.uint64)
    for tx in range(count):
        n = _read(
            first[tx], first[tx + 1], party, other, sender, recipient, asset, high, low, verified, zero,
            moves, sizes, ends,
        )  # fmt: skip
        if n == NONE:
            continue
        shown = _visible(moves, sizes, ends, n, seen, seen_sizes)
        if shown == NONE:
            continue
        everything = _completed(moves, sizes, n, issuer, coin)
        if everything is None:
            continue
        counted, counted_sizes = everything
        found = _pieces(counted, counted_sizes, issuer, pieces, piece_words)
        if found == NONE:
            continue
        done[tx] = True
        added = len(counted) > n
        for k in range(found):
            if added:
                _unseen(pieces[k], piece_words[k], seen, seen_sizes, shown, moves, n, coin)
            loser, loss_high, loss_low = _net(seen, seen_sizes, shown, pieces[k, 0], pieces[k, 1], 0)
            gainer, gain_high, gain_low = _net(seen, seen_sizes, shown, pieces[k, 2], pieces[k, 3], 1)
            words = piece_words[k]
            stops = pieces[k, 4]
            if not (loss_high or loss_low):
                loser = NONE
            end_high, end_low = plus(words[4], words[5], words[6], words[7])
            unseen = below(gain_high, gain_low, end_high, end_low) or not (gain_high or gain_low)
            if unseen and not (stops and pieces[k, 2] < 0):
                gainer = NONE
            if loser == NONE and gainer == NONE:
                continue
            end_high, end_low = plus(words[0], words[1], words[2], words[3])
            whole = not below(loss_high, loss_low, end_high, end_low)
            links[tied, 0], links[tied, 1], links[tied, 2] = tx, loser, gainer
            links[tied, 3] = stops * STOPS + whole * WHOLE
            for word in range(8):
                links[tied, 4 + word] = np.int64(words[word])
            tied += 1
        for k in range(shown):
            for side in range(2):
                _, up, down = _net(seen, seen_sizes, shown, seen[k, 0], seen[k, 1], side)
                if up or down:
                    nets[made, 0], nets[made, 1], nets[made, 2] = tx, seen[k, 2], side
                    nets[made, 3], nets[made, 4] = np.int64(up), np.int64(down)
                    made += 1
    return nets[:made].copy(), links[:tied].copy(), done


@compiled
def _read(
    start: int, end: int, party: Any, other: Any, sender: Any, recipient: Any, asset: Any, high: Any, low: Any,
    verified: Any, zero: int, moves: Any, sizes: Any, ends: Any,
) -> int:  # fmt: skip
    """The movements that count, fees and rewards apart; how many, or NONE where this is not for here."""
    n = 0
    for row in range(start, end):
        token = asset[row]
        if not verified[token]:
            if party[row] == zero:  # a share, perhaps
                return NONE
            continue
        if party[row] == 0 or other[row] == 0:
            continue
        if n == MOVES or high[row] == NONE or high[row] >= LARGE:
            return NONE
        moves[n, 0] = -1 - token if party[row] == zero else party[row]
        moves[n, 1] = -1 - token if other[row] == zero else other[row]
        moves[n, 2] = token
        sizes[n, 0], sizes[n, 1] = np.uint64(high[row]), low[row]
        ends[n, 0], ends[n, 1] = sender[row], recipient[row]
        n += 1
    return n


@compiled
def _visible(moves: Any, sizes: Any, ends: Any, n: int, seen: Any, seen_sizes: Any) -> int:
    """What came to and went from every holding: rows of party, asset, holding; how many."""
    shown = 0
    for k in range(n):
        if moves[k, 0] == moves[k, 1]:
            continue
        for side in range(2):
            place = 0
            while place < shown and seen[place, 2] != ends[k, side]:
                place += 1
            if place == shown:
                if shown == NETS:
                    return NONE
                seen[place, 0], seen[place, 1], seen[place, 2] = moves[k, side], moves[k, 2], ends[k, side]
                seen_sizes[place, :] = ZERO
                shown += 1
            at = 2 * (1 - side)  # words of what came, then of what went
            seen_sizes[place, at], seen_sizes[place, at + 1] = plus(
                seen_sizes[place, at], seen_sizes[place, at + 1], sizes[k, 0], sizes[k, 1]
            )
    return shown


@compiled
def _net(seen: Any, seen_sizes: Any, shown: int, party: int, token: int, side: int) -> Any:
    """The holding of a party, and what it lost (side 0) or gained (1) in two words; NONE where nothing shows it."""
    for place in range(shown):
        if seen[place, 0] == party and seen[place, 1] == token:
            one = seen_sizes[place]
            came, went = (one[0], one[1]), (one[2], one[3])
            if side == 1 and below(went[0], went[1], came[0], came[1]):
                up, down = minus(came[0], came[1], went[0], went[1])
                return seen[place, 2], up, down
            if side == 0 and below(came[0], came[1], went[0], went[1]):
                up, down = minus(went[0], went[1], came[0], came[1])
                return seen[place, 2], up, down
            return seen[place, 2], ZERO, ZERO
    return NONE, ZERO, ZERO


@compiled
def _completed(moves: Any, sizes: Any, n: int, issuer: Any, coin: Any) -> Any:
    """`wrapping.completed`; None where there are too many."""
    proofs = False
    for k in range(n):
        token = moves[k, 2]
        if coin[token] != NONE and issuer[token] != NONE and (moves[k, 0] == -1 - token or moves[k, 1] == -1 - token):
            proofs = True
    if not proofs:
        return moves[:n], sizes[:n]
    moved = np.zeros(n, np.bool_)
    beside, beside_sizes = np.empty((2 * MOVES, 4), np.int64), np.empty((2 * MOVES, 2), np.uint64)
    more = 0
    for k in range(n):
        token = moves[k, 2]
        inner, contract = coin[token], issuer[token]
        made = moves[k, 0] == -1 - token
        if inner == NONE or contract == NONE or not (made or moves[k, 1] == -1 - token):
            continue
        payer = moves[k, 1] if made else contract
        payee = contract if made else moves[k, 0]
        beside[more, 0], beside[more, 1], beside[more, 2], beside[more, 3] = payer, payee, inner, k
        beside_sizes[more] = sizes[k]
        more += 1
        at = NONE
        for m in range(n):
            if (
                not moved[m] and moves[m, 0] == payer and moves[m, 1] == payee and moves[m, 2] == inner
                and sizes[m, 0] == sizes[k, 0] and sizes[m, 1] == sizes[k, 1]
            ):  # fmt: skip
                at = m
                moved[m] = True
                break
        while at != NONE and not made:
            to, at = moves[at, 1], NONE
            for m in range(n):
                if (
                    not moved[m] and moves[m, 0] == to and moves[m, 2] == inner
                    and sizes[m, 0] == sizes[k, 0] and sizes[m, 1] == sizes[k, 1]
                ):  # fmt: skip
                    at = m
                    moved[m] = True
                    beside[more, :3] = moves[m]
                    beside[more, 3] = k
                    beside_sizes[more] = sizes[m]
                    more += 1
                    break
    found, found_sizes = np.empty((n + more, 3), np.int64), np.empty((n + more, 2), np.uint64)
    size, at = 0, 0
    for k in range(n):
        if not moved[k]:
            found[size], found_sizes[size] = moves[k], sizes[k]
            size += 1
        while at < more and beside[at, 3] == k:
            found[size], found_sizes[size] = beside[at, :3], beside_sizes[at]
            size += 1
            at += 1
    if size > MOVES:
        return None
    return found[:size], found_sizes[:size]


@compiled
def _unseen(piece: Any, words: Any, seen: Any, seen_sizes: Any, shown: int, moves: Any, n: int, coin: Any) -> None:
    """`wrapping.unseen`: a gain that no movement brought ends where it was unwrapped instead."""
    _, high, low = _net(seen, seen_sizes, shown, piece[2], piece[3], 1)
    end_high, end_low = plus(words[4], words[5], words[6], words[7])
    if not below(high, low, end_high, end_low):
        return
    for k in range(n):
        token = moves[k, 2]
        if moves[k, 0] == piece[2] and moves[k, 1] == -1 - token and coin[token] == piece[3]:
            piece[2], piece[3], piece[4] = -1 - token, token, 1
            words[4], words[5] = ZERO, ZERO
            return


@compiled
def _pieces(moves: Any, sizes: Any, issuer: Any, pieces: Any, words: Any) -> int:
    """`settle`: rows of loser, asset, gainer, asset, whether it stops, and words; how many, or NONE."""
    nets, net_sizes, count = _positions(moves, sizes)
    owner, traded = _traders(nets, net_sizes, count, issuer)
    closed = np.zeros((count, 2), np.uint64)
    found = _direct(moves, sizes, nets, net_sizes, closed, count, owner, pieces, words)
    if found == NONE:
        return NONE
    done = np.zeros(count, np.bool_)
    for one in _order(nets, count):
        if owner[one] != NONE and not done[owner[one]]:
            done[owner[one]] = True
            found = _swap(nets, net_sizes, closed, count, owner, traded, owner[one], pieces, words, found)
            if found == NONE:
                return NONE
    found = _match(nets, net_sizes, closed, count, owner, traded, NONE, pieces, words, found)
    return NONE if found == NONE else _rest(nets, net_sizes, closed, count, owner, pieces, words, found)


@compiled
def _positions(moves: Any, sizes: Any) -> Any:
    """Everybody's nets that are not zero, party by party in the order in which they appear: party, asset, whether it
    is a gain; amounts; how many."""
    parties, people = np.empty(NETS, np.int64), 0
    raw, sums, size = np.empty((NETS, 2), np.int64), np.zeros((NETS, 4), np.uint64), 0
    for k in range(len(moves)):
        if moves[k, 0] == moves[k, 1]:
            continue
        for side in range(2):
            who = moves[k, side]
            place = 0
            while place < people and parties[place] != who:
                place += 1
            if place == people:
                parties[people] = who
                people += 1
            place = 0
            while place < size and (raw[place, 0] != who or raw[place, 1] != moves[k, 2]):
                place += 1
            if place == size:
                raw[place, 0], raw[place, 1] = who, moves[k, 2]
                size += 1
            at = 2 * side  # what went, then what came
            sums[place, at], sums[place, at + 1] = plus(sums[place, at], sums[place, at + 1], sizes[k, 0], sizes[k, 1])
    nets, net_sizes, count = np.empty((NETS, 3), np.int64), np.empty((NETS, 2), np.uint64), 0
    for one in range(people):
        for place in range(size):
            if raw[place, 0] != parties[one]:
                continue
            went, came = (sums[place, 0], sums[place, 1]), (sums[place, 2], sums[place, 3])
            gain = below(went[0], went[1], came[0], came[1])
            if gain:
                up, down = minus(came[0], came[1], went[0], went[1])
            else:
                up, down = minus(went[0], went[1], came[0], came[1])
            if up or down:
                nets[count, 0], nets[count, 1], nets[count, 2] = parties[one], raw[place, 1], gain
                net_sizes[count, 0], net_sizes[count, 1] = up, down
                count += 1
    return nets, net_sizes, count


@compiled
def _contract(party: int, issuer: Any) -> int:
    """Whose a party is: what an asset issues is its contract's; NONE where that is not known."""
    return party if party >= 0 else issuer[-1 - party]


@compiled
def _traders(nets: Any, sizes: Any, count: int, issuer: Any) -> Any:
    """For each net the number of the trader that it is of, NONE for others, and which assets each trader traded.

    A trader has the number of its first net.
    """
    owner = np.full(count, NONE, np.int64)
    traded = np.zeros((count, count), np.bool_)  # by trader and net: the net's asset is one of its assets
    for one in range(count):
        who = _contract(nets[one, 0], issuer)
        if who == NONE or owner[one] != NONE:
            continue
        for before in range(one):
            if _contract(nets[before, 0], issuer) == who:
                who = NONE
                break
        if who == NONE:
            continue
        lost, gained = False, False
        for k in range(one, count):
            if _contract(nets[k, 0], issuer) != who:
                continue
            came_high, came_low, went_high, went_low = ZERO, ZERO, ZERO, ZERO
            bought = False
            for m in range(count):
                if nets[m, 1] != nets[k, 1]:
                    continue
                bought = bought or nets[m, 2] == 1
                if _contract(nets[m, 0], issuer) == who:
                    if nets[m, 2]:
                        came_high, came_low = plus(came_high, came_low, sizes[m, 0], sizes[m, 1])
                    else:
                        went_high, went_low = plus(went_high, went_low, sizes[m, 0], sizes[m, 1])
            more = below(went_high, went_low, came_high, came_low)
            less = below(came_high, came_low, went_high, went_low)
            gained = gained or more
            lost = lost or (less and bought)
            traded[one, k] = more or bought
        if lost and gained:
            for k in range(one, count):
                if _contract(nets[k, 0], issuer) == who:
                    owner[k] = one
    return owner, traded


@compiled
def _order(nets: Any, count: int) -> Any:
    """Nets of parties in the order in which traders are looked at: addresses, then contracts that only issued."""
    found, size = np.empty(2 * count, np.int64), 0
    for issued in range(2):
        for one in range(count):
            if (nets[one, 0] < 0) == (issued == 1):
                found[size] = one
                size += 1
    return found[:size]


@compiled
def _open(sizes: Any, closed: Any, one: int) -> Any:
    return minus(sizes[one, 0], sizes[one, 1], closed[one, 0], closed[one, 1])


@compiled
def _close(
    nets: Any, closed: Any, loss: int, gain: int, size_high: Any, size_low: Any, high: Any, low: Any,
    pieces: Any, words: Any, found: int,
) -> int:  # fmt: skip
    """Write a piece: so much of a loss became so much of a gain."""
    pieces[found, 0], pieces[found, 1] = nets[loss, 0], nets[loss, 1]
    pieces[found, 2], pieces[found, 3], pieces[found, 4] = nets[gain, 0], nets[gain, 1], 0
    one = words[found]
    one[0], one[1], one[2], one[3] = closed[loss, 0], closed[loss, 1], size_high, size_low
    one[4], one[5], one[6], one[7] = closed[gain, 0], closed[gain, 1], high, low
    closed[loss, 0], closed[loss, 1] = plus(closed[loss, 0], closed[loss, 1], size_high, size_low)
    closed[gain, 0], closed[gain, 1] = plus(closed[gain, 0], closed[gain, 1], high, low)
    return found + 1


@compiled
def _pay(
    nets: Any, sizes: Any, closed: Any, loss: int, gain: int, most_high: Any, most_low: Any,
    pieces: Any, words: Any, found: int,
) -> int:  # fmt: skip
    """As much of `most` as is open on both sides."""
    for one in (loss, gain):
        high, low = _open(sizes, closed, one)
        if below(high, low, most_high, most_low):
            most_high, most_low = high, low
    if most_high or most_low:
        return _close(nets, closed, loss, gain, most_high, most_low, most_high, most_low, pieces, words, found)
    return found


@compiled
def _direct(
    moves: Any, sizes: Any, nets: Any, net_sizes: Any, closed: Any, count: int, owner: Any, pieces: Any, words: Any
) -> int:
    """Losses of who only lost to gains of who only gained, in the same asset."""
    found = 0
    for k in range(len(moves)):
        loss, gain = NONE, NONE
        for one in range(count):
            if owner[one] == NONE and nets[one, 1] == moves[k, 2]:
                if not nets[one, 2] and nets[one, 0] == moves[k, 0]:
                    loss = one
                if nets[one, 2] and nets[one, 0] == moves[k, 1]:
                    gain = one
        if loss != NONE and gain != NONE:
            found = _pay(nets, net_sizes, closed, loss, gain, sizes[k, 0], sizes[k, 1], pieces, words, found)
    for one in range(count):
        if nets[one, 2]:
            continue
        losses, gains = 0, 0
        lost_high, lost_low, gained_high, gained_low = ZERO, ZERO, ZERO, ZERO
        for k in range(count):
            high, low = _open(net_sizes, closed, k)
            if owner[k] == NONE and nets[k, 1] == nets[one, 1] and (high or low):
                if nets[k, 2]:
                    gains += 1
                    gained_high, gained_low = plus(gained_high, gained_low, high, low)
                else:
                    losses += 1
                    lost_high, lost_low = plus(lost_high, lost_low, high, low)
        if not losses or not gains:
            continue
        more = below(gained_high, gained_low, lost_high, lost_low)
        less = below(lost_high, lost_low, gained_high, gained_low)
        if (more and losses > 1) or (gains > 1 and (less or losses > 1)):
            return NONE  # it has to be divided in proportion
        for loss in range(count):
            if nets[loss, 2] or owner[loss] != NONE or nets[loss, 1] != nets[one, 1]:
                continue
            for gain in range(count):
                if nets[gain, 2] and owner[gain] == NONE and nets[gain, 1] == nets[one, 1]:
                    high, low = _open(net_sizes, closed, loss)
                    found = _pay(nets, net_sizes, closed, loss, gain, high, low, pieces, words, found)
    return found


@compiled
def _swap(
    nets: Any, sizes: Any, closed: Any, count: int, owner: Any, traded: Any, trader: int, pieces: Any, words: Any,
    found: int,
) -> int:  # fmt: skip
    """What one trader lost became what it gained, less what it paid to others who gave nothing for it."""
    for loss in range(count):
        if owner[loss] != trader or nets[loss, 2]:
            continue
        given_high, given_low = ZERO, ZERO
        high, low = _open(sizes, closed, loss)
        for gain in range(count):
            if owner[gain] == NONE and nets[gain, 2] and nets[gain, 1] == nets[loss, 1]:
                more_high, more_low = _open(sizes, closed, gain)
                given_high, given_low = plus(given_high, given_low, more_high, more_low)
        if below(given_high, given_low, high, low):
            found = _payees(nets, sizes, closed, count, owner, loss, pieces, words, found)
    found = _match(nets, sizes, closed, count, owner, traded, trader, pieces, words, found)
    if found == NONE:
        return NONE
    for loss in range(count):
        if owner[loss] == trader and not nets[loss, 2]:
            found = _payees(nets, sizes, closed, count, owner, loss, pieces, words, found)
    return found


@compiled
def _payees(
    nets: Any, sizes: Any, closed: Any, count: int, owner: Any, loss: int, pieces: Any, words: Any, found: int
) -> int:
    """Pay of a loss to who only gained the same asset."""
    for gain in range(count):
        if owner[gain] == NONE and nets[gain, 2] and nets[gain, 1] == nets[loss, 1]:
            high, low = _open(sizes, closed, gain)
            found = _pay(nets, sizes, closed, loss, gain, high, low, pieces, words, found)
    return found


@compiled
def _match(
    nets: Any, sizes: Any, closed: Any, count: int, owner: Any, traded: Any, trader: int, pieces: Any, words: Any,
    found: int,
) -> int:  # fmt: skip
    """Open losses to open gains that the swaps of others link: of one trader, or (NONE) of all to who only gained."""
    group = _linked(nets, count, owner, traded, trader)
    losses, gains, whole = np.zeros(count, np.int64), np.zeros(count, np.int64), False
    all_losses, all_gains = 0, 0
    for one in range(count):
        high, low = _open(sizes, closed, one)
        if not (high or low):
            continue
        if nets[one, 2] and owner[one] == trader:
            gains[group[one]] += 1
            all_gains += 1
        elif not nets[one, 2] and (trader == NONE or owner[one] == trader):
            losses[group[one]] += 1
            all_losses += 1
    for one in range(count):
        if losses[one] and gains[one]:
            whole = True
            if losses[one] > 1 or gains[one] > 1:
                return NONE
    together = not whole and trader != NONE and all_losses > 0 and all_gains > 0
    if together and (all_losses > 1 or all_gains > 1):
        return NONE
    if not whole and not together:
        return found
    for loss in range(count):
        if nets[loss, 2] or (trader != NONE and owner[loss] != trader):
            continue
        size_high, size_low = _open(sizes, closed, loss)
        if not (size_high or size_low):
            continue
        for gain in range(count):
            high, low = _open(sizes, closed, gain)
            mine = nets[gain, 2] and owner[gain] == trader and (together or group[gain] == group[loss])
            if mine and (high or low):
                found = _close(nets, closed, loss, gain, size_high, size_low, high, low, pieces, words, found)
                break
    return found


@compiled
def _linked(nets: Any, count: int, owner: Any, traded: Any, but: int) -> Any:
    """For each net a number that it shares with all whose assets traders, `but` one, swapped for each other."""
    group = np.empty(count, np.int64)
    for one in range(count):
        group[one] = one
        for before in range(one):
            if nets[before, 1] == nets[one, 1]:
                group[one] = group[before]
                break
    for trader in range(count):
        if owner[trader] != trader or trader == but:
            continue
        root = NONE
        for one in range(count):
            if traded[trader, one]:
                if root == NONE:
                    root = group[one]
                elif group[one] != root:
                    other = group[one]
                    for k in range(count):
                        if group[k] == other:
                            group[k] = root
    return group


@compiled
def _rest(nets: Any, sizes: Any, closed: Any, count: int, owner: Any, pieces: Any, words: Any, found: int) -> int:
    """Losses that nobody's gain explains stay with whoever took them."""
    for loss in range(count):
        high, low = _open(sizes, closed, loss)
        if nets[loss, 2] or not (high or low):
            continue
        taker = loss
        for one in range(count):
            gains = nets[one, 2] and nets[one, 1] == nets[loss, 1] and nets[one, 0] != nets[loss, 0]
            if gains and (taker == loss or (owner[taker] == NONE and owner[one] != NONE)):
                taker = one
        pieces[found, 0], pieces[found, 1] = nets[loss, 0], nets[loss, 1]
        pieces[found, 2], pieces[found, 3], pieces[found, 4] = nets[taker, 0], nets[loss, 1], 1
        one_words = words[found]
        one_words[0], one_words[1], one_words[2], one_words[3] = closed[loss, 0], closed[loss, 1], high, low
        one_words[4], one_words[5], one_words[6], one_words[7] = ZERO, ZERO, high, low
        closed[loss, 0], closed[loss, 1] = sizes[loss, 0], sizes[loss, 1]
        found += 1
    return found
