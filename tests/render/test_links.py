import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.render.links import Link, find_link


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        " java\nscript:alert(1)",
        "data:text/html,<script>",
        "ftp://example.org/",
        "//example.org/path",
        "/relative",
        "https://",
        "https:///path",
        "http://[::1",
        "http://example.org:99999/",
        "https://exa mple.org/",
        'https://example.org"onmouseover="x/',
        "https://" + "a" * 70 + "é.org/",
        "https://example.org/" + "a" * 2_000,
    ],
)
def test_what_is_no_plain_web_address_gets_no_link(url: str | None) -> None:
    assert find_link(url) is None


@pytest.mark.parametrize(
    ("url", "href", "host"),
    [
        ("https://www.example.org/a?b=c&d#e", "https://www.example.org/a?b=c&d#e", "example.org"),
        ("HTTPS://Example.ORG:8443/A%20b", "https://example.org:8443/A%20b", "example.org"),
        ("https://good.example@evil.example/", "https://evil.example/", "evil.example"),
        (
            "https://новости.example/порт",
            "https://xn--b1amnebsh.example/%D0%BF%D0%BE%D1%80%D1%82",
            "xn--b1amnebsh.example",
        ),
        ("http://[2001:db8::1]:80/x", "http://[2001:db8::1]:80/x", "2001:db8::1"),
        ('https://example.org/"><b>|x', "https://example.org/%22%3E%3Cb%3E%7Cx", "example.org"),
        ("https://example.org/a b\u202e", "https://example.org/a%20b%E2%80%AE", "example.org"),
    ],
)
def test_a_web_address_is_encoded_and_names_its_real_host(url: str, href: str, host: str) -> None:
    assert find_link(url) == Link(href, host)


@given(st.text(st.characters(codec=None), max_size=60))
def test_no_address_can_break_out_of_a_link(rest: str) -> None:
    for url in (rest, f"https://{rest}", f"https://example.org/{rest}", f"https://example.org?{rest}"):
        link = find_link(url)
        if link is not None:
            assert link.href.startswith(("http://", "https://"))
            assert link.href.isascii()
            assert not set(link.href) & set('"<>|\\^`{} \n\r\t')
