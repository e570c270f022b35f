"""Where a Safe keeps what: the storage slots of its contracts, the same since 0.1.0 (guards since 1.3.0 and 1.5.0)."""

from functools import lru_cache

from eth_hash.auto import keccak

SINGLETON, MODULES, OWNERS, COUNT, THRESHOLD, NONCE, DOMAIN, MESSAGES, APPROVED = range(9)
SENTINEL = 1  # where the linked lists of owners and modules begin and end


def _label(text: str) -> int:
    return int.from_bytes(keccak(text.encode()), "big")


GUARD = _label("guard_manager.guard.address")
MODULE_GUARD = _label("module_manager.module_guard.address")
FALLBACK = _label("fallback_manager.handler.address")
IMPLEMENTATION = _label("eip1967.proxy.implementation") - 1
ADMIN = _label("eip1967.proxy.admin") - 1
BEACON = _label("eip1967.proxy.beacon") - 1
NAMES = {
    SINGLETON: "the code that the Safe runs on", COUNT: "the number of owners", THRESHOLD: "the threshold",
    NONCE: "the nonce", DOMAIN: "the domain separator", GUARD: "the guard", MODULE_GUARD: "the module guard",
    FALLBACK: "the fallback handler", IMPLEMENTATION: "the implementation of a proxy", ADMIN: "the admin of a proxy",
    BEACON: "the beacon of a proxy",
}  # fmt: skip


@lru_cache(4096)
def entry(key: bytes | int, mapping: int) -> int:
    """The slot of a mapping's entry."""
    raw = key.to_bytes(32, "big") if isinstance(key, int) else key.rjust(32, b"\0")
    return int.from_bytes(keccak(raw + mapping.to_bytes(32, "big")), "big")


def approved(owner: bytes, digest: bytes) -> int:
    """The slot that says whether an owner has approved a hash on the chain."""
    return int.from_bytes(keccak(digest + entry(owner, APPROVED).to_bytes(32, "big")), "big")
