"""`monitor run` as a process: one to a data directory, alive for the doctor, and stopped without harm."""

import asyncio
import sqlite3
from pathlib import Path

from tests.flow.newsroom import PATIENCE, Newsroom, open_newsroom, stop


def test_a_second_service_on_the_same_data_is_refused_and_the_doctor_finds_the_first_alive(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_newsroom(tmp_path) as newsroom:
            first = await newsroom.start("-m", "monitor", "run")
            await asyncio.wait_for(newsroom.site.wait_for(1), PATIENCE)
            code, refusal = await _run_to_end(newsroom, "run")
            assert code == 1
            assert 'is in use by another "monitor run"' in refusal
            assert str(first.pid) in refusal
            assert (await _run_to_end(newsroom, "doctor"))[0] == 0
            await stop(first)

    asyncio.run(run())


def test_ctrl_c_leaves_a_usable_database(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_newsroom(tmp_path) as newsroom:
            newsroom.write_project(alert_backlog=True)
            newsroom.publish("1", "Orsa floods the mill quarter", "The Orsa flooded the mill quarter overnight.")
            service = await newsroom.start("-m", "monitor", "run")
            await newsroom.wait_for_messages(1)
            service.send_signal(2)
            await asyncio.wait_for(service.communicate(), PATIENCE)
            assert service.returncode == 0
            database = sqlite3.connect(tmp_path / "data" / "monitor.sqlite3")
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            database.close()

    asyncio.run(run())


def test_a_refused_recipient_is_named_and_kept_and_the_others_get_theirs(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_newsroom(tmp_path) as newsroom:
            newsroom.write_project(alert_backlog=True)
            newsroom.sink.refuse("ana@example.org")
            newsroom.publish("1", "Orsa floods the mill quarter", "The Orsa flooded the mill quarter overnight.")
            code, log = await _run_to_end(newsroom, "run", "--once")
            assert code == 0
            assert newsroom.messages() == (0, 1, 1)
            assert "no such mailbox" in log
            _, listed = await _run_to_end(newsroom, "deliveries", "list", "--state", "dead")
            assert "ana" in listed

    asyncio.run(run())


async def _run_to_end(newsroom: Newsroom, *arguments: str) -> tuple[int | None, str]:
    process = await newsroom.start("-m", "monitor", *arguments)
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode, ((out or b"") + err).decode()
