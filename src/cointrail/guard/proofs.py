"""Confirmations that only the chain can tell: approved hashes, and contracts that sign (ERC-1271)."""

from eth_abi.abi import encode
from eth_hash.auto import keccak

from cointrail.guard import layout
from cointrail.guard.engine import available, call
from cointrail.guard.request import Request
from cointrail.guard.signature import Signature
from cointrail.guard.signers import Prove
from cointrail.guard.state import State

VALID: bytes = keccak(b"isValidSignature(bytes32,bytes)")[:4]
VALID_OLD: bytes = keccak(b"isValidSignature(bytes,bytes)")[:4]


def prover(request: Request, state: State | None) -> Prove:
    """How the state of a chain proves a confirmation: True, False, or None where it cannot say."""

    def prove(signature: Signature, owner: bytes, digest: bytes) -> bool | None:
        if signature.method == "approved_hash":
            if request.executed and owner == request.executor:
                return True  # whoever executes counts as approving
            if state is None or request.safe is None:
                return None
            found = state.slot(request.safe, layout.approved(owner, digest))
            return True if found else None  # the owner may still execute it himself
        if (
            state is None
            or state.told
            or not available()
            or owner not in state.accounts
            or not state.accounts[owner].code
        ):
            return None
        tail = signature.tail[32:] if len(signature.tail) >= 32 else signature.tail
        run = call(
            state,
            request.chain_id or state.chain_id or 1,
            owner,
            VALID + bytes(encode(["bytes32", "bytes"], [digest, tail])),
        )
        if run.missing:
            return None
        return run.success and run.answer[:4] == VALID and len(run.answer) >= 32

    return prove
