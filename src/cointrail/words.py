"""Numbers in sentences."""


def counted(number: int, word: str, several: str = "") -> str:
    """A number with its noun; `several` is the plural where it is not made with an s.

    >>> counted(1, "wallet"), counted(1200, "wallet"), counted(0, "address", "addresses")
    ('1 wallet', '1,200 wallets', '0 addresses')
    """
    return f"{number:,} {word if number == 1 else several or word + 's'}"
