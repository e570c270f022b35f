"""Follow stolen cryptocurrency from the theft to the cash-out."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["InputError", "Ledger", "Settings", "Theft", "Trail", "__version__", "open_ledger", "trace"]

if TYPE_CHECKING:
    from cointrail.errors import InputError
    from cointrail.ledger import Ledger, open_ledger
    from cointrail.tracing import Settings, Theft, Trail, trace

_HOMES = {
    "InputError": "cointrail.errors",
    "Ledger": "cointrail.ledger",
    "open_ledger": "cointrail.ledger",
    "Settings": "cointrail.tracing",
    "Theft": "cointrail.tracing",
    "Trail": "cointrail.tracing",
    "trace": "cointrail.tracing",
}


def __getattr__(name: str) -> Any:
    """Load the public names when they are first used: importing the package stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cointrail' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
