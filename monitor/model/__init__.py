"""The values that travel through the service: frozen, without behaviour beyond derivation.

The modules follow the way of the data: source, article, rule and match, route, delivery. Every instant is aware and
in UTC.
"""

from monitor.model.articles import Article, Image, Precision
from monitor.model.deliveries import Alert, AlertKind, Attempt, Delivery, DeliveryState, Digest, DigestStory, Reason
from monitor.model.ids import (
    AlertId,
    ArticleId,
    DeliveryId,
    DigestId,
    EntryKey,
    RuleId,
    SourceId,
    StoryId,
    SubscriberId,
)
from monitor.model.routing import (
    Address,
    ChannelKind,
    Condition,
    Daily,
    EmailAddress,
    Every,
    Now,
    Pace,
    Route,
    SignedWebhook,
    SlackWebhook,
    Subscriber,
)
from monitor.model.rules import Match, Mention, Rule, RuleState, RuleStatus, Severity
from monitor.model.sources import Entry, Fetched, FullText, PollState, Record, Slice, Source, SourceKind
from monitor.model.stories import ArticleVersion, Difference, Relation, StoryChange

__all__ = [
    "Address",
    "Alert",
    "AlertId",
    "AlertKind",
    "Article",
    "ArticleId",
    "ArticleVersion",
    "Attempt",
    "ChannelKind",
    "Condition",
    "Daily",
    "Delivery",
    "DeliveryId",
    "DeliveryState",
    "Difference",
    "Digest",
    "DigestId",
    "DigestStory",
    "EmailAddress",
    "Entry",
    "EntryKey",
    "Every",
    "Fetched",
    "FullText",
    "Image",
    "Match",
    "Mention",
    "Now",
    "Pace",
    "PollState",
    "Precision",
    "Reason",
    "Record",
    "Relation",
    "Route",
    "Rule",
    "RuleId",
    "RuleState",
    "RuleStatus",
    "Severity",
    "SignedWebhook",
    "SlackWebhook",
    "Slice",
    "Source",
    "SourceId",
    "SourceKind",
    "StoryChange",
    "StoryId",
    "Subscriber",
    "SubscriberId",
]
