"""From what was read to rows: corrections, and that a second time changes nothing; on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from monitor.match.matcher import RuleMatcher
from monitor.match.rules import load_rules
from monitor.model import Article, ArticleId, Entry, EntryKey, PollState, Retention, Source, SourceId
from monitor.pipeline import Plan, Ports, purge_old
from monitor.pipeline.news import list_news
from monitor.pipeline.plan import Stored
from monitor.pipeline.storing import Cursor, Reading, store_reading
from monitor.ports import ParsedArticles
from monitor.store.database import Database
from tests.builders import NOON, make_article
from tests.contract.stores import in_store
from tests.story.texts import FLOOD, STRIKE

WIRE = Source(id=SourceId("wire"), kind="feed", address="https://example.org/feed")
RULES = "version: 1\nrules:\n  floods: {match: flooded}\n  hurt: {match: injured}\n"


class Setting:
    """A store, two rules, and a clock that the test moves."""

    def __init__(self, store: Database) -> None:
        self.store = store
        self.now = NOON
        rule_set = load_rules([("rules.yaml", RULES)])
        self.ports = Ports(
            store=store,
            fetcher=None,  # type: ignore[arg-type]  # nothing is fetched here
            archives=None,  # type: ignore[arg-type]
            parser=None,  # type: ignore[arg-type]
            matcher=RuleMatcher(rule_set),
            channels={},
            clock=lambda: self.now,
            jitter=lambda: 0.5,
            reached=lambda _point: None,
        )
        self.plan = Plan(sources={WIRE.id: WIRE}, subscribers={}, routes=())

    async def store_entry(self, entry: Entry, article: Article) -> Stored:
        reading = Reading(parsed=ParsedArticles(articles=(article,)), pages={entry.key: entry})
        return await store_reading(self.ports, self.plan, WIRE, reading, Cursor(alerting=True))

    async def list_news(self, *entries: Entry) -> dict[EntryKey, Entry]:
        async with self.store.transaction() as tx:
            return await list_news(tx, entries)


def make_entry(title: str, content: str) -> Entry:
    return Entry(
        source=WIRE.id,
        key=EntryKey("k"),
        url=None,
        title=title,
        summary=None,
        content=content,
        published=None,
        updated=None,
    )


def read(entry: Entry) -> Article:
    return make_article(entry.content, title=entry.title, key=entry.key, source=entry.source, language="en")


def run(url: str, scenario: Callable[[Setting], object]) -> None:
    async def with_store(store: Database) -> None:
        await scenario(Setting(store))  # type: ignore[misc]  # every scenario is a coroutine function

    in_store(url, with_store)


FIRST = make_entry("Velden flooded", FLOOD)
CORRECTED = make_entry("Velden flooded", FLOOD.replace("Nobody was hurt", "Two people were injured"))


def test_a_changed_entry_is_read_again_and_makes_a_version_and_its_rules_are_gained(store_url: str) -> None:
    async def scenario(setting: Setting) -> None:
        await setting.store_entry(FIRST, read(FIRST))
        assert await setting.list_news(FIRST) == {}
        assert await setting.list_news(CORRECTED) == {FIRST.key: CORRECTED}
        setting.now += timedelta(hours=1)
        stored = await setting.store_entry(CORRECTED, read(CORRECTED))
        (change,) = stored.changes
        assert stored.articles == ()
        assert (change.kind, change.ordinal, change.relation) == ("correction", 1, "version")
        assert (change.gained, change.lost, change.story) == (("hurt",), (), read(FIRST).id)
        assert [each.field for each in change.differences] == ["body"]
        async with setting.store.transaction() as tx:
            (version,) = await tx.list_versions(read(FIRST).id)
        assert version.before.body == FLOOD

    run(store_url, scenario)


def test_the_same_reading_a_second_time_changes_nothing(store_url: str) -> None:
    async def scenario(setting: Setting) -> None:
        for entry in (FIRST, FIRST, CORRECTED):
            await setting.store_entry(entry, read(entry))
        async with setting.store.transaction() as tx:
            before = await tx.count_rows()
        assert (await setting.store_entry(CORRECTED, read(CORRECTED))).changes == ()
        async with setting.store.transaction() as tx:
            assert await tx.count_rows() == before
            assert len(await tx.list_versions(read(FIRST).id)) == 1

    run(store_url, scenario)


def test_a_change_that_means_nothing_is_not_told_and_not_read_again(store_url: str) -> None:
    spaced = make_entry("VELDEN FLOODED", FLOOD + "\n\nUpdated: 15:40")

    async def scenario(setting: Setting) -> None:
        await setting.store_entry(FIRST, read(FIRST))
        assert (await setting.store_entry(spaced, read(spaced))).changes == ()
        assert await setting.list_news(spaced) == {}
        async with setting.store.transaction() as tx:
            assert (await tx.find_articles([read(FIRST).id]))[read(FIRST).id].body == FLOOD

    run(store_url, scenario)


def test_a_match_that_a_correction_takes_away_is_lost(store_url: str) -> None:
    dry = make_entry("Velden stays dry", STRIKE)

    async def scenario(setting: Setting) -> None:
        await setting.store_entry(FIRST, read(FIRST))
        (change,) = (await setting.store_entry(dry, read(dry))).changes
        assert (change.gained, change.lost) == ((), ("floods",))
        async with setting.store.transaction() as tx:
            assert (await tx.count_rows())["matches"] == 0

    run(store_url, scenario)


def test_pages_bodies_and_articles_go_each_after_its_time_and_the_entry_is_still_known(store_url: str) -> None:
    async def scenario(setting: Setting) -> None:
        day = timedelta(days=1)
        setting.plan = replace(setting.plan, retention=Retention(raw=day, bodies=2 * day, metadata=3 * day))
        await setting.store_entry(FIRST, read(FIRST))
        gone = []
        for _ in range(6):
            gone.append(
                {name: count for name, count in (await purge_old(setting.ports, setting.plan)).items() if count}
            )
            setting.now += day + timedelta(seconds=1)
        assert gone[:4] == [{}, {"pages": 1}, {"bodies": 1}, {"articles": 1}]
        assert sum(each.get("story_index", 0) for each in gone) > 0
        assert await setting.list_news(FIRST) == {}

    run(store_url, scenario)


def test_copies_and_changes_are_counted_apart_from_what_is_new(store_url: str) -> None:
    copy = replace(read(FIRST), id=ArticleId("copy"), key=EntryKey("copy"))
    other = replace(read(make_entry("Strike in Velden", STRIKE)), id=ArticleId("other"), key=EntryKey("other"))
    counted: list[tuple[int, int]] = []

    def state_with(known: int, copies: int) -> PollState:
        counted.append((known, copies))
        return PollState(source=WIRE.id, next_poll_at=NOON, failures=known, moves=copies)

    async def scenario(setting: Setting) -> None:
        await setting.store_entry(FIRST, read(FIRST))
        for articles in [(copy, other), (copy, read(CORRECTED))]:
            reading = Reading(parsed=ParsedArticles(articles=articles))
            await store_reading(
                setting.ports, setting.plan, WIRE, reading, Cursor(alerting=True, state_with=state_with)
            )
        assert counted == [(0, 1), (2, 0)]
        async with setting.store.transaction() as tx:
            (state,) = await tx.list_poll_states()
        assert (state.failures, state.moves) == (2, 0)

    run(store_url, scenario)
