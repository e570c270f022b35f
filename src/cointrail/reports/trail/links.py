"""Links to the explorers of the chains. A page loads nothing from them; they are followed when a reader chooses to."""

import re

from cointrail.chains.chain import chains

HASH = re.compile(r"(0x)?[0-9a-fA-F]{64}")


def explorer(chain: str, tx: str) -> str:
    """The address of a transaction in the explorer of its chain; '' where the chain has none or it is no hash."""
    known = chains().get(chain)
    if not known or not known.explorer or not HASH.fullmatch(tx):
        return ""
    return f"{known.explorer}/{'transaction' if known.family == 'tron' else 'tx'}/{tx}"
