"""Single values: what passes, what does not."""

from collections.abc import Callable

import pytest

from monitor.config.checks import (
    check_database,
    check_email,
    check_header_value,
    check_sender,
    check_url,
    check_webhook_secret,
    describe_found,
    read_identifier,
)

GOOD: list[tuple[Callable[[str], str], list[str]]] = [
    (
        check_email,
        ["ana@example.org", "ana.b+c@sub.example.org", "root@localhost", "ана@пример.рф", "o'neil@example.org"],
    ),
    (check_sender, ["Media Monitor <monitor@localhost>", "a@example.org", '"Desk, Caucasus" <a@example.org>']),
    (check_url, ["https://example.org", "http://127.0.0.1:8000/x?y=1", "http://[::1]:80/", "https://пример.рф/лента"]),
    (check_webhook_secret, ["whsec_" + "A" * 32, "whsec_" + "A" * 84]),
    (check_header_value, ["Bearer abc", ""]),
    (check_database, ["sqlite", "postgresql+psycopg://u:p@h/d"]),
    (read_identifier, ["a", "bbc-world", "24-7"]),
]
BAD: list[tuple[Callable[[str], str], list[str]]] = [
    (
        check_email,
        [
            "", "@", "ana@", "@example.org", "a b@example.org", "ana@example..org", "ana@-example.org", "a@b@c",
            ".ana@example.org", "a..b@example.org", "ana@example.org\n", "ana@exam\u202eple.org", "a,b@example.org",
            "Ana <ana@example.org>", "a" * 65 + "@example.org",
        ],
    ),
    (check_sender, ["", "Monitor", "Monitor <>", "M <a@example.org>\r\nBcc: b@example.org", "M <a b@example.org>"]),
    (
        check_url,
        [
            "", "example.org", "//example.org", "ftp://example.org", "file:///etc/passwd", "https://", "https:///x",
            "https://example.org/a b", "https://example.org/\n", "https://[::1", "https://a:99999/", "about:blank",
        ],
    ),
    (check_webhook_secret, ["", "A" * 32, "whsec_", "whsec_AAAA", "whsec_" + "A" * 100, "whsec_" + "é" * 32]),
    (check_header_value, ["a\r\nb", "é", "\x00"]),
    (check_database, ["", "mysql://h/d", "sqlite:///x.db", "postgresql://h/d"]),
    (read_identifier, ["", "A", "a_b", "-a", "a-", "a--b", "a b", "é"]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "text"), [(check, text) for check, texts in GOOD for text in texts])
def test_a_good_value_passes_unchanged(check: Callable[[str], str], text: str) -> None:
    assert check(text) == text


@pytest.mark.parametrize(("check", "text"), [(check, text) for check, texts in BAD for text in texts])
def test_a_bad_value_is_refused_with_what_was_expected(check: Callable[[str], str], text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        check(text)


def test_what_was_found_is_shortened_and_made_harmless() -> None:
    assert describe_found("x" * 100) == f'found "{"x" * 57}…"'
    assert describe_found("a\x1b[31m\u202eb") == 'found "a\ufffd[31m\ufffdb"'
    assert [describe_found(value) for value in (None, True, 5, [], {})] == [
        "found nothing", "found true", "found 5", "found a list", "found a mapping",
    ]  # fmt: skip
