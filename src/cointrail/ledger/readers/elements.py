"""The elements of a JSON array of any size, one after the other."""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cointrail.errors import InputError

BLOCK_BYTES = 1 << 20
ELEMENT_LENGTH = 1 << 26  # of one element; nothing on a chain is larger
SHOWN = 400  # of its text are kept, for messages
BETWEEN = re.compile(r"[\s,\[\]\ufeff]*")
# numbers with a point or an exponent stay text: what is not a whole number is never taken for one, nor rounded
DECODER = json.JSONDecoder(parse_float=str, parse_constant=str)


@dataclass(frozen=True)
class Element:
    """A value, where its text begins, and the text."""

    line: int
    text: str
    value: Any  # None where the text is no JSON


def elements(file: IO[bytes], path: Path) -> Iterator[Element]:
    """The elements of the array in a file; InputError where it is damaged, as what follows cannot be found again."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    text, at, line, size = "", 0, 1, BLOCK_BYTES
    while True:
        end = _between(text, at)
        line += text.count("\n", at, end)
        at = end
        try:
            value, end = DECODER.raw_decode(text, at)
            if end == len(text) and not isinstance(value, dict):
                raise ValueError  # a number may go on in the next block
        except (ValueError, RecursionError) as error:
            more = file.read(size) if len(text) - at < ELEMENT_LENGTH else b""
            if more:
                text, at, size = text[at:] + decode(more), 0, 2 * size
                continue
            if at == len(text):
                return
            raise InputError(f"{path}: damaged JSON from line {line} on; export the file again") from error
        yield Element(line, text[at : min(end, at + SHOWN)], value)
        line += text.count("\n", at, end)
        at, size = end, BLOCK_BYTES


def _between(text: str, at: int) -> int:
    found = BETWEEN.match(text, at)
    return found.end() if found else at
