"""Templates of the operator's own, from the command line and as docs/templates.md says."""

import asyncio
import json
import os
import re
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from monitor.app import open_store
from monitor.config.settings import Settings
from monitor.model import Severity, SubscriberId
from monitor.render.templating import OVERRIDABLE
from monitor.render.views import DigestView, ExcerptView, Links, ReasonView, StoryView
from tests.builders import NOON, make_article
from tests.cli.conftest import Command
from tests.contract.stores import make_match, raise_alert

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
_CONFIG = """version: 1
subscribers:
  ana: {email: ana@example.org}
  desk: {slack: {webhook: "env:DESK_SLACK_URL"}}
routes:
  - to: [ana, desk]
    send: {daily: "07:30"}
"""
_RULES = "version: 1\nrules:\n  ports: {title: Ports, match: strike, tests: [{hit: strike}, {miss: calm}]}\n"


@pytest.fixture
def newsroom(command: Command, tmp_path: Path) -> Path:
    """A project whose secrets are not set, with one story that waits for Ana."""
    for name, text in {"config/newsroom.yaml": _CONFIG, "rules/ports.yaml": _RULES}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "config" / "templates").mkdir()

    async def store_alert() -> None:
        async with open_store(Settings(), tmp_path / "data") as store, store.transaction() as tx:
            article = make_article("Dockers begin a strike.", title="Port stands still", fetched_at=NOON)
            match = make_match(article, severity=Severity.HIGH)
            await raise_alert(tx, article, match, subscriber=SubscriberId("ana"), due_at=NOON)

    asyncio.run(store_alert())
    return tmp_path


def _own(newsroom: Path, name: str, text: str) -> None:
    (newsroom / "config" / "templates" / name).write_text(text, encoding="utf-8")


def test_a_digest_is_previewed_with_ones_own_template_and_without_any_secret(command: Command, newsroom: Path) -> None:
    _own(newsroom, "digest.txt", re.findall(r"```jinja\n(.*?)```", PAGE, re.DOTALL)[0])
    outcome = command("digest", "ana", "--out", "ana.eml")
    assert outcome.code == 0, outcome.err
    assert 'environment variable "DESK_SLACK_URL" is not set' in outcome.err
    part = message_from_bytes(Path("ana.eml").read_bytes(), policy=policy.default).get_body(("plain",))
    assert part is not None
    text = part.get_content()
    assert text.startswith("Good morning from the foreign desk.")
    assert "Port stands still" in text


def test_a_preview_shows_the_links_that_the_message_will_have(command: Command, newsroom: Path) -> None:
    assert "ask the operator of this Media Monitor" in command("digest", "ana").out
    with (newsroom / "config" / "monitor.yaml").open("a", encoding="utf-8") as settings:
        settings.write("\npublic_url: https://alerts.example.org\n")
    shown = command("digest", "ana").out
    assert "https://alerts.example.org/settings/" in shown
    assert "ask the operator" not in shown


def test_a_database_that_is_not_set_is_never_taken_for_another_one(command: Command, newsroom: Path) -> None:
    (newsroom / "config" / "monitor.yaml").write_text('database: "env:MONITOR_DSN"\n', encoding="utf-8")
    for arguments in (["digest", "ana"], ["subscribers", "list"]):
        outcome = command(*arguments)
        assert outcome.code == 1
        assert 'the setting "database" is "env:NAME" or "file:PATH", and that is not set' in outcome.err
    assert command("check").code == 0, "which opens no database"


def test_a_broken_template_is_named_by_check_and_passed_over_by_a_preview(command: Command, newsroom: Path) -> None:
    _own(newsroom, "digest.txt", "one\n{{ view.number }}\n")
    _own(newsroom, "stroy.html", "x")
    outcome = command("check")
    assert outcome.code == 1
    expected = (
        "config/templates/digest.txt:2: the template cannot be rendered: "
        "'monitor.render.views.DigestView object' has no attribute 'number'"
    )
    assert expected in outcome.err
    assert "config/templates/stroy.html: warning: no template includes this" in outcome.err
    document = json.loads(command("check", "--json").out)
    assert [problem["line"] for problem in document["problems"] if "cannot be rendered" in problem["message"]] == [2]
    preview = command("digest", "ana")
    assert "Port stands still" in preview.out
    assert "template broken" in preview.err


def test_the_page_names_every_template_and_every_value(newsroom: Path) -> None:
    assert set(re.findall(r"^\| `(\S+)` \|", PAGE, re.MULTILINE)) == set(OVERRIDABLE)
    for view in (DigestView, StoryView, ExcerptView, ReasonView, Links):
        for name in view.__dataclass_fields__:
            assert f"`{name}`" in PAGE, name


def test_the_way_to_a_copy_that_the_page_shows_works(newsroom: Path) -> None:
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    script = script.replace("python3", f'"{sys.executable}"')
    checkout = Path(__file__).parents[2]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(checkout)}
    subprocess.run(["bash", "-euc", script], check=True, cwd=newsroom, env=environment)
    shipped = checkout / "monitor" / "render" / "templates" / "digest.txt"
    assert (newsroom / "config" / "templates" / "digest.txt").read_bytes() == shipped.read_bytes()
