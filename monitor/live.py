"""What the running service works with at this moment: swapped whole, between two batches, when its files change.

A step takes the ports and the plan once and keeps them to its end, so no batch ever sees half of a change. What the
files come to is decided in monitor.config.reload.
"""

import asyncio
import gc
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import structlog

from monitor.config.assembly import Config
from monitor.config.changes import Stamp
from monitor.config.last_good import read_last_good, write_last_good
from monitor.config.project import SoundProject
from monitor.config.reload import LiveProject, reload_project, start_project
from monitor.config.settings import Settings
from monitor.errors import Problem
from monitor.match.live import LiveMatcher, compare_rules, keep_since
from monitor.model import Bounce, ChannelKind, Digest, EntryKey, Retention, RuleId, SourceId
from monitor.pipeline import (
    Plan,
    Ports,
    Sent,
    Stored,
    compose_due,
    deliver_channel,
    enable_changed,
    mend_poll_times,
    plan_windows,
    poll_due,
    purge_old,
    read_bounces,
    read_pages,
    report_strangers,
    save_usage,
    tell_operators,
)
from monitor.ports import Matcher

# So that the service can stop between two rounds.
_TURN = timedelta(seconds=1)
_MOST_NAMED = 20

_log = structlog.get_logger()


def create_plan(config: Config, settings: Settings) -> Plan:
    """What the configuration asks for, by id; a paused source is left out."""
    return Plan(
        sources={source.id: source for source in config.sources if not source.paused},
        subscribers=config.subscribers,
        routes=config.routes,
        operators=config.operators,
        silences=config.silences,
        concurrency=settings.poll.concurrency,
        retention=Retention(
            raw=settings.retention.raw, bodies=settings.retention.bodies, metadata=settings.retention.metadata
        ),
        rates=settings.rates.by_channel(),
    )


class Live:
    """The present ports and plan, the steps on them, and the step that takes up changed files.

    One that `follows` leaves it to the service proper to write down what a change comes to.
    """

    def __init__(self, project: SoundProject, ports: Ports, plan: Plan, data: Path, *, follows: bool = False) -> None:
        self._data = data
        self._follows = follows
        self._project = start_project(project, ports.clock(), read_last_good(data))
        self.ports = replace(ports, matcher=LiveMatcher(self._project.rules)) if project.rules.problems else ports
        self.plan = plan
        self._busy: set[SourceId] = set()
        self._pages: set[tuple[SourceId, EntryKey]] = set()
        self._slow: set[RuleId] = set()
        self._files = project.files
        self._taken_up = self._seen = project.stamp

    async def start(self) -> None:
        """Write down which rules are broken, if any and since when, and make new sources due."""
        async with self.ports.store.transaction() as tx:
            rules = keep_since(self._project.rules, await tx.list_rule_states())
        self._project = replace(self._project, rules=rules)
        await self._commit(self._project, self.plan)
        _report_rules(self._project)
        spare_collector()

    async def purge(self) -> Mapping[str, int]:
        """See monitor.pipeline."""
        return await purge_old(self.ports, self.plan)

    async def poll(self) -> tuple[Stored, ...]:
        """See monitor.pipeline."""
        return await poll_due(self.ports, self.plan, self._busy)

    async def read_pages(self) -> tuple[Stored, ...]:
        """See monitor.pipeline."""
        return await read_pages(self.ports, self.plan, self._pages)

    async def compose(self) -> tuple[Digest, ...]:
        """See monitor.pipeline."""
        return await compose_due(self.ports, self.plan)

    async def read_bounces(self) -> tuple[Bounce, ...]:
        """See monitor.pipeline."""
        return await read_bounces(self.ports, self.plan)

    async def tell_operators(self) -> tuple[Digest, ...]:
        """See monitor.pipeline."""
        return await tell_operators(self.ports, self.plan)

    async def deliver(self, channel: ChannelKind) -> tuple[Sent, ...]:
        """Rounds of a channel for as long as there is anything due and the next tick has not come."""
        until = self.ports.clock() + _TURN
        sent: list[Sent] = []
        while outcomes := await deliver_channel(self.ports, self.plan, channel):
            sent += outcomes
            if self.ports.clock() >= until:
                break
        return tuple(sent)

    async def save_usage(self) -> None:
        """Write down what the rules have cost since the last time, and name slow ones, each once."""
        await save_usage(self.ports)
        async with self.ports.store.transaction() as tx:
            slow = {usage.rule for usage in await tx.list_rule_usage() if usage.is_slow}
        if slow - self._slow:
            _log.warning("slow rules", rules=sorted(slow - self._slow), see="monitor rules stats")
        self._slow = slow

    async def reload(self) -> None:
        """Take up changed files once they have been quiet for a tick: somebody may be in the middle of saving them."""
        stamp = await asyncio.to_thread(self._files.stamp)
        if stamp not in (self._seen, self._taken_up):
            self._seen = stamp
        elif stamp != self._taken_up:
            await self._take_up(stamp)

    async def _take_up(self, stamp: Stamp) -> None:
        before = self._project
        try:
            project, matcher = await asyncio.to_thread(self._read)
        except Exception:  # noqa: BLE001 - logged whole, once; what was live stays so
            _log.exception("reload crashed")
            self._taken_up = stamp
            return
        plan = create_plan(project.config, project.settings)
        if not self._follows:
            await self._commit(project, plan)
            await mend_poll_times(self.ports, plan)
            await save_usage(self.ports)
        self.ports, self.plan = replace(self.ports, matcher=matcher), plan
        self._project, self._taken_up = project, stamp
        self._report(before, project)
        spare_collector()

    def _read(self) -> tuple[LiveProject, Matcher]:
        project = reload_project(self._project, self._files, self.ports.clock())
        if project.rules is self._project.rules:
            return project, self.ports.matcher
        return project, LiveMatcher(project.rules)

    async def _commit(self, project: LiveProject, plan: Plan) -> None:
        async with self.ports.store.transaction() as tx:
            await tx.sync_sources(plan.sources, self.ports.clock())
            await plan_windows(tx, plan, self.ports.clock())
            await enable_changed(tx, plan)
            await report_strangers(tx, plan, self.ports.clock())
            await tx.save_rule_states(project.rules.broken)
        try:
            await asyncio.to_thread(write_last_good, self._data, project.rules.sound_texts)
        except OSError as error:
            _log.warning("last good rules not kept", error=error.strerror)

    def _report(self, before: LiveProject, after: LiveProject) -> None:
        """What is wrong is said once for each change of it."""
        if after.rule_errors != before.rule_errors:
            _report_rules(after)
        if after.config_errors and after.config_errors != before.config_errors:
            _log.error("configuration not loaded", problems=_texts_of(after.config_errors))
        if after.waiting and after.waiting != before.waiting:
            _log.warning("settings wait for a restart", settings=list(after.waiting))
        changes = compare_rules(before.rules, after.rules)
        if changes.gone:
            _log.warning("rules gone", rules=_some_of(changes.gone))
        named = {"new": _some_of(changes.new), "changed": _some_of(changes.changed)}
        plan, rules = self.plan, self.ports.matcher.rules
        _log.info(
            "reloaded",
            sources=len(plan.sources),
            subscribers=len(plan.subscribers),
            rules=len(rules),
            compiled=after.rules is not before.rules,
            **{name: rules_of for name, rules_of in named.items() if rules_of},
        )


def spare_collector() -> None:
    """What is loaded by now stays. Looking through it for garbage over and over would cost a quarter of delivering."""
    gc.unfreeze()  # what a reload has replaced may go
    gc.collect()
    gc.freeze()


def _report_rules(project: LiveProject) -> None:
    if project.rule_errors:
        kept = [state.rule for state in project.rules.broken if state.version is not None]
        _log.error("rules not loaded", problems=_texts_of(project.rule_errors), still_live=kept or None)


def _some_of(rules: Sequence[RuleId]) -> list[str]:
    """So many that a line of the log stays readable, and how many more there are."""
    left = len(rules) - _MOST_NAMED
    return [*rules[:_MOST_NAMED], *([f"{left} more"] if left > 0 else [])]


def _texts_of(problems: Sequence[Problem]) -> list[str]:
    return [str(problem) for problem in problems]
