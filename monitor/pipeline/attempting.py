"""One attempt to send a delivery; it writes nothing down."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from monitor.errors import DeliveryError
from monitor.model import Attempt, ChannelKind, Delivery, Subscriber
from monitor.pipeline.claiming import Task
from monitor.pipeline.plan import Plan, Ports
from monitor.ports import Channel, Claim, Receipt

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a claim; `attempt` is None where it was too late for one.

    `is_refused` says that nothing was tried, because it must not be sent any more.
    """

    claim: Claim
    attempt: Attempt | None = None
    disables: bool = False
    is_refused: bool = False


async def attempt_once(ports: Ports, plan: Plan, task: Task) -> Outcome:
    """Try once; whatever goes wrong becomes the attempt's error."""
    delivery = task.claim.delivery
    if ports.clock() > task.begin_by:
        # There were too many before it, or the machine slept: before it ends somebody else may be sending it.
        _log.warning("lease ended before sending", delivery=delivery.id)
        return Outcome(claim=task.claim)
    number = delivery.attempts + 1
    try:
        if task.refusal is not None:
            raise DeliveryError(task.refusal, permanent=True)
        receipt = await _send(ports.channels, plan.subscribers.get(delivery.subscriber), delivery)
    except DeliveryError as error:
        attempt = Attempt(
            delivery=delivery.id,
            number=number,
            at=ports.clock(),
            error=str(error),
            permanent=error.permanent,
            retry_after=error.retry_after,
        )
        is_refused = task.refusal is not None
        return Outcome(claim=task.claim, attempt=attempt, disables=error.disables, is_refused=is_refused)
    except Exception as error:  # noqa: BLE001 - logged whole; the delivery is retried like any other
        _log.exception("channel crashed", delivery=delivery.id, channel=delivery.channel)
        message = f"internal error: {type(error).__name__}"
        attempt = Attempt(delivery=delivery.id, number=number, at=ports.clock(), error=message)
        return Outcome(claim=task.claim, attempt=attempt)
    ports.reached("delivery sent")
    attempt = Attempt(
        delivery=delivery.id,
        number=number,
        at=ports.clock(),
        answer=receipt.answer,
        reference=receipt.reference,
    )
    return Outcome(claim=task.claim, attempt=attempt)


async def _send(channels: Mapping[ChannelKind, Channel], subscriber: Subscriber | None, delivery: Delivery) -> Receipt:
    address = subscriber.find_address(delivery.channel) if subscriber else None
    if address is None:
        message = f'subscriber "{delivery.subscriber}" has no {delivery.channel} address in the configuration any more'
        raise DeliveryError(message, permanent=True)
    return await channels[delivery.channel].send(delivery, address)
