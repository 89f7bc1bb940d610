"""The statements that run at every tick find their rows through an index, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Select, SelectBase, Text, bindparam, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import create_async_engine

from monitor.model import EntryKey, EntryTraits, SourceId, SubscriberId
from monitor.ports.exports import ExportScope, Place
from monitor.store.alerts import select_due_subscribers, select_pending
from monitor.store.awaited import select_due_domains
from monitor.store.bounces import select_addressee
from monitor.store.digests import select_digests
from monitor.store.exports import select_matches
from monitor.store.numbers import pack_numbers, pack_pairs
from monitor.store.outbox import select_due_deliveries, select_failing_since, select_waiting
from monitor.store.pages import select_alike, select_led_to, select_said
from monitor.store.retention import select_old_bodies, select_old_deliveries
from monitor.store.sources import select_due_sources
from monitor.store.stories import FREQUENCIES, STORIES_WITH, TEXTS_WITH
from tests.builders import NOON
from tests.contract.stores import in_transaction

WEEK = ExportScope(since=NOON - timedelta(days=7), until=NOON)
DIALECTS = {"sqlite": sqlite.dialect, "postgresql": postgresql.dialect}


def explain(url: str, statement: SelectBase) -> str:
    kind = url.partition("+")[0]
    plain = str(statement.compile(dialect=DIALECTS[kind](), compile_kwargs={"literal_binds": True}))
    command = "EXPLAIN QUERY PLAN" if kind == "sqlite" else "EXPLAIN"

    async def run() -> str:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            if kind == "postgresql":  # on a handful of rows it would rather read them all
                await connection.execute(text("SET enable_seqscan = off"))
            plan = await connection.exec_driver_sql(f"{command} {plain}".replace("%", "%%"))
            lines = [str(row[-1]) for row in plan]
        await engine.dispose()
        return "\n".join(lines)

    in_transaction(url, lambda tx: tx.count_rows())
    return asyncio.run(run())


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (select_due_sources(NOON, limit=10), "ix_poll_states_next_poll_at_source"),
        (select_due_domains(NOON), "ix_awaited_pages_next_at"),
        (select_due_deliveries(NOON, "email", limit=10), "ix_deliveries_state_channel_next_attempt_at"),
        (select_due_subscribers(NOON), "ix_alerts_state_due_at_subscriber"),
        (select_pending(SubscriberId("ana"), NOON + timedelta(hours=1)), "ix_alerts_subscriber_state_due_at"),
        (select_waiting(), "ix_deliveries_state_channel_next_attempt_at"),
        (select_digests(SubscriberId("ana"), limit=10), "ix_digests_subscriber_composed_at"),
        (select_failing_since(SubscriberId("ana"), "webhook"), "ix_deliveries_subscriber_channel_sent_at"),
    ],
    ids=[
        "due sources",
        "pages",
        "due deliveries",
        "due subscribers",
        "pending alerts",
        "what waits",
        "digests of a subscriber",
        "since when an endpoint fails",
    ],
)
def test_a_hot_statement_uses_its_index(store_url: str, statement: Select[tuple[object, ...]], index: str) -> None:
    plan = explain(store_url, statement)
    assert index in plan
    assert "SCAN poll_states\n" not in plan


@pytest.mark.parametrize(
    ("statement", "sqlite_key", "postgres_index"),
    [
        (
            TEXTS_WITH.params(numbers="[1, 2, 3]", day=739_000),
            "text_shingles USING PRIMARY KEY (day=? AND shingle=?)",
            "pk_text_shingles",
        ),
        (
            STORIES_WITH.params(numbers="[1, 2, 3]", day=739_000),
            "story_features USING PRIMARY KEY (day=? AND feature=?)",
            "pk_story_features",
        ),
        (
            FREQUENCIES.params(numbers="[1, 2, 3]", epoch=24_000),
            "word_frequencies USING PRIMARY KEY (epoch=? AND word=?)",
            "pk_word_frequencies",
        ),
        (select_old_bodies(NOON, 10), "ix_articles_bodies", "ix_articles_bodies"),
        (select_old_deliveries(NOON, 10), "ix_deliveries_created_at", "ix_deliveries_created_at"),
        (select_matches(WEEK, None, 10), "ix_articles_fetched_at", "ix_articles_fetched_at"),
        (select_matches(WEEK, Place(NOON, 7, "ports"), 10), "ix_articles_fetched_at", "ix_articles_fetched_at"),
        (select_addressee("email", "<a@b>"), "ix_attempts_reference", "ix_attempts_reference"),
    ],
    ids=[
        "texts",
        "profiles",
        "words",
        "old bodies",
        "old messages",
        "an export",
        "more of an export",
        "whose mail came back",
    ],
)
def test_recognising_a_story_and_purging_use_their_index(
    store_url: str, statement: Select[tuple[object, ...]], sqlite_key: str, postgres_index: str
) -> None:
    assert (sqlite_key if store_url.startswith("sqlite") else postgres_index) in explain(store_url, statement)


def test_what_was_said_before_is_found_by_the_keys_of_each_entry(store_url: str) -> None:
    asked = bindparam("asked", pack_pairs([("wire", "k"), ("gazette", "k")]), Text)
    plan = explain(store_url, select_said(asked))
    is_sqlite = store_url.startswith("sqlite")
    named = "sqlite_autoindex_{}_1 (source=? AND key=?)" if is_sqlite else "{}"
    tables = ("entries", "awaited_pages") if is_sqlite else ("pk_entries", "uq_awaited_pages_source_key")
    assert [table for table in tables if named.format(table) not in plan] == []


def test_sources_are_led_to_by_two_indexes(store_url: str) -> None:
    links, likenesses = (bindparam(name, pack_numbers([1, 2]), Text) for name in ("links", "likenesses"))
    plan = explain(store_url, select_led_to(links, likenesses))
    assert [index for index in ("ix_entries_link", "ix_entries_likeness") if index not in plan] == []


def test_an_entry_is_recognised_by_three_indexes(store_url: str) -> None:
    traits = {EntryKey("k"): EntryTraits(link=1, likeness=2)}
    plan = explain(store_url, select_alike(SourceId("wire"), traits))
    by_key = "sqlite_autoindex_entries_1 (source=? AND key=?)" if store_url.startswith("sqlite") else "pk_entries"
    assert [index for index in ("ix_entries_link", "ix_entries_likeness", by_key) if index not in plan] == []
