"""From due alerts and windows to digests, frozen with the deliveries that carry them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from monitor.model import ChannelKind, Delivery, Digest, Now, Proof, Subscriber, SubscriberId
from monitor.pipeline.plan import Plan, Ports
from monitor.pipeline.raising import read_audience
from monitor.ports import PendingAlert, Store, Transaction
from monitor.route.agenda import CAP_PERIOD, Agenda, Moment, plan_agenda
from monitor.route.digest import compose_digest, create_deliveries
from monitor.route.ledger import Passed, pass_windows, plan_rows
from monitor.route.timing import Reader, create_reader

# Beyond the longest pace and the longest pause there is.
_FAR_AHEAD = timedelta(days=3660)

_log = structlog.get_logger()


async def plan_windows(tx: Transaction, plan: Plan, now: datetime, only: SubscriberId | None = None) -> None:
    """Bring the rows of planned digests in line with the configuration and with what subscribers chose.

    To be called when either has changed, with `only` for what one of them chose; a digest that is new is due at its
    first window from now on.
    """
    readers = (await read_audience(tx, plan, now)).readers
    chosen = [reader for name, reader in readers.items() if only in (None, name)]
    await tx.sync_windows([row for reader in chosen for row in plan_rows(reader, now)], only)


async def report_strangers(tx: Transaction, plan: Plan, now: datetime) -> None:
    """Name those whose alerts wait although nobody of that name is configured. To be called when that has changed."""
    for each in await tx.list_due_subscribers(now + _FAR_AHEAD):
        if each not in plan.subscribers:
            _log.warning("alerts wait for a subscriber who is no longer configured", subscriber=each)


async def compose_due(ports: Ports, plan: Plan) -> tuple[Digest, ...]:
    """Gather each subscriber's due alerts into one digest, frozen with its deliveries."""
    async with ports.store.transaction() as tx:
        now = ports.clock()
        due = {*await tx.list_due_subscribers(now), *await tx.list_due_windows(now)}
    digests = [await _compose(ports, plan, plan.subscribers[each]) for each in sorted(due & plan.subscribers.keys())]
    return tuple(digest for digest in digests if digest is not None)


async def preview_digest(store: Store, plan: Plan, subscriber: Subscriber, now: datetime) -> Digest | None:
    """The digest of everything that waits for a subscriber, due or not, without freezing anything."""
    async with store.transaction() as tx:
        reader = await _read_reader(tx, plan, subscriber)
        pending = await tx.list_pending_alerts(subscriber.id, None)
        silences = (*plan.silences, *await tx.list_silences(now))
    # All of it as one planned digest, whatever the hour.
    horizon = max((each.alert.due_at for each in pending), default=now)
    moment = Moment(now=max(now, horizon), silences=silences, is_planned=True)
    waiting = [replace(each, alert=replace(each.alert, held=each.alert.held or "quiet")) for each in pending]
    kept = {each.id for each in plan_agenda(reader, waiting, moment).told}
    told = [each for each in pending if each.id in kept]
    return compose_digest(subscriber.id, told, window_start=_first_due(told), now=now) if told else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Situation:
    """All that is known of one subscriber at the moment of composing."""

    reader: Reader
    now: datetime
    pending: Sequence[PendingAlert]
    passed: Passed
    channels: Sequence[ChannelKind]
    moment: Moment


async def _compose(ports: Ports, plan: Plan, subscriber: Subscriber) -> Digest | None:
    """One subscriber whose digest cannot be composed does not keep the others from theirs."""
    ports.reached("composing digest")
    try:
        digest = await _freeze(ports, plan, subscriber)
    except Exception:  # noqa: BLE001 - logged whole, and tried again at the next tick
        _log.exception("digest not composed", subscriber=subscriber.id)
        return None
    if digest is not None:
        ports.reached("digest frozen")
        _log.info("composed", subscriber=subscriber.id, digest=digest.id, stories=len(digest.stories))
    return digest


async def _freeze(ports: Ports, plan: Plan, subscriber: Subscriber) -> Digest | None:
    async with ports.store.transaction() as tx:
        situation = await _read(tx, plan, subscriber, ports.clock())
        await tx.save_windows(situation.passed.rows)
        if situation.reader.choices.is_paused(situation.now) or not situation.channels:
            return None  # its alerts wait
        agenda = plan_agenda(situation.reader, situation.pending, situation.moment)
        await _set_aside(tx, agenda)
        digest = await _write_digest(tx, plan, situation, agenda)
        if digest is None:
            return None
        deliveries = await _render(tx, ports, situation, digest)
        await tx.add_digest(digest, [each.id for each in agenda.told], deliveries)
        ports.reached("freezing digest")
    return digest


async def _read(tx: Transaction, plan: Plan, subscriber: Subscriber, now: datetime) -> _Situation:
    reader = await _read_reader(tx, plan, subscriber)
    holds = [route.send.hold for route in plan.routes if subscriber.id in route.to and isinstance(route.send, Now)]
    longest = max(holds, default=timedelta(0))
    # Takes the lock: nobody else composes for this subscriber from here on.
    pending = await tx.list_pending_alerts(subscriber.id, now + longest)
    await tx.drop_groundless(subscriber.id)
    passed = pass_windows(reader, plan.routes, await tx.list_windows(subscriber.id), now)
    disabled = {each.channel for each in await tx.list_disabled_channels() if each.subscriber == subscriber.id}
    moment = Moment(
        now=now,
        silences=(*plan.silences, *await tx.list_silences(now)),
        is_planned=bool(passed.ended) or any(each.alert.pace != "now" for each in pending if each.alert.due_at <= now),
        recent=await tx.list_immediate(subscriber.id, now - CAP_PERIOD) if subscriber.cap else (),
    )
    return _Situation(
        reader=reader,
        now=now,
        pending=[each for each in pending if each.alert.due_at <= now or each.alert.is_immediate],
        passed=passed,
        channels=[address.kind for address in subscriber.addresses if address.kind not in disabled],
        moment=moment,
    )


async def _read_reader(tx: Transaction, plan: Plan, subscriber: Subscriber) -> Reader:
    return create_reader(subscriber, plan.routes, await tx.find_choices(subscriber.id))


async def _set_aside(tx: Transaction, agenda: Agenda) -> None:
    for alert, reason in agenda.dropped:
        await tx.drop_alerts([alert], reason)
    for alert, timing in agenda.deferred:
        await tx.defer_alerts([alert], timing.due_at, timing.held or "quiet")


async def _write_digest(tx: Transaction, plan: Plan, situation: _Situation, agenda: Agenda) -> Digest | None:
    """The digest of what is to be told; an empty one where it is due and has to prove that it is."""
    reader, now, passed = situation.reader, situation.now, situation.passed
    subscriber = reader.subscriber.id
    if agenda.told:
        window_start = await tx.find_free_window(subscriber, _first_due(agenda.told))
        digest = compose_digest(subscriber, agenda.told, window_start=window_start, now=now)
        late = {each.alert.due_at for each in agenda.told if each.alert.pace != "now"}
        return replace(digest, windows=tuple(sorted({*passed.ended, *late})))
    if passed.proving_since is None or reader.choices.unsubscribed_at is not None:
        return None
    if await tx.has_digest(subscriber, passed.ended[0]):
        return None
    digest = compose_digest(subscriber, (), window_start=passed.ended[0], now=now)
    proof = await _prove(tx, plan, passed.proving_since, now)
    return replace(digest, windows=passed.ended, proof=proof)


async def _prove(tx: Transaction, plan: Plan, since: datetime, until: datetime) -> Proof:
    states = {state.source: state for state in await tx.list_poll_states()}
    answered = [
        each for each in plan.sources if (state := states.get(each)) and (state.last_success_at or since) > since
    ]
    return Proof(
        since=since,
        until=until,
        articles=await tx.count_fetched(since=since, until=until),
        sources_answered=len(answered),
        sources=len(plan.sources),
    )


async def _render(tx: Transaction, ports: Ports, situation: _Situation, digest: Digest) -> tuple[Delivery, ...]:
    subscriber = situation.reader.subscriber
    payloads = {}
    for kind in situation.channels:
        story = digest.follows_up
        thread = await tx.find_reference(subscriber.id, kind, story) if story else None
        payloads[kind] = ports.channels[kind].render(digest, subscriber, thread)
    return create_deliveries(digest, payloads, situation.now)


def _first_due(pending: Sequence[PendingAlert]) -> datetime:
    return min(each.alert.due_at for each in pending)
