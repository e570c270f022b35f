"""Commands that are imported when they are called: nobody waits for the tracer's libraries to read a page of help."""

import sys
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from cointrail.cli.interrupted import said


class Place(NamedTuple):
    """Where a command is: module, the function or group in it, and one line on what it does, for the list of them."""

    module: str
    name: str
    brief: str


class Shelf(dict[str, Any]):
    """Commands by name; a place is turned into its command when somebody takes it."""

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        if isinstance(found, Place):
            found = self[name] = _load(name, found)
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """The command of that name."""
        try:
            return self[name]
        except KeyError:
            return default

    def values(self) -> Any:
        """All commands."""
        return {name: self[name] for name in self}.values()

    def items(self) -> Any:
        """All names and commands."""
        return {name: self[name] for name in self}.items()


class Later(TyperGroup):
    """A group of commands that knows their places only; `places` is set by a subclass."""

    places: ClassVar[dict[str, Place]]

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Shelf(self.places)

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the table."""
        return list(self.places)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """What the list of commands shows of one: name and brief, nothing is imported."""
        place = self.places.get(cmd_name)
        return None if place is None else TyperCommand(cmd_name, help=place.brief)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; where somebody stops it, say so, as the library below ends without a word."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            print(said(stop), file=sys.stderr)
            raise

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command to run."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else self.commands[name], rest


def _load(name: str, place: Place) -> Any:
    target = getattr(import_module(place.module), place.name)
    root = typer.Typer(add_completion=False)
    root.callback()(lambda: None)
    if isinstance(target, typer.Typer):
        root.add_typer(target, name=name)
    else:
        root.command(name)(target)
    group: Any = typer.main.get_command(root)
    return group.commands[name]
