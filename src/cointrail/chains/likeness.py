"""How far two addresses look alike: people compare the first and the last digits only."""

LEADING, TRAILING = 3, 4  # hex digits that must agree; around the wallets of February 2025 it was 4 and 4
HEX = 40


def same_ends(one: str, other: str) -> tuple[int, int]:
    """How many leading and trailing hex digits two addresses (0x and 40 digits) share."""
    a, b = one[2:], other[2:]
    lead = next((n for n in range(HEX) if a[n] != b[n]), HEX)
    trail = next((n for n in range(HEX) if a[-1 - n] != b[-1 - n]), HEX)
    return lead, trail
