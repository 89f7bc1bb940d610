"""What a delivery carries stands apart from how it stands: claiming and marking write a small row, not the message."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"


def upgrade() -> None:
    """A table of the messages, each moved with its id; and how the attempts of one address have fared by an index."""
    op.create_table(
        "payloads",
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_payloads_delivery")),
        sa.PrimaryKeyConstraint("delivery", name=op.f("pk_payloads")),
    )
    op.execute("INSERT INTO payloads (delivery, payload) SELECT id, payload FROM deliveries")
    op.drop_column("deliveries", "payload")
    op.create_index(
        op.f("ix_deliveries_subscriber_channel_sent_at"), "deliveries", ["subscriber", "channel", "sent_at"]
    )
