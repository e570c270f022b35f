"""Files of output-based chains given together: what each is, its tables, and what was wrong."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cointrail.chains import Asset
from cointrail.chains.bitcoin import networks
from cointrail.errors import InputError
from cointrail.ledger.readers.bitcoin.raw import Raw
from cointrail.ledger.readers.bitcoin.told import TOLD, kind_of, read_told
from cointrail.ledger.readers.options import Options
from cointrail.ledger.readers.source import Problems, Source, expand, passed_over

BLOCKS = "bitcoin-blocks"
FORMATS = (BLOCKS, *TOLD)
LEFT_OUT = ("xor.dat", "rev", "index", "lock", ".lock")  # what lies beside a node's blocks and holds none


class Outputs:
    """Files given together, recognised; iterating gives their tables, as with `Reading`."""

    assets: Sequence[Asset] = ()

    def __init__(self, paths: Sequence[Path], options: Options) -> None:
        """Recognise and digest every file. Raises InputError for one that is damaged, empty or unknown."""
        if options.mapped or options.asset is not None:
            raise InputError(f"--map and --asset are for chains with accounts, not for {options.chain}")
        if options.format not in ("auto", *FORMATS):
            raise InputError(f"unknown format {options.format!r} for {options.chain}: use auto, {', '.join(FORMATS)}")
        self.options, self.network = options, networks()[options.chain]
        files, left = expand(paths)
        self.warnings = passed_over(left)
        paths = [path for path in files if not path.name.startswith(LEFT_OUT)]
        kinds = {path: kind_of(path) if options.format == "auto" else options.format for path in paths}
        self.sources = [Source.of(path, kind) for path, kind in kinds.items()]
        self.problems = {source: Problems(source.path) for source in self.sources}

    def __iter__(self) -> Iterator[tuple[Source, Any]]:
        by_path = {source.path: source for source in self.sources}
        raw = {one.path: self.problems[one] for one in self.sources if one.format == BLOCKS}
        if raw:
            blocks = Raw(self.network, raw, self.options.first_block, self.options.known_blocks)
            for path, table in blocks.tables():
                yield by_path[path], table
            if blocks.left_out:
                self.warnings.append(f"{blocks.left_out} blocks are on no longest chain and were left out")
        for source in self.sources:
            if source.format != BLOCKS:
                for table in read_told(source, self.network, self.problems[source]):
                    yield source, table
            problems = self.problems[source]
            if source.format != BLOCKS or self.options.strict:  # blocks show themselves that they are sound
                problems.refuse_if_too_many(self.options.strict)
