import pytest

from monitor.text.domains import registrable_domain


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://feeds.example.co.uk/a", "example.co.uk"),
        ("https://EXAMPLE.org:8443/a?b", "example.org"),
        ("https://one.blogspot.com/", "blogspot.com"),
        ("https://user:secret@a.b.example.de/", "example.de"),
        ("http://127.0.0.1:8000/feed", "127.0.0.1"),
        ("http://[2001:db8::1]/feed", "2001:db8::1"),
        ("http://intranet/feed", "intranet"),
        ("http://news.corp.internal/feed", "corp.internal"),
        ("http://[broken/feed", ""),
        ("", ""),
    ],
)
def test_a_domain_is_what_its_owner_registered(address: str, domain: str) -> None:
    assert registrable_domain(address) == domain
