"""The service itself."""

from sqlalchemy import Column, Table

from monitor.store.columns import KeyText, UtcDateTime
from monitor.store.schema.base import metadata

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("service", KeyText, primary_key=True),
    Column("beat_at", UtcDateTime, nullable=False),
)
