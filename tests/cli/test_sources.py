"""`monitor sources …` as an operator uses it, against a server on loopback."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.demo.servers import SampleSite
from tests.cli.conftest import Command

_RSS = """<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'>
<channel><title>Gazette</title><item><link>https://gazette.example/1</link>
<title>Use of force over Nagorno-Karabakh feared in Baku</title><pubDate>Mon, 02 Mar 2026 08:15:00 GMT</pubDate>
<content:encoded>Drivers were told to wait.</content:encoded></item></channel></rss>"""
_PAGE = b"<html><head><link rel=alternate type='application/rss+xml' href='/feed.xml'></head></html>"
_CONFIG = "# ours\nversion: 1\nsources:\n  # the old one\n  old:\n    archive: articles  # saved\n"


@pytest.fixture
def site() -> Iterator[str]:
    """The address of a small site, served from another thread, for a command runs a loop of its own."""
    ready, stop = threading.Event(), asyncio.Event()
    found: list[str] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        pages = {"/feed.xml": _RSS.encode(), "/news": _PAGE, "/none": b"<html><body>Nothing.</body></html>"}
        async with SampleSite(pages) as server:
            listed = f"<sitemapindex><sitemap><loc>{server.url}/pages.xml</loc></sitemap></sitemapindex>"
            server.put("/sitemap-index.xml", listed.encode())
            titled = "<news:news><news:title>Flood on the Orsa</news:title></news:news>"
            pages_of = f"<urlset xmlns:news='n'><url><loc>{server.url}/p</loc>{titled}</url></urlset>"
            server.put("/pages.xml", pages_of.encode())
            server.put("/news-sitemap.xml", pages_of.encode())
            found.append(server.url)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(30)
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(30)
    loop.close()


@pytest.fixture
def sources(project: Path) -> Path:
    """The file of a project's sources, with one of them."""
    (project / "articles").mkdir()
    (project / "config" / "monitor.yaml").write_text("allow_private: [127.0.0.1/32]\npoll: {gap: 0s}\n")
    file = project / "config" / "sources.yaml"
    file.write_text(_CONFIG)
    return file


def test_the_feed_of_a_page_is_found_added_polled_and_its_health_told(
    command: Command, sources: Path, site: str
) -> None:
    found = json.loads(command("sources", "discover", f"{site}/news", "--json").out)
    assert [each["url"] for each in found["candidates"]] == [f"{site}/feed.xml"]
    assert (found["candidates"][0]["format"], found["candidates"][0]["entries"]) == ("RSS", 1)

    added = command("sources", "add", "gazette", f"{site}/news", "--tag", "local")
    assert (added.code, added.out) == (0, f'added "gazette" to config/sources.yaml: {site}/feed.xml\n')
    assert sources.read_text() == f"{_CONFIG}  gazette:\n    feed: {site}/feed.xml\n    tags: [local]\n"

    polled = command("sources", "poll", "gazette")
    assert (polled.code, polled.out.splitlines()[0]) == (0, "gazette: 1 new article, 1 match")
    (health,) = json.loads(command("sources", "health", "gazette", "--json").out)
    assert (health["condition"], health["articles"], health["copies"]) == ("ok", 1, 0.0)


@pytest.mark.parametrize("width", [80, 200])
def test_the_health_of_sources_is_readable_in_a_narrow_terminal_and_in_a_wide_one(
    command: Command, sources: Path, site: str, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    sources.write_text(
        "version: 1\nsources:\n"
        f"  gazette: {{feed: {site}/feed.xml}}\n"
        f"  the-herald-of-the-upper-orsa-valley: {{feed: {site}/none, every: 12h}}\n"
        f"  resting: {{feed: {site}/2.xml, paused: true}}\n"
    )
    assert command("sources", "poll", "gazette", "the-herald-of-the-upper-orsa-valley").code == 1
    monkeypatch.setenv("COLUMNS", str(width))
    shown = command("sources", "health", "--strict")
    lines = [line.rstrip() for line in shown.out.splitlines()]
    assert (shown.code, max(map(len, lines)) <= width) == (1, True)
    assert lines[0].split() == ["SOURCE", "STATE", "LAST", "NEW", "USUALLY", "28", "DAYS", "COPIES", "NOTE"]
    states = {line.split()[0]: line.split()[1] for line in lines if line.startswith(("gazette", "resting"))}
    assert states == {"gazette": "ok", "resting": "paused"}
    assert "failed 1 time:" in shown.out
    (failing,) = json.loads(command("sources", "health", "the-herald-of-the-upper-orsa-valley", "--json").out)
    assert (failing["condition"], failing["failures"], failing["unread_pages"]) == ("failing", 1, 0)
    assert failing["moved_to"] is failing["gone_since"] is failing["guid_fault"] is failing["parked_until"] is None


def test_a_sitemap_index_is_a_source_from_end_to_end(command: Command, sources: Path, site: str) -> None:
    assert command("sources", "add", "site", f"{site}/sitemap-index.xml").code == 0
    assert f"sitemap: {site}/sitemap-index.xml" in sources.read_text()
    (polled,) = json.loads(command("sources", "poll", "site", "--json").out)
    assert (polled["titles"], polled["error"]) == (["Flood on the Orsa"], None)


def test_what_has_no_feed_is_refused_with_what_was_tried(command: Command, sources: Path, site: str) -> None:
    (sources.parent / "monitor.yaml").write_text("allow_private: []\n")
    refused = command("sources", "discover", f"{site}/news")
    assert refused.code == 1
    assert "is not public" in refused.err
    (sources.parent / "monitor.yaml").write_text("allow_private: [127.0.0.1/32]\npoll: {gap: 0s}\n")
    added = command("sources", "add", "missing", f"{site}/missing")
    assert added.code == 1
    assert "answered 404 Not Found" in added.err
    assert sources.read_text() == _CONFIG
    assert command("sources", "add", "missing", f"{site}/missing", "--unchecked").code == 0


def test_a_source_is_edited_paused_resumed_and_removed_and_the_file_is_as_before(
    command: Command, sources: Path
) -> None:
    assert command("sources", "edit", "old", "--every", "2h", "--tag", "saved", "--tier", "2").code == 0
    assert sources.read_text() == f'{_CONFIG}    tags: [saved]\n    tier: 2\n    every: "2h"\n'
    assert command("sources", "pause", "old").code == 0
    (listed,) = json.loads(command("sources", "list", "--json").out)
    assert listed["paused"] is True
    assert "resume it first" in command("sources", "poll", "old").err
    assert command("sources", "resume", "old").code == 0
    assert command("sources", "edit", "old", "--unset", "tags", "--unset", "tier", "--unset", "every").code == 0
    assert sources.read_text() == _CONFIG
    assert command("sources", "remove", "old").code == 0
    assert sources.read_text() == "# ours\nversion: 1\nsources:\n  # the old one\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["edit", "odl", "--tier", "1"], 1, 'no source "odl" (did you mean "old"?)'),
        (["pause", "odl"], 1, 'no source "odl"'),
        (["remove", "odl"], 1, 'no source "odl"'),
        (["poll", "odl"], 1, 'no source "odl"'),
        (["health", "odl"], 1, 'no source "odl"'),
        (["edit", "old"], 2, "nothing to change"),
        (["edit", "old", "--unset", "color"], 2, "is none of tags"),
        (["edit", "old", "--every", "often"], 1, 'every: found "often"'),
        (["edit", "old", "--header", "x"], 2, "expected NAME=VALUE"),
        (["edit", "old", "--address", "https://["], 1, "not a web address"),
        (["add", "old", "https://x.example/", "--unchecked"], 1, 'source "old" exists already'),
        (["add", "new", "articles"], 1, 'source "old" has this address already'),
        (["add", "new", "ftp://x.example/", "--unchecked"], 1, "expected a web address"),
        (["discover", "not an address"], 1, "a space or a control character"),
        (["import-opml", "missing.opml"], 1, "missing.opml cannot be read: no such file"),
        (["import-opml", "config/monitor.yaml"], 1, "expected OPML"),
        (["export-opml", "articles"], 1, "articles cannot be written"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_written(
    command: Command, sources: Path, arguments: list[str], code: int, message: str
) -> None:
    refused = command("sources", *arguments)
    assert refused.code == code
    assert message in " ".join(refused.err.replace("│", " ").split())
    assert sources.read_text() == _CONFIG


def test_a_list_of_feeds_comes_back_as_it_went(command: Command, sources: Path) -> None:
    sources.write_text(
        'version: 1\nsources:\n  a: {feed: "https://a.example/", tags: [x, y], language: fr, every: 2h, tier: 3}\n'
        '  b: {sitemap: "https://b.example/", country: "NO", full_text: never, paused: true}\n'
        '  c: {feed: "env:SECRET"}\n'
    )
    exported = command("sources", "export-opml", "all.opml")
    assert exported.out == "2 feeds written to all.opml\n"
    assert 'source "c" is left out: its address is a secret' in exported.err
    before = json.loads(command("sources", "list", "--json").out)
    assert "0 added, 2 known already" in command("sources", "import-opml", "all.opml").out

    for source in ("a", "b"):
        assert command("sources", "remove", source).code == 0
    planned = command("sources", "import-opml", "all.opml", "--dry-run")
    assert "2 would be added" in planned.out
    assert sorted(json.loads(command("sources", "import-opml", "all.opml", "--json").out)["added"]) == ["a", "b"]
    after = json.loads(command("sources", "list", "--json").out)
    assert sorted(map(repr, after)) == sorted(map(repr, before))
    text = sources.read_text()
    for part in ("language: fr", "every: 2h", "tier: 3", "country:", "full_text: never", "paused: true"):
        assert part in text


def test_of_a_broken_list_the_rest_is_read_and_each_address_once(command: Command, sources: Path) -> None:
    outlines = "".join(
        f"<outline text='{name}' xmlUrl='{url}'/>"
        for name, url in [("One", "https://1.example/f"), ("Again", "http://1.example/f"), ("Bad", "ftp://2.example/")]
    )
    Path("feeds.opml").write_text(f"<opml><body><outline text='World'>{outlines}")
    imported = command("sources", "import-opml", "feeds.opml", "--tag", "new")
    assert "1 added, 1 known already, 1 passed over" in imported.out
    assert "broken XML" in imported.err
    assert "ftp://2.example/" in imported.err
    assert "  one:\n    feed: https://1.example/f\n    tags: [World, new]\n" in sources.read_text()
