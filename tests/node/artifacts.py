"""Contracts as they are put on a chain: Uniswap's as published, ours compiled from `solidity/`."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.anvil import INSTALL, MODULES

HERE = Path(__file__).parent
SOLIDITY = HERE / "solidity"
COMPILER = HERE / "compile.js"
PUBLISHED = {  # whose build artifact it is
    "UniswapV2Factory": "@uniswap/v2-core",
    "UniswapV2Pair": "@uniswap/v2-core",
    "UniswapV2Router02": "@uniswap/v2-periphery",
    "WETH9": "@uniswap/v2-periphery",
}
SETTINGS = {
    "optimizer": {"enabled": True, "runs": 200},
    "viaIR": True,  # Across's events have more fields than the stack has room for
    "evmVersion": "cancun",
    "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object"]}},
}
COMPILE_SECONDS = 120

Entry = dict[str, Any]  # one function, event or constructor of an ABI


@dataclass(frozen=True)
class Artifact:
    """A contract that can be deployed: its ABI and the code that makes it."""

    name: str
    abi: tuple[Entry, ...]
    code: bytes


@cache
def artifact(name: str) -> Artifact:
    """The contract called `name`; the test is skipped where the npm packages are not installed."""
    if name in PUBLISHED:
        file = _installed(PUBLISHED[name]) / "build" / f"{name}.json"
        found = json.loads(file.read_text(encoding="utf-8"))
        return Artifact(name, tuple(found["abi"]), bytes.fromhex(found["evm"]["bytecode"]["object"]))
    return _compiled()[name]


def _installed(package: str) -> Path:
    folder = MODULES / package
    if not folder.is_dir():
        pytest.skip(f"{package} is not installed: {INSTALL}")
    return folder


@cache
def _compiled() -> dict[str, Artifact]:
    """All contracts of `solidity/`. The compiler's output is kept by what went into it, as it takes seconds."""
    version = json.loads((_installed("solc") / "package.json").read_text(encoding="utf-8"))["version"]
    sources = {file.name: {"content": file.read_text(encoding="utf-8")} for file in sorted(SOLIDITY.glob("*.sol"))}
    asked = json.dumps({"language": "Solidity", "sources": sources, "settings": SETTINGS})
    key = hashlib.sha256(f"{version} {COMPILER.read_text(encoding='utf-8')} {asked}".encode()).hexdigest()
    kept = Path(tempfile.gettempdir()) / f"cointrail-solidity-{os.getuid()}-{key[:24]}.json"
    answer = kept.read_text(encoding="utf-8") if kept.is_file() else _keep(kept, _compile(asked))
    return {
        name: Artifact(name, tuple(made["abi"]), bytes.fromhex(made["evm"]["bytecode"]["object"]))
        for contracts in json.loads(answer)["contracts"].values()
        for name, made in contracts.items()
    }


def _compile(asked: str) -> str:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the Solidity compiler runs in it")
    done = subprocess.run(
        [node, str(COMPILER)], input=asked, capture_output=True, text=True, timeout=COMPILE_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    errors = [said["formattedMessage"] for said in json.loads(done.stdout).get("errors", ())]
    assert not errors, "\n".join(errors)
    return done.stdout


def _keep(file: Path, text: str) -> str:
    """Write whole or not at all: another test process may be doing the same."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as part:
        part.write(text)
    Path(part.name).replace(file)
    return text
