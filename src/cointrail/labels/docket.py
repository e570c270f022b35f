"""The decisions about a ledger's labels on disk: a folder of small JSON files that is added to and never changed."""

import json
from dataclasses import asdict
from pathlib import Path

from cointrail.errors import InputError
from cointrail.labels.decision import Action, Decision
from cointrail.ledger.files import SEAL, sealed, unsealed, write_bytes

FOLDER = "decisions"
MICRO = 1_000_000


def keep(folder: Path, decision: Decision) -> None:
    """Adds a decision, in one step that survives a crash."""
    text = json.dumps(sealed(asdict(decision)), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write decisions to {folder}: {error.strerror}") from error
    write_bytes(folder / f"{round(decision.recorded * MICRO):020d}-{decision.id}.json", text.encode())


def files(folder: Path) -> list[Path]:
    """The files of the decisions, as they were recorded."""
    return sorted(folder.glob("*.json"))


def read(path: Path) -> Decision:
    """One decision; InputError when its file is damaged."""
    try:
        said = unsealed(json.loads(path.read_bytes()))
        return Decision(
            action=Action(said["action"]),
            labels=tuple(map(str, said["labels"])),
            by=str(said["by"]),
            reason=str(said["reason"]),
            url=None if said["url"] is None else str(said["url"]),
            at=int(said["at"]),
            recorded=float(said["recorded"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: damaged ({error!r:.80}): put it back from a copy; {SEAL} must fit") from error
