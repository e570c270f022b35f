"""The tables, as SQLAlchemy sees them. They are made by the migrations; a test holds the two together.

Times are seconds since 1970-01-01 UTC; bodies are JSON as it was answered.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

keys = Table(
    "keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256 of the key: the key itself is nowhere
    Column("scopes", String(200), nullable=False),
    Column("rate", Integer, nullable=False),  # requests a second
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
)

rulesets = Table(
    "rulesets",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("version", String(300), nullable=False),
    Column("text", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
)

screenings = Table(
    "screenings",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("created", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("address", String(40), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reference", String(200)),
    Column("body", Text, nullable=False),
    Column("vendor", Text),  # as a client in a vendor's shape was answered, where that can be asked for again
    Index("screenings_by_address", "address", "created"),
    Index("screenings_by_time", "created", "id"),
)

watchlists = Table(
    "watchlists",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("key_id", String(32), nullable=False),
)

watched = Table(
    "watched",
    metadata,
    Column("list_id", String(36), ForeignKey("watchlists.id", ondelete="CASCADE"), primary_key=True),
    Column("address", String(40), primary_key=True),
    Column("text", String(130), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("screening_id", String(36), nullable=False),  # the last one
)

movements = Table(
    "watch_changes",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("list_id", String(36), ForeignKey("watchlists.id", ondelete="CASCADE"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("watch_changes_by_list", "list_id", "created"),
)

answers = Table(
    "idempotency",
    metadata,
    Column("key_id", String(32), primary_key=True),
    Column("token", String(200), primary_key=True),
    Column("request", String(64), nullable=False),  # SHA-256 of method, path and body
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("time", BigInteger, nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("action", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)
