"""The EVM library (pyrevm) with a state in it: runs of one call in several contexts, and what each changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any

from eth_hash.auto import keccak

from cointrail.chains.data import table
from cointrail.guard.effects import Effects, Log, effects
from cointrail.guard.journal import Change, Strange, changes, missing, read
from cointrail.guard.state import State

GAS = 30_000_000  # of one run: bounds its time to a few tenths of a second
RICH = 10**27  # what the caller has, so that gas can be paid
FORK = "cancun"  # what pyrevm 0.3.7 runs whatever it is told: its opcodes up to TLOAD, MCOPY and BLOBHASH
HEIGHT, TIME = 20_000_000, 1_720_000_000  # where the state does not say: a block of 2024
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
    logs: tuple[Log, ...] = ()
    touched: frozenset[bytes] = frozenset()  # accounts that it asked for

    @property
    def unsupported(self) -> bool:
        """Whether the engine met an instruction that it does not know."""
        return "OpcodeNotFound" in self.error


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


class Engine:
    """A state that calls are run on, each from the same start."""

    def __init__(self, state: State, chain_id: int) -> None:
        from pyrevm import EVM, CfgEnv, Env

        self._state = state
        self._hashes: dict[bytes, str] = {}
        self._evm: Any = EVM(env=Env(cfg=CfgEnv(chain_id=chain_id)))
        for address, account in state.accounts.items():
            text = _text(address)
            found, digest = _info(account.balance, account.nonce, account.code)
            if digest:
                self._hashes[address] = digest
            self._evm.insert_account_info(text, found)
            for slot, value in account.storage.items():
                if value:
                    self._evm.insert_account_storage(text, slot, value)

    def run(self, context: Context, to: bytes, data: bytes) -> Run:
        """Call a contract in a context; nothing of it remains for the next run."""
        from pyrevm import BlockEnv

        evm, block = self._evm, self._state.block
        evm.set_block_env(
            BlockEnv(
                number=(HEIGHT if block.number is None else block.number) + context.blocks,
                coinbase=context.coinbase,
                timestamp=(TIME if block.time is None else block.time) + context.seconds,
                prevrandao=context.random,
                basefee=context.base_fee,
                gas_limit=context.gas_limit,
            )
        )
        before = evm.snapshot()
        try:
            evm.set_balance(context.caller, RICH)
            return self._run(context, to, data)
        finally:
            evm.revert(before)
            evm.reset_transient_storage()

    def _run(self, context: Context, to: bytes, data: bytes) -> Run:
        evm, state, error, answer = self._evm, self._state, "", b""
        price = context.gas_price
        try:
            answer = bytes(
                evm.message_call(context.caller, _text(to), calldata=data, value=0, gas=GAS, gas_price=price)
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
            error = f"the engine's journal cannot be read: {strange}"
            return Run(context.name, False, error, 0, effects((), {}), {}, frozenset())
        apart = {bytes.fromhex(context.caller[2:]), bytes.fromhex(context.coinbase[2:])}
        found = {a: c for a, c in changes(state.accounts, after, self._hashes).items() if a not in apart}
        result = evm.result
        logs = tuple(map(_log, result.logs)) if result is not None and not error else ()
        absent: set[tuple[bytes, int | None]] = set() if state.complete else missing(state.accounts, after)
        lacking = frozenset(place for place in absent if place[0] not in PRECOMPILES | apart)
        held = {a for a, account in state.accounts.items() if any(account.storage.values())}
        # accounts with storage are in the journal from the start; a state that is not whole holds what is touched
        touched = frozenset(a for a, now in after.items() if now.called or a not in held or not state.complete)
        gas = result.gas_used if result is not None else 0
        return Run(context.name, not error, error, gas, effects(logs, found), found, lacking, answer, logs, touched)


@cache
def available() -> bool:
    """Whether the EVM library is there: it has no wheels for the newest Pythons."""
    return find_spec("pyrevm") is not None


def call(state: State, chain_id: int, to: bytes, data: bytes) -> Run:
    """A call without a Safe around it, as the chain would run it: to ask a contract something."""
    return Engine(state, chain_id).run(contexts()[0], to, data)


@lru_cache(1024)
def _info(balance: int, nonce: int, code: bytes) -> tuple[Any, str]:
    """An account for the engine, and the hash of its code: both take time, and states are used again and again."""
    from pyrevm import AccountInfo

    make: Any = AccountInfo
    if not code:
        return make(balance=balance, nonce=nonce), ""
    return make(balance=balance, nonce=nonce, code=code), "0x" + bytes(keccak(code)).hex()


def _log(log: Any) -> Log:
    topics, data = log.data
    return Log(bytes.fromhex(log.address[2:]), [bytes(topic) for topic in topics], bytes(data))


def _text(address: bytes) -> str:
    return "0x" + address.hex()
