"""schemathesis against the API's own description: requests of every kind, good and bad, in sequences too."""

import os
import subprocess
import sys
from pathlib import Path

from cointrail.screening.database.keys import signing_secret
from tests.screening.serving import MASTER, Running

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = 15  # of each operation and kind


def test_nothing_is_found(server: Running, tmp_path: Path) -> None:
    more = {
        "SCHEMATHESIS_HOOKS": "tests.screening.http.asking",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "COINTRAIL_TEST_KEY": server.text,
        "COINTRAIL_TEST_ID": server.key.id,
        "COINTRAIL_TEST_SIGN": signing_secret(MASTER, server.key.id),
    }
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{server.base}/openapi.json",
        "--checks", "all", "--max-examples", str(EXAMPLES), "--seed", "1", "--no-color",
        "--generation-database", "none",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | more, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout, done.stdout[-3000:]
