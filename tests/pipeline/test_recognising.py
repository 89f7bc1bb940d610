"""Entries whose guids have changed are known again; those that share a guid, or a link, stay apart."""

from dataclasses import replace

import pytest

from monitor.model import Entry, EntryKey, EntryTraits, SourceId
from monitor.parse.stamps import stamp_of
from monitor.parse.traits import traits_of
from monitor.pipeline.recognising import Recognised, rename_entries
from monitor.ports import KnownEntry

BODY = (
    "The council of Velden met on Monday evening to speak about the dike along the river, which was damaged in the "
    "storms of the winter before last, and about the cost of mending it before the autumn."
)


def entry(
    key: str,
    link: str | None = "https://site.test/dike",
    title: str | None = "Dike to be mended",
    published: str | None = "Mon, 02 Mar 2026 12:00:00 GMT",
    content: str | None = BODY,
) -> Entry:
    return Entry(
        source=SourceId("wire"),
        key=EntryKey(key),
        url=link,
        title=title,
        summary=None,
        content=content,
        published=published,
        updated=None,
    )


def known_as(*entries: Entry) -> dict[EntryKey, KnownEntry]:
    return {each.key: KnownEntry(traits=traits_of(each), stamp=stamp_of(each)) for each in entries}


def recognise(now: list[Entry], before: list[Entry], *, present: list[str] | None = None) -> Recognised:
    news = {each.key: each for each in now}
    keys = frozenset(EntryKey(key) for key in present or [each.key for each in now])
    return rename_entries(news, {key: traits_of(each) for key, each in news.items()}, keys, known_as(*before))


@pytest.mark.parametrize(
    "now",
    [
        entry("new", title="Dike will be mended", content=None),
        entry("new", link="http://site.test/dike?utm_source=feed"),
        entry("new", link="https://elsewhere.test/1"),
        entry("new", link="https://elsewhere.test/1", content=BODY.replace("Monday evening", "Monday")),
        entry("new", link=None),
        entry("new", published="Tue, 03 Mar 2026 08:00:00 GMT"),
    ],
    ids=["same link", "tracked link", "moved", "moved and edited", "link lost", "re-dated"],
)
def test_an_entry_under_another_guid_is_the_one_it_was(now: Entry) -> None:
    found = recognise([now], [entry("old")])
    assert found.renamed == {"new": "old"}
    assert found.news == {"old": replace(now, key=EntryKey("old"))}


def test_an_entry_that_says_what_it_said_is_no_news_under_another_guid() -> None:
    assert recognise([entry("new")], [entry("old")]).news == {}


@pytest.mark.parametrize(
    "now",
    [
        entry("new", link="https://site.test/weather", title="Rain", published="Tue, 03 Mar 2026 08:00:00 GMT"),
        entry("new", title="Rain expected", published="Tue, 03 Mar 2026 08:00:00 GMT", content="Take an umbrella."),
        entry("new", link="https://site.test/2", content="Quite another text stands below the usual headline."),
        entry("new", link=None, published=None),
        entry("new", link=None, title=None),
    ],
    ids=["another story", "link of a section", "usual headline", "without a date", "without a title"],
)
def test_an_entry_that_only_resembles_one_of_before_is_a_new_one(now: Entry) -> None:
    found = recognise([now], [entry("old")])
    assert (found.renamed, dict(found.news)) == ({}, {now.key: now})


def test_an_entry_is_never_taken_for_another_one_of_the_same_feed() -> None:
    assert recognise([entry("new")], [entry("old")], present=["new", "old"]).renamed == {}


def test_what_two_new_entries_share_tells_nothing() -> None:
    two = [entry("a", title="One"), entry("b", title="Two")]
    assert recognise(two, [entry("old")]).renamed == {}


def test_one_entry_of_before_is_not_two_of_now() -> None:
    moved = entry("b", link="https://elsewhere.test/1")
    assert recognise([entry("a"), moved], [entry("old")]).renamed == {"a": "old"}


def test_of_several_entries_with_one_link_the_likest_is_meant() -> None:
    before = [entry("first", content="Take an umbrella."), entry("second", title="Rain", content=None), entry("third")]
    assert recognise([entry("new")], before).renamed == {"new": "third"}


def test_another_entry_under_the_guid_of_an_earlier_one_is_known_by_its_link() -> None:
    now = entry("latest", "http://site.test/rain", "Rain", "Tue, 03 Mar 2026 08:00:00 GMT", "Take an umbrella.")
    found = recognise([now], [entry("latest")])
    assert found.news == {"https://site.test/rain": replace(now, key=EntryKey("https://site.test/rain"))}
    assert found.guid_fault == "repeated"
    (again,) = found.news.values()
    assert recognise([now], [entry("latest"), again]).news == {}


@pytest.mark.parametrize(
    "now",
    [
        entry("g", title="Dike to be mended at last", content="Rewritten from the first to the last word."),
        entry("g", link="https://site.test/dike-mended-at-last", title="Dike to be mended at last"),
        entry("g", link="https://site.test/dike-at-last", title="Dike at last", published=None, content=None),
    ],
    ids=["rewritten", "another address", "too little known"],
)
def test_a_changed_entry_under_its_own_guid_stays_what_it_is(now: Entry) -> None:
    assert recognise([now], [entry("g")]) == Recognised(news={now.key: now})


def test_guids_that_changed_for_most_of_a_feed_are_no_longer_believed() -> None:
    before = [entry(f"old {n}", f"https://site.test/{n}", f"Story {n}") for n in range(4)]
    now = [replace(each, key=EntryKey(f"new {n}")) for n, each in enumerate(before)]
    assert recognise(now, before).guid_fault == "changing"
    assert recognise(now[:1], before).guid_fault is None
    assert recognise(now[:2], before, present=[f"new {n}" for n in range(5)]).guid_fault is None


def test_traits_are_numbers_that_any_database_keeps_and_of_an_empty_entry_none() -> None:
    traits = traits_of(entry("x"))
    assert None not in (traits.link, traits.likeness, traits.title, traits.date, traits.body)
    assert 0 <= min(traits.link or 0, traits.body or 0) <= max(traits.link or 0, traits.body or 0) < 2**63
    assert traits_of(entry("x", None, None, None, None)) == EntryTraits()
