import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.model import AlertKind, Digest, DigestId, EmailAddress, SlackWebhook, SourceId, Subscriber
from monitor.render.email import render_email
from tests.builders import make_article
from tests.render.golden import assert_golden
from tests.render.samples import (
    ANA,
    PORT_STRIKES,
    SENDER,
    arabic_story,
    full_digest,
    make_digest,
    make_story,
    strike_story,
)

HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="alert(2)"> {{ 7*7 }} {% raw %} \u202eoverride\u2066 '
    "\r\nBcc: everyone@example.org\r\n\r\n&amp; </mark></h2><h1>"
)


def _read(digest: Digest, subscriber: Subscriber = ANA) -> EmailMessage:
    message = message_from_bytes(render_email(digest, subscriber, sender=SENDER), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def _text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def _html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("digest.eml", full_digest()),
        ("alert.eml", make_digest(strike_story())),
        ("test-of-nothing.eml", make_digest(test=True)),
        ("omitted.eml", make_digest(arabic_story(), omitted=12)),
    ],
)
def test_a_message_is_the_same_bytes_every_time(name: str, digest: Digest) -> None:
    assert_golden(name, render_email(digest, ANA, sender=SENDER))


def test_the_parts_are_plain_text_first_and_then_html() -> None:
    message = _read(full_digest())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert all(part.get_content_charset() == "utf-8" for part in message.iter_parts())


def test_the_headers_say_what_a_mail_system_asks() -> None:
    message = _read(full_digest())
    assert message["Subject"] == "4 stories (1 critical, 1 high, 1 medium, 1 low) - 2 March 2026, 07:30"
    assert (message["From"], message["To"]) == (SENDER, "ana@example.org")
    assert message["Date"].datetime == datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
    assert message["Message-ID"] == "<digest.ana-2026-03-02@news.example.org>"
    assert message["List-Id"] == "Media Monitor <media-monitor.news.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"


def test_every_line_ends_with_crlf_and_none_is_too_long_for_smtp() -> None:
    rendered = render_email(full_digest(), ANA, sender=SENDER)
    assert not re.search(rb"[^\r]\n|\r[^\n]", rendered)
    assert max(len(line) for line in rendered.split(b"\r\n")) <= 998
    assert rendered.isascii()


def test_one_story_is_an_alert_with_its_headline_as_subject() -> None:
    message = _read(make_digest(strike_story()))
    assert message["Subject"] == "High: Dockers at the port of Alvera vote to strike - 2 March 2026, 07:30"
    page = lxml.html.fromstring(_html_of(message))
    assert [heading.text_content() for heading in page.iter("h1", "h2")] == [
        "Dockers at the port of Alvera vote to strike"
    ]


@pytest.mark.parametrize(("kind", "label"), [("correction", "High, correction"), ("update", "High, update")])
def test_the_subject_says_that_a_story_is_told_again(kind: AlertKind, label: str) -> None:
    message = _read(make_digest(replace(strike_story(), kind=kind, change="five more sources run it")))
    assert message["Subject"] == f"{label}: Dockers at the port of Alvera vote to strike - 2 March 2026, 07:30"
    assert f"{kind.capitalize()}: five more sources run it" in _text_of(message)


def test_a_digest_has_a_heading_and_one_below_it_for_each_story() -> None:
    page = lxml.html.fromstring(_html_of(_read(full_digest())))
    assert [heading.tag for heading in page.iter("h1", "h2")] == ["h1", "h2", "h2", "h2", "h2"]
    assert page.findtext(".//h1") == "4 stories"


def test_both_parts_tell_what_matched_why_where_and_when() -> None:
    message = _read(make_digest(strike_story()))
    page = lxml.html.fromstring(_html_of(message))
    for text in (" ".join(page.text_content().split()), _text_of(message).replace("*", "")):
        assert "vote to strike" in text
        assert "voted by nine to one on Friday to stop work at the port of Alvera" in text
        assert "Why you get this" in text
        assert "Strikes and lockouts that may hold up our shipments." in text
        assert "Words found: strike, stop work, port of Alvera" in text
        assert "harbour-wire" in text
        assert "28 February 2026" in text
        assert "Also in: alvera-post, trade-daily, coast-radio" in text
        assert "Read at harbourwire.example" in text
        assert "Asia/Yerevan (UTC+04:00)" in text
        assert "port-strikes" in text
        assert "ask the operator" in text
    marked = [mark.text_content() for mark in page.iter("mark")]
    assert marked == ["port of Alvera", "strike", "stop work", "port of Alvera", "strike"]


def test_times_are_the_subscribers_and_a_bare_day_never_moves() -> None:
    subscriber = replace(ANA, timezone=ZoneInfo("Pacific/Honolulu"))
    text = _text_of(_read(full_digest(), subscriber))
    assert "Sunday 1 March 2026, 17:30" in text
    assert "Pacific/Honolulu (UTC-10:00)" in text
    assert "coast-radio, 1 March 2026, 02:05" in text
    assert "harbour-wire, 28 February 2026\n" in text
    assert "undated, first seen 1 March 2026, 10:15" in text


def test_articles_carry_their_language_and_direction() -> None:
    page = lxml.html.fromstring(_html_of(_read(make_digest(arabic_story(), strike_story()))))
    arabic, english = page.findall(".//h2")
    assert (arabic.get("lang"), arabic.get("dir"), english.get("lang"), english.get("dir")) == (
        "ar",
        "rtl",
        "en",
        "ltr",
    )
    unknown = make_story(make_article("A dam", title="Dam"), ("a", "dam"))
    heading = lxml.html.fromstring(_html_of(_read(make_digest(unknown)))).find(".//h1")
    assert heading is not None
    assert (heading.get("lang"), heading.get("dir")) == ("", "auto")


def test_foreign_text_stays_text() -> None:
    article = make_article(
        f"{HOSTILE} dam {HOSTILE}",
        title=HOSTILE,
        standfirst=HOSTILE,
        source=SourceId(HOSTILE),
        url="javascript:alert(1)",
    )
    rule = replace(PORT_STRIKES, title=HOSTILE, why=HOSTILE)
    message = _read(make_digest(make_story(article, ("a", "dam"), rule=rule, also_in=(SourceId(HOSTILE),))))
    page = lxml.html.fromstring(_html_of(message))
    assert not list(page.iter("script", "img", "iframe", "a"))
    assert len(list(page.iter("h1"))) == 1
    assert not page.xpath("//@*[starts-with(name(), 'on')]")
    assert "{{ 7*7 }}" in _text_of(message)
    for part in (_html_of(message), _text_of(message), str(message["Subject"])):
        assert not set(part) & set("\u202e\u2066")
    assert message["Bcc"] is None
    assert "\nBcc:" not in _text_of(message)


def test_a_newline_in_a_title_does_not_become_a_header() -> None:
    article = make_article("dam", title="Dam\r\nBcc: all@example.org\nX: \u200bŐ" + "é" * 200)
    message = _read(make_digest(make_story(article, ("a", "dam"))))
    assert message["Bcc"] is None
    assert str(message["Subject"]).startswith("High: Dam Bcc: all@example.org X: Ő")


@settings(max_examples=60)
@given(st.text(st.characters(codec=None), max_size=150))
def test_any_title_makes_a_message_that_can_be_read_back(title: str) -> None:
    message = _read(make_digest(make_story(make_article("dam", title=title), ("a", "dam"))))
    assert set(message.keys()) == set(_read(full_digest()).keys())
    assert str(message["Subject"]).endswith("2 March 2026, 07:30")
    assert "Read" not in _text_of(message)


def test_five_hundred_stories_stay_below_the_limit_of_mail_clients() -> None:
    stories = tuple(
        make_story(make_article(f"The dam {number} broke. " * 40, title=f"Dam {number}"), ("a", "dam"))
        for number in range(500)
    )
    message = _read(make_digest(*stories, omitted=7))
    html = _html_of(message)
    assert 80_000 < len(html.encode()) <= 90_000
    page = lxml.html.fromstring(html)
    shown = len(page.findall(".//h2"))
    text = " ".join(page.text_content().split())
    assert f"{500 - shown} more, left out here" in text
    assert "7 more, over the number of stories" in text
    assert "ask the operator" in text
    assert "500. HIGH: Dam 499" in _text_of(message)


def test_one_endless_story_still_fits() -> None:
    endless = "dam " * 20_000
    rule = replace(PORT_STRIKES, title=endless, why=endless)
    article = make_article(endless, title=endless, standfirst=endless, source=SourceId(endless))
    story = make_story(article, ("a", "dam"), rule=rule, also_in=(SourceId(endless),) * 300)
    message = _read(make_digest(replace(story, reasons=story.reasons * 50)))
    html = _html_of(message)
    assert len(html.encode()) < 90_000
    assert "Why you get this" in html
    assert "46 more rules" in html


def test_an_untitled_article_is_still_a_story() -> None:
    message = _read(make_digest(make_story(make_article("A dam.", title=None), ("a", "dam"))))
    assert message["Subject"] == "High: (no headline) - 2 March 2026, 07:30"


def test_a_match_in_the_title_alone_shows_how_the_article_begins() -> None:
    article = make_article("The water came at night.\n\nMore.", title="Dam broken")
    text = _text_of(_read(make_digest(make_story(article, ("a", "Dam")))))
    assert "> The water came at night.\n" in text


def test_mail_for_somebody_without_an_address_is_a_preview() -> None:
    subscriber = replace(ANA, addresses=(SlackWebhook(url="https://hooks.example/x"),))
    assert "undisclosed-recipients" in str(_read(full_digest(), subscriber)["To"])


def test_international_addresses_are_written_as_servers_know_them() -> None:
    subscriber = replace(ANA, addresses=(EmailAddress(address="ana@пример.example"),))
    assert _read(full_digest(), subscriber)["To"] == "ana@xn--e1afmkfd.example"
    local = replace(ANA, addresses=(EmailAddress(address="анна@example.org"),))
    assert "анна@example.org".encode() in render_email(full_digest(), local, sender=SENDER)


def test_a_sender_that_is_no_address_is_refused() -> None:
    for sender in ("", "Media Monitor", "a@b@c", "x <>"):
        with pytest.raises(ConfigError, match="sender"):
            render_email(full_digest(), ANA, sender=sender)


def test_a_strange_digest_id_makes_a_proper_message_id() -> None:
    message = _read(make_digest(id=DigestId("ana/2026 <x>\r\n")))
    assert re.fullmatch(r"<digest\.[0-9a-f]{24}@news\.example\.org>", str(message["Message-ID"]))
