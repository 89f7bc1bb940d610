"""What supervisors and monitoring systems are told, and that it is the truth."""

import asyncio
import json
import sqlite3
from base64 import b64encode
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.errors import StoreError
from monitor.model import DeliveryId, PollState, RuleId, RuleState, Source, SourceId, SubscriberId
from monitor.pipeline import Sent, Stored
from monitor.ports import Transaction
from monitor.web.metrics import Meters
from monitor.web.vitals import Vitals
from tests.builders import NOON, make_article
from tests.contract.stores import make_delivery, make_digest
from tests.web.site import PLAN, Answer, Town, open_town

_DOCUMENT = Path(__file__).parents[2] / "docs" / "deployment.md"
_PASSWORD = "correct horse"


class _Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class _SilentStore:
    """A store whose database has gone."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        raise StoreError("db.internal refused the connection")

    async def find_fault(self) -> str | None:
        raise StoreError("db.internal refused the connection")


def _verdict(answer: Answer) -> tuple[int, bool, list[str]]:
    document = json.loads(answer.text)
    return answer.status, document["ok"], document["reasons"]


def test_a_service_that_has_all_it_needs_is_alive_and_ready(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path, rules=lambda: 3) as town:
            assert _verdict(await town.get("/healthz")) == (200, True, [])
            ready = await town.get("/readyz")
            assert _verdict(ready) == (200, True, [])
            assert json.loads(ready.text)["rules"] == 3
            assert ready.headers["Cache-Control"] == "no-store"

    asyncio.run(scenario())


def test_a_scheduler_that_stopped_ticking_is_not_ready_and_then_not_alive(tmp_path: Path) -> None:
    async def scenario() -> None:
        seconds = _Seconds()
        async with open_town(tmp_path, rules=lambda: 1, vitals=Vitals(seconds)) as town:
            seconds.now += 20
            assert _verdict(await town.get("/healthz"))[0] == 200
            assert _verdict(await town.get("/readyz")) == (503, False, ["the scheduler has not ticked for 20 s"])
            seconds.now += 60
            assert _verdict(await town.get("/healthz")) == (503, False, ["the scheduler has not ticked for 80 s"])
            await town.site.vitals.tick()
            assert _verdict(await town.get("/healthz"))[0] == _verdict(await town.get("/readyz"))[0] == 200

    asyncio.run(scenario())


def test_without_any_rule_in_force_the_service_is_not_ready(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path, rules=lambda: 0) as town:
            assert _verdict(await town.get("/readyz")) == (503, False, ["no rule is in force"])

    asyncio.run(scenario())


def test_a_rule_that_did_not_load_is_named_while_the_others_work(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path, rules=lambda: 1) as town:
            async with town.site.store.transaction() as tx:
                await tx.save_rule_states([RuleState(rule=RuleId("broken"), version=None, problem="x", since=NOON)])
            ready = await town.get("/readyz")
            assert ready.status == 200
            assert json.loads(ready.text)["broken_rules"] == ["broken"]

    asyncio.run(scenario())


def test_a_schema_of_another_version_is_not_ready(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path, rules=lambda: 1) as town:
            with closing(sqlite3.connect(tmp_path / "monitor.sqlite3", isolation_level=None)) as database:
                database.execute("UPDATE alembic_version SET version_num = 'v9999_future'")
            expected = ["the schema of the store is that of another version"]
            assert _verdict(await town.get("/readyz")) == (503, False, expected)
            assert _verdict(await town.get("/healthz"))[0] == 200, "a restart would not help"

    asyncio.run(scenario())


def test_a_store_that_does_not_answer_is_not_ready_and_its_own_words_stay_here(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path, rules=lambda: 1) as town:
            object.__setattr__(town.site, "store", _SilentStore())
            ready = await town.get("/readyz")
            assert _verdict(ready) == (503, False, ["the store does not answer"])
            metrics = await town.get("/metrics")
            assert metrics.status == 200
            assert "monitor_store_up 0.0" in metrics.text
            assert "db.internal" not in ready.text + metrics.text

    asyncio.run(scenario())


def _samples(text: str) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(text)
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def _count_something(meters: Meters) -> None:
    gazette, ana = SourceId("gazette"), SubscriberId("ana")
    meters.count_polls([Stored(source=gazette, articles=(make_article(),)), Stored(source=gazette)])
    meters.count_polls([Stored(source=gazette, error="gone"), Stored(source=gazette, waiting=2)])
    late = timedelta(seconds=75)
    meters.count_deliveries([Sent(delivery=DeliveryId("1"), subscriber=ana, channel="email", latency=late)])
    meters.count_deliveries([Sent(delivery=DeliveryId("1"), subscriber=ana, channel="slack", error="no")])


async def _fill_store(town: Town) -> None:
    async with town.site.store.transaction() as tx:
        digest = make_digest("d9", NOON - timedelta(days=1))
        made_at, due_at = NOON - timedelta(minutes=10), NOON - timedelta(minutes=4)
        waiting = make_delivery(digest, created_at=made_at, next_attempt_at=due_at)
        dead = make_delivery(digest, channel="slack", state="dead", next_attempt_at=None)
        await tx.add_digest(digest, [], [waiting, dead])
        await tx.save_poll_state(PollState(source=SourceId("down"), next_poll_at=NOON, last_polled_at=NOON, failures=3))
        await tx.save_poll_state(PollState(source=SourceId("fine"), next_poll_at=NOON, last_polled_at=NOON))
        await tx.save_poll_state(PollState(source=SourceId("removed"), next_poll_at=NOON, last_polled_at=NOON))


def test_the_metrics_say_how_things_stand(tmp_path: Path) -> None:
    async def scenario() -> None:
        names = [SourceId(name) for name in ("down", "fine", "untried")]
        sources = {name: Source(id=name, kind="feed", address=f"https://{name}.example.org/") for name in names}
        async with open_town(tmp_path, plan=replace(PLAN, sources=sources), rules=lambda: 7) as town:
            await _fill_store(town)
            _count_something(town.site.meters)
            found = _samples((await town.get("/metrics")).text)
            expected = {
                ("monitor_polls_total", "new"): 2,
                ("monitor_polls_total", "nothing_new"): 1,
                ("monitor_polls_total", "failed"): 1,
                ("monitor_articles_total",): 1,
                ("monitor_matches_total",): 0,
                ("monitor_delivery_attempts_total", "email", "accepted"): 1,
                ("monitor_delivery_attempts_total", "slack", "failed"): 1,
                ("monitor_delivery_attempts_total", "webhook", "failed"): 0,
                ("monitor_delivery_latency_seconds_sum", "email"): 75,
                ("monitor_delivery_latency_seconds_bucket", "email", "60.0"): 0,
                ("monitor_delivery_latency_seconds_bucket", "email", "90.0"): 1,
                ("monitor_outbox_pending",): 1,
                ("monitor_outbox_age_seconds",): 600,
                ("monitor_outbox_overdue_seconds",): 240,
                ("monitor_dead_letters",): 1,
                ("monitor_rules", "live"): 7,
                ("monitor_rules", "broken"): 0,
                ("monitor_sources", "ok"): 1,
                ("monitor_sources", "failing"): 1,
                ("monitor_sources", "new"): 1,
                ("monitor_sources", "quiet"): 0,
                ("monitor_store_up",): 1,
            }
            assert {name: found.get(name) for name in expected} == expected

    asyncio.run(scenario())


def test_an_idle_outbox_has_no_age(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            found = _samples((await town.get("/metrics")).text)
            assert found["monitor_outbox_age_seconds",] == found["monitor_outbox_overdue_seconds",] == 0

    asyncio.run(scenario())


def test_openmetrics_is_spoken_to_those_who_ask_for_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            answer = await town.get("/metrics", Accept="application/openmetrics-text; version=1.0.0")
            assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
            assert answer.text.endswith("# EOF\n")

    asyncio.run(scenario())


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP"])
def test_without_a_password_metrics_are_for_this_machine_and_not_for_those_behind_a_proxy(
    header: str, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            assert (await town.get("/metrics")).status == 200
            refused = await town.get("/metrics", **{header: "192.0.2.7"})
            assert refused.status == 403
            assert "monitor_" not in refused.text

    asyncio.run(scenario())


def _basic(password: str) -> str:
    return f"Basic {b64encode(f'anybody:{password}'.encode()).decode()}"


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (_basic(_PASSWORD), 200),
        (_basic("wrong"), 401),
        (_basic(""), 401),
        ("Basic !!!", 401),
        ("Basic /////w==", 401),
        (f"Bearer {_PASSWORD}", 401),
        ("", 401),
    ],
)
def test_with_a_password_metrics_ask_for_it(authorization: str, status: int, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path, password=_PASSWORD) as town:
            answer = await town.get("/metrics", Authorization=authorization, **{"X-Forwarded-For": "192.0.2.7"})
            assert answer.status == status
            assert (answer.status == 200) == ("monitor_store_up" in answer.text)
            assert ("WWW-Authenticate" in answer.headers) == (status == 401)
            assert (await town.get("/healthz")).status == 200, "a supervisor has no password"
            assert _PASSWORD not in repr(town.site)

    asyncio.run(scenario())


def test_the_documentation_names_every_metric() -> None:
    text = Meters().write("")[0].decode()
    known: dict[str, Any] = {
        sample.partition("{")[0].split(" ")[2]: None
        for sample in text.splitlines()
        if sample.startswith("# TYPE monitor_")
    }
    rows = _DOCUMENT.read_text(encoding="utf-8").splitlines()
    told = {line.split("`")[1].partition("{")[0] for line in rows if line.startswith("| `monitor_")}
    assert told == {name for name in known if not name.endswith("_created")}
