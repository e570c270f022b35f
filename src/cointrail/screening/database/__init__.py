"""Where screenings, keys, watchlists and the audit log are kept: SQLite, or PostgreSQL by its URL."""

from cointrail.screening.database.database import DEFAULT, Database, open_database
from cointrail.screening.database.writer import Batch, Writer

__all__ = ["DEFAULT", "Batch", "Database", "Writer", "open_database"]
