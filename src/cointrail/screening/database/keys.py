"""Keys of the API: made here, shown once, kept as digests only."""

import base64
import hmac
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from cointrail.errors import InputError
from cointrail.screening.database.audit import Entry, append
from cointrail.screening.database.tables import keys

SCOPES = {
    "screen": "screen addresses, transfers and withdrawals",
    "read": "read screenings, exposures, labels and rules",
    "watch": "read and change watchlists",
}
PREFIX = "ct"  # by which a key can be told in a leak
SECRET_BYTES = 32
DEFAULT_RATE = 50  # requests a second
HIGHEST_RATE = 100_000
MASTER_FILE = "cointrail.secret"  # in the working folder, unless another is named
OPERATOR = "operator"  # who acts on the command line


@dataclass(frozen=True, slots=True)
class Key:
    """What a key may do. It is nobody's once it is revoked."""

    id: str
    name: str
    scopes: frozenset[str]
    rate: int
    created: int
    revoked: int | None


def add(connection: Connection, name: str, scopes: Iterable[str], rate: int = DEFAULT_RATE) -> tuple[Key, str]:
    """A new key and its text, which is nowhere else. InputError for unknown scopes."""
    wanted = sorted(set(scopes))
    if not wanted or set(wanted) - set(SCOPES):
        raise InputError(f"scopes {', '.join(wanted)[:80] or 'none'}: give one or more of {', '.join(SCOPES)}")
    if not 1 <= rate <= HIGHEST_RATE:
        raise InputError(f"rate {rate}: give 1 to {HIGHEST_RATE:,} requests a second")
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise InputError("name: give 1 to 200 printable characters that say whose key it is")
    key = Key(secrets.token_hex(8), name.strip(), frozenset(wanted), rate, int(time.time()), None)
    text = f"{PREFIX}_{key.id}_{secrets.token_urlsafe(SECRET_BYTES)}"
    connection.execute(
        insert(keys).values(
            id=key.id, name=key.name, digest=digest(text), scopes=" ".join(wanted), rate=rate, created=key.created
        )
    )
    append(connection, [Entry(key.created, OPERATOR, "key.add", {"key": key.id, "name": key.name, "scopes": wanted})])
    return key, text


def listed(connection: Connection) -> list[Key]:
    """All keys, the newest last."""
    return [_key(row) for row in connection.execute(select(keys).order_by(keys.c.created, keys.c.id))]


def revoke(connection: Connection, id_: str) -> None:
    """Nobody can use the key any more. InputError where there is none, or it is revoked already."""
    now = int(time.time())
    done = connection.execute(update(keys).where(keys.c.id == id_, keys.c.revoked.is_(None)).values(revoked=now))
    if not done.rowcount:
        raise InputError(f"no key {id_[:32]!r} that could be revoked: `cointrail keys list` shows them")
    append(connection, [Entry(now, OPERATOR, "key.revoke", {"key": id_})])


def by_text(connection: Connection, text: str) -> Key | None:
    """The key of that text, None for a wrong or revoked one."""
    return _one(connection, keys.c.digest == digest(text))


def by_id(connection: Connection, id_: str) -> Key | None:
    """The key of that id, None for an unknown or revoked one."""
    return _one(connection, keys.c.id == id_)


def digest(text: str) -> str:
    """What is kept of a key. Its 32 random bytes make a slow digest or salt pointless."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def signing_secret(master: bytes, id_: str) -> str:
    """The secret with which a client signs, base64. It is derived, so that the database holds none."""
    return base64.b64encode(hmac.digest(master, f"signing {id_}".encode(), "sha256")).decode()


def master(path: Path) -> bytes:
    """The secret from which the signing secrets are derived; made at first use, readable by its owner only."""
    try:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(SECRET_BYTES))
        said = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot use the secret file {path}; give another one with --secret-file") from error
    if len(said) < 2 * SECRET_BYTES:
        raise InputError(f"{path}: is no secret of ours; remove it to have one made, then hand out new signing secrets")
    return said.encode()


def _one(connection: Connection, which: Any) -> Key | None:
    row = connection.execute(select(keys).where(which, keys.c.revoked.is_(None))).first()
    return _key(row) if row else None


def _key(row: Any) -> Key:
    return Key(row.id, row.name, frozenset(row.scopes.split()), row.rate, row.created, row.revoked)
