"""Whether everybody who confirmed signed this very hash, and may."""

from collections import Counter
from collections.abc import Iterator

from cointrail.guard.reason import INFO, REVIEW, STOP, Reason
from cointrail.guard.subject import Subject, show


def confirmation_stranger(s: Subject) -> Iterator[Reason]:
    """A confirmation that recovers to no owner: its signer signed something else."""
    for one in s.signers:
        if one.state == "stranger" and one.method in ("eip712", "eth_sign"):
            who = f"The confirmation of {show(one.named)}" if one.named else "A confirmation"
            found = show(one.address) if one.address else "nobody"
            text = f"{who} is not over this hash (it recovers to {found}): its signer signed something else."
        elif one.state == "stranger" and one.address is not None:
            text = f"{show(one.address)} is said to confirm, but its contract or the chain does not say so."
        else:
            continue
        yield Reason("confirmation_stranger", STOP, text, {"named": _show(one.named), "recovered": _show(one.address)})


def confirmation_not_owner(s: Subject) -> Iterator[Reason]:
    """A good signature of somebody who is no owner."""
    if not s.owners.addresses:
        return
    for one in s.signers:
        if one.state != "stranger" and one.address is not None and one.address not in s.owners.addresses:
            grave = REVIEW if s.request.executed else STOP  # owners may have changed since
            text = f"{show(one.address)} confirmed, but is no owner of the Safe."
            yield Reason(
                "confirmation_not_owner", grave, text, {"address": show(one.address), "owners": s.owners.source}
            )


def confirmation_malformed(s: Subject) -> Iterator[Reason]:
    """A confirmation that no Safe would accept."""
    faults = [
        *s.request.faults,
        *(one.fault or "it names somebody else" for one in s.signers if one.state == "malformed"),
    ]
    for fault in faults:
        yield Reason("confirmation_malformed", STOP, f"A confirmation is no signature: {fault}.", {"fault": fault})


def confirmation_twice(s: Subject) -> Iterator[Reason]:
    """One owner who confirms twice is counted once by the Safe."""
    counted = Counter(one.address for one in s.signers if one.address is not None)
    for address, times in counted.items():
        if times > 1:
            text = f"{show(address)} confirmed {times} times. Who put the other confirmations there?"
            yield Reason("confirmation_twice", REVIEW, text, {"address": show(address), "times": times})


def confirmation_unproven(s: Subject) -> Iterator[Reason]:
    """Confirmations that only the chain can tell."""
    for one in s.signers:
        if one.state == "unproven" and one.address is not None:
            how = "approved the hash on the chain" if one.method == "approved_hash" else "signs by a contract"
            text = f"{show(one.address)} {how}; without the chain's state nobody can tell. Has it really?"
            yield Reason("confirmation_unproven", REVIEW, text, {"address": show(one.address), "method": one.method})


def eth_sign(s: Subject) -> Iterator[Reason]:
    """Confirmations for which the device showed one opaque hash."""
    by = [show(one.address) for one in s.signers if one.method == "eth_sign" and one.address is not None]
    if by:
        text = f"{len(by)} confirmed by eth_sign: their devices showed one opaque hash and none of the fields."
        yield Reason("eth_sign", INFO, text, {"by": by})


def owners(s: Subject) -> Iterator[Reason]:
    """Nobody says who the owners are, or only the file that asks for the signature."""
    if s.owners.source == "unknown" and s.signers:
        yield Reason("owners", REVIEW, "Who the owners are is not known, so nobody can say whether these may sign.", {})
    elif s.owners.source in ("declared", "service"):
        text = "Who the owners are is only what the file says. Give the chain's state (--state or --rpc) to check it."
        yield Reason("owners", REVIEW, text, {"owners": s.owners.source})


def _show(address: bytes | None) -> str | None:
    return show(address) if address is not None else None
