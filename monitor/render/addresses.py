"""Mail addresses, in headers and in the envelope."""

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr

from monitor.errors import ConfigError, Problem
from monitor.render.clean import clean_header


def parse_sender(sender: str) -> Address:
    """`Name <user@host>` or `user@host` in its parts; ConfigError when it is neither."""
    name, address = parseaddr(clean_header(sender))
    found = find_address(address, name)
    if found is None:
        raise ConfigError([Problem("", 0, 0, f'sender "{clean_header(sender)}" is not of the form "Name <user@host>"')])
    return found


def find_address(address: str, name: str = "") -> Address | None:
    """An address with a display name, its host in ASCII; None when it is no address."""
    try:
        found = Address(display_name=clean_header(name), addr_spec=envelope_address(address))
    except (ValueError, IndexError, HeaderParseError):
        return None
    return found if found.username and found.domain else None


def envelope_address(address: str) -> str:
    """The address with an international host in its ASCII form, as SMTP servers know it; unchanged when it has none."""
    user, at, host = address.rpartition("@")
    if host.isascii():
        return address
    try:
        return f"{user}{at}{host.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address
