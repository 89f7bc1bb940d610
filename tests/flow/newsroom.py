"""A small newsroom for tests of the whole service: a project as an operator writes it, with servers around it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from monitor.demo.servers import SampleSite, SlackDouble, SmtpSink, WebhookReceiver

CHECKOUT = Path(__file__).parents[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
# Long enough for a slow machine; nothing waits for it unless something is broken.
PATIENCE = 60

_RULES = """
version: 1
concepts:
  flood: {terms: {en: ["flood*", dam burst]}}
rules:
  river-floods:
    title: Floods on the Orsa
    why: The desk covers the river.
    severity: high
    match: {all: [{concept: flood}, Orsa]}
    tests:
      - hit: The Orsa flooded two villages.
      - miss: The Orsa is low this summer.
"""

_CONFIG = """
version: 1
sources:
  gazette:
    feed: "{feed}"
    every: 1s
    language: en
    full_text: {full_text}
    alert_backlog: {alert_backlog}
subscribers:
  ana: {{email: ana@example.org, timezone: Asia/Yerevan}}
  desk: {{slack: {{webhook: "env:DESK_SLACK_URL"}}}}
  system: {{webhook: {{url: "env:SYSTEM_URL", secret: "env:SYSTEM_SECRET"}}}}
routes:
  - when: {{rules: ["river-*"]}}
    to: [{to}]
    send: {{now: true}}
"""


@dataclass
class Newsroom:
    """Running servers, a project on disk, and the service as a process."""

    directory: Path
    site: SampleSite
    sink: SmtpSink
    slack: SlackDouble
    receiver: WebhookReceiver
    database: str = "sqlite"
    entries: list[tuple[str, str, str]] = field(default_factory=list)

    def publish(self, guid: str, title: str, body: str, page: str | None = None) -> None:
        """Add an entry to the feed, and the page that it leads to."""
        self.entries.insert(0, (guid, title, body))
        self.site.put("/feed.xml", _feed(self.entries, self.site.url if page else "https://gazette.example.org"))
        if page:
            html = f"<!doctype html><title>{escape(title)}</title><article><h1>{escape(title)}</h1>{page}</article>"
            self.site.put(f"/{guid}", html.encode(), "text/html")

    def publish_at(self, path: str, *entries: tuple[str, str, str]) -> None:
        """The whole feed of another source: for each entry its guid, title and body."""
        self.site.put(path, _feed(entries, "https://elsewhere.example.org"))

    def write_project(
        self, *, to: str = "ana, desk, system", alert_backlog: bool = False, full_text: str = "never"
    ) -> None:
        """The files an operator would write."""
        for name, text in {
            "rules/floods.yaml": _RULES,
            "config/newsroom.yaml": _CONFIG.format(
                feed=f"{self.site.url}/feed.xml",
                to=to,
                alert_backlog=str(alert_backlog).lower(),
                full_text=full_text,
            ),
            "config/monitor.yaml": "poll: {minimum: 1s, gap: 0s}\n",
        }.items():
            path = self.directory / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """What the service is started with."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(CHECKOUT),
            "MONITOR_DATABASE": self.database,
            "MONITOR_ALLOW_PRIVATE": "127.0.0.1/32",
            "MONITOR_SMTP__HOST": "127.0.0.1",
            "MONITOR_SMTP__PORT": str(self.sink.port),
            "MONITOR_WEB__PORT": "0",
            "DESK_SLACK_URL": f"{self.slack.url}/services/T0/B0/secret",
            "SYSTEM_URL": f"{self.receiver.url}/alerts",
            "SYSTEM_SECRET": SECRET,
        }

    async def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> asyncio.subprocess.Process:
        """A command of the service as a process, started in the project's directory."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=self.directory,
            env={**self.environment, **(environment or {})},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def wait_for_messages(self, count: int) -> None:
        """Until each subscriber has got so many messages in all."""
        await asyncio.wait_for(
            asyncio.gather(*(server.wait_for(count) for server in (self.sink, self.slack, self.receiver))), PATIENCE
        )

    def messages(self) -> tuple[int, int, int]:
        """How many messages each subscriber has got: by e-mail, in Slack, by webhook."""
        return len(self.sink.messages), len(self.slack.requests), len(self.receiver.requests)


@asynccontextmanager
async def open_newsroom(directory: Path, database: str = "sqlite") -> AsyncIterator[Newsroom]:
    """Servers that run until the end of the block, and a project in `directory`."""
    async with (
        SampleSite({"/feed.xml": _feed((), "")}) as site,
        SmtpSink() as sink,
        SlackDouble() as slack,
        WebhookReceiver() as receiver,
    ):
        newsroom = Newsroom(directory, site, sink, slack, receiver, database)
        newsroom.write_project()
        yield newsroom


async def stop(process: asyncio.subprocess.Process) -> str:
    """Ask a service to stop as container engines do; what it logged."""
    process.send_signal(signal.SIGTERM)
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, log.decode()
    return log.decode()


def _feed(entries: Sequence[tuple[str, str, str]], site: str) -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{escape(guid)}</guid><title>{escape(title)}</title>"
        f"<link>{site}/{escape(guid)}</link>"
        f"<pubDate>Mon, 02 Mar 2026 09:00:00 GMT</pubDate><description>{escape(body)}</description></item>"
        for guid, title, body in entries
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Gazette</title>{items}</channel></rss>".encode()
