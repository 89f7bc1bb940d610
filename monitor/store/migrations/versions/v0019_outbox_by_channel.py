"""Each channel drains its own part of the outbox, so that a slow one keeps no other waiting."""

from alembic import op

revision = "0019"
down_revision = "0009"


def upgrade() -> None:
    """The same index as before, with the channel in it."""
    op.create_index(
        "ix_deliveries_state_channel_next_attempt_at", "deliveries", ["state", "channel", "next_attempt_at"]
    )
    op.drop_index("ix_deliveries_state_next_attempt_at", "deliveries")
