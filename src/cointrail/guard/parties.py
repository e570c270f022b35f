"""Who gains by a request: whom it pays, whom it lets spend, to whom it gives power; and what is known of each."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cointrail.errors import InputError
from cointrail.guard.contracts import pinned
from cointrail.guard.functions import ADMIN_KINDS, SAFE_KINDS
from cointrail.guard.messages import receivers
from cointrail.guard.reason import INFO
from cointrail.guard.request import DELEGATECALL, NOBODY
from cointrail.guard.rules.payments import payments
from cointrail.guard.subject import Subject, show

if TYPE_CHECKING:
    from cointrail.exposure import Exposure
    from cointrail.labels import Label

GAINS = "gains, as simulated"
SENTINEL = NOBODY[:-1] + b"\1"  # the head of a Safe's lists, which is nobody
LEAVING = frozenset({"before", "old"})  # arguments that name who had the power so far
Expose = Callable[[bytes], "Exposure"]  # InputError, which says why, where there is none


@dataclass(frozen=True)
class Party:
    """Somebody who gains by a request, and what is known of him. None is "nobody was asked", or not known."""

    address: bytes
    roles: tuple[str, ...]  # what he gains, in words
    labels: "tuple[Label, ...] | None" = None
    exposure: "Exposure | None" = None
    missing: str = ""  # why there is no exposure, where it was asked for
    paid: bool | None = None  # whether this Safe paid him before
    first: int | None = None  # when he was first seen anywhere, seconds

    def content(self) -> dict[str, Any]:
        """As JSON: amounts in smallest units, as text."""
        known = self.exposure
        return {
            "address": show(self.address),
            "roles": list(self.roles),
            "paid_before": self.paid,
            "first_seen": None if self.first is None else datetime.fromtimestamp(self.first, UTC).isoformat(),
            "labels": None if self.labels is None else [_label(one) for one in self.labels],
            "exposure": None if known is None else {"policy": known.policy, "parts": _parts(known), "note": known.note},
            "exposure_missing": self.missing or None,
        }


def parties(s: Subject, expose: Expose | None) -> tuple[Party, ...]:
    """Everybody who gains, in the order of the calls; nothing raises."""
    roles: dict[bytes, dict[str, None]] = defaultdict(dict)
    for address, role in _gaining(s):
        hidden = role == GAINS and address in roles  # what it gains is told already
        if address not in (NOBODY, SENTINEL, s.request.safe) and pinned(address) is None and not hidden:
            roles[address][role] = None
    return tuple(_party(s, address, tuple(found), expose) for address, found in roles.items())


def _party(s: Subject, address: bytes, roles: tuple[str, ...], expose: Expose | None) -> Party:
    found, missing = None, ""
    if expose is not None:
        try:
            found = expose(address)
        except InputError as error:
            missing = str(error)
    past = s.history
    return Party(
        address,
        roles,
        None if s.labels is None else tuple(s.labels(address)),
        found,
        missing,
        None if past is None else address in past.paid,
        None if past is None else past.first(address),
    )


def _gaining(s: Subject) -> Iterator[tuple[bytes, str]]:
    tx = s.request.transaction
    for one in payments(s):
        yield one.to, "is paid"
    for call in s.calls.every:
        if call.operation == DELEGATECALL:
            yield call.to, "runs as the Safe"
        if call.kind == "swap":
            yield call.address("to"), "gets what a swap brings"
        if call.kind == "allowance" and call.function is not None and call.function.severity != INFO:
            yield call.address("spender"), "may spend"
        if call.kind in SAFE_KINDS or call.kind in ADMIN_KINDS:
            for name in call.arguments:
                for address in () if name in LEAVING else call.addresses(name):
                    yield address, "gets power"
    if tx is not None and tx.gas_price:
        yield tx.refund_receiver, "gets a refund of gas"
    yield from receivers(s.request)
    if s.simulation is not None:
        effects = s.simulation.main.effects
        for allowance in effects.allowances:
            if allowance.owner == s.request.safe and allowance.amount != 0:
                yield allowance.spender, "may spend"
        giving = {who for (who, _), amount in effects.gains.items() if amount < 0}
        for (who, asset), amount in effects.gains.items():
            if amount > 0 and who not in giving and s.registry.get(asset) is not None:
                yield who, GAINS


def _label(one: "Label") -> dict[str, Any]:
    return {"entity": one.entity, "category": one.category, "confidence": one.confidence, "source": one.source}


def _parts(known: "Exposure") -> list[dict[str, Any]]:
    def text(units: int | None) -> str | None:
        return None if units is None else str(units)

    return [
        {
            "direction": part.direction, "asset": part.asset, "category": part.category,
            "direct": text(part.direct), "indirect": text(part.indirect), "total": text(part.total),
            "least": text(part.least), "most": text(part.most), "hops": part.hops,
        }
        for part in known.parts
    ]  # fmt: skip
