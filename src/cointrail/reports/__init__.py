"""What people and other tools read: the page, the terminal summary, and the schema of trail.json."""

from cointrail.reports.schema import validate
from cointrail.reports.terminal import show
from cointrail.reports.trail import write_page

__all__ = ["show", "validate", "write_page"]
