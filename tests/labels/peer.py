"""tagpack-tool, the other side of TagPacks, in an environment of its own that the first test makes and others use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

VERSION = "25.8.1"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cointrail" / f"tagpack-tool-{VERSION}"
SECONDS = 120


def tool() -> Path:
    """The program; the test is skipped where it cannot be had."""
    program = CACHE / "bin" / "tagpack-tool"
    if program.exists():
        return program
    pip: list[Path | str] = [CACHE / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-compile"]
    try:
        subprocess.run([sys.executable, "-m", "venv", CACHE], check=True, capture_output=True, timeout=SECONDS)
        subprocess.run([*pip, f"tagpack-tool=={VERSION}"], check=True, capture_output=True, timeout=SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"tagpack-tool cannot be installed here: {error}")
    return program


def accepted(pack: Path) -> str:
    """What tagpack-tool says of a TagPack that it finds valid; AssertionError with its words where it does not."""
    done = subprocess.run([tool(), "tagpack", "validate", pack], capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0 and "1/1 TagPacks passed" in done.stdout, done.stdout + done.stderr
    return done.stdout
