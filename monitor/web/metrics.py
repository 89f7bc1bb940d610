"""What Prometheus asks for: counts of this process, and how the rows stand at the moment of asking."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import get_args

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector
from prometheus_client import Counter as Count
from prometheus_client.exposition import choose_encoder

from monitor.errors import StoreError
from monitor.model import ChannelKind, PollState
from monitor.pipeline import Plan, Sent, Stored
from monitor.ports import OutboxState, Store
from monitor.rhythm import find_silence

# Seconds. A poll interval and a hold lie between publication and delivery, so minutes are the usual.
_LATENCIES = (1, 2, 5, 10, 20, 30, 60, 90, 120, 180, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)
_POLL_OUTCOMES = ("new", "nothing_new", "failed")
_SOURCE_STATES = ("ok", "new", "quiet", "failing")


class Meters:
    """The counts of one process, and the gauges that `expose` sets anew."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._polls = Count("monitor_polls", "Polls of sources by outcome.", ["outcome"], registry=registry)
        self._articles = Count("monitor_articles", "Articles that were new.", registry=registry)
        self._matches = Count("monitor_matches", "Matches of rules with new articles.", registry=registry)
        self._problems = Count("monitor_problems", "Entries and records that could not be read.", registry=registry)
        self._attempts = Count(
            "monitor_delivery_attempts",
            "Tries to deliver, by channel and outcome.",
            ["channel", "outcome"],
            registry=registry,
        )
        self._latency = Histogram(
            "monitor_delivery_latency_seconds",
            "From when the news could be known to when the peer accepted it, of messages that go at once.",
            ["channel"],
            buckets=_LATENCIES,
            registry=registry,
        )
        self._store_up = Gauge("monitor_store_up", "Whether the store answered just now.", registry=registry)
        self._rules = Gauge(
            "monitor_rules",
            "Rules in force, and rules whose newest version did not load.",
            ["state"],
            registry=registry,
        )
        self._sources = Gauge("monitor_sources", "Sources by how they fare.", ["state"], registry=registry)
        self._pending = Gauge("monitor_outbox_pending", "Deliveries that wait.", registry=registry)
        self._age = Gauge("monitor_outbox_age_seconds", "Age of the oldest delivery that waits.", registry=registry)
        self._overdue = Gauge(
            "monitor_outbox_overdue_seconds",
            "How long the delivery that is due longest has been due.",
            registry=registry,
        )
        self._dead = Gauge("monitor_dead_letters", "Deliveries that were given up.", registry=registry)
        self._start_at_zero()

    def count_polls(self, polled: Collection[Stored]) -> None:
        """What polls brought."""
        for stored in polled:
            is_new = stored.articles or stored.waiting
            self._polls.labels("failed" if stored.error else "new" if is_new else "nothing_new").inc()
        self.count_pages(polled)

    def count_pages(self, read: Iterable[Stored]) -> None:
        """What the pages behind teasers brought."""
        for stored in read:
            self._articles.inc(len(stored.articles))
            self._matches.inc(len(stored.matches))
            self._problems.inc(len(stored.problems))

    def count_deliveries(self, sent: Iterable[Sent]) -> None:
        """What attempts came to."""
        for each in sent:
            self._attempts.labels(each.channel, "failed" if each.error else "accepted").inc()
            if each.latency is not None:
                self._latency.labels(each.channel).observe(each.latency.total_seconds())

    async def expose(self, store: Store, plan: Plan, rules: int, now: datetime) -> None:
        """Set the gauges; those of a store that does not answer stay away."""
        self._rules.labels("live").set(rules)
        try:
            async with store.transaction() as tx:
                states = await tx.list_poll_states()
                outbox = await tx.measure_outbox(now)
                broken = len(await tx.list_rule_states())
        except StoreError:
            self._store_up.set(0)
            return
        self._store_up.set(1)
        self._rules.labels("broken").set(broken)
        self._set_sources(states, plan, now)
        self._set_outbox(outbox)

    def write(self, accept: str) -> tuple[bytes, str]:
        """All of it in the format that was asked for, and the name of that format."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def _set_sources(self, states: Iterable[PollState], plan: Plan, now: datetime) -> None:
        known = {state.source: state for state in states}
        found = Counter(_state_of(known.get(source), now) for source in plan.sources)
        for name in _SOURCE_STATES:
            self._sources.labels(name).set(found[name])

    def _set_outbox(self, outbox: OutboxState) -> None:
        self._pending.set(outbox.pending)
        self._dead.set(outbox.dead)
        self._age.set(outbox.age.total_seconds())
        self._overdue.set(outbox.overdue.total_seconds())

    def _start_at_zero(self) -> None:
        """A series that begins with its first failure hides that failure from `rate`."""
        for outcome in _POLL_OUTCOMES:
            self._polls.labels(outcome)
        for channel in get_args(ChannelKind):
            self._latency.labels(channel)
            for outcome in ("accepted", "failed"):
                self._attempts.labels(channel, outcome)


def _state_of(state: PollState | None, now: datetime) -> str:
    if state is None or state.last_polled_at is None:
        return "new"
    if state.failures:
        return "failing"
    return "ok" if find_silence(state, now) is None else "quiet"
