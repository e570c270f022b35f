"""Everything that rules look at: the request, what was computed from it, and what is known beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from cointrail.chains import Registry, checksum_address, to_text
from cointrail.guard.calls import Calls
from cointrail.guard.effects import COIN
from cointrail.guard.history import History
from cointrail.guard.intent import Intent, Matched
from cointrail.guard.request import Request
from cointrail.guard.signers import Settled, Signer
from cointrail.guard.simulation import Simulation
from cointrail.guard.state import State

if TYPE_CHECKING:
    from cointrail.guard.parties import Party
    from cointrail.labels import Label

Source = Literal["state", "rpc", "service", "declared", "unknown"]


@dataclass(frozen=True)
class Owners:
    """Who may sign, how many must, and who says so."""

    addresses: tuple[bytes, ...]
    threshold: int | None
    source: Source

    @property
    def proven(self) -> bool:
        """Whether the chain's own storage says so."""
        return self.source in ("state", "rpc")


@dataclass(frozen=True)
class Subject:
    """One request with all that is known about it. None is "not given"."""

    request: Request
    settled: Settled
    signers: tuple[Signer, ...]
    owners: Owners
    calls: Calls
    registry: Registry
    state: State | None = None
    simulation: Simulation | None = None
    history: History | None = None
    labels: Callable[[bytes], "list[Label]"] | None = None
    intent: Intent | None = None
    matched: Matched | None = None
    parties: "tuple[Party, ...]" = ()  # who gains by it, and what is known of them

    def asked(self, place: str) -> bool:
        """Whether the intent asks for exactly the call at that place."""
        return self.matched is not None and place in self.matched.places

    def token(self, key: str) -> str:
        """An asset by its symbol where somebody vouches for it, else by its contract."""
        known = self.registry.get(key.partition("#")[0] if key else COIN)
        return known.symbol if known else f"token {key}"

    def key(self, name: str) -> str:
        """The key of an asset as exposures name it: a coin by its symbol, a token by its contract."""
        coin = self.registry.get(COIN)
        return COIN if coin is not None and name == coin.symbol else name.lower() if name[:2] == "0x" else name

    def amount(self, units: int, key: str) -> str:
        """An amount as people read it."""
        known = self.registry.get(key)
        if known is None:
            return f"{units:,} smallest units of {self.token(key)}"
        return f"{to_text(units, known.decimals)} {known.symbol}"


@lru_cache(4096)
def show(address: bytes) -> str:
    """An address as wallets show it."""
    return checksum_address(address)
