"""A Safe transaction run before it is signed: pyrevm on the state that is known, in several contexts.

The transaction is executed as the chain would, by `execTransaction`. Where signatures are still missing, owners are
given an approval of its hash in `approvedHashes`; a queued transaction is run at its own nonce. Nothing else is
overridden. Contracts may behave differently for a simulator, so that it is run as a miner's block would run it, as
simulators do, and later (`contexts.csv`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from cointrail.chains.data import table
from cointrail.guard import layout
from cointrail.guard.effects import Effects, Log, effects
from cointrail.guard.journal import EMPTY, Change, Strange, changes, missing, read
from cointrail.guard.request import Request, Transaction
from cointrail.guard.state import State

GAS = 30_000_000  # of one run: bounds its time to a few tenths of a second
RICH = 10**27  # what the caller has, so that gas can be paid
FORK = "cancun"  # what pyrevm 0.3.7 runs whatever it is told: its opcodes up to TLOAD, MCOPY and BLOBHASH
EXEC: bytes = keccak(
    b"execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
)[:4]  # fmt: skip
EXEC_TYPES = (
    "address", "uint256", "bytes", "uint8", "uint256", "uint256", "uint256", "address", "address", "bytes",
)  # fmt: skip
FAILED: bytes = keccak(b"ExecutionFailure(bytes32,uint256)")
FAILED_OLD: bytes = keccak(b"ExecutionFailed(bytes32)")
PRECOMPILES = frozenset(number.to_bytes(20, "big") for number in range(0x12))


@dataclass(frozen=True)
class Context:
    """In what a run happens: offsets to the known block, and what contracts can ask of a block and a caller."""

    name: str
    blocks: int
    seconds: int
    coinbase: str
    base_fee: int
    gas_price: int
    gas_limit: int
    caller: str
    random: bytes


@dataclass(frozen=True)
class Run:
    """How one run ended. `error` is the engine's word where it did not succeed."""

    context: str
    success: bool
    error: str
    gas: int
    effects: Effects
    changes: Mapping[bytes, Change]
    missing: frozenset[tuple[bytes, int | None]]
    answer: bytes = b""

    @property
    def unsupported(self) -> bool:
        """Whether the engine met an instruction that it does not know."""
        return "OpcodeNotFound" in self.error


@dataclass(frozen=True)
class Simulation:
    """All runs, the first as the chain would; and what was overridden to make it run."""

    runs: tuple[Run, ...]
    overrides: tuple[str, ...]

    @property
    def main(self) -> Run:
        """The run as the chain would."""
        return self.runs[0]


@cache
def contexts() -> tuple[Context, ...]:
    """The contexts, the first as the chain would run it."""
    return tuple(
        Context(
            row["name"],
            int(row["blocks"]),
            int(row["seconds"]),
            row["coinbase"],
            int(row["base_fee"]),
            int(row["gas_price"]),
            int(row["gas_limit"]),
            row["caller"],
            bytes.fromhex(row["random"][2:]),
        )
        for row in table("cointrail.guard", "contexts.csv")
    )


def simulate(request: Request, digest: bytes, state: State) -> Simulation | None:
    """The runs of a request; None where the state does not hold the Safe's code, owners and nonce."""
    tx, safe = request.transaction, request.safe
    if tx is None or safe is None:
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
    runs = (_run(ready, chain, context, safe, data) for context in contexts())
    return Simulation(tuple(_without(run, safe, made_up) for run in runs), tuple(overrides))


def _without(run: Run, safe: bytes, made_up: set[int]) -> Run:
    """A run without what became of approvals that were made up for it: old versions take them back once used."""
    change = run.changes.get(safe)
    if change is None or made_up.isdisjoint(change.storage):
        return run
    kept = {slot: pair for slot, pair in change.storage.items() if slot not in made_up}
    return replace(run, changes={**run.changes, safe: replace(change, storage=kept)})


def call(state: State, chain_id: int, to: bytes, data: bytes) -> Run:
    """A call without a Safe around it, as the chain would run it: to ask a contract something."""
    return _run(state, chain_id, contexts()[0], to, data)


def exec_data(tx: Transaction, signatures: bytes) -> bytes:
    """The input of `execTransaction`."""
    values = (
        tx.to, tx.value, tx.data, tx.operation, tx.safe_tx_gas, tx.base_gas, tx.gas_price, tx.gas_token,
        tx.refund_receiver, signatures,
    )  # fmt: skip
    return EXEC + bytes(encode(EXEC_TYPES, values))


def _run(state: State, chain_id: int, context: Context, to: bytes, data: bytes) -> Run:
    evm, hashes = _engine(state, chain_id, context)
    error, answer = "", b""
    try:
        answer = bytes(
            evm.message_call(context.caller, _text(to), calldata=data, value=0, gas=GAS, gas_price=context.gas_price)
        )
    except RuntimeError as failure:
        error = str(failure)[:400]
    except BaseException as failure:  # a panic of the engine is no Exception; whatever it is, it is no answer
        if isinstance(failure, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        error = f"the engine failed: {failure!s:.200}"
    try:
        after = read(evm.journal_str)
    except Strange as strange:
        return Run(
            context.name, False, f"the engine's journal cannot be read: {strange}", 0, effects((), {}), {}, frozenset()
        )
    caller, miner = bytes.fromhex(context.caller[2:]), bytes.fromhex(context.coinbase[2:])
    apart = PRECOMPILES | {miner, caller}
    result = evm.result
    logs = _logs(result.logs) if result is not None and not error else ()
    found = {a: c for a, c in changes(state.accounts, after, hashes).items() if a not in (caller, miner)}
    if not error and any(log.address == to and log.topics[:1] in ([FAILED], [FAILED_OLD]) for log in logs):
        error = "the call inside failed; the Safe would use up the nonce and do nothing"
    absent = frozenset() if state.complete else frozenset(
        (account, slot) for account, slot in missing(state.accounts, after) if account not in apart
    )  # fmt: skip
    gas = result.gas_used if result is not None else 0
    return Run(context.name, not error, error, gas, effects(logs, found), found, absent, answer)


def _engine(state: State, chain_id: int, context: Context) -> tuple[Any, dict[bytes, str]]:
    """An EVM that holds a state, and the hashes of the code in it."""
    from pyrevm import EVM, AccountInfo, BlockEnv, CfgEnv, Env

    block = BlockEnv(
        number=(state.block.number or 20_000_000) + context.blocks,
        coinbase=context.coinbase,
        timestamp=(state.block.time or 1_720_000_000) + context.seconds,
        prevrandao=context.random,
        basefee=context.base_fee,
        gas_limit=context.gas_limit,
    )
    evm: Any = EVM(env=Env(cfg=CfgEnv(chain_id=chain_id), block=block))
    hashes = {}
    for address, account in state.accounts.items():
        text = _text(address)
        if account.code:
            hashes[address] = _code_hash(account.code)
            info = AccountInfo(nonce=account.nonce, code=account.code)
        else:
            info = AccountInfo(nonce=account.nonce)
        evm.insert_account_info(text, info)
        if account.balance:
            evm.set_balance(text, account.balance)
        for slot, value in account.storage.items():
            if value:
                evm.insert_account_storage(text, slot, value)
    evm.set_balance(context.caller, RICH)
    return evm, hashes


@cache
def _code_hash(code: bytes) -> str:
    return "0x" + keccak(code).hex() if code else EMPTY


def _logs(logs: Sequence[Any]) -> tuple[Log, ...]:
    return tuple(_log(log) for log in logs)


def _log(log: Any) -> Log:
    topics, data = log.data if isinstance(log.data, tuple) else (log.topics, log.data)
    return Log(
        bytes.fromhex(log.address[2:]),
        [topic if isinstance(topic, bytes) else bytes.fromhex(topic.removeprefix("0x")) for topic in topics],
        bytes(data),
    )


def _text(address: bytes) -> str:
    return "0x" + address.hex()


def differing(runs: Sequence[Run]) -> Iterator[Run]:
    """The runs that did something else than the first."""
    first = runs[0]
    for run in runs[1:]:
        if run.success != first.success or run.effects.summary() != first.effects.summary():
            yield run
