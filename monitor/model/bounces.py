"""Mail that came back: what a report of non-delivery says, and what it meant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.model.ids import SubscriberId

BounceKind = Literal["hard", "soft", "other", "broken"]
"""Hard: the address is no good. Soft: one message did not arrive, or not yet. Other: no report about mail of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BouncedRecipient:
    """What a report says of one recipient. `addresses` are the final and the original one, where both are given.

    `status` is an enhanced code such as "5.1.1", "" where there is none; `diagnostic` is the other server's words.
    """

    addresses: tuple[str, ...]
    action: str
    status: str
    diagnostic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReport:
    """A report of non-delivery (RFC 3464). `message_id` and `sent_to` are those of the message that came back."""

    recipients: tuple[BouncedRecipient, ...]
    message_id: str | None = None
    sent_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A mail of the bounce mailbox, as it was understood. `key` is a hash of its bytes: each is read once."""

    key: str
    kind: BounceKind
    subscriber: SubscriberId | None = None
    status: str | None = None
    seen_at: datetime
