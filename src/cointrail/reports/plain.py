"""Text from the chain, from labels and from file names is hostile: make it harmless and visible before it is shown."""

import unicodedata

LONGEST = 90  # characters of a label that are shown; nobody needs more to recognise a name
SHORT_HEAD, SHORT_TAIL = 6, 4  # characters kept of an address in tight places, as in 0x4766…d39e
TARGET_CHAIN = 20  # characters of the name of a chain
# Control, format (bidirectional overrides, zero width), surrogate, private use, unassigned, line and paragraph marks.
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
SPACE = "Zs"  # wide, narrow and unbreakable spaces are shown as plain ones
# Scripts with letters that look like Latin ones, as the names of their characters begin.
LOOKALIKES = {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "FULLWIDTH", "MATHEMATICAL"}


def plain(text: str, longest: int = LONGEST) -> str:
    """One visible line: invisible and direction-changing characters are written out as ⟨U+202E⟩, long text is cut.

    Escaping for HTML is not done here; that is the template's work.
    """
    # Writing out never shortens, so that cutting first only saves work on very long text.
    shown = text[: longest + 1]
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(map(_visible, shown))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    return f"⟨U+{ord(character):04X}⟩" if category in HIDDEN else " " if category == SPACE else character


def short(address: str) -> str:
    """An address for tight places: 0x4766…d39e. Anything that is not longer than that is returned as it is."""
    if len(address) <= SHORT_HEAD + SHORT_TAIL + 1:
        return plain(address)
    return plain(f"{address[:SHORT_HEAD]}…{address[-SHORT_TAIL:]}")


def target(text: str) -> str:
    """Where value went on to, for tight places: the chain, and the address cut as by `short`.

    >>> target("bitcoin bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq")
    'bitcoin bc1qar…5mdq'
    """
    chain, _, place = text.partition(" ")
    return " ".join(filter(None, (plain(chain, TARGET_CHAIN), short(place) if place else "")))


def oddities(text: str) -> list[str]:
    """The characters of a token's symbol that are not plain ASCII, by name and without repeats.

    >>> oddities("ЕTH")
    ['CYRILLIC CAPITAL LETTER IE']
    """
    odd = (c for c in text if not c.isascii())
    return list(dict.fromkeys(unicodedata.name(c, f"U+{ord(c):04X}") for c in odd))


def disguised(text: str) -> list[str]:
    """The characters of a name that pass for Latin letters beside real ones, or that cannot be seen.

    A name written in one script throughout is no disguise, whatever the script.

    >>> disguised("Вinance"), disguised("Банк"), disguised("Société")
    (['CYRILLIC CAPITAL LETTER VE'], [], [])
    """
    names = {c: unicodedata.name(c, f"U+{ord(c):04X}") for c in text}
    latin = any(name.startswith("LATIN") for name in names.values())
    return [
        name
        for c, name in names.items()
        if unicodedata.category(c) in HIDDEN or (latin and name.split(" ")[0] in LOOKALIKES)
    ]
