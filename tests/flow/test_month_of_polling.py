"""Thirty days of polling on a virtual clock, as the servers see it: forty feeds, each misbehaving in a way of its own.

The servers are one real server on loopback that a resolver of our own gives to every name. The clock jumps to the next
poll that is due, so a month takes seconds; in the middle the service is taken down and started afresh.
"""

import asyncio
import gzip
import socket
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.match.matcher import RuleMatcher
from monitor.match.rules import RuleSet
from monitor.model import PollState, Source, SourceId
from monitor.net.guard import AddressGuard
from monitor.net.http import open_session
from monitor.pipeline import Plan, Ports, mend_poll_times, poll_due, register_sources
from monitor.pipeline.pace import Pace, domain_of
from monitor.ports import Parser
from monitor.sources.archive import FileArchive
from monitor.sources.fetch import HttpFetcher
from monitor.sources.visits import FetchLimits
from monitor.store.database import Database
from monitor.store.engines import sqlite_url
from monitor.workers import open_parser
from tests.builders import NOON
from tests.sources.raw_server import RawServer

DAYS = 30
EVERY = timedelta(hours=12)
GAP = timedelta(seconds=5)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

# status, headers, body
Reply = tuple[int, Mapping[str, str], bytes]


@dataclass(frozen=True)
class Seen:
    """A request as it arrived, and what was answered."""

    host: str
    at: datetime
    headers: Mapping[str, str]
    status: int
    sent: Mapping[str, str]

    @property
    def is_whole(self) -> bool:
        return "if-none-match" not in self.headers and "if-modified-since" not in self.headers


Behaviour = Callable[["Origin", datetime, Mapping[str, str]], Reply]


@dataclass
class Origin:
    """What one host has been asked so far."""

    seen: list[Seen] = field(default_factory=list)


def rss(
    day: int, head: str = "", guid: str = "<guid>n{}</guid>", link: str = "https://site.test/{}", most: int = 10
) -> bytes:
    """A feed with one entry for each day until now, at most ten."""
    entries = "".join(
        f"<item><title>Entry {n}</title>{guid.format(n)}<link>{link.format(n)}</link>"
        f"<pubDate>{format_datetime(NOON + n * DAY)}</pubDate>"
        f"<description>The council met for the {n}th time.</description></item>"
        for n in range(max(0, day - most + 1), day + 1)
    )
    return f"<rss version='2.0'><channel><title>Feed</title>{head}{entries}</channel></rss>".encode()


def day_of(now: datetime) -> int:
    return (now - NOON).days


def steady(
    *, etag: str | None = None, modified: bool = False, head: str = "", guid: str = "<guid>n{}</guid>", **headers: str
) -> Behaviour:
    """A sound feed with an entry a day, which says "not modified" when the validators it sent come back."""

    def answer(_origin: Origin, now: datetime, asked: Mapping[str, str]) -> Reply:
        day = day_of(now)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if etag is not None:
            sent["ETag"] = etag.format(day)
        if modified:
            sent["Last-Modified"] = format_datetime(NOON + day * DAY, usegmt=True)
        known = asked.get("if-none-match"), asked.get("if-modified-since")
        own = sent.get("ETag"), sent.get("Last-Modified")
        if any(known) and known == own:
            return 304, sent, b""
        return 200, sent, rss(day, head, guid)

    return answer


def always(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _origin, _now, _asked: (status, sent, body)


def first(count: int, behaviour: Behaviour, then: Behaviour) -> Behaviour:
    """So many answers of one kind, then of another."""
    return lambda origin, now, asked: (behaviour if len(origin.seen) < count else then)(origin, now, asked)


def until(days: int, behaviour: Behaviour, then: Behaviour) -> Behaviour:
    return lambda origin, now, asked: (behaviour if day_of(now) < days else then)(origin, now, asked)


def every_other(behaviour: Behaviour, other: Behaviour) -> Behaviour:
    return lambda origin, now, asked: (behaviour if len(origin.seen) % 2 else other)(origin, now, asked)


def frozen(_origin: Origin, _now: datetime, asked: Mapping[str, str]) -> Reply:
    """A Last-Modified in 2041: nothing is ever new to who sends it back."""
    sent = {"Last-Modified": "Tue, 01 Jan 2041 00:00:00 GMT"}
    return (304, sent, b"") if "if-modified-since" in asked else (200, sent, rss(day_of(_now)))


def new_etag_each_time(origin: Origin, now: datetime, asked: Mapping[str, str]) -> Reply:
    sent = {"ETag": f'"{len(origin.seen)}"'}
    return (304, sent, b"") if asked.get("if-none-match") and len(origin.seen) % 4 else (200, sent, rss(day_of(now)))


def wrong_clock(_origin: Origin, _now: datetime, _asked: Mapping[str, str]) -> Reply:
    """Asks for twenty hours, by a clock that is years behind."""
    return 503, {"Date": "Sat, 01 Jan 2011 00:00:00 GMT", "Retry-After": "Sat, 01 Jan 2011 20:00:00 GMT"}, b""


def made_up_guids(origin: Origin, now: datetime, _asked: Mapping[str, str]) -> Reply:
    """Each answer gives every entry a new guid."""
    return 200, {}, rss(day_of(now), guid=f"<guid>{len(origin.seen)}-{{}}</guid>")


def made_up_guids_and_links(origin: Origin, now: datetime, _asked: Mapping[str, str]) -> Reply:
    """Each answer gives every entry a new guid, and a new session in its link."""
    session = f"{len(origin.seen)}-{{}}"
    return 200, {}, rss(day_of(now), guid=f"<guid>{session}</guid>", link=f"https://site.test/?page={session}")


def rebuilt(_origin: Origin, now: datetime, _asked: Mapping[str, str]) -> Reply:
    """A new publishing system names everything anew in the second week, and moves it to another address in the third.

    Whoever is taken for a new entry is told a second time; whoever goes by the old name loses the news of that day.
    """
    day = day_of(now)
    guid = "<guid>n{}</guid>" if day < 7 else "<guid>https://site.test/?p={}</guid>"
    link = "http://site.test/{}" if day < 14 else "https://www.new-site.test/news/{}"
    return 200, {}, rss(day, guid=guid if day < 14 else "<guid>{}@new</guid>", link=link)


def one_guid_in_turn(_origin: Origin, now: datetime, _asked: Mapping[str, str]) -> Reply:
    """The latest entry only, and always under the same guid."""
    return 200, {}, rss(day_of(now), guid="<guid>latest</guid>", most=1)


GOOD = steady(etag='"{}"', modified=True)
PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body><form></form></body></html>"
SKIP_HOURS = "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(1, 9)) + "</skipHours>"
SKIP_DAYS = "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>"
SYNDICATION = "<sy:updatePeriod xmlns:sy='x'>{}</sy:updatePeriod>"


@cache
def bomb() -> bytes:
    return gzip.compress(bytes(3_000_000))


# One feed for each host; `shared.test` has several below it.
FEEDS: dict[str, Behaviour] = {
    "steady.test": GOOD,
    "etag-only.test": steady(etag='"{}"'),
    "date-only.test": steady(modified=True),
    "odd-etag.test": steady(etag='W/"a\'b ,{}"--gzip'),
    "unquoted-etag.test": steady(etag="{}", modified=True),
    "new-etag.test": new_etag_each_time,
    "no-validators.test": steady(),
    "frozen.test": frozen,
    "max-age.test": steady(etag='"{}"', Cache_Control="public, max-age=72000"),
    "expires.test": steady(etag='"{}"', Date="Thu, 01 Jan 2026 00:00:00 GMT", Expires="Thu, 01 Jan 2026 15:00:00 GMT"),
    "long-max-age.test": steady(etag='"{}"', Cache_Control="max-age=31536000"),
    "ttl.test": steady(etag='"{}"', head="<ttl>1080</ttl>"),
    "sy-daily.test": steady(etag='"{}"', head=SYNDICATION.format("daily")),
    "sy-always.test": steady(etag='"{}"', head=SYNDICATION.format("always")),
    "skip-hours.test": steady(etag='"{}"', head=SKIP_HOURS),
    "skip-days.test": steady(etag='"{}"', head=SKIP_DAYS),
    "throttled-503.test": first(3, always(503, Retry_After="64800"), GOOD),
    "wrong-clock.test": first(5, wrong_clock, GOOD),
    "at-once.test": first(3, always(503, Retry_After="0"), GOOD),
    "no-retry-after.test": first(3, always(503), GOOD),
    "one.quota.test": first(1, GOOD, first(3, always(429, Retry_After="72000"), GOOD)),
    "two.quota.test": GOOD,
    "three.quota.test": GOOD,
    "moved.test": always(301, Location="http://new-home.test:{port}/feed"),
    "moved-308.test": always(308, Location="http://new-home-308.test:{port}/feed"),
    "lent.test": always(302, Location="http://lodging.test:{port}/feed"),
    "to-metadata.test": always(301, Location="http://169.254.169.254/feed"),
    "loop.test": always(302, Location="http://loop.test:{port}/feed"),
    "gone.test": first(4, GOOD, always(410)),
    "missing.test": until(7, always(404), GOOD),
    "broken.test": every_other(always(500), GOOD),
    "login.test": until(5, always(200, PAGE, ETag='"page"'), GOOD),
    "empty.test": always(200),
    "bomb.test": always(200, bomb(), Content_Encoding="gzip"),
    "unsure.test": always(304),
    "cut-off.test": always(200, rss(3)[:-200], ETag='"cut"'),
    "no-guids.test": steady(etag='"{}"', guid=""),
    "one-guid.test": steady(etag='"{}"', guid="<guid>N/A</guid>"),
    "repeated-guid.test": steady(etag='"{}"', guid="<guid>https://site.test/</guid>"),
    "guid-in-turn.test": one_guid_in_turn,
    "made-up-guids.test": made_up_guids,
    "made-up-links.test": made_up_guids_and_links,
    "rebuilt.test": rebuilt,
    "same-bytes.test": always(200, rss(2)),
    "garbage.test": always(200, bytes(range(256)) * 20),
}
HOMES: dict[str, Behaviour] = {"new-home.test": GOOD, "new-home-308.test": GOOD, "lodging.test": GOOD}


class Servers(RawServer):
    """Every host at once. `clock` is the virtual one."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(b"")
        self._clock = clock
        self.origins: dict[str, Origin] = defaultdict(Origin)
        self.most_at_once: Counter[str] = Counter()
        self._at_once: Counter[str] = Counter()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[1:]
            asked = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head if line)}
            host = asked["host"].split(":")[0]
            domain = ".".join(host.split(".")[-2:])
            self._at_once[domain] += 1
            self.most_at_once[domain] = max(self.most_at_once[domain], self._at_once[domain])
            await asyncio.sleep(0)
            writer.write(self._answer(host, asked))
            self._at_once[domain] -= 1
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, host: str, asked: Mapping[str, str]) -> bytes:
        origin, now = self.origins[host], self._clock()
        status, sent, body = (FEEDS | HOMES)[host](origin, now, asked)
        sent = {"Date": format_datetime(now, usegmt=True)} | dict(sent)
        sent = {name: value.replace("{port}", str(self.port)) for name, value in sent.items()}
        origin.seen.append(Seen(host, now, asked, status, sent))
        length = {} if status == 304 else {"Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in (sent | length).items())
        return f"HTTP/1.1 {status} X\r\n{lines}Connection: close\r\n\r\n".encode("latin-1") + body


class EveryNameIsHere(AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@dataclass
class VirtualClock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def start_service(file: Path, clock: VirtualClock, parser: Parser) -> AsyncIterator[Ports]:
    numbers = iter(range(10**9))
    guard = AddressGuard((ip_network("127.0.0.0/8"),))
    store = await Database.open(sqlite_url(file))
    async with open_session(guard, user_agent="media-monitor/0", resolver=EveryNameIsHere()) as session:
        yield Ports(
            store=store,
            fetcher=HttpFetcher(session, clock=clock, limits=FetchLimits(largest_body=1_000_000)),
            archives=FileArchive(),
            parser=parser,
            matcher=RuleMatcher(RuleSet(rules=(), problems=())),
            channels={},
            clock=clock,
            jitter=lambda: next(numbers) * 0.618 % 1,
            reached=lambda _point: None,
            pace=Pace(at_once=1, gap=GAP),
        )
    await store.close()


async def run_until(end: datetime, ports: Ports, plan: Plan, clock: VirtualClock) -> None:
    """Tick whenever something is due; a domain that must wait gets its turn a gap later."""
    await register_sources(ports, plan)
    await mend_poll_times(ports, plan)
    while clock.now < end:
        if await poll_due(ports, plan):
            continue
        async with ports.store.transaction() as tx:
            due = min(state.next_poll_at for state in await tx.list_poll_states())
        waits = ports.pace.next_free([domain_of(source) for source in plan.sources.values()], clock.now)
        clock.now = min(end, max(due, waits or due, clock.now + timedelta(seconds=1)))


@dataclass(frozen=True)
class Month:
    origins: Mapping[str, Origin]
    most_at_once: Mapping[str, int]
    states: Mapping[str, PollState]
    entries: Mapping[str, int]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    directory = tmp_path_factory.mktemp("month")

    async def live() -> Month:
        clock = VirtualClock()
        async with Servers(clock) as servers:
            sources = [
                Source(id=SourceId(host), kind="feed", address=f"http://{host}:{servers.port}/feed", every=EVERY)
                for host in FEEDS
            ]
            plan = Plan(sources={source.id: source for source in sources}, subscribers={}, routes=())
            with open_parser(("en",), processes=0) as parser:
                for days in (DAYS // 2, DAYS):
                    async with start_service(directory / "store.sqlite3", clock, parser) as ports:
                        await run_until(NOON + days * DAY, ports, plan, clock)
                        async with ports.store.transaction() as tx:
                            states = {state.source: state for state in await tx.list_poll_states()}
                            page = await tx.list_articles(since=None, after=0, limit=10_000)
            entries = Counter(str(article.source) for article in page.articles)
            return Month(dict(servers.origins), dict(servers.most_at_once), states, entries)

    return asyncio.run(live())


def requests_to(month: Month, host: str) -> list[Seen]:
    return month.origins[host].seen


def gaps_of(month: Month, host: str) -> list[timedelta]:
    seen = requests_to(month, host)
    return [later.at - earlier.at for earlier, later in pairwise(seen)]


CONDITIONAL = [
    "steady.test", "etag-only.test", "date-only.test", "odd-etag.test", "unquoted-etag.test", "new-etag.test",
    "max-age.test", "expires.test", "ttl.test", "sy-daily.test", "skip-hours.test", "skip-days.test", "one-guid.test",
]  # fmt: skip


@pytest.mark.parametrize("host", CONDITIONAL)
def test_a_feed_is_asked_for_everything_exactly_once(month: Month, host: str) -> None:
    assert [each.is_whole for each in requests_to(month, host)].count(True) == 1
    assert requests_to(month, host)[0].is_whole


@pytest.mark.parametrize("host", [*CONDITIONAL, "frozen.test", "gone.test"])
def test_validators_come_back_byte_for_byte_from_the_answer_before(month: Month, host: str) -> None:
    for before, after in pairwise(requests_to(month, host)):
        if not after.is_whole:
            assert after.headers.get("if-none-match") == before.sent.get("ETag")
            assert after.headers.get("if-modified-since") == before.sent.get("Last-Modified")


@pytest.mark.parametrize("host", [host for host in FEEDS if host not in {"loop.test", "one.quota.test"}])
def test_no_two_polls_are_closer_than_the_interval_across_a_restart(month: Month, host: str) -> None:
    assert min(gaps_of(month, host), default=EVERY) >= EVERY


@pytest.mark.parametrize(
    ("host", "least"),
    [
        ("max-age.test", 20 * HOUR),
        ("expires.test", 15 * HOUR),
        ("ttl.test", 18 * HOUR),
        ("sy-daily.test", DAY),
        ("long-max-age.test", DAY),
        ("sy-always.test", EVERY),
    ],
)
def test_what_a_server_or_feed_asks_for_is_kept_and_clamped_to_a_day(month: Month, host: str, least: timedelta) -> None:
    assert least <= min(gaps_of(month, host))
    assert max(gaps_of(month, host)) <= least * 1.1 + GAP


@pytest.mark.parametrize("host", ["steady.test", "etag-only.test", "no-validators.test", "same-bytes.test"])
def test_a_sound_feed_is_never_forgotten(month: Month, host: str) -> None:
    assert max(gaps_of(month, host)) <= EVERY * 1.1 + GAP


def test_no_request_falls_into_the_hours_and_days_to_skip(month: Month) -> None:
    assert not {each.at.hour for each in requests_to(month, "skip-hours.test")[1:]} & set(range(1, 9))
    assert not {each.at.weekday() for each in requests_to(month, "skip-days.test")[1:]} & {5, 6}


def test_a_frozen_feed_is_asked_for_everything_but_once_a_day(month: Month) -> None:
    whole = [each.at for each in requests_to(month, "frozen.test") if each.is_whole]
    # An entry comes each day: four days without one are doubted.
    assert len(whole) >= DAYS // 5
    assert all(later - earlier >= DAY for earlier, later in pairwise(whole[1:]))


@pytest.mark.parametrize(
    ("host", "least"), [("throttled-503.test", 18 * HOUR), ("wrong-clock.test", 20 * HOUR), ("at-once.test", EVERY)]
)
def test_retry_after_is_kept_in_both_of_its_forms(month: Month, host: str, least: timedelta) -> None:
    waits = [after.at - before.at for before, after in pairwise(requests_to(month, host)) if before.status == 503]
    assert min(waits) >= least - timedelta(seconds=1)


def test_a_429_keeps_every_feed_of_the_domain_waiting(month: Month) -> None:
    throttled = [each.at for each in requests_to(month, "one.quota.test") if each.status == 429]
    others = [each.at for host in ("one", "two", "three") for each in requests_to(month, f"{host}.quota.test")]
    assert throttled
    for at in throttled:
        assert not [other for other in others if at < other < at + 20 * HOUR - timedelta(seconds=1)]


def test_a_domain_gets_one_request_at_a_time_with_a_gap(month: Month) -> None:
    assert set(month.most_at_once.values()) == {1}
    hosts = [host for host in FEEDS if host.endswith("quota.test")]
    times = sorted(each.at for host in hosts for each in requests_to(month, host))
    assert min(later - earlier for earlier, later in pairwise(times)) >= GAP


@pytest.mark.parametrize(("old", "new"), [("moved.test", "new-home.test"), ("moved-308.test", "new-home-308.test")])
def test_a_move_for_good_is_followed_directly_after_three_polls(month: Month, old: str, new: str) -> None:
    assert len(requests_to(month, old)) == 3
    assert len(requests_to(month, new)) > 1.5 * DAYS


def test_a_move_for_now_is_asked_for_each_time(month: Month) -> None:
    assert len(requests_to(month, "lent.test")) == len(requests_to(month, "lodging.test")) > 1.5 * DAYS


def test_a_move_into_the_network_of_the_operator_is_never_followed(month: Month) -> None:
    state = month.states["to-metadata.test"]
    assert "169.254.169.254" not in month.origins
    assert "not public" in (state.last_error or "")
    assert state.moves == 0


def test_a_feed_that_is_gone_is_not_asked_again(month: Month) -> None:
    assert [each.status for each in requests_to(month, "gone.test")].count(410) == 1
    assert requests_to(month, "gone.test")[-1].status == 410


@pytest.mark.parametrize("host", ["missing.test", "login.test", "broken.test", "no-retry-after.test"])
def test_a_feed_that_comes_back_is_read_again(month: Month, host: str) -> None:
    state = month.states[host]
    assert state.last_success_at is not None
    assert state.last_success_at > NOON + (DAYS - 2) * DAY


def test_failures_wait_longer_each_time_but_not_for_ever(month: Month) -> None:
    missing = [each for each in requests_to(month, "missing.test") if each.status == 404]
    waits = [later.at - earlier.at for earlier, later in pairwise(missing)]
    assert waits == sorted(waits) or max(waits) <= DAY * 1.1 + GAP
    assert min(waits) >= EVERY
    for host in ("empty.test", "bomb.test", "unsure.test", "garbage.test", "loop.test"):
        assert len({each.at.date() for each in requests_to(month, host)}) > DAYS * 0.8, host
        assert month.states[host].last_error, host


def test_a_page_for_people_is_named_as_such_and_its_validators_are_not_kept(month: Month) -> None:
    assert not any(each.headers.get("if-none-match") == '"page"' for each in requests_to(month, "login.test"))


RENAMING = ["repeated-guid.test", "guid-in-turn.test", "made-up-guids.test", "made-up-links.test", "rebuilt.test"]


@pytest.mark.parametrize(
    "host",
    [*CONDITIONAL, *RENAMING, "no-guids.test", "no-validators.test", "one.quota.test", "moved.test", "lent.test"],
)
def test_every_entry_of_the_month_was_stored_once(month: Month, host: str) -> None:
    # The last day's may not have been polled yet.
    assert DAYS - 1 <= month.entries[host] <= DAYS


def test_what_was_found_out_about_the_guids_of_a_feed_is_kept_across_a_restart(month: Month) -> None:
    faults = {host: state.guid_fault for host, state in month.states.items() if state.guid_fault}
    assert faults == {
        "repeated-guid.test": "repeated",
        "guid-in-turn.test": "repeated",
        "made-up-guids.test": "changing",
        "rebuilt.test": "changing",
    }
