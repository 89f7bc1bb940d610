"""What is thrown away of digests is found by its age, and the alerts of a digest by it."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Two indexes."""
    op.create_index(op.f("ix_digests_composed_at"), "digests", ["composed_at"])
    op.create_index(op.f("ix_alerts_digest"), "alerts", ["digest"])
