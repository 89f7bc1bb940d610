"""Every store: transactions are whole or nothing, and opening one is safe at any time."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from monitor.errors import StoreError
from monitor.ports import Store, Transaction
from monitor.store.database import Database
from monitor.store.schema import metadata
from tests.builders import make_article
from tests.contract.stores import in_store, in_transaction, make_match, opened, raise_alert

CHECKOUT = Path(__file__).parents[2]


async def count_articles(database: Database) -> int:
    async with database.transaction() as tx:
        return (await tx.count_rows())["articles"]


def test_a_transaction_that_raises_leaves_nothing(store_url: str) -> None:
    async def fail(tx: Transaction) -> None:
        await raise_alert(tx, make_article("Harbour strike."))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(store_url, fail)
    assert set(in_transaction(store_url, lambda tx: tx.count_rows()).values()) == {0}


def test_a_transaction_that_is_cancelled_leaves_nothing_and_the_store_usable(store_url: str) -> None:
    async def scenario(database: Database) -> None:
        inside = asyncio.Event()

        async def store_and_wait() -> None:
            async with database.transaction() as tx:
                await raise_alert(tx, make_article("Harbour strike."))
                inside.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(store_and_wait())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await count_articles(database) == 0

    in_store(store_url, scenario)


def test_cancelling_in_the_middle_of_a_statement_leaves_the_store_usable(store_url: str) -> None:
    articles = [make_article(f"Body {number}.", key=f"k{number}") for number in range(300)]

    async def store_all(database: Database) -> None:
        async with database.transaction() as tx:
            await tx.add_articles(articles)
            await asyncio.Event().wait()

    async def scenario(database: Database) -> None:
        for turns in range(1, 40, 3):
            task = asyncio.create_task(store_all(database))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert await count_articles(database) == 0

    in_store(store_url, scenario)


def test_a_refused_statement_rolls_the_transaction_back_and_the_next_one_works(store_url: str) -> None:
    async def store_match_without_rule(database: Database) -> None:
        async with database.transaction() as tx:
            await tx.add_articles([make_article("Harbour strike.")])
            await tx.add_matches([make_match(make_article("Harbour strike."))])

    async def scenario(database: Database) -> None:
        with pytest.raises(StoreError, match=r"refused a statement: (?i:.*foreign key)"):
            await store_match_without_rule(database)
        assert await count_articles(database) == 0

    in_store(store_url, scenario)


def test_transactions_of_one_store_may_overlap(store_url: str) -> None:
    async def store_one(database: Database, number: int) -> None:
        async with database.transaction() as tx:
            await asyncio.sleep(0)
            await tx.add_articles([make_article(f"Body {number}.", key=f"k{number}")])

    async def scenario(database: Database) -> None:
        await asyncio.gather(*(store_one(database, number) for number in range(30)))
        assert await count_articles(database) == 30

    in_store(store_url, scenario)


def test_crash_points_are_told_before_and_after_each_commit(store_url: str) -> None:
    points: list[str] = []

    async def scenario() -> None:
        database = await Database.open(store_url, reached=points.append)
        assert points == []
        async with database.transaction():
            assert points == []
        with pytest.raises(ZeroDivisionError):
            async with database.transaction():
                raise ZeroDivisionError
        await database.close()

    asyncio.run(scenario())
    assert points == ["before commit", "after commit"]


@pytest.mark.parametrize(("point", "kept"), [("before commit", 0), ("after commit", 1)])
def test_a_killed_process_leaves_whole_transactions_only(store_url: str, point: str, kept: int) -> None:
    killed = subprocess.run([sys.executable, "-m", "tests.contract.killed", store_url, point], cwd=CHECKOUT)
    assert killed.returncode == -signal.SIGKILL
    assert set(in_transaction(store_url, lambda tx: tx.count_rows()).values()) <= {0, kept}
    assert in_store(store_url, count_articles) == kept
    in_transaction(store_url, lambda tx: raise_alert(tx, make_article("Harbour strike.")))
    assert in_store(store_url, count_articles) == 1


def test_many_processes_may_open_an_empty_database_at_once(store_url: str) -> None:
    opening = (
        "import asyncio, sys; from monitor.store.database import Database; asyncio.run(Database.open(sys.argv[1]))"
    )
    command = [sys.executable, "-c", opening, store_url]
    started = [subprocess.Popen(command, cwd=CHECKOUT, stderr=subprocess.PIPE) for _ in range(3)]
    outcomes = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], outcomes
    assert in_store(store_url, count_articles) == 0


def test_opening_again_and_at_once_keeps_what_is_there(store_url: str) -> None:
    async def open_and_count(_: int) -> int:
        async with opened(store_url) as database:
            return await count_articles(database)

    async def scenario() -> list[int]:
        return await asyncio.gather(*map(open_and_count, range(4)))

    in_transaction(store_url, lambda tx: raise_alert(tx, make_article("Harbour strike.")))
    assert asyncio.run(scenario()) == [1, 1, 1, 1]


def in_connection(url: str, act) -> object:  # type: ignore[no-untyped-def]
    async def run() -> object:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            result: object = await connection.run_sync(act)
        await engine.dispose()
        return result

    return asyncio.run(run())


def test_a_store_of_this_version_has_no_fault_and_one_of_another_names_it(store_url: str) -> None:
    async def scenario(database: Database) -> tuple[str | None, str | None]:
        before = await database.find_fault()
        engine = create_async_engine(store_url)
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = 'v9999_future'"))
        await engine.dispose()
        return before, await database.find_fault()

    assert in_store(store_url, scenario) == (None, "the schema of the store is that of another version")


def test_the_migrations_make_the_schema_of_the_code(store_url: str) -> None:
    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))

    in_store(store_url, count_articles)
    assert in_connection(store_url, compare) == []


def test_a_database_of_a_newer_version_is_refused_and_left_alone(store_url: str) -> None:
    in_transaction(store_url, lambda tx: raise_alert(tx, make_article("Harbour strike.")))
    present = in_connection(store_url, lambda connection: connection.scalar(text("SELECT * FROM alembic_version")))
    set_version = text("UPDATE alembic_version SET version_num = :version")
    in_connection(store_url, lambda connection: connection.execute(set_version, {"version": "z"}))
    with pytest.raises(StoreError, match=r"written by a newer version"):
        in_store(store_url, count_articles)
    in_connection(store_url, lambda connection: connection.execute(set_version, {"version": present}))
    assert in_store(store_url, count_articles) == 1


def test_a_database_of_another_program_is_refused_and_left_alone(store_url: str) -> None:
    in_connection(store_url, lambda connection: connection.execute(text("CREATE TABLE invoices (id INTEGER)")))
    with pytest.raises(StoreError, match=r'belongs to another program: it holds the table "invoices"'):
        in_store(store_url, count_articles)
    in_connection(store_url, lambda connection: connection.execute(text("SELECT * FROM invoices")))


def test_a_database_is_a_store(store_url: str) -> None:
    """Held by the type checker as well: the assignment fails to check when a method differs from the port's."""

    async def scenario(database: Database) -> None:
        store: Store = database
        async with store.transaction() as tx:
            assert await tx.list_poll_states() == ()

    in_store(store_url, scenario)


def test_an_error_of_the_caller_leaves_a_transaction_as_it_is(store_url: str) -> None:
    async def read_a_file(_: Transaction) -> None:
        raise FileNotFoundError("no such template")

    with pytest.raises(FileNotFoundError, match="no such template"):
        in_transaction(store_url, read_a_file)
