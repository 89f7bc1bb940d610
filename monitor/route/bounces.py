"""What a report of non-delivery means for an address: whether it is no good, or one message did not arrive."""

from collections.abc import Iterable

from monitor.model import BouncedRecipient, BounceKind, BounceReport, EmailAddress, Subscriber

# Refused for good, and still no reason to give up the address (RFC 3463): the mailbox is full (5.2.2) or takes no
# message of that length (5.2.3); the other system has a fault (5.3), a loop or no time left (5.4.6, 5.4.7), speaks
# otherwise (5.5), cannot show the content (5.6) or does not want it (5.7).
_OF_THE_MESSAGE = ("5.2.2", "5.2.3", "5.3.", "5.4.6", "5.4.7", "5.5.", "5.6.", "5.7.")
_ORDER: tuple[BounceKind, ...] = ("hard", "soft", "other")


def judge_bounce(report: BounceReport) -> tuple[BounceKind, BouncedRecipient]:
    """The worst that it says, and of which recipient."""
    return min(((_judge(each), each) for each in report.recipients), key=lambda judged: _ORDER.index(judged[0]))


def has_address(subscriber: Subscriber, addresses: Iterable[str]) -> bool:
    """Whether the subscriber's e-mail address of today is among these, in whatever letters its domain is written."""
    own = subscriber.find_address("email")
    return isinstance(own, EmailAddress) and _key_of(own.address) in {_key_of(address) for address in addresses}


def explain_bounce(recipient: BouncedRecipient) -> str:
    """The other server's words, without the address that they are about."""
    words = recipient.diagnostic
    for address in sorted(recipient.addresses, key=len, reverse=True):
        words = words.replace(address, "…")
    known = words if recipient.status in words else f"{recipient.status} {words}".strip()
    return f"mail came back: {known or 'no reason was given'}"


def _judge(recipient: BouncedRecipient) -> BounceKind:
    if recipient.action == "failed" and recipient.status.startswith("5."):
        return "soft" if recipient.status.startswith(_OF_THE_MESSAGE) else "hard"
    return "soft" if recipient.action in ("failed", "delayed") else "other"


def _key_of(address: str) -> str:
    local, _, domain = address.strip().lower().rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return f"{local}@{domain}"
