"""The commands: thin, no logic."""

from cointrail.cli.main import app

__all__ = ["app"]
