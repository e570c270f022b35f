"""What a hardware wallet will show, so that the signer can compare it with what was computed here."""

from cointrail.guard.hashing import Hashes


def shown(hashes: Hashes | None) -> dict[str, str]:
    """What to compare: both hashes of typed data as a Ledger shows them, and the one hash of eth_sign."""
    if hashes is None:
        return {}
    return {
        "domain_hash": _hex(hashes.domain),
        "message_hash": _hex(hashes.message),
        "safe_tx_hash": _hex(hashes.safe_tx),
        "eth_sign_hash": _hex(hashes.eth_sign),
    }


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()
