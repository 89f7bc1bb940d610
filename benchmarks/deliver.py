"""What delivering costs, beside bare loops over the libraries below it that send the same bytes.

    python -m benchmarks.deliver                    e-mail, webhooks, rendering, claims
    python -m benchmarks.deliver email webhook      some of them
    python -m benchmarks.deliver --rounds 3

Servers on loopback, processes of their own, take everything. Ours is the whole way of a message from the outbox and
back: claim, look up the address, send, record the attempt. Rounds of ours and of the bare loop take turns, so that
what else the machine does meets both; compare the ratios, not the rates. A bare loop has its messages ready in memory,
webhooks signed beforehand, and each of them in bytes of its own as in an outbox: the same object sent over and over
would stay in the processor's cache.
"""

import argparse
import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from statistics import median
from time import perf_counter, process_time
from zoneinfo import ZoneInfo

import aiohttp
import aiosmtplib
import structlog

from benchmarks.outbox import NOW, SECRET, create_database, fill, make_digest, open_service, start_postgres
from benchmarks.sinks import start_sink
from monitor.deliver.webhook import sign
from monitor.live import spare_collector
from monitor.model import ChannelKind, Digest, EmailAddress, Subscriber, SubscriberId
from monitor.pipeline import Plan, Ports, deliver_channel
from monitor.ports import Claim
from monitor.render.email import render_email
from monitor.render.slack import render_slack
from monitor.render.webhook import render_webhook

_PARTS = ("email", "webhook", "render", "claim")
_MESSAGES = 400
# As many as ours, for those who send side by side.
_AT_ONCE: Mapping[ChannelKind, int] = {"email": 4, "webhook": 50}
_AIMS: Mapping[ChannelKind, float] = {"email": 0.6, "webhook": 0.5}
_STORIES_SENT = (1, 25)
_STORIES_RENDERED = 100
_RENDERINGS = 15
_PENDING = (1_000, 100_000)
_BATCH = 20
_CLAIMS = 50

Send = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Message:
    """One that is ready to be sent."""

    subscriber: SubscriberId
    payload: bytes
    headers: Mapping[str, str]


@dataclass
class Race:
    """Seconds of each round: of CPU, and by the clock on the wall."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    async def run(self, send: Send) -> None:
        """One round more."""
        cpu, wall = process_time(), perf_counter()
        await send()
        self.cpu.append(process_time() - cpu)
        self.wall.append(perf_counter() - wall)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deliver", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(_PARTS)}; default all")
    parser.add_argument("--rounds", type=int, default=7, help="of each engine in turn (default 7)")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(_PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(_PARTS)}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parts = options.parts or _PARTS
    if "render" in parts:
        print_rendering()
    with start_postgres() as postgres:
        for server in (None, *([postgres] if postgres else [])):
            name = "PostgreSQL" if server else "SQLite"
            for channel in (part for part in _AIMS if part in parts):
                for stories in _STORIES_SENT:
                    asyncio.run(compare(channel, stories, name, create_database(server), options.rounds))
            if "claim" in parts:
                asyncio.run(print_claims(name, create_database(server)))


async def compare(channel: ChannelKind, stories: int, name: str, database: str, rounds: int) -> None:
    """Rounds of ours and of the bare loops in turn, and a line with what they took."""
    ours, bare = Race(), {at_once: Race() for at_once in (1, _AT_ONCE[channel])}
    with start_sink(channel) as port:
        async with open_service(database, port=port, subscribers=_MESSAGES) as (ports, plan):
            spare_collector()  # as the service does; it meets all alike
            subscribers = list(plan.subscribers.values())
            payload = ports.channels[channel].render(make_digest(stories, subscribers[0].id), subscribers[0])
            messages = make_messages(subscribers, payload)
            send = partial(deliver_all, ports, plan, channel)
            await fill(ports.store, subscribers, channel, payload, 0)
            await send()  # not counted: everything is loaded and connected
            for number in range(rounds):
                await fill(ports.store, subscribers, channel, payload, number + 1)
                for at_once, race in bare.items():
                    await race.run(partial(_BARE[channel], port, messages, at_once))
                await ours.run(send)
    print(f"{channel}, {len(payload) / 1000:.0f} KB, {name}, aim {_AIMS[channel]}:", flush=True)
    for at_once, race in bare.items():
        print(f"  beside a bare loop, {at_once} at once: {write_race(ours, race)}", flush=True)


async def deliver_all(ports: Ports, plan: Plan, channel: ChannelKind) -> None:
    """Ours: until the outbox is empty."""
    sent = 0
    while outcomes := await deliver_channel(ports, plan, channel):
        sent += len(outcomes)
        assert not any(outcome.error for outcome in outcomes), outcomes
    assert sent == _MESSAGES


async def send_mails(port: int, messages: Sequence[Message], at_once: int) -> None:
    """aiosmtplib alone, on so many connections."""
    waiting = iter(messages)

    async def work() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) as client:
            for message in waiting:
                await client.sendmail("monitor@localhost", [f"{message.subscriber}@example.org"], message.payload)

    await asyncio.gather(*(work() for _ in range(at_once)))


async def post_events(port: int, messages: Sequence[Message], at_once: int) -> None:
    """aiohttp alone, so many requests at once, its connections kept."""
    waiting = iter(messages)

    async def work(session: aiohttp.ClientSession) -> None:
        for message in waiting:
            url = f"http://127.0.0.1:{port}/in/{message.subscriber}"
            async with session.post(url, data=message.payload, headers=message.headers) as response:
                await response.read()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(work(session) for _ in range(at_once)))


_BARE: Mapping[ChannelKind, Callable[[int, Sequence[Message], int], Awaitable[None]]] = {
    "email": send_mails,
    "webhook": post_events,
}


def make_messages(subscribers: Sequence[Subscriber], payload: bytes) -> list[Message]:
    """What the bare loops send: a copy for each subscriber, with the headers of a webhook."""
    return [_make_message(f"{number:032x}", subscriber, payload) for number, subscriber in enumerate(subscribers)]


def _make_message(message_id: str, subscriber: Subscriber, payload: bytes) -> Message:
    timestamp = int(NOW.timestamp())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(SECRET, message_id, timestamp, payload),
    }
    return Message(subscriber.id, bytes(bytearray(payload)), headers)


def write_race(ours: Race, bare: Race) -> str:
    """Messages a second by the median round, and the median of the ratios within each."""
    parts = []
    for measure in ("cpu", "wall"):
        mine, theirs = getattr(ours, measure), getattr(bare, measure)
        ratio = median(other / own for own, other in zip(mine, theirs, strict=True))
        rates = f"{_MESSAGES / median(mine):,.0f}/s of {_MESSAGES / median(theirs):,.0f}/s"
        parts.append(f"{measure} {ratio:.2f} ({rates})")
    return ", ".join(parts)


def print_rendering() -> None:
    """Milliseconds of CPU for a digest of a hundred stories, and for digests of one of them each: none is rendered
    twice in a row, which would find its sentences known.
    """
    subscriber = Subscriber(
        id=SubscriberId("s0"), addresses=(EmailAddress(address="s0@example.org"),), timezone=ZoneInfo("UTC")
    )
    renderers: dict[str, Callable[[Digest], bytes]] = {
        "email": lambda digest: render_email(digest, subscriber, sender="Media Monitor <monitor@localhost>"),
        "slack": lambda digest: render_slack(digest, subscriber),
        "webhook": render_webhook,
    }
    many = make_digest(_STORIES_RENDERED, subscriber.id)
    single = [replace(many, stories=(story,)) for story in many.stories]
    for name, render in renderers.items():
        one = _time_rendering(render, single) / len(single)
        hundred = _time_rendering(render, [many])
        print(f"render {name}: 1 story {one:.2f} ms, 100 stories {hundred:.1f} ms, {hundred / one:.0f} times (aim 100)")


def _time_rendering(render: Callable[[Digest], bytes], digests: Sequence[Digest]) -> float:
    """Milliseconds of CPU for all of them, the median of several times."""
    times = []
    for _ in range(_RENDERINGS):
        begun = process_time()
        for digest in digests:
            render(digest)
        times.append(process_time() - begun)
    return 1000 * median(times)


async def print_claims(name: str, database: str) -> None:
    """Milliseconds to claim a batch where few deliveries are due, and where very many are, all at one instant.

    CPU is that of this process; what PostgreSQL's own spends is in the time on the wall.
    """
    async with open_service(database, port=9, subscribers=1_000) as (ports, plan):
        subscribers = list(plan.subscribers.values())
        pending = 0
        for target in _PENDING:
            windows = (target - pending) // len(subscribers)
            for number in range(windows):
                await fill(ports.store, subscribers, "email", b"x" * 1_000, pending + number)
            pending += windows * len(subscribers)
            race = Race()
            for _ in range(_CLAIMS):
                await _claim_once(ports, race)
            print(
                f"claim ({name}): of {pending:>7,} due, a batch of {_BATCH}: wall {1000 * median(race.wall):.1f} ms, "
                f"fastest {1000 * min(race.wall):.1f}, slowest {1000 * max(race.wall):.1f}; "
                f"cpu {1000 * median(race.cpu):.1f} ms",
                flush=True,
            )


async def _claim_once(ports: Ports, race: Race) -> None:
    """A claim that is counted, and its taking back, which is not."""
    claims: list[Claim] = []

    async def claim() -> None:
        async with ports.store.transaction() as tx:
            claims.extend(await tx.claim_deliveries(NOW, limit=_BATCH, channel="email", lease=timedelta(minutes=3)))

    await race.run(claim)
    assert len(claims) == _BATCH
    async with ports.store.transaction() as tx:
        for each in claims:
            await tx.put_back(each, NOW)


if __name__ == "__main__":
    main()
