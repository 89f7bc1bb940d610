"""How long what was collected is kept."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Counted from when an article was fetched.

    `raw` is what it was read from, `bodies` its text and earlier wordings, `metadata` all that is left of it. Messages
    are kept as long as bodies, digests and alerts as long as metadata, from when they were made.
    """

    raw: timedelta = timedelta(days=14)
    bodies: timedelta = timedelta(days=90)
    metadata: timedelta = timedelta(days=5 * 365)


DEFAULT_RETENTION = Retention()
"""What holds unless an operator says otherwise."""
