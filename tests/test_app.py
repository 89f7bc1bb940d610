"""What the composition root builds: the service as publishers see it."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

from monitor import __version__
from monitor.app import World, open_pipeline
from monitor.config.project import SoundProject, load_project
from monitor.demo.servers import Answer, SampleSite
from monitor.model import PollState, Source, SourceId
from tests.builders import NOON

_FEED = b"<rss version='2.0'><channel><title>World</title></channel></rss>"
_PAGE = b"<!doctype html><html><head><title>Dykes</title></head><body><p>The dyke holds.</p></body></html>"
_IS_US = re.compile(rf"media-monitor/{re.escape(__version__)} \(\+https://\S+\)")


def test_publishers_see_who_asks_and_get_no_cookie_no_referer_and_no_query_of_ours(tmp_path: Path) -> None:
    async def visit() -> SampleSite:
        async with SampleSite({}) as site:
            cookie = {"Set-Cookie": "seen=1; Path=/"}
            site.set_answer("/start", Answer(302, headers=cookie | {"Location": "/feed"}))
            site.set_answer("/feed", Answer(200, _FEED, cookie))
            site.set_answer("/dykes", Answer(200, _PAGE, cookie | {"Content-Type": "text/html"}))
            source = Source(id=SourceId("gazette"), kind="feed", address=f"{site.url}/start")
            async with open_pipeline(_project(tmp_path), tmp_path / "data", World(processes=0)) as (ports, _):
                assert ports.pages is not None
                for _ in range(2):
                    await ports.fetcher.fetch_feed(source, PollState(source=source.id, next_poll_at=NOON))
                await ports.pages.fetch_page(replace(source, address=f"{site.url}/feed"), f"{site.url}/dykes")
            return site

    requests = asyncio.run(visit()).requests
    assert [request.path for request in requests] == ["/start", "/feed"] * 2 + ["/robots.txt", "/dykes"]
    for request in requests:
        assert _IS_US.fullmatch(request.headers["user-agent"])
        assert not {"cookie", "referer"} & set(request.headers)


def _project(directory: Path) -> SoundProject:
    for name, text in {
        "config/monitor.yaml": "allow_private: [127.0.0.1/32]\npoll: {gap: 0s}\n",
        "config/people.yaml": "version: 1\nsubscribers: {ana: {email: ana@example.org}}\n",
        "rules/floods.yaml": "version: 1\nrules:\n  floods: {match: flood}\n",
    }.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")
    return load_project(directory / "config", directory / "rules", {}, dotenv_file=directory / ".env")
