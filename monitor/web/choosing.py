"""What a subscriber asks for in a form, as the choices that follow from it. Pure; ValueError says what is wrong.

The words are those of the fields in templates/settings.html.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from monitor.model import Choices, Daily, Every, Pace, Quiet, Severity
from monitor.web.forms import Fields

PAUSES = (1, 3, 7, 14, 30)
"""Days that a pause may last."""
HOURS = (1, 2, 3, 4, 6, 8, 12)
"""Hours that may lie between two digests, each a part of a day."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A form that was sent: its fields, what was chosen until now, and when it is."""

    fields: Fields
    chosen: Choices
    now: datetime


def _pause(wish: Wish) -> Choices:
    days = _read_number(wish.fields.get("days", ""), PAUSES, "how long to pause")
    return replace(wish.chosen, paused_until=wish.now + timedelta(days=days))


def _resume(wish: Wish) -> Choices:
    return replace(wish.chosen, paused_until=None)


def _pace(wish: Wish) -> Choices:
    return replace(wish.chosen, pace=_read_pace(wish.fields))


def _quiet(wish: Wish) -> Choices:
    start, end = _read_time(wish.fields, "from"), _read_time(wish.fields, "to")
    if start == end:
        raise ValueError("quiet hours need two different times")
    unless = wish.fields.get("unless", "")
    if unless and unless not in {severity.value for severity in Severity}:
        raise ValueError("choose from the list what may come all the same")
    return replace(wish.chosen, quiet=Quiet(start=start, end=end, unless=Severity(unless) if unless else None))


def _no_quiet(wish: Wish) -> Choices:
    return replace(wish.chosen, quiet=None)


WISHES: Mapping[str, Callable[[Wish], Choices]] = {
    "pause": _pause,
    "resume": _resume,
    "pace": _pace,
    "quiet": _quiet,
    "no-quiet": _no_quiet,
}
"""By the name of the button."""


def _read_pace(fields: Fields) -> Pace | None:
    match fields.get("pace", ""):
        case "operator":
            return None
        case "hours":
            return Every(_read_number(fields.get("hours", ""), HOURS, "every how many hours"))
        case "daily":
            days = {_read_number(day, range(7), "the days") for day in fields.getlist("day")}
            if not days:
                raise ValueError("choose at least one day of the week")
            return Daily(_read_time(fields, "at"), frozenset(days))
        case _:
            raise ValueError("choose how often messages may come")


def _read_number(text: str, known: tuple[int, ...] | range, what: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
    if number is None or number not in known:
        raise ValueError(f"choose {what} from the list")
    return number


def _read_time(fields: Fields, name: str) -> time:
    """As browsers send it: `07:30`, or with seconds, which are dropped."""
    try:
        found = time.fromisoformat(fields.get(name, ""))
    except ValueError:
        raise ValueError("give the time as hours and minutes, such as 07:30") from None
    return time(found.hour, found.minute)
