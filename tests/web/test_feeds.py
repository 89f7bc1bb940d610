"""Feeds of what a subscriber was told: valid by our own parser's reading, stable, private, and cheap to ask again."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from monitor.model import Digest, Entry, Fetched, Source, SourceId
from monitor.parse.entries import parse_feed
from monitor.render.feeds import MOST_ENTRIES, list_feed_entries, render_atom, render_json_feed
from monitor.render.page_links import FeedFormat
from tests.builders import NOON, make_article
from tests.render import samples
from tests.web.site import ANA, DESK, FLOOD, STRIKE, open_town, tell

_FORMS: tuple[FeedFormat, ...] = ("atom", "json")
_ATOM = "{http://www.w3.org/2005/Atom}"


def _entries(content: bytes, kind: str) -> tuple[Entry, ...]:
    """As our own service would read it."""
    source = Source(id=SourceId("own"), kind="feed", address="https://alerts.example.org/feed")
    feed = parse_feed(
        source, Fetched(body=content, url=source.address, content_type=kind, etag=None, last_modified=None)
    )
    assert feed.problems == ()
    assert feed.title == "Media Monitor: alerts for ana"
    return feed.entries


@pytest.mark.parametrize("form", _FORMS)
def test_our_own_parser_reads_what_was_told(form: FeedFormat, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path, public_url="https://alerts.example.org/news") as town:
            answer = await town.get(town.links.feed(ANA.id, form))
            assert answer.status == 200
            flood, strike = _entries(answer.text.encode(), answer.headers["Content-Type"])
            assert flood.title is not None
            assert "floods" in flood.title
            assert (flood.url, flood.authors) == (FLOOD.url, ("gazette",))
            assert (strike.url, strike.title, strike.authors) == (None, STRIKE.title, ("wire",))
            assert strike.content is not None
            assert "<mark>Dockers</mark> voted to strike" in strike.content
            assert 'href="https://alerts.example.org/news/story/' in strike.content
            assert flood.content is not None
            assert "<script>" not in flood.content
            assert "&lt;script&gt;" in flood.content
            assert flood.key != strike.key

    asyncio.run(scenario())


def _keys(digests: Sequence[Digest]) -> list[str]:
    return [entry.id for entry in list_feed_entries(digests, samples.ANA)]


def test_an_entry_keeps_its_id_and_what_is_told_later_of_its_story_is_another() -> None:
    story = samples.strike_story()
    first = samples.make_digest(story)
    again = samples.make_digest(story, composed_at=samples.MORNING + timedelta(days=9))
    assert _keys([first]) == _keys([again]) == ["urn:uuid:ec10d728-8bfc-5794-a474-1acb3bf1b570"]
    update = replace(story, kind="update", ordinal=2, change="2 more sources")
    correction = replace(story, kind="correction", ordinal=1)
    told = [samples.make_digest(each) for each in (story, update, correction)]
    assert len(set(_keys(told))) == 3


@pytest.mark.parametrize("render", [render_atom, render_json_feed], ids=["atom", "json"])
def test_every_kind_of_story_stays_readable(render: object) -> None:
    assert callable(render)
    hostile = make_article(
        "A \x00 b \x0b c \ufffe ]]> <!-- & strike \ud800 end.", title="Strike \x1b[31m </title> \uffff", source="wire"
    )
    digest = samples.full_digest()
    stories = (*digest.stories, samples.make_story(hostile, ("a", "strike")))
    entries = list_feed_entries([replace(digest, stories=stories)], samples.ANA)
    content = render(samples.ANA, entries, None)
    read = _entries(content, "")
    assert len(read) == len(entries) == 5
    assert all(entry.content for entry in read)


def test_the_feed_holds_the_newest_and_no_more_than_a_reader_needs() -> None:
    stories = [
        samples.make_story(make_article(f"Strike {number}.", key=str(number)), ("a", "Strike")) for number in range(30)
    ]
    digests = [samples.make_digest(*stories, composed_at=samples.MORNING - timedelta(days=day)) for day in range(3)]
    entries = list_feed_entries(digests, samples.ANA)
    assert len(entries) == MOST_ENTRIES
    assert {entry.told_at for entry in entries} == {samples.MORNING, samples.MORNING - timedelta(days=1)}


def test_a_feed_without_entries_is_a_feed() -> None:
    feed = etree.fromstring(render_atom(samples.ANA, (), "https://alerts.example.org/feed/x.atom"))
    for name in ("id", "title", "updated", "author"):
        assert feed.find(f"{_ATOM}{name}") is not None
    assert feed.find(f"{_ATOM}link[@rel='self']").get("href") == "https://alerts.example.org/feed/x.atom"  # type: ignore[union-attr]  # found
    document = json.loads(render_json_feed(samples.ANA, (), "https://alerts.example.org/feed/x.json"))
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["items"] == []


@pytest.mark.parametrize("form", _FORMS)
def test_who_asks_again_for_the_same_gets_nothing_again(form: FeedFormat, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.feed(ANA.id, form)
            first = await town.get(address)
            tag = first.headers["ETag"]
            assert first.headers["Cache-Control"] == "private, no-cache"
            assert first.headers["Last-Modified"] == "Mon, 02 Mar 2026 12:01:00 GMT"
            for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
                again = await town.get(address, **{"If-None-Match": asked})
                assert (again.status, again.text, again.headers["ETag"]) == (304, "", tag)
            async with town.site.store.transaction() as tx:
                await tell(tx, make_article("A dam burst.", key="dam", source="wire"), at=NOON + timedelta(days=1))
            changed = await town.get(address, **{"If-None-Match": tag})
            assert changed.status == 200
            assert changed.headers["ETag"] != tag

    asyncio.run(scenario())


def test_a_feed_is_its_own_subscribers_and_opens_by_its_address_only(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            assert "Orsa" not in (await town.get(town.links.feed(DESK.id, "atom"))).text
            own = town.links.feed(ANA.id, "atom")
            for wrong in (own.replace(".atom", ""), own.replace(".atom", ".rss"), f"{own[:-8]}.atom", "/feed/.atom"):
                assert (await town.get(wrong)).status == 404
            settings = (await town.get(town.links.settings(ANA.id))).text
            assert f'href="../feed/{own.rpartition("/")[2]}"' in settings

    asyncio.run(scenario())
