"""What the user said about the files to read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cointrail.chains import Asset, Registry, asset_key
from cointrail.errors import InputError
from cointrail.ledger.readers.wanted import NONE, Wanted

KEYS = ("time", "block", "tx", "from", "to", "amount", "asset")
NEEDED = ("from", "to", "amount")
ASSUMED_DECIMALS = 18  # of a token that nobody vouches for; said in a warning


@dataclass(frozen=True)
class Options:
    """How to read: `columns` is the --map of a CSV, `asset` and `decimals` what --asset and --decimals say.

    `wanted` are the events to keep, `wrapped` the contracts (0x and 40 lower-case digits) that the user says wrap the
    native coin, beside those that are known.
    """

    registry: Registry
    format: str = "auto"
    chain: str = "ethereum"
    columns: Mapping[str, str] | None = None
    asset: str | None = None
    decimals: int | None = None
    strict: bool = False
    wanted: Wanted = NONE
    wrapped: tuple[str, ...] = ()
    first_block: int | None = None  # height of the first of raw blocks that do not say theirs
    known_blocks: Mapping[bytes, int] = field(default_factory=dict)  # heights of blocks that the ledger holds, by hash

    @property
    def mapped(self) -> bool:
        """Whether the files are CSVs with a column map."""
        return self.columns is not None or self.format == "csv"

    def check(self) -> None:
        """Raise InputError for options that contradict each other."""
        if not self.mapped:
            return
        columns = self.columns or {}
        if self.format not in ("auto", "csv"):
            raise InputError(f"--map describes a CSV, not {self.format}: leave --map out or use --format csv")
        if strange := [key for key in columns if key not in KEYS]:
            raise InputError(f"--map: unknown key {strange[0]!r}; the keys are {', '.join(KEYS)}")
        if lacking := [key for key in NEEDED if key not in columns]:
            raise InputError(f"--format csv needs --map {','.join(f'{key}=COLUMN' for key in lacking)}")
        if "time" not in columns and "block" not in columns:
            raise InputError("--map needs time=COLUMN or block=COLUMN: without either there is no order")
        if "asset" in columns and self.asset is not None:
            raise InputError("--asset names one asset for all rows, --map asset= one for each: give one of them")


@dataclass
class Assets:
    """The assets that rows may be in; collects those that the registry does not know."""

    options: Options
    declared: dict[str, Asset] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)  # contracts whose decimals nobody gave

    def named(self) -> Asset | None:
        """The asset of --asset; InputError when nobody knows it."""
        text, decimals, registry = self.options.asset, self.options.decimals, self.options.registry
        if text is None:
            return None
        native = registry.get("")
        if native is not None and text.lower() == native.symbol.lower():
            return self._agreeing(native)
        if (key := asset_key(text)).startswith("0x"):
            known = registry.get(key)
            if known is None and decimals is None:
                raise InputError(f"--asset {text}: unknown asset; give its --decimals")
            return self._agreeing(known) if known else self._declare(Asset(key, key, decimals or 0, "user"))
        known = registry.by_symbol(text)
        if known is not None:
            return self._agreeing(known)
        if decimals is None:
            raise InputError(f"--asset {text}: unknown asset; give a contract, or its --decimals to name it yourself")
        if not text.strip() or not text.isprintable():
            raise InputError(f"--asset {text!r}: give a short name such as USD")
        return self._declare(Asset(text, text, decimals, "named"))

    def contract(self, key: str) -> Asset:
        """A token that a file names by its contract."""
        known = self.options.registry.get(key) or self.declared.get(key)
        if known is not None:
            return known
        if self.options.decimals is None:
            self.assumed.append(key)
        decimals = ASSUMED_DECIMALS if self.options.decimals is None else self.options.decimals
        return self._declare(Asset(key, key, decimals, "unknown"))

    def _agreeing(self, asset: Asset) -> Asset:
        if self.options.decimals not in (None, asset.decimals):
            raise InputError(
                f"--decimals {self.options.decimals}: {asset.symbol} has {asset.decimals}; leave --decimals out"
            )
        return asset

    def _declare(self, asset: Asset) -> Asset:
        if not 0 <= asset.decimals <= 77:
            raise InputError(f"--decimals {asset.decimals}: give 0 to 77")
        return self.declared.setdefault(asset.key, asset)
