"""docs/pages.md is executed: its settings load, its commands run, and its table names the pages there are."""

import asyncio
import re
from pathlib import Path
from typing import get_args

from monitor.app import open_store
from monitor.config.settings import Settings, load_settings
from monitor.model import RelevanceMark, RuleId, StoryId, SubscriberId
from monitor.render.page_links import PageKind
from tests.builders import NOON
from tests.cli.conftest import Command

_PAGE = (Path(__file__).parents[2] / "docs" / "pages.md").read_text(encoding="utf-8")
_NEW, _OLD = "n" * 32, "o" * 32


def test_the_settings_of_the_page_load(tmp_path: Path) -> None:
    environment = {"MONITOR_LINK_KEY": _NEW, "MONITOR_OLD_LINK_KEY": _OLD, "WEB_PASSWORD": "long enough"}
    samples = re.findall(r"```yaml\n(.*?)```", _PAGE, re.DOTALL)
    loaded = []
    for sample in samples:
        (tmp_path / "monitor.yaml").write_text(sample, encoding="utf-8")
        loaded.append(load_settings(tmp_path, environment, dotenv_file=tmp_path / ".env"))
    assert loaded[0].public_url == "https://alerts.example.org"
    assert (loaded[1].web.host, loaded[1].web.password) == ("0.0.0.0", "long enough")
    assert [each.secret_key for each in loaded[2:]] == [(_NEW,), (_NEW, _OLD)]


def test_the_commands_of_the_page_run(command: Command, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    ana = "version: 1\nsubscribers: {ana: {email: ana@example.org}}\n"
    (tmp_path / "config" / "people.yaml").write_text(ana, encoding="utf-8")
    asyncio.run(_mark(tmp_path / "data"))
    for line in re.findall(r"^monitor (.+)$", _PAGE, re.MULTILINE):
        outcome = command(*line.split())
        assert outcome.code == 0, outcome.err
        if line == "subscribers pages ana":
            assert "settings: http://127.0.0.1:8600/settings/" in outcome.out
            assert '"public_url" is not set' in outcome.err
        if line == "subscribers marks":
            assert re.search(r"noisy +1 +2\n.*sound +1 +0\n", outcome.out, re.DOTALL)
    outcome = command("subscribers", "pages", "anna")
    assert outcome.code == 1
    assert 'no subscriber "anna" (did you mean "ana"?)' in outcome.err


async def _mark(data: Path) -> None:
    async with open_store(Settings(), data) as store, store.transaction() as tx:
        for number, (rule, relevant) in enumerate(
            [("noisy", False), ("noisy", False), ("noisy", True), ("sound", True)]
        ):
            mark = RelevanceMark(
                subscriber=SubscriberId("ana"),
                story=StoryId(f"s{number}"),
                rule=RuleId(rule),
                relevant=relevant,
                marked_at=NOON,
            )
            await tx.save_mark(mark)


def test_the_page_names_every_page() -> None:
    assert set(re.findall(r"^\| (\w+) \|", _PAGE, re.MULTILINE)) - {"page"} == set(get_args(PageKind))
