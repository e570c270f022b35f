"""Where a command may put several files of results."""

from pathlib import Path

from cointrail.errors import InputError


def results(out: Path) -> Path:
    """The folder for results that was asked for, new or old.

    InputError for a file, and for what lies in a ledger, whose folder holds nothing but what belongs to it.
    """
    from cointrail.ledger.manifest import NAME  # slow to load for commands that read no ledger
    from cointrail.ledger.segment import FOLDERS

    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: is a file; give a folder")
    place = out.resolve()
    for folder in (place, *place.parents):
        if (folder / NAME).is_file() and (folder == place or any((folder / part).is_dir() for part in FOLDERS)):
            where = "is a ledger" if folder == place else f"lies in the ledger {folder}"
            raise InputError(f"--out {out}: {where}, whose files results must not mix with; give another folder")
    return out
