"""Which addresses may be reached: what users and publishers name must not lead into the operator's own network.

The rules are a table, not `ipaddress.is_global`: Python 3.11 calls NAT64, 6to4, site-local and several other ranges
global although they lead, or may lead, to private hosts. This module only judges addresses; monitor.net.http sees to
it that every connection is judged.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class AddressRefusedError(OSError):
    """A connection that the guard does not allow. An OSError, so that HTTP clients report it as a failed connection."""


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Public addresses pass, and those in the networks an operator has named in `allow_private`."""

    allow_private: tuple[Network, ...] = ()

    def check(self, address: str | Address) -> None:
        """AddressRefusedError, with the reason, when this address must not be connected to."""
        parsed = _parse(address)
        tunnel = _find_kind(parsed, _TUNNELS)
        if tunnel is not None:
            raise AddressRefusedError(f"address {parsed} may hide another one ({tunnel}) and is never connected to")
        if any(parsed in network for network in self.allow_private):
            return
        kind = _find_kind(parsed, _REFUSED) or _outside_of_public(parsed)
        if kind is not None:
            raise AddressRefusedError(
                f"address {parsed} is not public ({kind}); allow_private in monitor.yaml may name its network"
            )


def _parse(address: str | Address) -> Address:
    """The address itself, out of its IPv4-mapped form: that is what the connection would go to."""
    try:
        parsed = ip_address(address)
    except ValueError as error:
        raise AddressRefusedError(f"{str(address)[:80]!r} is not an IP address") from error
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed


def _find_kind(address: Address, table: tuple[tuple[Network, str], ...]) -> str | None:
    return next((kind for network, kind in table if address in network), None)


def _outside_of_public(address: Address) -> str | None:
    """IPv6 unicast is handed out from 2000::/3 only; whatever else exists is special, today or tomorrow."""
    return "reserved" if address.version == 6 and address not in _IPV6_PUBLIC else None


def _table(rows: dict[str, str]) -> tuple[tuple[Network, str], ...]:
    return tuple((ip_network(network), kind) for network, kind in rows.items())


_IPV6_PUBLIC = ip_network("2000::/3")

# These carry an IPv4 address inside: a gateway would deliver to a host that was never checked.
_TUNNELS = _table(
    {
        "64:ff9b::/96": "NAT64",
        "64:ff9b:1::/48": "local NAT64",
        "2002::/16": "6to4",
        "2001::/32": "Teredo",
        "::ffff:0:0:0/96": "IPv4-translated",
    }
)
_REFUSED = _table(
    {
        "0.0.0.0/8": "this host",
        "10.0.0.0/8": "private",
        "100.64.0.0/10": "shared by carriers",
        "127.0.0.0/8": "loopback",
        "168.63.129.16/32": "a cloud's metadata service",
        "169.254.0.0/16": "link-local",
        "172.16.0.0/12": "private",
        "192.0.0.0/24": "reserved",
        "192.0.2.0/24": "documentation",
        "192.88.99.0/24": "6to4 relay",
        "192.168.0.0/16": "private",
        "198.18.0.0/15": "benchmarking",
        "198.51.100.0/24": "documentation",
        "203.0.113.0/24": "documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
        "::/128": "this host",
        "::1/128": "loopback",
        "::/96": "IPv4-compatible",
        "100::/64": "discarded",
        "2001::/23": "reserved",
        "2001:db8::/32": "documentation",
        "3fff::/20": "documentation",
        "5f00::/16": "segment routing",
        "fc00::/7": "private",
        "fe80::/10": "link-local",
        "fec0::/10": "site-local",
        "ff00::/8": "multicast",
    }
)
