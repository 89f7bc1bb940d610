"""What becomes of a subscriber's due alerts at one moment: told, dropped, or deferred.

Alerts are raised by the routes; here the present has its say. What has been silenced, muted or unsubscribed from since
is dropped. Quiet hours hold what would go at once, and so does a cap; see monitor.route.timing for where it goes. What
waits only for its hold goes along with what is due: a burst is one message.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import AlertId, Reason, Silence
from monitor.ports import PendingAlert
from monitor.route.routes import is_silenced, refuse_reader
from monitor.route.timing import Reader, Timing, defer, free_at

CAP_PERIOD = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When it is, and what is known of it: silences in force, whether a planned digest is due, and when messages went
    at once within the last `CAP_PERIOD`.
    """

    now: datetime
    silences: Sequence[Silence] = ()
    is_planned: bool = False
    recent: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """Each pending alert stands in at most one of the three; those in none of them go on waiting."""

    told: tuple[PendingAlert, ...] = ()
    dropped: tuple[tuple[AlertId, str], ...] = ()
    deferred: tuple[tuple[AlertId, Timing], ...] = ()


def plan_agenda(reader: Reader, pending: Iterable[PendingAlert], moment: Moment) -> Agenda:
    """Decide on alerts that are due, and on immediate ones that still wait for their hold."""
    wanted: list[PendingAlert] = []
    dropped: list[tuple[AlertId, str]] = []
    for each in pending:
        left, reason = _narrow(reader, each, moment)
        if left is None:
            dropped.append((each.id, reason))
        else:
            wanted.append(left)
    planned = [each for each in wanted if not _goes_at_once(each, moment) and each.alert.due_at <= moment.now]
    at_once, deferred = _hold_back(reader, [each for each in wanted if _goes_at_once(each, moment)], moment)
    return Agenda(told=(*planned, *at_once), dropped=tuple(dropped), deferred=deferred)


def _goes_at_once(pending: PendingAlert, moment: Moment) -> bool:
    """What was held and finds no planned digest at its time is on its own again."""
    alert = pending.alert
    return alert.is_immediate or (alert.pace == "now" and not moment.is_planned and alert.due_at <= moment.now)


def _hold_back(
    reader: Reader, at_once: Sequence[PendingAlert], moment: Moment
) -> tuple[tuple[PendingAlert, ...], tuple[tuple[AlertId, Timing], ...]]:
    now = moment.now
    due = [each for each in at_once if each.alert.due_at <= now]
    free = {each.id: free_at(reader, each.story.severity, now) for each in at_once}
    quiet = tuple(
        (each.id, defer(reader, now, until=free[each.id], held="quiet")) for each in due if free[each.id] != now
    )
    if not any(free[each.id] == now for each in due):
        return (), quiet
    going = tuple(each for each in at_once if free[each.id] == now)
    cap = reader.subscriber.cap
    if cap is None or len(moment.recent) < cap.per_hour:
        return going, quiet
    reopens = moment.recent[-cap.per_hour] + CAP_PERIOD
    capped = defer(reader, now, until=reopens, held="cap")
    return (), (*quiet, *((each.id, capped) for each in going if each.alert.due_at <= now))


def _narrow(reader: Reader, pending: PendingAlert, moment: Moment) -> tuple[PendingAlert | None, str]:
    """The alert with the reasons that still stand, or why none does."""
    refusals = [_refuse(reader, pending, reason, moment) for reason in pending.story.reasons]
    standing = tuple(reason for reason, refusal in zip(pending.story.reasons, refusals, strict=True) if refusal is None)
    if standing:
        return replace(pending, story=replace(pending.story, reasons=standing)), ""
    return None, next((refusal for refusal in refusals if refusal), "no match is left behind it")


def _refuse(reader: Reader, pending: PendingAlert, reason: Reason, moment: Moment) -> str | None:
    rule, story = reason.match.rule, pending.alert.story
    source = pending.story.article.source
    silence = next((each for each in moment.silences if is_silenced(each, rule, source, story, moment.now)), None)
    if silence is not None:
        return f"silenced by {silence.id}: {silence.reason}"
    return refuse_reader(reader.choices, rule, story)
