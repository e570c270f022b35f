"""A PostgreSQL of one's own: in a temporary folder, on a socket in it, run by a user who is not root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USERS = ("postgres", "nobody")  # who runs it where the tests run as root, which it refuses


def binaries() -> Path:
    """Where initdb and pg_ctl are; the test skips where they are not installed."""
    if found := shutil.which("pg_ctl"):
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    if not versions:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    return versions[-1].parent


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL of a fresh server with an empty database."""
    tools, data = binaries(), folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    user = _user()
    if user:
        shutil.chown(folder, user.pw_name)

    def run(*arguments: object) -> None:
        done = subprocess.run(
            [str(one) for one in arguments], user=user.pw_uid if user else None, group=user.pw_gid if user else None,
            extra_groups=[] if user else None, cwd=folder, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr + done.stdout

    run(tools / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8")
    run(tools / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", f"-k {folder} -c listen_addresses=''", "start")
    try:
        yield f"postgresql://tests@/postgres?host={folder}"
    finally:
        run(tools / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("no user to run PostgreSQL as: root may not")
