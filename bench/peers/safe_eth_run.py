"""Hashes of Safe transactions by safe-eth-py; runs in an environment of its own. Input and output are JSON files."""

import json
import sys
from pathlib import Path
from typing import Any


def main(source: Path, target: Path) -> None:
    """Hash every transaction of `source`, a list of lists, and write the hashes in order."""
    from safe_eth.safe.safe_tx import SafeTx

    found = []
    for version, chain_id, safe, to, value, data, operation, *rest in json.loads(source.read_text("utf-8")):
        gas, base, price, token, receiver, nonce = rest
        tx: Any = SafeTx(
            None, safe, to, value, bytes.fromhex(data), operation, gas, base, price, token, receiver,
            safe_nonce=nonce, safe_version=version, chain_id=chain_id,
        )  # fmt: skip
        found.append(tx.safe_tx_hash.hex())
    target.write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
