"""What a single value must look like: time zones, times of day, languages, addresses, secrets.

Each function takes what YAML gave (any type) and returns the value to use, or raises ValueError with a message that
names what was found and what was expected. Values that may be personal or secret are never repeated in a message.
"""

import base64
import binascii
import re
from datetime import time, timedelta
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from monitor.route.buckets import Rate, rate_of
from monitor.text.durations import parse_duration
from monitor.text.languages import LANGUAGES
from monitor.text.suggest import did_you_mean, quoted_list

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SHORTEST_KEY, _SHORTEST_PASSWORD = 32, 8
_IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RATE = re.compile(r"([1-9][0-9]{0,5})/([smh])")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LOCAL_PART = re.compile(r"[^\s\"(),:;<>@\[\]\\]{1,64}")
_DOMAIN = re.compile(r"(?!-)[\w-]{1,63}(?<!-)(\.(?!-)[\w-]{1,63}(?<!-))*")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def describe_found(value: object) -> str:
    """`found "x"`, `found 12`, `found a list`: the beginning of many messages. Long and odd texts are tamed."""
    if value is None:
        return "found nothing"
    if isinstance(value, bool):
        return f"found {str(value).lower()}"
    if isinstance(value, str):
        text = _UNPRINTABLE.sub("\ufffd", value)
        return f'found "{text[:57]}…"' if len(text) > 60 else f'found "{text}"'
    if isinstance(value, dict | list | tuple):
        return "found a mapping" if isinstance(value, dict) else "found a list"
    return f"found {value}"


def check_domain(text: str) -> str:
    """The name of a domain, or a part of one."""
    if not _DOMAIN.fullmatch(text) or not text.isascii():
        raise ValueError(f'{describe_found(text)}, expected a name such as "example.org"')
    return text.lower()


def check_private_key(text: str) -> str:
    """A private key as text (PEM); its inside is read when the first message is signed."""
    if not text.lstrip().startswith("-----BEGIN"):
        raise ValueError(
            'expected a private key as text, beginning with "-----BEGIN"; "file:PATH" reads it from a file'
        )
    return text


def check_slack_token(text: str) -> str:
    """The token of a Slack app; it is never repeated."""
    if not text.startswith("xox") or not text.isascii() or " " in text:
        raise ValueError('expected the token of a Slack app, which begins with "xoxb-"')
    return text


def check_slack_channel(text: str) -> str:
    """A channel's id, or its name with a hash."""
    if not re.fullmatch(r"[CGDU][A-Z0-9]{6,20}|#[^\s#]{1,80}", text):
        raise ValueError(f'{describe_found(text)}, expected a channel such as "C0123456789" or "#alerts"')
    return text


def check_not_blank(text: str) -> str:
    """A text that says something."""
    if not text.strip():
        raise ValueError("found an empty text")
    return text


def read_identifier(text: str) -> str:
    """An id: lower-case words with hyphens."""
    if not _IDENTIFIER.fullmatch(text):
        raise ValueError(f'{describe_found(text)}, expected lower-case words with hyphens, such as "world-news"')
    return text


def read_duration(value: object) -> timedelta:
    """A duration of at least a second, or none at all."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError(f'{describe_found(value)}, expected a duration such as "15m", "2h" or "1d"')
    return parse_duration(value)


def read_interval(value: object) -> timedelta:
    """A duration above zero."""
    duration = read_duration(value)
    if not duration:
        raise ValueError(f"{describe_found(value)}, expected more than zero")
    return duration


def read_rate(value: object) -> Rate | None:
    """So many messages a second, minute or hour; None for as many as there are."""
    if value is None or isinstance(value, Rate):
        return value
    if value == "unlimited":
        return None
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f'{describe_found(value)}, expected a rate such as "14/s", "100/m" or "500/h", or "unlimited"')
    return rate_of(int(found[1]), parse_duration(f"1{found[2]}"))


def read_time(value: object) -> time:
    """A time of day on the 24-hour clock, to the minute."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f'{describe_found(value)}, expected a time of day from "00:00" to "23:59"')
    return time(int(found[1]), int(found[2]))


def read_day(value: object) -> int:
    """A day of the week; Monday is 0."""
    if value not in DAYS:
        hint = did_you_mean(str(value).lower()[:3], DAYS)
        raise ValueError(f"{describe_found(value)}, expected one of {quoted_list(DAYS)}{hint}")
    return DAYS.index(str(value))


def read_weekly(value: object) -> tuple[int, time]:
    """A day of the week and a time: `mon 07:30`."""
    parts = value.split() if isinstance(value, str) else []
    if len(parts) != 2:
        raise ValueError(f'{describe_found(value)}, expected a day and a time such as "mon 07:30"')
    return read_day(parts[0]), read_time(parts[1])


def read_timezone(value: object) -> ZoneInfo:
    """A time zone of the IANA database."""
    if isinstance(value, ZoneInfo):
        return value
    expected = f'{describe_found(value)}, expected a time zone such as "Europe/London"'
    if not isinstance(value, str):
        raise ValueError(expected)
    try:
        return ZoneInfo(value)
    except (LookupError, ValueError, OSError) as error:  # unknown, a path that leads outside, a folder such as Europe
        raise ValueError(f"{expected}{did_you_mean(value, available_timezones())}") from error


def read_language(value: object) -> str:
    """A two-letter language code."""
    if not isinstance(value, str) or value not in LANGUAGES:
        raise ValueError(f'{describe_found(value)}, expected a two-letter language code such as "en" or "ru"')
    return value


def read_country(value: object) -> str:
    """A two-letter country code."""
    if not isinstance(value, str) or not _COUNTRY.fullmatch(value):
        raise ValueError(f'{describe_found(value)}, expected a two-letter country code such as "GB"')
    return value


def read_network(value: object) -> IPv4Network | IPv6Network:
    """A network, or one address."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    expected = f'{describe_found(value)}, expected a network such as "10.1.0.0/16" or "127.0.0.1/32"'
    if not isinstance(value, str):
        raise ValueError(expected)
    try:
        return ip_network(value)
    except ValueError as error:
        hint = " (the address has bits set beyond the mask)" if "host bits" in str(error) else ""
        raise ValueError(f"{expected}{hint}") from error


def check_email(text: str) -> str:
    """An e-mail address without a name."""
    expected = 'not an e-mail address, expected one such as "ana@example.org"'
    local, at, domain = text.rpartition("@")
    if not at:
        raise ValueError(f'{expected} (there is no "@" in it)')
    if "<" in text:
        raise ValueError(f"{expected} (the bare address, without a name)")
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    if dots or not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain) or _UNPRINTABLE.search(text):
        raise ValueError(expected)
    return text


def check_sender(text: str) -> str:
    """An e-mail address with or without a name, fit for the From line."""
    _, address = parseaddr(text)
    if _UNPRINTABLE.search(text) or not address:
        raise ValueError('expected a sender such as "Media Monitor <monitor@example.org>"')
    check_email(address)
    return text


def check_url(text: str) -> str:
    """An http or https address with a host; no spaces."""
    expected = 'expected a web address such as "https://example.org/feed.xml"'
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"not a web address, {expected}") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError(f'{expected} (it must begin with "https://" or "http://")')
    if not host:
        raise ValueError(f"{expected} (there is no host in it)")
    if re.search(r"\s", text) or _UNPRINTABLE.search(text):
        raise ValueError(f"{expected} (there is a space or a control character in it)")
    return text


def check_public_url(text: str) -> str:
    """Where the service is reached from outside: an address with nothing behind its path. A slash at its end goes."""
    expected = 'expected an address such as "https://monitor.example.org"'
    try:
        parts = urlsplit(check_url(text))
    except ValueError as error:
        raise ValueError(f"{describe_found(text)}, {expected}") from error
    if parts.username is not None:  # perhaps a password, which is never repeated
        raise ValueError(f"{expected}, without a user name")
    if any(mark in text for mark in "?#") or "//" in parts.path:
        raise ValueError(f"{describe_found(text)}, {expected}")
    return text.removesuffix("/")


def check_secret_key(text: str) -> str:
    """A key that nobody guesses; it is never repeated."""
    if len(text) < _SHORTEST_KEY or not text.isprintable():
        raise ValueError(f"expected a key of at least {_SHORTEST_KEY} printable characters")
    return text


def check_password(text: str) -> str:
    """A password that is none in name only; it is never repeated."""
    if len(text) < _SHORTEST_PASSWORD:
        raise ValueError(f"expected at least {_SHORTEST_PASSWORD} characters")
    return text


def check_host(text: str) -> str:
    """An address or a name to listen at; without a port."""
    bare = text.removeprefix("[").removesuffix("]")
    if not is_address(bare) and not _DOMAIN.fullmatch(text):
        raise ValueError(f'{describe_found(text)}, expected an address such as "127.0.0.1", "0.0.0.0" or "::1"')
    return bare


def is_address(text: str) -> bool:
    """Whether this is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    return ip_address(host).is_loopback if is_address(host) else host == "localhost"


def check_webhook_secret(text: str) -> str:
    """A secret of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64."""
    expected = 'expected a secret of the form "whsec_" and 24 to 64 random bytes in base64'
    try:
        size = len(base64.b64decode(text.removeprefix("whsec_"), validate=True))
    except (binascii.Error, ValueError) as error:
        raise ValueError(expected) from error
    if not text.startswith("whsec_") or not 24 <= size <= 64:
        raise ValueError(expected)
    return text


def check_header_name(text: str) -> str:
    """A name that HTTP allows for a header."""
    if not _HEADER_NAME.fullmatch(text):
        raise ValueError(f'{describe_found(text)}, expected a header name such as "Authorization"')
    return text


def check_header_value(text: str) -> str:
    """What HTTP allows as a header's value: one line of printable Latin text."""
    if _UNPRINTABLE.search(text) or not text.isascii():
        raise ValueError("expected one line of plain ASCII text")
    return text


def check_database(text: str) -> str:
    """`sqlite`, or the URL of a PostgreSQL database. The URL may hold a password, so it is not repeated."""
    if text != "sqlite" and not text.startswith("postgresql+psycopg://"):
        raise ValueError('expected "sqlite" or "postgresql+psycopg://user:password@host/name"')
    return text
