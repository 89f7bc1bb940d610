"""What things are known by, each a type of its own so that one is never taken for another."""

from typing import NewType

SourceId = NewType("SourceId", str)
EntryKey = NewType("EntryKey", str)
ArticleId = NewType("ArticleId", str)
StoryId = NewType("StoryId", str)
RuleId = NewType("RuleId", str)
SubscriberId = NewType("SubscriberId", str)
AlertId = NewType("AlertId", int)
DigestId = NewType("DigestId", str)
DeliveryId = NewType("DeliveryId", str)
