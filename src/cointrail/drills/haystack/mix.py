"""The haystack: an annotated case in synthetic traffic that also touches its wallets and services."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cointrail.drills.columns import Bytes, Columns, Ints, small, table
from cointrail.drills.draw import octets
from cointrail.drills.haystack.background import Background
from cointrail.drills.haystack.case import Case
from cointrail.drills.haystack.crowd import crowd
from cointrail.drills.haystack.noise import dust, gas, payouts, spam
from cointrail.drills.haystack.own import money
from cointrail.drills.haystack.scene import Flow, Scene, stage
from cointrail.drills.haystack.services import services
from cointrail.drills.haystack.truth import Truth, truth
from cointrail.ledger.rows import Kind, Status

SECONDS = 12  # a block
ASSETS = ("USD", "0x" + "fa" * 20, "0x" + "fb" * 20)  # the case's asset and two fake tokens


@dataclass(frozen=True)
class Haystack:
    """`rows` (ROWS schema, in chain order; amounts in cents), the truth, and the parameters that made it."""

    rows: pa.Table
    truth: Truth
    background: Background
    parts: dict[str, int]  # background rows by part


def haystack(case: Case, background: Background) -> Haystack:
    """Mix `case` into the traffic that `background` describes. The same arguments give the same bytes."""
    scene = stage(case, background)
    for part in (services, money, dust, gas, spam, payouts, crowd):
        part(scene)
    addresses = _addresses(scene)
    paid = [flow for part in ("payouts", "leaks") for flow in scene.flows.get(part, [])]
    touched = {addresses[at].tobytes() for flow in paid for at in flow.recipient.tolist()}
    parts = {name: sum(len(flow.block) for flow in flows) for name, flows in scene.flows.items()}
    return Haystack(_rows(scene, addresses), truth(case, touched), background, parts)


def _addresses(scene: Scene) -> Bytes:
    """Bytes for every number: the case's own, random ones, look-alikes with the same first and last 4 hex digits."""
    known = scene.case.addresses
    made = np.concatenate([known, octets(scene.rng, scene.count - len(known), 20)])
    if scene.twins:
        pairs = np.array(scene.twins, np.int64)
        for side in (slice(0, 2), slice(18, 20)):
            made[pairs[:, 0], side] = made[pairs[:, 1], side]
    return made


def _times(case: Case, block: Ints) -> Ints:
    """The time of a block: as in the case where it has rows, 12 seconds a block outside, in between in proportion."""
    knots, at = np.unique(case.block, return_index=True)
    times = case.time[at].astype(np.float64)
    inner = np.interp(block, knots, times)
    early, late = times[0] - SECONDS * (knots[0] - block), times[-1] + SECONDS * (block - knots[-1])
    return np.where(block < knots[0], early, np.where(block > knots[-1], late, inner)).astype(np.int64)


def _rows(scene: Scene, addresses: Bytes) -> pa.Table:
    case = scene.case
    flows = [Flow(case.block, case.sender, case.recipient, case.amount, group=case.tx)]
    flows += [flow for part in scene.flows.values() for flow in part]
    start, tx = 0, []
    for flow in flows:
        group = np.arange(len(flow.block)) if flow.group is None else flow.group
        tx.append(start + group)
        start += int(group.max()) + 1 if len(group) else 0
    hashes = np.concatenate([case.hashes, octets(scene.rng, start - len(case.hashes), 32)])
    block = np.concatenate([flow.block for flow in flows])
    joined = np.concatenate(tx)
    order = np.lexsort((joined, block))
    time = np.concatenate([case.time, _times(case, block[len(case.block) :])])

    def pick(columns: list[Ints]) -> Ints:
        return np.concatenate(columns)[order]

    rows = len(block)
    columns = Columns(
        block=block[order],
        time=time[order],
        tx=joined[order],
        index=np.full(rows, -1),
        kind=np.full(rows, int(Kind.OTHER)),
        position=np.full(rows, -1),
        path=np.full(rows, -1),
        sender=pick([flow.sender for flow in flows]),
        recipient=pick([flow.recipient for flow in flows]),
        asset=pick([np.full(len(flow.block), flow.asset) for flow in flows]),
        amount=small(pick([flow.amount for flow in flows])),
        status=np.full(rows, int(Status.UNKNOWN)),
    )
    return table(columns, addresses, hashes, ASSETS)
