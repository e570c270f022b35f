"""From files of other tools to rows and events of a ledger."""

from collections.abc import Sequence
from pathlib import Path

from cointrail.chains import chain
from cointrail.ledger.readers.bitcoin.reading import Outputs
from cointrail.ledger.readers.detect import detect
from cointrail.ledger.readers.formats import families
from cointrail.ledger.readers.options import Options
from cointrail.ledger.readers.reading import Reading
from cointrail.ledger.readers.source import Problem, Problems, Source
from cointrail.ledger.readers.wanted import Wanted

__all__ = ["Options", "Problem", "Problems", "Reading", "Source", "Wanted", "detect", "families", "read_files"]


def read_files(paths: Sequence[Path], options: Options) -> Reading | Outputs:
    """Files and folders read together; iterate over the result for (source, table) pairs.

    Raises InputError, now or while iterating, for anything that cannot be used.
    """
    return Outputs(paths, options) if chain(options.chain).by_outputs else Reading(paths, options)
