"""No room imports from one above it, not even inside a function."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "cointrail"
SOURCE = Path(__file__).parents[1] / "src" / PACKAGE
ROOMS = (  # top to bottom
    "cli",
    "workbench",
    "sharing",
    "drills",
    "watch",
    "screening",
    "guard",
    "reports",
    "cases",
    "patterns",
    "exposure",
    "tracing",
    "owners",
    "conversions",
    "labels",
    "incidents",
    "prices",
    "ledger",
    "chains",
)
EVERYWHERE = {"aside", "errors", "words", "__version__"}  # what belongs to no room
FACADE = "__init__"  # cointrail/__init__.py, which hands out what the rooms below offer


def imported(text: str, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """Every module of ours that a module imports, wherever in it, with the line; relative names made absolute."""
    here = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else []
            start = ".".join([*base, *((node.module or "").split(".") if node.module else [])])
            names = [f"{start}.{alias.name}" for alias in node.names]
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).rpartition(".")[2] in ("import_module", "__import__")
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            names = [str(node.args[0].value)]
        else:
            continue
        for name in names:
            if name.split(".")[0] == PACKAGE:
                yield node.lineno, name


def violations(text: str, module: str, is_package: bool = False) -> list[str]:
    """What is wrong with the imports of one module, a sentence each."""
    room = module.split(".")[1]
    found = []
    for line, name in imported(text, module, is_package):
        target = name.split(".")[1] if "." in name else FACADE
        if target in EVERYWHERE or target == room:
            continue
        if target not in ROOMS:
            found.append(f"{module}, line {line}: imports {name}, which is no room")
        elif room not in ROOMS or ROOMS.index(target) < ROOMS.index(room):
            found.append(f"{module}, line {line}: imports {name} from above")
    return found


def modules() -> list[tuple[str, Path]]:
    out = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        out.append((".".join(parts[:-1] if parts[-1] == FACADE else parts), path))
    return out


def test_every_folder_is_a_room() -> None:
    folders = {path.name for path in SOURCE.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    assert folders <= set(ROOMS)


def test_no_room_imports_from_above() -> None:
    found = [
        sentence
        for module, path in modules()
        if module != PACKAGE
        for sentence in violations(path.read_text(), module, path.stem == FACADE)
    ]
    assert not found, "\n".join(found)


def test_the_front_of_the_package_names_only_rooms() -> None:
    text = (SOURCE / "__init__.py").read_text()
    homes = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    named = {str(home).split(".")[1] for home in homes if isinstance(home, str) and home.startswith(f"{PACKAGE}.")}
    assert named and named <= {*ROOMS, *EVERYWHERE}


@pytest.mark.parametrize(
    "text",
    [
        "from cointrail.tracing import trace",
        "import cointrail.tracing.walk",
        "import os, cointrail.cli as c",
        "def late():\n    from cointrail.labels import Labels",
        "class A:\n    def b(self):\n        import cointrail.reports",
        "if TYPE_CHECKING:\n    from cointrail.drills import run",
        "from ..tracing import trace",
        "from .. import reports",
        "from cointrail import tracing",
        "from cointrail import open_ledger",
        "import cointrail",
        "from importlib import import_module\nimport_module('cointrail.tracing')",
        "__import__('cointrail.cli')",
        "from cointrail.somewhere import anything",
    ],
)
def test_this_test_can_fail(text: str) -> None:
    assert len(violations(text, "cointrail.ledger.store")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from cointrail.chains import Asset",
        "from cointrail.errors import InputError",
        "from cointrail import __version__",
        "from cointrail.ledger import segment",
        "from . import segment",
        "from .segment import read",
        "from ..chains import chain",
        "import json",
    ],
)
def test_what_may_be_imported_is_let_through(text: str) -> None:
    assert not violations(text, "cointrail.ledger.store")
