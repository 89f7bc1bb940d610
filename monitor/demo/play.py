"""The whole way once, offline: real servers on loopback, the shipped samples, and an account of what happened.

Nothing here is a stand-in for the service: it runs the same pipeline on the same adapters as `monitor run`, with the
addresses of the loopback servers in the environment that the shipped configuration refers to.
"""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from monitor.app import World, open_pipeline
from monitor.config.project import SoundProject, load_project
from monitor.demo.servers import Mail, Received, SampleSite, SlackDouble, SmtpSink, WebhookReceiver
from monitor.errors import Problem
from monitor.model import Article, Digest, Source, SourceId
from monitor.pipeline import (
    Plan,
    Ports,
    Sent,
    Stored,
    compose_due,
    deliver_due,
    import_slices,
    poll_due,
    register_sources,
)
from monitor.samples import samples_directory

# Known to everybody, as this source is public: it signs what loopback servers send each other.
_WEBHOOK_SECRET = "whsec_" + b64encode(b"a secret for the demonstration").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the demo did. `files` are what a person may open, by what they are."""

    polled: tuple[Stored, ...]
    imported: tuple[Stored, ...]
    digests: tuple[Digest, ...]
    sent: tuple[Sent, ...]
    files: tuple[tuple[str, Path], ...]
    slack: tuple[dict[str, Any], ...]
    signatures: tuple[bool, ...]

    @property
    def articles(self) -> tuple[Article, ...]:
        """Those that were new."""
        return tuple(article for stored in (*self.polled, *self.imported) for article in stored.articles)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read."""
        return tuple(problem for stored in (*self.polled, *self.imported) for problem in stored.problems)

    @property
    def stories(self) -> int:
        """How many stories the new articles tell."""
        return len({story for stored in (*self.polled, *self.imported) for story in stored.stories.values()})


async def play_demo(directory: Path, world: World | None = None) -> Account:
    """Serve, poll, import, match, send. State is kept below `directory`: a second time there sends nothing new."""
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(SampleSite(samples_directory("seeds")))
        sink = await stack.enter_async_context(SmtpSink())
        slack = await stack.enter_async_context(SlackDouble())
        receiver = await stack.enter_async_context(WebhookReceiver())
        environment = {
            "MONITOR_DATABASE": "sqlite",
            "MONITOR_ALLOW_PRIVATE": "127.0.0.1/32",
            "MONITOR_SMTP__HOST": "127.0.0.1",
            "MONITOR_SMTP__PORT": str(sink.port),
            "SAMPLE_FEED_URL": f"{site.url}/feed.xml",
            "DESK_SLACK_URL": f"{slack.url}/services/demo",
            "ARCHIVE_WEBHOOK_URL": f"{receiver.url}/alerts",
            "ARCHIVE_WEBHOOK_SECRET": _WEBHOOK_SECRET,
        }
        project = _load_samples(environment)
        polled, imported, digests, sent = await _run(project, directory / "data", world)
        files = _keep(directory, sink.messages, slack.messages, receiver.requests)
        return Account(
            polled=polled,
            imported=imported,
            digests=digests,
            sent=sent,
            files=files,
            slack=slack.messages,
            signatures=tuple(is_signed(request, _WEBHOOK_SECRET) for request in receiver.requests),
        )


def _load_samples(environment: Mapping[str, str]) -> SoundProject:
    """The shipped project; settings of the place where the demo is started stay out of it."""
    config = samples_directory("config")
    return load_project(config, samples_directory("rules"), environment, dotenv_file=config / ".env")


def is_signed(request: Received, secret: str) -> bool:
    """Whether a receiver of Standard Webhooks would trust a request: computed here as a receiver does."""
    key = b64decode(secret.removeprefix("whsec_"))
    signed = b".".join(
        (request.headers["webhook-id"].encode(), request.headers["webhook-timestamp"].encode(), request.body)
    )
    expected = "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()
    given = request.headers["webhook-signature"].split()
    return any(hmac.compare_digest(expected, signature) for signature in given)


async def _run(
    project: SoundProject, data: Path, world: World | None
) -> tuple[tuple[Stored, ...], tuple[Stored, ...], tuple[Digest, ...], tuple[Sent, ...]]:
    async with open_pipeline(project, data, world) as (ports, plan):
        await register_sources(ports, plan)
        await _make_due(ports)
        polled = await poll_due(ports, plan)
        imported = await _import_seeds(ports, plan)
        digests = await compose_due(ports, plan)
        sent: list[Sent] = []
        while outcomes := await deliver_due(ports, plan):
            sent += outcomes
        return polled, imported, digests, tuple(sent)


async def _make_due(ports: Ports) -> None:
    """A second demo in one directory polls again at once; a service would keep to the interval."""
    async with ports.store.transaction() as tx:
        for state in await tx.list_poll_states():
            await tx.save_poll_state(replace(state, next_poll_at=ports.clock()))


async def _import_seeds(ports: Ports, plan: Plan) -> tuple[Stored, ...]:
    source = Source(id=SourceId("seeds"), kind="archive", address=str(samples_directory("seeds")))
    slices = ports.archives.list_slices(source)
    return tuple([stored async for stored in import_slices(ports, plan, source, slices, alerting=True)])


def _keep(
    directory: Path,
    mails: Sequence[Mail],
    slack: Sequence[dict[str, Any]],
    webhooks: Sequence[Received],
) -> tuple[tuple[str, Path], ...]:
    """Write what arrived to files, numbered on from those of an earlier demo in the same directory."""
    outbox = directory / "received"
    outbox.mkdir(parents=True, exist_ok=True)
    kept: list[tuple[str, Path]] = []
    contents: list[tuple[str, str, bytes]] = []
    for mail in mails:
        contents += [("e-mail", ".eml", mail.data), ("e-mail as a page", ".html", _html_of(mail))]
    contents += [("Slack message", ".slack.json", _pretty(message)) for message in slack]
    contents += [("webhook body", ".webhook.json", _pretty(json.loads(request.body))) for request in webhooks]
    for name, suffix, content in contents:
        path = outbox / f"{len(list(outbox.glob(f'*[0-9]{suffix}'))) + 1}{suffix}"
        path.write_bytes(content)
        kept.append((name, path))
    return tuple(kept)


def _html_of(mail: Mail) -> bytes:
    message = message_from_bytes(mail.data, policy=policy.default)
    part = message.get_body(("html",))
    return b"" if part is None else str(part.get_content()).encode()


def _pretty(document: Any) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=False).encode()
