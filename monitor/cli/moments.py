"""Points in time as options take them: a day, an instant, or how long ago."""

from datetime import UTC, datetime

import typer

from monitor.text.durations import parse_duration


def read_moment(text: str, now: datetime, option: str) -> datetime:
    """`2026-03-01` (its beginning in UTC), `2026-03-01T12:00:00Z`, or `7d` before `now`; typer.BadParameter else."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    try:
        return now - parse_duration(text)
    except (ValueError, OverflowError) as error:
        message = f'found "{text}", expected a day such as 2026-03-01 or a duration such as 7d'
        raise typer.BadParameter(message, param_hint=option) from error
