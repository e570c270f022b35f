"""State and requests from the network, only when the user asked for it: a node, or a transaction service."""

from collections.abc import Iterable
from typing import Any

import httpx

from cointrail.errors import InputError
from cointrail.guard import layout
from cointrail.guard.calls import unfold
from cointrail.guard.document import MOST_BYTES, parse_json
from cointrail.guard.engine import contexts
from cointrail.guard.hashing import candidates, form_of
from cointrail.guard.request import Request
from cointrail.guard.signature import MOST
from cointrail.guard.simulation import exec_data, simulate
from cointrail.guard.state import Account, Block, State
from cointrail.ledger.readers.rpc import Node
from cointrail.ledger.readers.rpc_calls import Call, Refused

SECONDS = 30.0
PATIENCE = 30.0  # seconds for a node that does not answer
ROUNDS = 12  # of running and fetching what was missing
MOST_PLACES = 20_000  # accounts and slots that one transaction may touch
Place = tuple[bytes, int | None]


def download(url: str) -> Any:
    """The JSON behind a URL. InputError where there is none."""
    try:
        with httpx.stream("GET", url, timeout=SECONDS, follow_redirects=True) as answer:
            answer.raise_for_status()
            content = b""
            for part in answer.iter_bytes():
                content += part
                if len(content) > MOST_BYTES:
                    raise InputError(f"{url}: answers with more than {MOST_BYTES >> 20} MiB")
    except httpx.HTTPError as error:
        raise InputError(f"{url}: {error}; check the address, or save the answer in a file") from error
    return parse_json(content, url)


def fetch(url: str, request: Request) -> State:
    """The state that a request touches, from a node at one block. InputError where the node does not answer."""
    with Node(url, patience=PATIENCE) as node:
        source = Fetched(node)
        safe = request.safe
        if safe is not None:
            source.add([(safe, None), (safe, layout.SINGLETON), (safe, layout.THRESHOLD), (safe, layout.NONCE),
                        (safe, layout.COUNT), (safe, layout.GUARD), (safe, layout.MODULE_GUARD), (safe, layout.DOMAIN),
                        (safe, layout.FALLBACK)])  # fmt: skip
            _owners(source, safe)
            singleton = source.state.safe(safe).singleton
            if singleton is not None:
                source.add([(singleton, None)])
        source.add([(one, None) for one in _named(request)])
        _follow(source, request)
        return source.state


class Fetched:
    """State that grows by what is asked of a node, all at one block."""

    def __init__(self, node: Node) -> None:
        self.node = node
        block = node.call("eth_getBlockByNumber", "latest", False)
        if not isinstance(block, dict):
            raise InputError(f"{node.name}: has no latest block; check that it is in sync")
        self.at = str(block["number"])
        self.accounts: dict[bytes, Account] = {}
        self.state = State(
            self.accounts,
            chain_id=int(node.call("eth_chainId"), 16),
            block=Block(
                int(self.at, 16), int(str(block["timestamp"]), 16), int(str(block.get("baseFeePerGas") or "0x0"), 16)
            ),
            source="rpc",
        )

    def add(self, places: Iterable[Place]) -> None:
        """Fetch accounts and slots that are not there yet."""
        wanted = list(dict.fromkeys(places))
        fresh = list(dict.fromkeys(a for a, _ in wanted if a not in self.accounts))
        texts = ["0x" + address.hex() for address in fresh]
        codes = self._each("eth_getCode", [(text, self.at) for text in texts])
        balances = self._each("eth_getBalance", [(text, self.at) for text in texts])
        nonces = self._each("eth_getTransactionCount", [(text, self.at) for text in texts])
        for address, code, balance, nonce in zip(fresh, codes, balances, nonces, strict=True):
            self.accounts[address] = Account(_number(balance), _number(nonce), bytes.fromhex(str(code)[2:]))
        slots = [(a, s) for a, s in wanted if s is not None and s not in self.accounts[a].storage]
        values = self._each("eth_getStorageAt", [("0x" + a.hex(), hex(s), self.at) for a, s in slots])
        for (address, slot), value in zip(slots, values, strict=True):
            self.accounts[address].storage[slot] = _number(value)

    def _each(self, method: str, params: list[tuple[Any, ...]]) -> list[Any]:
        return list(self.node.each([Call(method, one) for one in params], needed=True)) if params else []


def _owners(source: Fetched, safe: bytes) -> None:
    """Follow the list of owners, a link at a time."""
    at = layout.SENTINEL
    for _ in range(MOST):
        slot = layout.entry(at, layout.OWNERS)
        source.add([(safe, slot)])
        at = source.accounts[safe].storage[slot]
        if at in (0, layout.SENTINEL) or at >> 160:
            return


def _named(request: Request) -> list[bytes]:
    tx = request.transaction
    found = [call.to for call in unfold(request).every]
    found += [one.owner for one in request.confirmations if one.owner is not None]
    return [*found, tx.refund_receiver, tx.gas_token] if tx is not None else found


def _follow(source: Fetched, request: Request) -> None:
    """Run, fetch what was touched and missing, run again. Frames that revert hide what they touched, so that the node
    is first asked what it would touch itself."""
    tx, safe = request.transaction, request.safe
    if tx is None or safe is None:
        return
    hashes = [one.safe_tx for one in candidates(safe, request.chain_id or source.state.chain_id, tx)]
    form = form_of(source.state.safe(safe).version)
    digest = next(
        (one.safe_tx for one in candidates(safe, request.chain_id or source.state.chain_id, tx) if one.form is form),
        hashes[0],
    )
    owners, threshold = source.state.safe(safe).owners, source.state.safe(safe).threshold
    if not owners or threshold is None:
        return
    signers = sorted(owners)[: max(threshold, 1)]
    source.add([(safe, layout.approved(owner, digest)) for owner in owners])
    source.add(_traced(source, request, digest, signers))
    for _ in range(ROUNDS):
        ran = simulate(request, digest, source.state)
        missing = {place for run in ran.runs for place in run.missing} if ran is not None else set()
        if not missing or sum(len(one.storage) + 1 for one in source.accounts.values()) > MOST_PLACES:
            return
        source.add(missing)


def _traced(source: Fetched, request: Request, digest: bytes, signers: list[bytes]) -> list[Place]:
    """What the node's own run touches; nothing where it has no tracer."""
    tx, safe = request.transaction, request.safe
    assert tx is not None and safe is not None
    data = exec_data(tx, b"".join(owner.rjust(32, b"\0") + bytes(32) + b"\1" for owner in signers))
    slots = {layout.approved(owner, digest): 1 for owner in signers} | {layout.NONCE: tx.nonce}
    override = {"0x" + safe.hex(): {"stateDiff": {f"{slot:#066x}": f"{value:#066x}" for slot, value in slots.items()}}}
    asked = {"from": contexts()[0].caller, "to": "0x" + safe.hex(), "data": "0x" + data.hex(), "gas": hex(30_000_000)}
    try:
        told = source.node.call(
            "debug_traceCall", asked, source.at, {"tracer": "prestateTracer", "stateOverrides": override}
        )
    except Refused:
        return []
    found: list[Place] = []
    for account, content in told.items() if isinstance(told, dict) else ():
        try:
            address = bytes.fromhex(str(account)[2:])
            found.append((address, None))
            found += [(address, _number(slot)) for slot in (content.get("storage") or {})]
        except (ValueError, AttributeError, InputError):
            return found
    return found[:MOST_PLACES]


def _number(value: Any) -> int:
    if not isinstance(value, str):
        raise InputError("the node answers with something that is no number; use another node")
    try:
        return int(value, 16)
    except ValueError as error:
        raise InputError("the node answers with something that is no number; use another node") from error
