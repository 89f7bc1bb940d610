"""From publication to the receiver, on a virtual clock with real servers: what a `now` route promises."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.app import World, open_pipeline
from monitor.config.project import load_project
from monitor.live import Live
from monitor.web.metrics import Meters
from tests.flow.newsroom import Newsroom, open_newsroom

SECOND = timedelta(seconds=1)
INTERVAL, HOLD, REST = timedelta(minutes=1), timedelta(minutes=2), timedelta(seconds=2)
# The date of publication that the newsroom's feed gives.
PUBLISHED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_BODY = "The river Orsa flooded the mill quarter in the night, and the fire brigade took forty people out by boat."
_CONFIG = """version: 1
sources:
  gazette: {{feed: "{url}/feed.xml", every: 1m, language: en, full_text: never}}
subscribers:
  ana: {{email: ana@example.org}}
  system: {{webhook: {{url: "env:SYSTEM_URL", secret: "env:SYSTEM_SECRET"}}}}
routes:
  - when: {{rules: ["river-*"]}}
    to: [ana, system]
    send: {{now: true, hold: 2m}}
"""


@pytest.mark.parametrize("first_poll", [1, 23, 59])
def test_what_is_published_now_is_at_the_receiver_within_a_poll_interval_its_hold_and_two_seconds(
    first_poll: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asyncio.run(_publish_and_wait(tmp_path, PUBLISHED - first_poll * SECOND))


async def _publish_and_wait(directory: Path, begin: datetime) -> None:
    async with open_newsroom(directory) as newsroom:
        config = directory / "config" / "newsroom.yaml"
        config.write_text(_CONFIG.format(url=newsroom.site.url), encoding="utf-8")
        project = load_project(Path("config"), Path("rules"), newsroom.environment)
        clock = _Clock(begin)
        world = World(clock=lambda: clock.now, jitter=lambda: 0.0, processes=0)
        async with open_pipeline(project, directory / "data", world) as (ports, plan):
            live = Live(project, ports, plan, directory / "data")
            await live.start()
            meters = Meters()
            arrived = await _tick(newsroom, live, clock, meters)
        assert arrived is not None
        assert PUBLISHED + HOLD <= arrived <= PUBLISHED + INTERVAL + HOLD + REST
        _check_metric(meters)


def _check_metric(meters: Meters) -> None:
    """What a monitoring system reads of the e-mail and of the webhook."""
    text = meters.write("")[0].decode()
    (family,) = [
        each for each in text_string_to_metric_families(text) if each.name == "monitor_delivery_latency_seconds"
    ]
    found = {(sample.name, *sorted(sample.labels.values())): sample.value for sample in family.samples}
    for channel in ("email", "webhook"):
        assert HOLD <= timedelta(seconds=found[f"{family.name}_sum", channel]) <= INTERVAL + HOLD + REST
    assert [found[f"{family.name}_count", channel] for channel in ("email", "slack", "webhook")] == [1, 0, 1]
    # Of the buckets, those from the end of the poll interval and the hold on.
    assert found[f"{family.name}_bucket", "300.0", "email"] == 1
    assert found[f"{family.name}_bucket", "90.0", "email"] == 0


class _Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now


async def _tick(newsroom: Newsroom, live: Live, clock: _Clock, meters: Meters) -> datetime | None:
    """Each second what the running service does; the moment at which the last receiver has the message."""
    while clock.now < PUBLISHED + INTERVAL + HOLD + 10 * SECOND:
        if clock.now == PUBLISHED:
            newsroom.publish("1", "Orsa floods the mill quarter", _BODY)
        await live.poll()
        await live.compose()
        for channel in live.ports.channels:
            meters.count_deliveries(await live.deliver(channel))
        mails, _, webhooks = newsroom.messages()
        if mails and webhooks:
            return clock.now
        clock.now += SECOND
    return None
