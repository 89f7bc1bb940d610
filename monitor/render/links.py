"""Addresses that may be put behind a link: http and https only, percent-encoded, with the host a reader sees."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

_SCHEMES = frozenset({"http", "https"})
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_PATH_SAFE = "/%:@!$&'()*+,;=~"
# Longer ones are no addresses of articles, and would fill a message.
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Link:
    """`href` is ASCII without spaces, quotes or brackets of markup; `host` is where it leads, without "www."."""

    href: str
    host: str


def find_link(url: str | None) -> Link | None:
    """The link to an address, or None when it is not plain http(s); user names and passwords in it are dropped."""
    if not url or len(url) > _LONGEST:
        return None
    try:
        parts = urlsplit(url.strip())
        host = _ascii_host(parts)
        port = parts.port
    except ValueError:  # a malformed IPv6 address, port or international name
        return None
    if parts.scheme.lower() not in _SCHEMES or not _HOST.fullmatch(host):
        return None
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    rest = (
        _encode(parts.path, _PATH_SAFE),
        _encode(parts.query, _PATH_SAFE + "?"),
        _encode(parts.fragment, _PATH_SAFE),
    )
    return Link(urlunsplit((parts.scheme.lower(), netloc, *rest)), host.removeprefix("www."))


def _ascii_host(parts: SplitResult) -> str:
    """The host in lower case, international names in their ASCII form, which no lookalike letter can imitate."""
    host = (parts.hostname or "").rstrip(".")
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _encode(part: str, safe: str) -> str:
    return quote(part, safe=safe, errors="replace")
