"""Addresses as they may stand in messages and logs: a webhook's path, a query and a userinfo part are often secrets."""

import re
from urllib.parse import urlsplit

_ELLIPSIS = "…"
_LONGEST_HOST = 253
# A key, a token or an account: something with a colon or an at sign, a run of letters and digits mixed, a long run.
_SECRET = re.compile(r"[:@%]|(?=[A-Za-z]*[0-9])[A-Za-z0-9]{10,}|[A-Za-z0-9]{24,}")


def redact_url(url: str) -> str:
    """Scheme, host, port and first part of the path; `…` for the rest. Never raises, whatever it is given."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return _ELLIPSIS
    if not host:
        return _ELLIPSIS
    shown = "".join(letter for letter in host if letter.isprintable())[:_LONGEST_HOST]
    place = f"[{shown}]" if ":" in shown else shown
    return f"{parts.scheme}://{place}{f':{port}' if port else ''}{_redact_path(parts.path, parts.query)}"


def _redact_path(path: str, query: str) -> str:
    first, _, rest = path.removeprefix("/").partition("/")
    if not first.isprintable() or _SECRET.search(first):
        return f"/{_ELLIPSIS}"
    if rest:
        return f"/{first}/{_ELLIPSIS}"
    return f"/{first}?{_ELLIPSIS}" if query else f"/{first}" if first else ""
