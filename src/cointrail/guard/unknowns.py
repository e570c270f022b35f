"""What remains unknown, in plain sentences: a verdict is only as good as what it could see."""

from cointrail.guard.engine import FORK, available
from cointrail.guard.subject import Subject


def unknowns(s: Subject, ready: bool) -> tuple[str, ...]:
    """What nobody looked at, or could."""
    found: list[str] = []
    request = s.request
    if request.transaction is None and request.message is None:
        found += [
            "the fields behind the hash were not given: recipient, amount, data and operation are unknown",
            "whether the hash is that of this Safe and nonce",
            "what its execution would change: it cannot be simulated without its fields",
        ]
        if ready and not request.digest:
            found.append("whether the hash has a prefix: the signatures fit it as it is")
    if request.chain_id is None:
        found.append("which chain it is for")
    if not s.owners.proven:
        found.append(f"whether the owners are the real ones: they are {_SOURCES[s.owners.source]}")
    if s.owners.threshold is None:
        found.append("how many owners must sign")
    if request.transaction is not None:
        if s.simulation is None:
            why = "" if available() else " (the simulator, pyrevm, is not there for this Python)"
            found.append(f"its effects on the chain: it was not simulated{why}")
        else:
            found.append(f"whether the chain runs by other rules than the simulator's fork ({FORK})")
            if s.simulation.main.missing:
                found.append("what the state does not hold and the run touched")
        if s.history is None:
            found.append("what this Safe has done before: no ledger or earlier transactions were given")
        if s.labels is None:
            found.append("what others say of the addresses in it: no labels were given")
        if s.intent is None:
            found.append("what was asked for: no intent was given")
        if s.settled.hashes is not None and not s.settled.by:
            found.append("which version the Safe has, and so its hash")
        for call in s.calls.leaves:
            if call.data and call.function is None:
                found.append(f"the function 0x{call.data[:4].hex()} of 0x{call.to.hex()}")
    found += [
        f"whether 0x{one.address.hex()} really confirmed"
        for one in s.signers
        if one.state == "unproven" and one.address
    ]
    return tuple(dict.fromkeys(found))


_SOURCES = {
    "declared": "only as the file declares them", "service": "only as a service says", "unknown": "not known at all",
    "state": "", "rpc": "",
}  # fmt: skip
