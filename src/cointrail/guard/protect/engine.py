"""All rules over a ledger, or over what one wallet and those who attacked it have touched."""

from collections.abc import Callable

import numpy as np

from cointrail.chains import chain
from cointrail.errors import InputError
from cointrail.guard.protect.approvals import kept
from cointrail.guard.protect.around import around
from cointrail.guard.protect.attack import Attack
from cointrail.guard.protect.drained import drained
from cointrail.guard.protect.emptied import emptied
from cointrail.guard.protect.lookalikes import lookalikes
from cointrail.guard.protect.report import Report
from cointrail.guard.protect.skeleton import Skeleton
from cointrail.guard.protect.sweepers import swept
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
    wanted = None if number is None else around(skeleton, number)
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


def _unseen(ledger: Ledger, flow: Traffic) -> tuple[str, ...]:
    """What the ledger does not keep, and what is therefore not seen."""
    said = []
    if not kept(ledger.events):
        said.append("approvals are not kept: import with --approvals to see who let a drainer take tokens")
    if len(flow) and not np.any(flow.origin):
        said.append("who sent transactions is not told: takings by others, and sweepers, are not seen")
    return tuple(said)
