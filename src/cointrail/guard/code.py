"""What the code of a contract asks that the engine cannot answer truly: base fee and gas limit of the block.

pyrevm 0.3.7 answers 0 and 2^64-1 in every block, so a contract can tell by them that it is only simulated.
"""

from functools import lru_cache

ASKS = {0x45: "the gas limit", 0x48: "the base fee"}
PUSH1, PUSH32, JUMPDEST = 0x60, 0x7F, 0x5B
ENDS = frozenset((0x00, 0x56, 0xF3, 0xFD, 0xFE, 0xFF))  # STOP, JUMP, RETURN, REVERT, INVALID, SELFDESTRUCT


@lru_cache(1024)
def asks(code: bytes) -> tuple[str, ...]:
    """Which of these the code asks for, in words. Data between the code, such as texts, does not count: what follows an
    end is reached only from a JUMPDEST on."""
    found, at, alive = set(), 0, True
    while at < len(code):
        instruction = code[at]
        alive = alive or instruction == JUMPDEST
        if alive and instruction in ASKS:
            found.add(ASKS[instruction])
        if instruction in ENDS:
            alive = False
        at += 1 + (instruction - PUSH1 + 1 if PUSH1 <= instruction <= PUSH32 else 0)
    return tuple(sorted(found))
