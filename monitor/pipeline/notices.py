"""What operators must know: looked for in the rows, and sent through the same outbox as everything else.

Each thing is told once while it lasts, to every operator by each of their channels; when it comes again after it was
over, it is told again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog

from monitor.model import Digest, Notice, NoticeKind, PollState, Subscriber, SubscriberId
from monitor.pipeline.letters import find_letters
from monitor.pipeline.plan import Plan, Ports
from monitor.ports import Transaction
from monitor.rhythm import find_silence
from monitor.route.digest import compose_digest, create_deliveries

KINDS: tuple[NoticeKind, ...] = ("source", "rule", "channel", "delivery", "empty", "disk", "template")

# A site that is down for a night, or for one deploy, is no news.
_SILENT = timedelta(hours=24)
_FAILURES = 3
_EMPTY = timedelta(days=7)
_LEAST_FREE = 0.05

_log = structlog.get_logger()


async def tell_operators(ports: Ports, plan: Plan) -> tuple[Digest, ...]:
    """Look for what operators must know, and freeze a message of what they have not been told yet."""
    async with ports.store.transaction() as tx:
        now = ports.clock()
        operators = [plan.subscribers[each] for each in plan.operators if each in plan.subscribers]
        # Those are named once, and so only when there is somebody to hear it.
        letters = await find_letters(tx, await tx.list_notices(), now) if operators else []
        await tx.sync_notices([*await _look_around(tx, ports, plan, now), *letters], KINDS, now)
        notices = await tx.list_notices(untold=True)
        if not notices or not operators:
            return ()
        digests = [await _write(tx, ports, operator, notices, now) for operator in operators]
        await tx.mark_notices_told(notices, now)
        ports.reached("freezing notices")
    for notice in notices:
        _log.warning("operators told", kind=notice.kind, subject=notice.subject)
    return tuple(digests)


async def _write(
    tx: Transaction, ports: Ports, operator: Subscriber, notices: Sequence[Notice], now: datetime
) -> Digest:
    window_start = await tx.find_free_window(operator.id, now)
    digest = compose_digest(operator.id, (), window_start=window_start, now=now, notices=notices)
    payloads = {each.kind: ports.channels[each.kind].render(digest, operator) for each in operator.addresses}
    await tx.add_digest(digest, [], create_deliveries(digest, payloads, now))
    return digest


async def _look_around(tx: Transaction, ports: Ports, plan: Plan, now: datetime) -> list[Notice]:
    return [
        *await _dead_sources(tx, plan, now),
        *await _broken_rules(tx),
        *await _disabled_channels(tx),
        *await _empty_digests(tx, plan, now),
        *_full_disk(ports, now),
        *_broken_templates(ports, now),
    ]


async def _dead_sources(tx: Transaction, plan: Plan, now: datetime) -> list[Notice]:
    found: list[Notice] = []
    for state in await tx.list_doubtful_polls(failures=_FAILURES, silent_since=now - _SILENT):
        found += _quiet_source(state, plan, now)
        silent_since = state.last_success_at
        if state.source not in plan.sources or state.failures < _FAILURES:
            continue
        if silent_since is not None and now - silent_since < _SILENT:
            continue
        since = f"since {silent_since:%Y-%m-%d %H:%M} UTC" if silent_since else "yet"
        text = f'source "{state.source}" has not answered {since}: {state.last_error or "no reason is known"}'
        text += _advise_source(state)
        found.append(Notice(kind="source", subject=state.source, text=text, since=silent_since or now))
    return found


def _quiet_source(state: PollState, plan: Plan, now: datetime) -> Iterator[Notice]:
    """A source that answers and brings nothing: silence is a missed story, and no error tells of it."""
    silent = find_silence(state, now)
    if silent is None or state.source not in plan.sources:
        return
    since = now - silent
    usual = f"something comes every {state.rhythm.total_seconds() / 3600:.1f} h" if state.rhythm else "copies come"
    text = (
        f'source "{state.source}" answers, but has brought nothing new since {since:%Y-%m-%d %H:%M} UTC; '
        f"usually {usual}, and the times of the week at which something does have passed"
    )
    yield Notice(kind="source", subject=state.source, text=text + _advise_source(state), since=since)


def _advise_source(state: PollState) -> str:
    return f'; "monitor sources health {state.source}" says more'


async def _broken_rules(tx: Transaction) -> list[Notice]:
    return [
        Notice(
            kind="rule",
            subject=state.rule,
            text=f'rule "{state.rule}" did not load ({_what_is_live(state.version)}): {state.problem}',
            since=state.since,
        )
        for state in await tx.list_rule_states()
    ]


def _what_is_live(version: str | None) -> str:
    return "no version of it is live" if version is None else "its last good version stays live"


async def _disabled_channels(tx: Transaction) -> list[Notice]:
    return [
        Notice(
            kind="channel",
            subject=f"{each.subscriber} {each.channel}",
            text=(
                f'{each.channel} of "{each.subscriber}" was disabled: {each.reason}; once that is mended, '
                f'"monitor subscribers enable {each.subscriber} --channel {each.channel}" uses it again'
            ),
            since=each.since,
        )
        for each in await tx.list_disabled_channels()
    ]


async def _empty_digests(tx: Transaction, plan: Plan, now: datetime) -> list[Notice]:
    """Of those who have had a planned digest for so long, and no story in any message."""
    quiet_since: dict[SubscriberId, datetime] = {}
    for window in await tx.list_windows():
        quiet_since[window.subscriber] = min(quiet_since.get(window.subscriber, window.begun_at), window.begun_at)
    for subscriber, told_at in (await tx.list_last_told()).items():
        if subscriber in quiet_since:
            quiet_since[subscriber] = max(quiet_since[subscriber], told_at)
    return [
        Notice(
            kind="empty",
            subject=subscriber,
            text=f'nothing has matched for "{subscriber}" since {since:%Y-%m-%d}: are its rules and routes right?',
            since=since,
        )
        for subscriber, since in quiet_since.items()
        if subscriber in plan.subscribers and now - since >= _EMPTY
    ]


def _full_disk(ports: Ports, now: datetime) -> Iterator[Notice]:
    free = ports.disk_free()
    if free < _LEAST_FREE:
        text = f"the disk under the data is nearly full: {free:.0%} is free"
        yield Notice(kind="disk", subject="data", text=text, since=now)


def _broken_templates(ports: Ports, now: datetime) -> Iterator[Notice]:
    for problem in ports.broken_templates():
        text = f"{problem}; the shipped one is used instead"
        yield Notice(kind="template", subject=problem.file, text=text, since=now)
