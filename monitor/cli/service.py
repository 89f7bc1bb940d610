"""`run`, `web`, `digest`, `send-test` and `doctor`: the service itself, and questions to it."""

import asyncio
import os
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from monitor.app import find_links, has_store, open_existing_store, open_pipeline, open_store, open_templates
from monitor.cli.message_text import mail_text
from monitor.cli.options import (
    CONFIG,
    DATA,
    RULES,
    ConfigOption,
    DataOption,
    RulesOption,
    print_problems,
    printable,
)
from monitor.clock import utc_now
from monitor.config.files import reason_of
from monitor.config.project import SoundProject, load_project
from monitor.config.settings import Settings, load_settings
from monitor.errors import InputError
from monitor.live import create_plan
from monitor.model import RuleState, Subscriber, SubscriberId
from monitor.pipeline import Sent, preview_digest, send_trial
from monitor.render.documents import instant
from monitor.render.email import render_email
from monitor.service import SERVICE, run_pages, run_service
from monitor.text.suggest import did_you_mean

SubscriberArgument = Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="As named in the configuration.")]

_ALIVE = timedelta(minutes=2)


def run(
    once: Annotated[bool, typer.Option("--once", help="One pass over everything that is due, then stop.")] = False,
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    data: DataOption = DATA,
) -> None:
    """Run the service until SIGTERM or Ctrl-C: poll, match, route, deliver, and serve the pages.

    Example: `monitor run --config config --rules rules --data data`
    """
    project = _load(config, rules, data)
    with suppress(KeyboardInterrupt):
        asyncio.run(run_service(project, data, once=once))


def web(config: ConfigOption = CONFIG, rules: RulesOption = RULES, data: DataOption = DATA) -> None:
    """Serve the pages of subscribers alone, beside a `monitor run` on the same database; `monitor run` has them too.

    Example: `monitor web --config config --data data`
    """
    project = _load(config, rules, data)
    with suppress(KeyboardInterrupt):
        asyncio.run(run_pages(project, data))


def digest(
    subscriber: SubscriberArgument,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the e-mail (.eml) here.")] = None,
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    data: DataOption = DATA,
) -> None:
    """Preview what waits for a subscriber: the next digest as it stands, sent to nobody.

    Example: `monitor digest ana --out ana.eml`
    """
    project = _load(config, rules, data, strict=False)
    message = asyncio.run(_preview(project, data, _find_subscriber(project, subscriber)))
    if message is None:
        print(f'nothing waits for "{subscriber}"')
    elif out is None:
        print(mail_text(message))
    else:
        _write(out, message)
        print(f"wrote {out}")


def send_test(
    subscriber: SubscriberArgument,
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    data: DataOption = DATA,
) -> None:
    """Send a subscriber a message marked as a test by each of their channels, and say what the other side answered.

    Example: `monitor send-test desk`
    """
    project = _load(config, rules, data)
    outcomes = asyncio.run(_send_trial(project, data, _find_subscriber(project, subscriber)))
    for sent in outcomes:
        print(f"{sent.channel}: {printable(sent.error or 'accepted')}")
    if any(sent.error for sent in outcomes):
        raise typer.Exit(1)


def doctor(config: ConfigOption = CONFIG, data: DataOption = DATA) -> None:
    """Say whether the service is alive: its database answers, and its last sign of life is fresh.

    Rules whose newest version did not load are named; they do not make the service unwell.

    Example: `monitor doctor --data data`
    """
    settings = load_settings(config, os.environ, strict=False)
    seen_at, broken = asyncio.run(_examine(settings, data))
    if seen_at is None:
        raise InputError(
            'the service has never run on this data, other than with --once at best: start it with "monitor run"'
        )
    age = utc_now() - seen_at
    if age > _ALIVE:
        raise InputError(f"the service gave its last sign of life at {instant(seen_at)}")
    if age < -_ALIVE:
        raise InputError(f"the service's last sign of life, {instant(seen_at)}, lies ahead: was the clock set back?")
    print(f"alive: last sign of life {age.total_seconds():.0f} s ago")
    for state in broken:
        print(printable(_tell(state)))


def _load(config: Path, rules: Path, data: Path, *, strict: bool = True) -> SoundProject:
    project = load_project(config, rules, os.environ, strict=strict, cache=data / "cache")
    print_problems(project.warnings)
    return project


def _find_subscriber(project: SoundProject, asked: str) -> Subscriber:
    known = project.config.subscribers
    if asked not in known:
        raise InputError(f'no subscriber "{asked}"{did_you_mean(asked, known)}')
    return known[SubscriberId(asked)]


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise InputError(f'"{file}" cannot be written: {reason_of(error)}') from error


async def _preview(project: SoundProject, data: Path, subscriber: Subscriber) -> bytes | None:
    async with open_existing_store(project.settings, data) as store:
        plan = create_plan(project.config, project.settings)
        found = await preview_digest(store, plan, subscriber, utc_now())
    if found is None:
        return None
    return render_email(
        found,
        subscriber,
        sender=project.settings.sender,
        pages=find_links(project.settings, data),
        templates=open_templates(project.files.config),
    )


async def _send_trial(project: SoundProject, data: Path, subscriber: Subscriber) -> tuple[Sent, ...]:
    async with open_pipeline(project, data) as (ports, _):
        return await send_trial(ports, subscriber)


async def _examine(settings: Settings, data: Path) -> tuple[datetime | None, tuple[RuleState, ...]]:
    if not has_store(settings, data):
        return None, ()
    async with open_store(settings, data) as store, store.transaction() as tx:
        return await tx.find_beat(SERVICE), await tx.list_rule_states()


def _tell(state: RuleState) -> str:
    live = f"version {state.version[:8]} stays live" if state.version else "no version of it is live"
    return f'rule "{state.rule}" has not loaded since {instant(state.since)}, {live}:\n{state.problem}'
