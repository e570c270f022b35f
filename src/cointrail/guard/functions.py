"""The functions that are known by name: what a call to them means for whoever signs it. See `selectors.csv`."""

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from cointrail.chains.abi.signature import Malformed, Signature
from cointrail.chains.data import table
from cointrail.guard.reason import Severity

SAFE_KINDS = frozenset({"owners", "threshold", "module", "guard", "fallback", "singleton"})  # of the Safe itself
ADMIN_KINDS = frozenset({"admin", "roles", "upgrade", "drain", "module_call"})  # of contracts that it administers


@dataclass(frozen=True)
class Function:
    """One function: its kind, how grave a call is that nobody asked for, and what it does in words."""

    kind: str
    severity: Severity
    signature: Signature
    words: str

    @property
    def name(self) -> str:
        """As people write it, without parameters."""
        return self.signature.text.partition("(")[0]

    def read(self, data: bytes) -> tuple[dict[str, Any], str]:
        """The arguments by name, and what is wrong with them ("" for nothing)."""
        try:
            found = self.signature.call(data)
        except Malformed as error:
            return {}, str(error)
        static = all(not parameter.type.endswith(("]", ")")) and parameter.type not in ("bytes", "string")
                     for parameter in self.signature.parameters)  # fmt: skip
        over = len(data) - 4 - 32 * len(self.signature.parameters)
        return found, f"{over} bytes behind its arguments" if static and over else ""


@cache
def functions() -> dict[bytes, Function]:
    """All known functions by their four bytes."""
    return {
        (signature := Signature(row["signature"])).selector: Function(
            row["kind"], cast(Severity, row["severity"]), signature, row["words"]
        )
        for row in table("cointrail.guard", "selectors.csv")
    }
