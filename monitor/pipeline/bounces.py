"""Mail that came back: an address that does not exist is used no more, and the operators hear of it."""

import structlog

from monitor.errors import InputError, ParseError
from monitor.model import Bounce, BounceReport, Notice, NoticeKind, Subscriber
from monitor.parse.bounce import read_bounce
from monitor.pipeline.disabling import create_disabled
from monitor.pipeline.plan import Plan, Ports
from monitor.ports import ReturnedMail, Transaction
from monitor.route.bounces import explain_bounce, has_address, judge_bounce

_AT_ONCE = 200
_KIND: NoticeKind = "bounces"

_log = structlog.get_logger()


async def read_bounces(ports: Ports, plan: Plan) -> tuple[Bounce, ...]:
    """Read what is new in the bounce mailbox, where there is one; each mail has its effect once."""
    if ports.bounces is None:
        return ()
    found: list[Bounce] = []
    try:
        while mails := await ports.bounces.read_new(_AT_ONCE):
            found += await _take(ports, plan, mails)
            ports.bounces.mark_read(mails)
    except InputError as error:
        await _tell(ports, Notice(kind=_KIND, subject="mailbox", text=str(error), since=ports.clock()))
    else:
        await _tell(ports)
    return tuple(found)


async def _take(ports: Ports, plan: Plan, mails: tuple[ReturnedMail, ...]) -> list[Bounce]:
    async with ports.store.transaction() as tx:
        unknown = await tx.list_unknown_bounces([mail.key for mail in mails])
        new = {mail.key: mail for mail in mails if mail.key in unknown}
        bounces = [await _judge(tx, ports, plan, mail) for mail in new.values()]
        await tx.add_bounces(bounces)
    for bounce in bounces:
        if bounce.subscriber is not None:
            _log.warning("mail came back", subscriber=bounce.subscriber, kind=bounce.kind, status=bounce.status)
    return bounces


async def _judge(tx: Transaction, ports: Ports, plan: Plan, mail: ReturnedMail) -> Bounce:
    other = Bounce(key=mail.key, kind="other", seen_at=ports.clock())
    try:
        if mail.content is None:
            raise ParseError("the file cannot be read")
        report = read_bounce(mail.content)
    except ParseError as error:
        _log.warning("bounce not read", mail=mail.name, error=str(error))
        return Bounce(key=mail.key, kind="broken", seen_at=ports.clock())
    except Exception:  # noqa: BLE001 - logged whole; one mail, whoever made it, never stops the others
        _log.exception("bounce not read", mail=mail.name)
        return Bounce(key=mail.key, kind="broken", seen_at=ports.clock())
    subscriber = await _find_subscriber(tx, plan, report) if report else None
    if report is None or subscriber is None:
        return other
    kind, recipient = judge_bounce(report)
    if kind == "hard":
        reason = explain_bounce(recipient)
        off = create_disabled(subscriber.id, "email", plan, reason=reason, since=ports.clock())
        await tx.disable_channel(off)
    return Bounce(
        key=mail.key, kind=kind, subscriber=subscriber.id, status=recipient.status or None, seen_at=ports.clock()
    )


async def _find_subscriber(tx: Transaction, plan: Plan, report: BounceReport) -> Subscriber | None:
    """Whose mail came back, if it was sent to the address that they have today.

    A report that names its message must name one of ours: anybody can write a report about an address.
    """
    addresses = [*report.sent_to, *(address for each in report.recipients for address in each.addresses)]
    known = [subscriber for subscriber in plan.subscribers.values() if has_address(subscriber, addresses)]
    if report.message_id is not None:
        owner = await tx.find_addressee("email", report.message_id)
        return next((subscriber for subscriber in known if subscriber.id == owner), None)
    return known[0] if known else None


async def _tell(ports: Ports, *notices: Notice) -> None:
    async with ports.store.transaction() as tx:
        await tx.sync_notices(notices, (_KIND,), ports.clock())
