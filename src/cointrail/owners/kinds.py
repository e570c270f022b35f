"""The script types of a ledger's addresses, as numbers: rules compare them."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger import Ledger
from cointrail.ledger.columns import flat
from cointrail.ledger.output_parts import read_outputs

UNKNOWN, OTHER = -1, 0
FORMS = (  # beginning and length of what has an address: see `chains.bitcoin.script`
    (b"\x76\xa9\x14", 25),
    (b"\xa9\x14", 23),
    (b"\x00\x14", 22),
    (b"\x00\x20", 34),
    (b"\x51\x20", 34),
    (b"\x21", 35),
    (b"\x41", 67),
)


def kinds(ledger: Ledger) -> npt.NDArray[np.int64]:
    """By address id: which of FORMS its script has, counted from 1; OTHER: none of them, UNKNOWN: no source told it."""
    index = ledger.index
    scripts = [flat(read_outputs(ledger.path, part).column("script")) for part in ledger.manifest.outputs]
    told = np.concatenate([np.full(1, UNKNOWN), *(_forms(one) for one in scripts)])
    return np.asarray(told[index.script])


def _forms(script: pa.Array) -> npt.NDArray[np.int64]:
    length = np.asarray(pc.binary_length(script).fill_null(UNKNOWN)).astype(np.int64)
    found = np.where(length == UNKNOWN, UNKNOWN, OTHER)
    for number, (begin, size) in enumerate(FORMS, start=1):
        found[np.asarray(pc.starts_with(script, begin).fill_null(False)) & (length == size)] = number
    return found
