import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Digest, SourceId
from monitor.render.slack import escape, render_slack
from tests.builders import make_article
from tests.render.golden import assert_golden
from tests.render.samples import ANA, PORT_STRIKES, full_digest, make_digest, make_story, strike_story


def _read(digest: Digest) -> dict[str, Any]:
    message = json.loads(render_slack(digest, ANA))
    assert isinstance(message, dict)
    return message


def _texts_of(message: dict[str, Any]) -> list[str]:
    texts = [message["text"]]
    for block in message["blocks"]:
        texts += [part["text"] for part in block.get("elements", [block.get("text")])]
    return texts


def _assert_within_limits(message: dict[str, Any]) -> None:
    assert message["text"]
    assert 1 <= len(message["blocks"]) <= 50
    assert len(json.dumps(message["blocks"], ensure_ascii=False)) < 13_000
    limits = {"header": 150, "section": 3_000, "context": 3_000}
    for block in message["blocks"]:
        parts = block.get("elements", [block.get("text")])
        assert len(parts) <= 10
        assert all(0 < len(part["text"]) <= limits[block["type"]] for part in parts)


def test_a_message_is_the_same_bytes_every_time() -> None:
    assert_golden("digest.slack.json", render_slack(full_digest(), ANA))


def test_a_message_says_what_matched_why_and_where() -> None:
    message = _read(make_digest(strike_story()))
    _assert_within_limits(message)
    assert message["text"].startswith("1 story: 1 high – 2 March 2026, 07:30\n• High: <https://harbourwire.example/")
    text = "\n".join(_texts_of(message)).replace("\u200b", "")
    assert "*<https://harbourwire.example/alvera-strike|Dockers at the port of Alvera vote to strike>*" in text
    assert "to *stop work* at the *port of Alvera* from" in text
    assert "Why you get this: *Strikes at seaports* – Strikes and lockouts" in text
    assert "<https://harbourwire.example/alvera-strike|Read at harbourwire.example>" in text
    assert "Asia/Yerevan (UTC+04:00)" in text


@pytest.mark.parametrize(
    "hostile", ["<!channel>", "<!here|x>", "<@U123>", "<https://evil.example|click>", "@channel", "@Everyone", "a|b>c"]
)
def test_foreign_text_cannot_call_a_channel_or_make_a_link(hostile: str) -> None:
    article = make_article(f"{hostile} dam {hostile}", title=hostile, source=SourceId(hostile))
    rule = replace(PORT_STRIKES, title=hostile, why=hostile)
    message = _read(make_digest(make_story(article, ("a", "dam"), rule=rule, also_in=(SourceId(hostile),))))
    for text in _texts_of(message):
        assert "<" not in text
        assert "@channel" not in text
        assert "@Everyone" not in text


def test_formatting_letters_are_shown_and_do_nothing() -> None:
    assert escape("*bold* `code` ~gone~ & <b>") == "∗bold∗ ˋcodeˋ ∼gone∼ &amp; &lt;b&gt;"


def test_no_web_address_can_end_its_link() -> None:
    article = make_article("dam", title="Dam", url="https://example.org/a|b>c&d=<!channel>")
    text = "\n".join(_texts_of(_read(make_digest(make_story(article, ("a", "dam"))))))
    assert "<https://example.org/a%7Cb%3Ec&amp;d=%3C!channel%3E|Dam>" in text


def test_five_hundred_stories_stay_within_the_limits_and_the_rest_is_counted() -> None:
    stories = tuple(
        make_story(make_article(f"The dam {number} <broke>. " * 30, title=f"Dam {number}"), ("a", "dam"))
        for number in range(500)
    )
    message = _read(make_digest(*stories, omitted=7))
    _assert_within_limits(message)
    shown = sum(block["type"] == "section" for block in message["blocks"])
    assert 0 < shown < 24
    assert message["blocks"][-1]["elements"][0]["text"] == f"*{507 - shown} stories more*, not shown here."
    assert message["text"].splitlines()[-1].endswith(" more.")


def test_one_endless_story_still_fits() -> None:
    endless = "<dam> " * 20_000
    rule = replace(PORT_STRIKES, title=endless, why=endless)
    story = make_story(make_article(endless, title=endless, source=SourceId(endless)), ("a", "dam"), rule=rule)
    message = _read(make_digest(replace(story, reasons=story.reasons * 50)))
    _assert_within_limits(message)
    assert sum(block["type"] == "section" for block in message["blocks"]) == 1


def test_what_a_notification_shows_says_that_a_story_is_corrected() -> None:
    corrected = replace(strike_story(), kind="correction", change="the headline was “Dockers strike”")
    message = _read(make_digest(corrected))
    assert "\n• High, correction: <https://harbourwire.example/" in message["text"]
    assert "*Correction: the headline was “Dockers strike”*" in message["blocks"][1]["text"]["text"]


def test_a_test_message_and_an_empty_one_say_so() -> None:
    message = _read(make_digest(test=True))
    _assert_within_limits(message)
    assert message["blocks"][0]["text"]["text"] == "Test: 0 stories"


@settings(max_examples=60)
@given(st.text(st.characters(codec=None), max_size=300), st.text(max_size=100))
def test_any_text_makes_a_message_within_the_limits(title: str, why: str) -> None:
    rule = replace(PORT_STRIKES, title=title, why=why)
    message = _read(make_digest(make_story(make_article(f"{title} dam", title=title), ("a", "dam"), rule=rule)))
    _assert_within_limits(message)
    assert not any("<" in text for text in _texts_of(message))
