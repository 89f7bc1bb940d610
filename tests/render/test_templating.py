"""Templates of the operator's own: used when they are sound, named when they are not, never the end of a message."""

import os
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from monitor.render.email import render_email
from monitor.render.samples import READER, list_samples
from monitor.render.template_check import check_templates, try_templates
from monitor.render.templating import OVERRIDABLE, TEMPLATES, Templates
from tests.render.samples import ANA, SENDER, full_digest, make_digest, strike_story


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "config" / TEMPLATES
    path.mkdir(parents=True)
    return path


def _render(templates: Templates) -> EmailMessage:
    data = render_email(full_digest(), ANA, sender=SENDER, templates=templates)
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _parts(templates: Templates) -> tuple[str, str]:
    """The plain text and the HTML."""
    message = _render(templates)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content().replace("\r\n", "\n"), html.get_content()


SHIPPED = _parts(Templates())


def test_a_template_of_the_same_name_takes_the_place_of_the_shipped_one(directory: Path) -> None:
    (directory / "digest.txt").write_text("Dear {{ view.subscriber }}, {{ view.count }}.\n", encoding="utf-8")
    plain, html = _parts(Templates(directory))
    assert plain == "Dear ana, 4 stories.\n"
    assert html == SHIPPED[1]


def test_theirs_may_include_each_other_and_the_shipped_ones(directory: Path) -> None:
    (directory / "greeting.txt").write_text("Good morning!\n", encoding="utf-8")
    (directory / "digest.txt").write_text(
        '{% include "greeting.txt" %}\n\n{% include "shipped/digest.txt" %}', encoding="utf-8"
    )
    plain, _ = _parts(Templates(directory))
    assert plain.startswith("Good morning!\n4 stories")
    assert plain.endswith(SHIPPED[0])
    assert check_templates(directory) == ()


def test_html_is_escaped_in_theirs_too(directory: Path) -> None:
    (directory / "digest.html").write_text(
        "{% for story in view.stories %}{{ story.headline }}{% endfor %}", encoding="utf-8"
    )
    story = strike_story()
    hostile = make_digest(story, story)
    data = render_email(hostile, ANA, sender=SENDER, templates=Templates(directory))
    assert b"<script" not in data
    (directory / "digest.html").write_text("{{ '<script>' }}", encoding="utf-8")
    assert "&lt;script&gt;" in _parts(Templates(directory))[1]


BROKEN = {
    "a syntax error": ("line one\n{% if view.count %}\nno end\n", 3, "Unexpected end of template"),
    "an unknown tag": ("{% frobnicate %}", 1, "unknown tag"),
    "a name that does not exist": ("one\ntwo {{ view.number_of_stories }}\n", 2, "no attribute 'number_of_stories'"),
    "a value that does not exist": ("\n\n{{ stoires }}", 3, "'stoires' is undefined"),
    "a way out of the sandbox": ("{{ view.__class__.__mro__ }}", 1, "unsafe"),
    "a call of what is no function": ("one\n{{ view.count() }}", 2, "not callable"),
    "a division by zero": ("{{ 1 / 0 }}", 1, "division by zero"),
    "a loop without end": ("{% for number in range(10000000) %}x{% endfor %}", 1, "Range too big"),
    "a template that does not exist": ('{% include "nowhere.html" %}', 1, "nowhere.html"),
    "a template that includes itself": ('{% include "digest.txt" %}', 1, "recursion"),
    "a file outside": ('{% include "../monitor.yaml" %}', 1, "../monitor.yaml"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_one_is_named_with_its_line_and_the_shipped_one_sent(name: str, directory: Path) -> None:
    text, line, words = BROKEN[name]
    (directory / "digest.txt").write_text(text, encoding="utf-8")
    templates = Templates(directory)
    assert _parts(templates) == SHIPPED
    (problem,) = templates.broken()
    assert (problem.file, problem.line) == ((directory / "digest.txt").as_posix(), line)
    assert words in problem.message


def test_the_line_is_that_of_the_included_file_where_the_error_is(directory: Path) -> None:
    (directory / "greeting.txt").write_text("\n\n{{ nobody }}", encoding="utf-8")
    (directory / "digest.txt").write_text('{% include "greeting.txt" %}', encoding="utf-8")
    (problem,) = check_templates(directory)
    assert (problem.file, problem.line) == ((directory / "greeting.txt").as_posix(), 3)


def test_a_file_in_another_encoding_is_broken(directory: Path) -> None:
    (directory / "digest.txt").write_bytes("Grüße".encode("latin-1"))
    templates = Templates(directory)
    assert _parts(templates) == SHIPPED
    assert "decode" in templates.broken()[0].message


def test_one_that_fails_for_some_messages_only_is_named_by_the_check(directory: Path) -> None:
    (directory / "story.html").write_text("\n{{ story.link.host }}", encoding="utf-8")
    (problem,) = check_templates(directory)
    assert (Path(problem.file).name, problem.line, problem.level) == ("story.html", 2, "error")


def test_one_that_is_mended_is_used_at_once_and_no_longer_named(directory: Path) -> None:
    path = directory / "digest.txt"
    path.write_text("{{ nobody }}", encoding="utf-8")
    templates = Templates(directory)
    assert _parts(templates) == SHIPPED
    assert len(templates.broken()) == 1
    path.write_text("{{ view.count }}", encoding="utf-8")
    os.utime(path, (1, 1))  # at another time than before, however fast this runs
    assert _parts(templates)[0] == "4 stories\n"
    assert templates.broken() == ()


def test_one_that_is_taken_away_leaves_the_shipped_one(directory: Path) -> None:
    path = directory / "digest.txt"
    path.write_text("{{ nobody }}", encoding="utf-8")
    templates = Templates(directory)
    try_templates(templates)
    path.unlink()
    assert _parts(templates) == SHIPPED
    assert templates.broken() == ()


def test_a_misspelt_name_is_warned_of(directory: Path) -> None:
    (directory / "digets.html").write_text("x", encoding="utf-8")
    (directory / ".digest.html.swp").write_text("x", encoding="utf-8")
    (problem,) = check_templates(directory)
    assert problem.level == "warning"
    assert problem.message.endswith('(did you mean "digest.html"?)')


def test_copies_of_the_shipped_ones_are_sound_and_change_nothing(directory: Path) -> None:
    shipped = Path(__file__).parents[2] / "monitor" / "render" / "templates"
    for name in OVERRIDABLE:
        (directory / name).write_bytes((shipped / name).read_bytes())
    assert check_templates(directory) == ()
    assert _parts(Templates(directory)) == SHIPPED


def test_without_a_directory_nothing_is_wrong(tmp_path: Path) -> None:
    assert check_templates(tmp_path / "nowhere") == ()
    assert _parts(Templates(tmp_path / "nowhere")) == SHIPPED


def test_the_samples_show_every_kind_of_message() -> None:
    texts = [render_email(sample, READER, sender=SENDER).decode("utf-8", "replace") for sample in list_samples()]
    assert len(set(texts)) == len(texts)
    for words in ("This is a test message", "Floods", "more, over the number", "0 of 4,212", "has not answered"):
        assert any(words in text for text in texts), words
