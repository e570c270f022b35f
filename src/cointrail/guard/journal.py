"""What the EVM library changed, read from its journal: it has no other way to say so.

pyrevm 0.3.7 offers no storage of what ran and ignores its setting for the fork. Its `journal_str` is the debug text of
revm's journaled state, with every account and slot that was touched and their present content; compared with the
state that was put in, that is the difference. Frames that reverted leave nothing in it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cointrail.guard.state import Account

HEAD = ": Account { info: AccountInfo { balance: "
ACCOUNT = re.compile(r"(\d+), nonce: (\d+), code_hash: (0x[0-9a-f]{64}), ")
STORAGE = " }, storage: {"  # never in the text of code, which is digits
END = re.compile(r"\}, status: AccountStatus\(([^)]*)\)")
ADDRESS = 42  # 0x and 40 digits
SLOT = re.compile(r"(\d+): StorageSlot \{ previous_or_original_value: \d+, present_value: (\d+) \}")
EMPTY = "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"  # keccak of nothing
GONE, CALLED = "SelfDestructed", "Touched"


class Strange(ValueError):
    """The text is not as this module knows it: another version of the library."""


@dataclass(frozen=True)
class Touched:
    """An account after the run."""

    balance: int
    nonce: int
    code_hash: str  # 0x and 64 digits
    storage: dict[int, int]
    destroyed: bool
    called: bool  # or paid; what is only read or run as another is not


def read(text: str) -> dict[bytes, Touched]:
    """Every account in a journal. Strange where the text cannot be read."""
    if not text.startswith("JournaledState { state: {"):
        raise Strange(f"a journal that begins with {text[:40]!r}")
    found: dict[bytes, Touched] = {}
    at = text.find(HEAD)
    while at >= 0:
        head = ACCOUNT.match(text, at + len(HEAD))
        start = text.find(STORAGE, at)  # searched for by itself: code makes the text long
        rest = END.search(text, start) if start >= 0 else None
        if head is None or rest is None:
            raise Strange("an account that cannot be read")
        content = text[start + len(STORAGE) : rest.start()]
        slots = {int(slot): int(value) for slot, value in SLOT.findall(content)}
        if content.count("StorageSlot") != len(slots):
            raise Strange("storage that cannot be read")
        address = bytes.fromhex(text[at - ADDRESS + 2 : at])
        found[address] = Touched(int(head[1]), int(head[2]), head[3], slots, GONE in rest[1], CALLED in rest[1])
        at = text.find(HEAD, rest.end())
    return found


@dataclass(frozen=True)
class Change:
    """How one account differs: balance, nonce and slots (before, after), and whether its code is another."""

    balance: tuple[int, int]
    nonce: tuple[int, int]
    storage: dict[int, tuple[int, int]]
    code: bool


def changes(
    before: Mapping[bytes, Account], after: Mapping[bytes, Touched], hashes: Mapping[bytes, str]
) -> dict[bytes, Change]:
    """What differs, account by account; `hashes` are those of the code that accounts had."""
    found: dict[bytes, Change] = {}
    for address, now in after.items():
        was = before.get(address) or Account()
        slots = {
            slot: (was.storage.get(slot, 0), value)
            for slot, value in now.storage.items()
            if value != was.storage.get(slot, 0)
        }
        code = now.destroyed or now.code_hash != hashes.get(address, EMPTY)
        if slots or code or now.balance != was.balance or now.nonce != was.nonce:
            found[address] = Change((was.balance, now.balance), (was.nonce, now.nonce), slots, code)
    return found


def missing(before: Mapping[bytes, Account], after: Mapping[bytes, Touched]) -> set[tuple[bytes, int | None]]:
    """Accounts (None) and slots that were touched and that the state did not hold."""
    found: set[tuple[bytes, int | None]] = set()
    for address, now in after.items():
        was = before.get(address)
        if was is None:
            found.add((address, None))
        elif was.code:
            found |= {(address, slot) for slot in now.storage if slot not in was.storage}
    return found
