"""A Safe transaction run before it is signed: pyrevm on the state that is known, in several contexts.

The transaction is executed as the chain would, by `execTransaction`. Where signatures are still missing, owners are
given an approval of its hash in `approvedHashes`; a queued transaction is run at its own nonce. Nothing else is
overridden. Contracts may behave differently for a simulator, so that it is run as a miner's block would run it, as
simulators do, and later (`contexts.csv`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eth_abi.abi import encode
from eth_hash.auto import keccak

from cointrail.guard import layout
from cointrail.guard.engine import Engine, Run, available, contexts
from cointrail.guard.request import Request, Transaction
from cointrail.guard.state import State

EXEC: bytes = keccak(
    b"execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
)[:4]  # fmt: skip
EXEC_TYPES = (
    "address", "uint256", "bytes", "uint8", "uint256", "uint256", "uint256", "address", "address", "bytes",
)  # fmt: skip
FAILED: bytes = keccak(b"ExecutionFailure(bytes32,uint256)")
FAILED_OLD: bytes = keccak(b"ExecutionFailed(bytes32)")


@dataclass(frozen=True)
class Simulation:
    """All runs, the first as the chain would; and what was overridden to make it run."""

    runs: tuple[Run, ...]
    overrides: tuple[str, ...]

    @property
    def main(self) -> Run:
        """The run as the chain would."""
        return self.runs[0]


def simulate(request: Request, digest: bytes, state: State) -> Simulation | None:
    """The runs of a request; None without an engine, or where the state does not hold the Safe."""
    tx, safe = request.transaction, request.safe
    if tx is None or safe is None or not available():
        return None
    known = state.safe(safe)
    owners, threshold, nonce = known.owners, known.threshold, known.nonce
    if not known.known or not owners or threshold is None or nonce is None:
        return None
    accounts = dict(state.accounts)
    storage = dict(accounts[safe].storage)
    overrides = []
    signers = sorted(owners)[: max(threshold, 1)]
    made_up = {slot for owner in signers if not storage.get(slot := layout.approved(owner, digest))}
    storage |= dict.fromkeys(made_up, 1)
    overrides.append(f"{len(signers)} owners are taken to approve")
    if nonce != tx.nonce:
        storage[layout.NONCE] = tx.nonce
        overrides.append(f"the nonce is taken to be {tx.nonce}, not {nonce}")
    accounts[safe] = replace(accounts[safe], storage=storage)
    data = exec_data(tx, b"".join(owner.rjust(32, b"\0") + bytes(32) + b"\1" for owner in signers))
    chain = request.chain_id if request.chain_id is not None else state.chain_id or 1
    ready = replace(state, accounts=accounts)
    engine = Engine(ready, chain)
    runs = [_without(_settled(engine.run(context, safe, data), safe), safe, made_up) for context in contexts()]
    return Simulation(tuple(runs), tuple(overrides))


def _settled(run: Run, safe: bytes) -> Run:
    """A run that succeeded although the call inside it failed is no success."""
    if run.success and any(log.address == safe and log.topics[:1] in ([FAILED], [FAILED_OLD]) for log in run.logs):
        error = "the call inside failed; the Safe would use up the nonce and do nothing"
        return replace(run, success=False, error=error)
    return run


def _without(run: Run, safe: bytes, made_up: set[int]) -> Run:
    """A run without what became of approvals that were made up for it: old versions take them back once used."""
    change = run.changes.get(safe)
    if change is None or made_up.isdisjoint(change.storage):
        return run
    kept = {slot: pair for slot, pair in change.storage.items() if slot not in made_up}
    return replace(run, changes={**run.changes, safe: replace(change, storage=kept)})


def exec_data(tx: Transaction, signatures: bytes) -> bytes:
    """The input of `execTransaction`."""
    values = (
        tx.to, tx.value, tx.data, tx.operation, tx.safe_tx_gas, tx.base_gas, tx.gas_price, tx.gas_token,
        tx.refund_receiver, signatures,
    )  # fmt: skip
    return EXEC + bytes(encode(EXEC_TYPES, values))


def differing(runs: Sequence[Run]) -> Iterator[Run]:
    """The runs that did something else than the first."""
    first = runs[0]
    for run in runs[1:]:
        if run.success != first.success or run.effects.summary() != first.effects.summary():
            yield run
