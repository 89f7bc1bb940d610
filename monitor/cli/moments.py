"""Points in time as options take them (a day, an instant, or how long ago), and as tables tell them."""

from datetime import UTC, datetime, timedelta

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


def tell_past(at: datetime | None, now: datetime, otherwise: str = "–") -> str:
    """`12 min ago`, which leaves a table more room than the instant."""
    return otherwise if at is None else f"{tell_length(now - at)} ago"


def tell_due(at: datetime | None, now: datetime, otherwise: str = "–") -> str:
    """`in 12 min`, or `now` of what is due already."""
    if at is None:
        return otherwise
    return f"in {tell_length(at - now)}" if at > now else "now"


def tell_length(duration: timedelta) -> str:
    """A duration as people say it: 40 s, 12 min, 5 h, 3 days."""
    seconds = max(0.0, duration.total_seconds())
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
