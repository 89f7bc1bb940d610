"""What of an address may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.net.redact import redact_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://feeds.example.org/world.xml", "https://feeds.example.org/world.xml"),
        ("https://feeds.example.org", "https://feeds.example.org"),
        ("https://feeds.example.org/", "https://feeds.example.org"),
        ("https://feeds.example.org/en/world.xml", "https://feeds.example.org/en/…"),
        ("https://feeds.example.org/world?key=abc", "https://feeds.example.org/world?…"),
        ("https://feeds.example.org?key=abc", "https://feeds.example.org/?…"),
        ("https://feeds.example.org/world#abc", "https://feeds.example.org/world"),
        ("http://ana:geheim@example.org:8080/a", "http://example.org:8080/a"),
        ("http://[::1]:8080/a/b", "http://[::1]:8080/a/…"),
        ("https://hooks.slack.com/services/T000/B000/XXXX", "https://hooks.slack.com/services/…"),
        ("https://api.example.org/bot12345:AAEf-xyz/send", "https://api.example.org/…"),
        ("https://example.org/8f3a9c1d77aa0b2c", "https://example.org/…"),
        ("https://example.org/world-news-of-the-day-in-brief.xml", "https://example.org/world-news-of-the-day-in-brief.xml"),
        ("https://example.org/a%3Apw%40b", "https://example.org/…"),
        ("https://exa\u202emple.org/a", "https://example.org/a"),
        ("http://example.org:port/a", "…"),
        ("http://[::1", "…"),
        ("file:///etc/passwd", "…"),
        ("data:text/xml,<rss/>", "…"),
        ("", "…"),
    ],
)  # fmt: skip
def test_the_host_is_shown_and_what_may_be_secret_is_not(url: str, shown: str) -> None:
    assert redact_url(url) == shown


@given(st.text())
def test_any_text_is_redacted_without_an_error_and_on_one_line(text: str) -> None:
    for shown in (redact_url(text), redact_url(f"https://{text}"), redact_url(f"https://example.org/{text}")):
        assert shown.isprintable()


def test_a_password_is_never_shown() -> None:
    for url in ("https://u:hunter2@h.example/x", "https://u:hunter2@h.example\\@x/", "//u:hunter2@h.example/x"):
        assert "hunter2" not in redact_url(url)
