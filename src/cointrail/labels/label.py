"""One label: a claim that somebody made about an address. It is never a bare fact."""

from dataclasses import dataclass
from hashlib import blake2b

ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Label:
    """What one source says about one address. Times are seconds since 1970-01-01 UTC; None is open or unknown."""

    address: bytes  # 20 bytes
    network: str | None  # a chain's name; None when the source does not say, or names no chain
    entity: str  # who holds the address, in the words of the source
    category: str | None  # what the entity is, in the words of the source
    actor: str | None  # the id under which the source keeps the entity
    confidence: str | None  # a grade of `confidence.csv`, or a number from 0 to 100
    source: str  # who says so
    url: str | None  # where it can be read
    valid_from: int | None  # the first second at which the claim holds
    valid_to: int | None  # the first second at which it no longer holds
    lastmod: int | None  # when the source last touched the claim
    file: str  # name of the file it was imported from
    written: str | None = None  # the address as text, where its 20 bytes do not tell it: of output-based chains

    def valid(self, time: int | None) -> bool:
        """Whether the claim holds at `time`; at an unknown time every claim may hold."""
        if time is None:
            return True
        return (self.valid_from is None or self.valid_from <= time) and (self.valid_to is None or time < self.valid_to)

    def identity(self) -> bytes:
        """16 bytes that two labels share only if they say the same; file and writing do not count."""
        said = (
            self.address,
            self.network,
            self.entity,
            self.category,
            self.actor,
            self.confidence,
            self.source,
            self.url,
            self.valid_from,
            self.valid_to,
            self.lastmod,
        )
        return blake2b(repr(said).encode("utf-8", "surrogatepass"), digest_size=ID_BYTES).digest()
