"""OFAC's list of sanctioned persons in XML: sdn.xml, and sdn_advanced.xml after the Advanced Sanctions Data Model.

The file is hostile until it is read: it may declare no document type (so no entities that grow), and only what
addresses need is ever kept. Sources: OFAC, sdn.xsd and Sanctions List Advanced (sdn_advanced.xml).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from cointrail.errors import InputError
from cointrail.labels.sdn_csv import SANCTION
from cointrail.labels.table import Row

FEATURE = "Digital Currency Address - "
CHUNK = 1 << 20
DEEPEST = 64
LONGEST = 1 << 16  # characters of one text
ROOTS = ("sdnList", "Sanctions")


@dataclass
class _Party:
    """One sanctioned party, as far as it has been read."""

    line: int
    name: list[str] = field(default_factory=list)
    addresses: list[tuple[int, str, str]] = field(default_factory=list)  # line, currency, address


def read_xml(path: Path) -> Iterator[Row]:
    """The addresses of the list; nothing for a party without any. InputError when it is no such list."""
    yield from _Reader(path).read()


class _Reader:
    """Follows the elements of one file; `sdnEntry` and `DistinctParty` are its parties."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._names: list[str] = []  # the elements that are open
        self._text: list[str] = []
        self._length = 0
        self._types: dict[str, str] = {}  # currencies by the id of the feature
        self._type = self._feature = self._currency = self._value = ""
        self._primary = False
        self._party: _Party | None = None
        self._parties: list[tuple[str, _Party]] = []  # with the id of the profile
        self._dates: dict[str, str] = {}  # of the first entry on the list, by the id of the profile
        self._profile = self._entry = ""
        self._day: dict[str, str] = {}

    def read(self) -> Iterator[Row]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse
        self._parser = parser
        try:
            with self._path.open("rb") as stream:
                while chunk := stream.read(CHUNK):
                    parser.Parse(chunk, False)
                parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise InputError(f"{self._path}: not XML that can be read: {error}") from error
        for profile, party in self._parties:
            if not party.addresses:
                yield party.line, 1, None
            for line, currency, address in party.addresses:
                name = ", ".join(part for part in party.name if part)
                listed = {"valid_from": self._dates[profile]} if profile in self._dates else {}
                yield line, 1, SANCTION | listed | {"address": address, "currency": currency, "entity": name}

    def _refuse(self, *_: object) -> None:
        raise InputError(f"{self._path}: it declares a document type, which OFAC's lists do not: it is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if not self._names and local not in ROOTS:
            raise InputError(
                f"{self._path}: its first element is {local[:40]}: give OFAC's sdn.xml or sdn_advanced.xml"
            )
        self._names.append(local)
        if len(self._names) > DEEPEST:
            raise InputError(f"{self._path}: nested more than {DEEPEST} deep")
        self._text, self._length = [], 0
        if local in ("sdnEntry", "DistinctParty"):
            self._party, self._profile = _Party(self._parser.CurrentLineNumber), ""
        elif local == "Profile":
            self._profile = attributes.get("ID", "")
        elif local == "FeatureType":
            self._feature = attributes.get("ID", "")
        elif local == "Feature":
            self._currency = self._types.get(attributes.get("FeatureTypeID", ""), "")
        elif local == "Alias":
            self._primary = attributes.get("Primary") == "true"
        elif local == "id":
            self._type = self._value = ""
        elif local == "SanctionsEntry":
            self._entry = attributes.get("ProfileID", "")
        elif local == "Date":
            self._day = {}

    def _characters(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST:
            raise InputError(f"{self._path}: a text of more than {LONGEST} characters")
        self._text.append(text)

    def _end(self, name: str) -> None:
        local, text = self._names.pop(), "".join(self._text).strip()
        self._text, self._length = [], 0
        within = self._names[-1] if self._names else ""
        if local == "FeatureType" and text.startswith(FEATURE):
            self._types[self._feature] = text.removeprefix(FEATURE)
        elif within == "EntryEvent" and local == "Date" and self._entry:
            if len(self._day) == len(DAY):
                date = "-".join(self._day[part].zfill(2) for part in DAY)
                self._dates[self._entry] = min(date, self._dates.get(self._entry, date))
        elif within == "Date" and local in DAY:
            self._day[local] = text
        elif self._party is not None:
            self._of_party(self._party, within, local, text)

    def _of_party(self, party: _Party, within: str, local: str, text: str) -> None:
        if local in ("sdnEntry", "DistinctParty"):
            self._parties.append((self._profile, party))
            self._party = None
        elif within == "sdnEntry" and local in ("lastName", "firstName"):
            party.name = [text, *party.name] if local == "lastName" else [*party.name, text]
        elif local == "NamePartValue" and self._primary:
            party.name.append(text)
        elif local == "Alias":
            self._primary = False
        elif local == "idType":
            self._type = text
        elif local == "idNumber":
            self._value = text
        elif local == "id" and self._type.startswith(FEATURE):
            party.addresses.append((self._parser.CurrentLineNumber, self._type.removeprefix(FEATURE), self._value))
        elif local == "VersionDetail" and self._currency:
            party.addresses.append((self._parser.CurrentLineNumber, self._currency, text))


DAY = ("Year", "Month", "Day")
