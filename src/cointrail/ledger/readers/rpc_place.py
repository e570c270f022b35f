"""Where a node is, and what of its address may be shown: API keys stand in user names, paths and queries."""

import re
from urllib.parse import unquote

import httpx

from cointrail.errors import InputError

SHOWN = 160
SECRET_LENGTH = 4  # shorter parts of an address keep nothing safe, and hiding them would hide every text
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
WANTED = "give the node as http://HOST:PORT or https://HOST/KEY"


class Place:
    """The address of a node: `url` to talk to, `name` to show."""

    def __init__(self, url: str) -> None:
        try:
            self.url = httpx.URL(url.strip())
        except httpx.InvalidURL:
            raise InputError(f"--rpc: this is not the address of a node; {WANTED}") from None
        if self.url.scheme not in ("http", "https") or not self.url.host:
            raise InputError(f"--rpc: only http and https are spoken; {WANTED}")
        host = f"[{self.url.host}]" if ":" in self.url.host else self.url.host
        self.name = f"{self.url.scheme}://{host}" + (f":{self.url.port}" if self.url.port else "")
        self.local = self.url.host in LOCAL
        self._secrets = _secrets(self.url)

    def hide(self, text: str) -> str:
        """What a node or a library said, as one short printable line without the secrets of the address."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * SHOWN]).split())
        return line if len(line) <= SHOWN else line[:SHOWN] + "…"


def _secrets(url: httpx.URL) -> list[str]:
    query = re.split("[&=;]", url.query.decode("ascii", "replace"))
    raw = url.raw_path.decode("ascii", "replace").split("?", 1)[0]
    parts = {url.username, url.password, *url.path.split("/"), *raw.split("/"), *query, *map(unquote, query)}
    return sorted((part for part in parts if len(part) >= SECRET_LENGTH), key=len, reverse=True)


def node_name(url: str) -> str:
    """A node's address as it may be shown and stored: scheme, host and port; InputError where it is none."""
    return Place(url).name
