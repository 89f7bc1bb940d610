"""Names for where messages go: two subscribers with one address share it. The address itself is a secret."""

from hashlib import blake2b
from typing import assert_never

from monitor.model import Address, AppriseTarget, EmailAddress, SignedWebhook, SlackBot, SlackWebhook


def destination_of(address: Address) -> str:
    """The channel and a hash of the address: "email:5f1c9e3a7b2d4c6e8f0a1b3c"."""
    return f"{address.kind}:{blake2b(_place_of(address).encode(), digest_size=12).hexdigest()}"


def _place_of(address: Address) -> str:
    match address:
        case EmailAddress():
            return address.address
        case SlackBot():  # a name such as "#alerts" stands for another channel in every workspace
            return f"{address.token} {address.channel}"
        case SlackWebhook() | SignedWebhook() | AppriseTarget():
            return address.url
        case _:
            assert_never(address)
