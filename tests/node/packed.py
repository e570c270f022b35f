"""npm packages that cannot be installed, or of which only build artifacts are wanted: fetched by `npm pack`, unpacked.

`python3 tests/node/packed.py` fetches them, which is not done by tests. The archives are pinned by their SHA-512.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent / "node_modules" / ".packed"
FETCH = "python3 tests/node/packed.py"
# @gnosis.pm/safe-contracts@1.1.1 does not install: a dependency of it is a git repository that is gone
PACKAGES = {
    "@gnosis.pm/safe-contracts@1.1.1": (
        "NT+7JtNym5I6wEKVuhEZ+Ush9ZTtJfLEeQ7SwQTKGgjG9Ww3uMVOPMlufifOyhZyDX/Aakxj0jEKwkuqONHAxA=="
    ),
    "@safe-global/safe-smart-account@1.5.0": (
        "VIMWxoeY/kNuZVsQVvAeOFKcQS3eojCXg0ecGnesBSLn5ypYshmBhVEEU5XiurJJGTs/MrcoLTbTxhs9W9GvdQ=="
    ),
}
SUFFIXES = (".json", ".sol")


def folder(package: str) -> Path:
    """Where a package is unpacked."""
    return FOLDER / package.replace("/", "_")


def fetch(package: str, digest: str) -> None:
    """Fetch and unpack a package; SystemExit where it is not the pinned one."""
    with tempfile.TemporaryDirectory() as name:
        done = subprocess.run(["npm", "pack", "--json", package], cwd=name, capture_output=True, text=True, check=True)
        archive = Path(name) / json.loads(done.stdout)[0]["filename"]
        if not archive.is_file():  # older npm keeps the scope in the name that it tells
            [archive] = Path(name).glob("*.tgz")
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != digest:
            sys.exit(f"{package}: SHA-512 {found} is not the pinned one")
        with tarfile.open(archive) as file:
            wanted = [m for m in file.getmembers() if m.isfile() and m.name.endswith(SUFFIXES)]
            file.extractall(folder(package), wanted, filter="data")


if __name__ == "__main__":
    for package, digest in PACKAGES.items():
        if not folder(package).is_dir():
            fetch(package, digest)
