"""Commands are imported when they are called, and no sooner."""

import subprocess
import sys

from typer.main import get_command
from typer.testing import CliRunner

from cointrail.cli.main import Commands, commands

HEAVY = ("numpy", "pyarrow", "numba", "duckdb", "cointrail.ledger", "cointrail.conversions")
QUIET = f"assert not set(sys.modules) & {set(HEAVY)}, set(sys.modules) & {set(HEAVY)}"


def loaded(line: str, after: str) -> None:
    program = (
        f"import sys\nfrom cointrail.cli import app\ntry:\n    app({line!r}.split())\nexcept SystemExit:\n    pass\n"
    )
    done = subprocess.run([sys.executable, "-c", program + after], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_help_imports_nothing_heavy() -> None:
    loaded("--help", QUIET)
    loaded("--version", QUIET)
    loaded("no-such-command", QUIET)


def test_linking_imports_no_compiler_and_no_ledger() -> None:
    loaded("link --help", "assert not {'numba', 'cointrail.ledger'} & set(sys.modules)")


def test_every_place_holds_its_command() -> None:
    group = get_command(commands)
    assert isinstance(group, Commands)
    listed = CliRunner().invoke(commands, ["--help"]).output
    for name, place in Commands.places.items():
        command = group.commands[name]
        assert command.name == name and command.help
        assert group.commands[name] is command
        assert f" {name} " in listed and place.brief.split()[0] in listed
        assert CliRunner().invoke(commands, [name, "--help"]).exit_code == 0


def test_unknown_commands_are_refused() -> None:
    done = CliRunner().invoke(commands, ["lnk"])
    assert done.exit_code == 2 and "Did you mean 'link'" in done.output
