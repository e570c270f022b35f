"""Where screening and the guard get exposures from: the stored ones of a ledger, else what can be computed."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from cointrail.errors import InputError
from cointrail.exposure import Exposure, Exposures, Inquiry, bounded, build
from cointrail.labels import Labels
from cointrail.ledger import Ledger, open_ledger
from cointrail.screening import Expose

POLICY = "haircut"  # no order of coins is assumed, as nobody has traced them
MOVEMENTS = 20_000  # that one answer of the guard may rest on, where nothing is stored
ASKED = 50  # addresses that are computed for one check: a signer waits for it


def exposing(step: Callable[[str, float], None] = lambda what, share: None) -> Expose:
    """A source of exposures; `step` is told how far their computation is."""

    def of(ledger: Path, labels: Labels) -> Exposures:
        return build(open_ledger(ledger, step), labels, POLICY, step)

    return of


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
