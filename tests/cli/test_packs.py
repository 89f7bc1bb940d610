"""`pack`: ready-made actors on stdout, without those that the rules have."""

from pathlib import Path

import pytest

from monitor.match.rules import load_rules
from tests.cli.conftest import Command


def test_a_pack_put_beside_the_shipped_rules_is_sound(command: Command, project: Path) -> None:
    outcome = command("pack", "countries", "--languages", "en, ru")
    assert outcome.code == 0
    assert outcome.err.startswith("left out, because rules has them: armenia, azerbaijan")
    (project / "rules" / "countries.yaml").write_text(outcome.out, encoding="utf-8")
    assert command("check", "--strict").code == 0
    again = command("pack", "countries", "--languages", "en")
    assert load_rules([("again.yaml", again.out)]).actors == {}


def test_a_pack_needs_no_project_and_takes_the_countries_asked_for(command: Command) -> None:
    outcome = command("pack", "countries", "--only", "fr,DE")
    assert (outcome.code, outcome.err) == (0, "")
    pack = load_rules([("pack.yaml", outcome.out)])
    assert tuple(pack.actors) == ("france", "germany")
    assert len(pack.actors["france"].languages) > 20


def test_the_languages_of_the_settings_are_the_default(command: Command, project: Path) -> None:
    (project / "config" / "monitor.yaml").write_text("languages: [en, hy]\n", encoding="utf-8")
    pack = load_rules([("pack.yaml", command("pack", "countries", "--only", "FR").out)])
    assert pack.actors["france"].languages == ("en", "hy")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("cities",), 2, '"cities" is none of "countries"'),
        (("countries", "--only", "UK"), 1, 'unknown country "UK"'),
        (("countries", "--languages", "xx"), 1, '"xx" is no language'),
    ],
)
def test_what_is_not_known_is_refused(command: Command, arguments: tuple[str, ...], code: int, message: str) -> None:
    outcome = command("pack", *arguments)
    assert outcome.code == code
    assert message in outcome.err
    assert outcome.out == ""
