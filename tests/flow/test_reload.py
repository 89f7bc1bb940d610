"""Files that change while the service runs: taken up within seconds, and what is wrong in them takes nothing away."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.flow.newsroom import PATIENCE, Newsroom, open_newsroom, stop

_RULE = """
version: 1
rules:
  river-levels:
    title: {title}
    severity: high
    match: {match}
"""
# Of other events than those told before them, or they would join a story that was told already.
_ORCHARDS = "Growers along the Orsa count the blossom in their orchards that one night of frost has killed."
_SALMON = "Anglers blame the winter of drought for how few salmon climb the Orsa to their spawning grounds."
_PLACE = "rules/floods.yaml:7:"


class _Service:
    """`monitor run`, and what it logs."""

    def __init__(self, newsroom: Newsroom, process: asyncio.subprocess.Process) -> None:
        self.newsroom = newsroom
        self.process = process

    async def wait_for(self, event: str) -> dict[str, Any]:
        """The next line of that event."""
        assert self.process.stderr is not None
        while line := await asyncio.wait_for(self.process.stderr.readline(), PATIENCE):
            entry: dict[str, Any] = json.loads(line) if line.startswith(b"{") else {}
            if entry.get("event") == event:
                return entry
        raise AssertionError(f'the service ended without "{event}"')

    async def wait_for_refusal(self, event: str) -> dict[str, Any]:
        """The next line of that event, and then the one that says what else was taken up."""
        refusal = await self.wait_for(event)
        await self.wait_for("reloaded")
        return refusal

    async def expect_alert(self, guid: str, title: str, body: str) -> dict[str, Any]:
        """Publish an entry; the one match of the message that comes of it."""
        self.newsroom.publish(guid, title, body)
        count = len(self.newsroom.receiver.requests) + 1
        await asyncio.wait_for(self.newsroom.receiver.wait_for(count), PATIENCE)
        (story,) = json.loads(self.newsroom.receiver.requests[-1].body)["data"]["stories"]
        assert story["article"]["title"] == title
        (match,) = story["matches"]
        return dict(match)


def _write_rule(newsroom: Newsroom, match: str, title: str = "Levels of the Orsa") -> None:
    (newsroom.directory / "rules" / "floods.yaml").write_text(_RULE.format(title=title, match=match), encoding="utf-8")


async def _start(newsroom: Newsroom) -> _Service:
    newsroom.write_project(to="system", alert_backlog=True)
    _write_rule(newsroom, "{all: [Orsa, drought]}")
    service = _Service(newsroom, await newsroom.start("-m", "monitor", "run"))
    await service.wait_for("started")
    return service


async def _doctor(newsroom: Newsroom) -> str:
    process = await newsroom.start("-m", "monitor", "doctor")
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, err.decode()
    return (out + err).decode()


def test_a_changed_rule_is_live_within_seconds_and_a_broken_one_keeps_its_last_good_version(tmp_path: Path) -> None:
    asyncio.run(_change_break_and_mend(tmp_path))


async def _change_break_and_mend(directory: Path) -> None:
    async with open_newsroom(directory) as newsroom:
        service = await _start(newsroom)
        first = await service.expect_alert("1", "Drought", "A drought has emptied the Orsa above the old bridge.")

        _write_rule(newsroom, "{all: [Orsa, frost]}")
        taken_up = await service.wait_for("reloaded")
        assert (taken_up["changed"], taken_up["compiled"]) == (["river-levels"], True)
        newsroom.publish("2", "Drought again", "The Orsa is dry once more; another drought is feared by the council.")
        second = await service.expect_alert("3", "Frost", "Frost has closed the Orsa to boats for the third day.")
        assert second["version"] != first["version"]

        _write_rule(newsroom, "{all: [Orsa, {contain: ice}]}")
        broken = await service.wait_for_refusal("rules not loaded")
        assert broken["problems"][0].startswith(_PLACE)
        assert broken["still_live"] == ["river-levels"]
        third = await service.expect_alert("4", "Orchards", _ORCHARDS)
        assert third["version"] == second["version"]
        told = await _doctor(newsroom)
        assert 'rule "river-levels"' in told
        assert _PLACE in told

        _write_rule(newsroom, "{all: [Orsa, ice]}")
        await service.wait_for("reloaded")
        fourth = await service.expect_alert("5", "Ice", "Ice is drifting down the Orsa, harbour masters report today.")
        assert fourth["version"] not in (first["version"], second["version"])
        assert "river-levels" not in await _doctor(newsroom)
        await stop(service.process)
        assert len(newsroom.receiver.requests) == 4


def test_a_file_that_no_longer_parses_takes_no_rule_away_and_one_that_is_deleted_does(tmp_path: Path) -> None:
    asyncio.run(_damage_and_delete(tmp_path))


async def _damage_and_delete(directory: Path) -> None:
    async with open_newsroom(directory) as newsroom:
        service = await _start(newsroom)
        _write_rule(newsroom, "{all: [Orsa, drought")
        broken = await service.wait_for_refusal("rules not loaded")
        assert "not valid YAML" in broken["problems"][0]
        assert broken["still_live"] == ["river-levels"]
        await service.expect_alert("1", "Drought", "A drought has emptied the Orsa above the old bridge.")

        (directory / "rules" / "floods.yaml").unlink()
        (directory / "rules" / "lakes.yml").write_text(
            "version: 1\nrules:\n  river-lakes: {title: Lakes, match: lake}\n", encoding="utf-8"
        )
        assert (await service.wait_for("rules gone"))["rules"] == ["river-levels"]
        assert (await service.wait_for("reloaded"))["new"] == ["river-lakes"]
        newsroom.publish("2", "Drought again", "The Orsa is dry once more; another drought is feared by the council.")
        match = await service.expect_alert("3", "Lake", "The lake above the dam has reached its summer level.")
        assert match["rule"] == "river-lakes"
        await stop(service.process)
        assert len(newsroom.receiver.requests) == 2


def test_a_new_subscriber_and_source_are_taken_up_and_a_configuration_with_an_error_changes_nothing(
    tmp_path: Path,
) -> None:
    asyncio.run(_change_configuration(tmp_path))


async def _change_configuration(directory: Path) -> None:
    async with open_newsroom(directory) as newsroom:
        service = await _start(newsroom)
        more = directory / "config" / "more.yaml"
        more.write_text("version: 1\nroutes:\n  - to: [nobody]\n    send: {now: true}\n", encoding="utf-8")
        refused = await service.wait_for_refusal("configuration not loaded")
        assert refused["problems"][0].startswith("config/more.yaml:3:")
        await service.expect_alert("1", "Drought", "A drought has emptied the Orsa above the old bridge.")

        newsroom.site.put("/other.xml", _OTHER)
        more.write_text(
            f'version: 1\nsources:\n  other: {{feed: "{newsroom.site.url}/other.xml", alert_backlog: true}}\n'
            "subscribers:\n  ben: {email: ben@example.org}\n"
            "routes:\n  - {to: [ben], send: {now: true}}\n",
            encoding="utf-8",
        )
        taken_up = await service.wait_for("reloaded")
        assert taken_up["sources"] == 2
        assert taken_up["compiled"] is False
        await asyncio.wait_for(newsroom.sink.wait_for(1), PATIENCE)
        assert newsroom.sink.messages[0].recipients == ("ben@example.org",)
        await stop(service.process)


_OTHER = (
    b"<?xml version='1.0'?><rss version='2.0'><channel><title>Other</title><item><guid>x</guid><title>Dry</title>"
    b"<description>The drought along the Orsa goes on, farmers of three counties say.</description></item>"
    b"</channel></rss>"
)


_TWO = """
version: 1
rules:
  river-levels: {{match: {match}, severity: high}}
  river-ice: {{match: {{all: [Orsa, ice]}}, severity: high}}
"""


def test_a_start_with_a_broken_rule_keeps_its_last_good_version_and_goes_on_with_the_others(tmp_path: Path) -> None:
    asyncio.run(_restart_broken(tmp_path))


async def _restart_broken(directory: Path) -> None:
    async with open_newsroom(directory) as newsroom:
        service = await _start(newsroom)
        first = await service.expect_alert("1", "Drought", "A drought has emptied the Orsa above the old bridge.")
        await stop(service.process)

        (directory / "rules" / "floods.yaml").write_text(_TWO.format(match="{contain: ice}"), encoding="utf-8")
        again = _Service(newsroom, await newsroom.start("-m", "monitor", "run"))
        broken = await again.wait_for("rules not loaded")
        assert "floods.yaml:4:" in broken["problems"][0]
        assert broken["still_live"] == ["river-levels"]
        second = await again.expect_alert("2", "Salmon", _SALMON)
        assert (second["rule"], second["version"]) == ("river-levels", first["version"])
        third = await again.expect_alert("3", "Ice", "Ice is drifting down the Orsa, harbour masters report today.")
        assert third["rule"] == "river-ice"
        assert 'rule "river-levels" has not loaded since' in await _doctor(newsroom)

        _write_rule(newsroom, "{all: [Orsa, frost]}")
        await again.wait_for("reloaded")
        assert "river-levels" not in await _doctor(newsroom)
        await stop(again.process)


def test_a_first_start_with_a_broken_rule_goes_on_with_the_others_and_names_it(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_newsroom(tmp_path) as newsroom:
            newsroom.write_project(to="system", alert_backlog=True)
            (tmp_path / "rules" / "floods.yaml").write_text(_TWO.format(match="{contain: ice}"), encoding="utf-8")
            service = _Service(newsroom, await newsroom.start("-m", "monitor", "run"))
            assert "still_live" not in await service.wait_for("rules not loaded")
            await service.expect_alert("1", "Ice", "Ice is drifting down the Orsa, harbour masters report today.")
            assert "no version of it is live" in await _doctor(newsroom)
            await stop(service.process)

    asyncio.run(run())


def test_a_start_without_a_rules_directory_is_refused(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_newsroom(tmp_path) as newsroom:
            process = await newsroom.start("-m", "monitor", "run", "--rules", "ruels")
            _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
            assert process.returncode == 1
            assert "ruels: no such file or directory" in err.decode()

    asyncio.run(run())
