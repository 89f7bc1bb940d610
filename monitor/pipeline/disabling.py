"""Addresses that are no good: nothing goes there any more, until an operator says so or another one stands there."""

from datetime import datetime

import structlog

from monitor.model import ChannelKind, DisabledChannel, Subscriber, SubscriberId
from monitor.pipeline.plan import Plan
from monitor.ports import Transaction
from monitor.route.destinations import destination_of

_log = structlog.get_logger()


def create_disabled(
    subscriber: SubscriberId, channel: ChannelKind, plan: Plan, *, reason: str, since: datetime
) -> DisabledChannel:
    """Of the address that the subscriber has on a channel today."""
    return DisabledChannel(
        subscriber=subscriber,
        channel=channel,
        reason=reason,
        since=since,
        destination=_find_destination(plan.subscribers.get(subscriber), channel),
    )


async def enable_changed(tx: Transaction, plan: Plan) -> None:
    """Use channels again whose address is another one by now. To be called when the configuration has changed."""
    for each in await tx.list_disabled_channels():
        today = _find_destination(plan.subscribers.get(each.subscriber), each.channel)
        if today is not None and each.destination is not None and today != each.destination:
            await tx.enable_channel(each.subscriber, each.channel)
            _log.info("channel enabled: its address has changed", subscriber=each.subscriber, channel=each.channel)


def _find_destination(subscriber: Subscriber | None, channel: ChannelKind) -> str | None:
    address = subscriber.find_address(channel) if subscriber else None
    return destination_of(address) if address else None
