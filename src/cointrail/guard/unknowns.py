"""What remains unknown, in plain sentences: a verdict is only as good as what it could see."""

from collections.abc import Iterator

from cointrail.guard.engine import FORK, available
from cointrail.guard.parties import Party
from cointrail.guard.subject import Subject, show

MUCH = 50  # per cent of what came in one asset: so much of unknown origin is worth a word
UNKNOWN = "unknown"  # the category of what no label says


def unknowns(s: Subject, ready: bool, exposed: bool = False) -> tuple[str, ...]:
    """What nobody looked at, or could. `exposed` says that exposures were asked for."""
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
    if s.parties and not exposed:
        found.append("where the money of those who gain comes from and goes to: no ledger was given")
    found += [sentence for party in s.parties for sentence in _origins(s, party)]
    found += [
        f"whether 0x{one.address.hex()} really confirmed"
        for one in s.signers
        if one.state == "unproven" and one.address
    ]
    return tuple(dict.fromkeys(found))


def _origins(s: Subject, party: Party) -> Iterator[str]:
    """What is not known of where somebody's money comes from."""
    who = show(party.address)
    if party.missing:
        yield f"where the money of {who} comes from and goes to: {party.missing}"
    if party.exposure is None:
        return
    for part in party.exposure.parts:
        if part.category == UNKNOWN and part.direction == "source" and part.amount * 100 >= MUCH * part.total:
            percent = part.amount * 100 // part.total
            name = s.token(s.key(part.asset))
            yield f"where {percent} % of all {name} that {who} ever got came from: no label says"
    for note in filter(None, [party.exposure.note.partition("No bounds: ")[2]]):
        yield f"the least and the most of what {who} got and paid: {note}"


_SOURCES = {
    "declared": "only as the file declares them", "service": "only as a service says", "unknown": "not known at all",
    "state": "", "rpc": "",
}  # fmt: skip
