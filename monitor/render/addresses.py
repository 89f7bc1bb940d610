"""Mail addresses, in headers and in the envelope."""

import re
from email.headerregistry import Address
from email.utils import parseaddr

from monitor.errors import ConfigError, Problem
from monitor.render.clean import clean_header

# Quoted local parts ("a b"@host) are left out on purpose: nobody has one, and they carry spaces and brackets.
_USER = re.compile(r"[^\s<>()\[\],;:\\\"@\x00-\x1f\x7f]{1,64}")
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[(IPv6:)?[0-9A-Fa-f:.]+\]")


def parse_sender(sender: str) -> Address:
    """`Name <user@host>` or `user@host` in its parts; ConfigError when it is neither."""
    name, address = parseaddr(clean_header(sender))
    found = find_address(address, name)
    if found is None:
        raise ConfigError([Problem("", 0, 0, f'sender "{clean_header(sender)}" is not of the form "Name <user@host>"')])
    return found


def find_address(address: str, name: str = "") -> Address | None:
    """An address with a display name, its host in ASCII; None when mail cannot be sent to such an address."""
    user, _, host = envelope_address(address).rpartition("@")
    if not (_USER.fullmatch(user) and _HOST.fullmatch(host)):
        return None
    return Address(display_name=clean_header(name), username=user, domain=host)


def envelope_address(address: str) -> str:
    """The address with an international host in its ASCII form, as SMTP servers know it; unchanged when it has none."""
    user, at, host = address.rpartition("@")
    if host.isascii():
        return address
    try:
        return f"{user}{at}{host.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address
