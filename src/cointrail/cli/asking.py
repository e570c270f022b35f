"""Where the guard gets exposures from: the stored ones of a ledger, else computed for the few that are asked for."""

from collections.abc import Callable
from functools import cache

from cointrail.cli.exposing import POLICY
from cointrail.errors import InputError
from cointrail.exposure import Exposure, Exposures, Inquiry, bounded
from cointrail.labels import Labels
from cointrail.ledger import Ledger

MOVEMENTS = 20_000  # that one answer may rest on, where nothing is stored
ASKED = 50  # addresses that are computed for one check: a signer waits for it


def asking(ledger: Ledger, labels: Labels) -> Callable[[bytes], Exposure]:
    """A source for a few addresses, with bounds: the whole ledger is never computed for them. It raises InputError,
    which says what would help, where the ledger does not know an address or the answer would take too long."""
    inquiry = Inquiry(ledger, labels, POLICY, most=MOVEMENTS, widest=MOVEMENTS)
    try:
        stored: Exposures | None = Exposures.open(ledger, labels, POLICY)
    except InputError:
        stored = None
    asked: set[bytes] = set()

    @cache
    def of(address: bytes) -> Exposure:
        inquiry.known(address)
        asked.add(address)
        if stored is not None:
            found = stored.of(address)
            return bounded(inquiry, found) if len(asked) <= ASKED else found
        help_ = f"`cointrail exposure {ledger.path} --all` makes and keeps it"
        if len(asked) > ASKED:
            raise InputError(f"only {ASKED} addresses are computed at once; {help_}")
        try:
            return bounded(inquiry, inquiry.address(address))
        except InputError as error:
            raise InputError(f"it rests on more than {MOVEMENTS:,} movements; {help_}") from error

    return of
