"""All rules over a ledger, or over what one wallet and those who attacked it have touched."""

from collections.abc import Callable, Iterable

import numpy as np

from cointrail.chains import chain
from cointrail.errors import InputError
from cointrail.guard.protect.approvals import given, kept
from cointrail.guard.protect.attack import Attack
from cointrail.guard.protect.drained import drained
from cointrail.guard.protect.drains import MOST, SHARE
from cointrail.guard.protect.emptied import emptied
from cointrail.guard.protect.lookalikes import lookalikes
from cointrail.guard.protect.report import Report
from cointrail.guard.protect.skeleton import Mask, Skeleton
from cointrail.guard.protect.sweepers import PART, swept
from cointrail.guard.protect.traffic import Traffic, traffic
from cointrail.guard.protect.writing import Writer
from cointrail.ledger import Ledger

Step = Callable[[str, float], None]


def protect(ledger: Ledger, wallet: bytes | None = None, step: Step = lambda what, share: None) -> Report:
    """What was done to the wallets of a ledger, or to one. InputError where the ledger does not hold that one, and for
    chains of outputs, whose addresses nobody copies from a history and whose coins nobody approves."""
    if chain(ledger.chain).by_outputs:
        raise InputError(f"{ledger.path}: is of {ledger.chain}; attacks on wallets are known on account chains only")
    number = ledger.address_id(wallet) if wallet is not None else None
    if wallet is not None and number is None:
        text = chain(ledger.chain).address(wallet)
        raise InputError(f"{text}: is not in {ledger.path}; check the address and the ledger")
    skeleton = Skeleton(ledger, lambda share: step("who moved", share))
    write = Writer(ledger)
    attacks = lookalikes(skeleton, write, number, lambda share: step("look-alikes", share))
    wanted = None if number is None else _around(skeleton, number)
    flow = traffic(skeleton, wanted, lambda share: step("movements", share))
    step("drainers", 0.0)
    attacks += drained(flow, write)
    step("sweepers", 0.0)
    attacks += swept(flow, write)
    known = {(one.by, one.wallet) for one in attacks if one.kind == "sweeper"}
    attacks += emptied(flow, write, known)
    wallets = int(np.count_nonzero(skeleton.degree[1:])) if number is None else 1
    if number is None:
        return Report(tuple(sorted(attacks, key=_order)), wallets, ledger.digest, _unseen(ledger, flow))
    mine = [one for one in attacks if one.wallet == write.address(number)]
    shared = {name for one in mine for name in one.campaigns}
    beside = [one for one in attacks if one not in mine and shared.intersection(one.campaigns)]
    unseen = _unseen(ledger, flow)
    return Report(tuple(sorted(mine, key=_order)), 1, ledger.digest, unseen, tuple(sorted(beside, key=_order)))


def _order(one: Attack) -> tuple[int, str, str, str]:
    return (one.time, one.kind, one.wallet, one.by)


def _around(skeleton: Skeleton, wallet: int) -> Mask:
    """The rows of a wallet, of those who may have attacked it, and of all others whom these may have attacked."""
    own = traffic(skeleton, skeleton.touching([wallet]))
    out = own.outgoing(wallet)
    out = out[(own.share[out] >= min(SHARE, PART)) | (own.origin[out] != wallet)]
    near = {*own.recipient[out].tolist(), *own.origin[out].tolist(), *_approved(skeleton.ledger, wallet)}
    near = set(_few(skeleton, near))
    theirs = traffic(skeleton, skeleton.touching([wallet, *near]))
    attackers = skeleton.marked(near)
    took = (attackers[theirs.callee] | attackers[theirs.recipient]) & (theirs.origin != theirs.sender)
    near |= set(_few(skeleton, np.unique(theirs.origin[took]).tolist()))
    theirs = traffic(skeleton, skeleton.touching([wallet, *near]))
    attackers = skeleton.marked(near)
    taken = attackers[theirs.origin] | attackers[theirs.recipient]
    both = [theirs.sender[taken], theirs.recipient[taken], theirs.callee[taken]]
    others = _few(skeleton, np.unique(np.concatenate(both)).tolist())
    return skeleton.touching([wallet, *near, *others])


def _approved(ledger: Ledger, wallet: int) -> list[int]:
    """Whom a wallet ever let take something, as far as the ledger keeps it and knows them."""
    ids = (ledger.address_id(one.spender) for one in given(ledger.events, *ledger.addresses([wallet])))
    return sorted({one for one in ids if one is not None})


def _few(skeleton: Skeleton, addresses: Iterable[int]) -> list[int]:
    """Those that are no services: the rules pass over these."""
    return [one for one in addresses if 0 < one < skeleton.addresses and skeleton.degree[one] <= MOST]


def _unseen(ledger: Ledger, flow: Traffic) -> tuple[str, ...]:
    """What the ledger does not keep, and what is therefore not seen."""
    said = []
    if not kept(ledger.events):
        said.append("approvals are not kept: import with --approvals to see who let a drainer take tokens")
    if len(flow) and not np.any(flow.origin):
        said.append("who sent transactions is not told: takings by others, and sweepers, are not seen")
    return tuple(said)
