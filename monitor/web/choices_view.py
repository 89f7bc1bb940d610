"""What the page of choices shows: how things stand, what could be chosen, and what came lately."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.model import (
    ArticleId,
    Choices,
    Daily,
    Digest,
    Every,
    Pace,
    Quiet,
    Rule,
    RuleId,
    Severity,
    StoryId,
    Subscriber,
    SubscriberId,
)
from monitor.pipeline import Plan
from monitor.ports import Transaction
from monitor.render.clean import clean_line, shorten
from monitor.render.views import view_digest
from monitor.route.windows import describe_pace
from monitor.web.choosing import DAYS, HOURS, PAUSES
from monitor.web.visits import Visit, name_channels

_RECENT = 10
_TITLE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A rule or a story, by the name that the reader knows it by."""

    target: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """A message that was sent, and its page."""

    address: str
    title: str
    sent_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceFields:
    """A pace as the fields of its form."""

    kind: str = "operator"
    hours: int = 6
    at: str = "08:00"
    days: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicesView:
    """The whole page. `states` are sentences; `quiet` and `operator_quiet` are hours as people write them."""

    states: tuple[str, ...]
    is_stopped: bool
    is_paused: bool
    operator_pace: str
    operator_quiet: str | None
    quiet: Quiet | None
    pace: PaceFields
    muted_rules: tuple[Named, ...]
    muted_stories: tuple[Named, ...]
    rules: tuple[Named, ...]
    recent: tuple[Recent, ...]
    atom: str
    json_feed: str
    unsubscribe: str
    pauses: tuple[int, ...] = PAUSES
    hours: tuple[int, ...] = HOURS
    days: tuple[str, ...] = DAYS
    severities: tuple[str, ...] = field(default=tuple(severity.value for severity in reversed(Severity)))


async def view_choices(tx: Transaction, visit: Visit) -> ChoicesView:
    """Read everything that the page shows."""
    subscriber, links = visit.subscriber, visit.site.nearby
    chosen = await tx.find_choices(subscriber.id)
    recent = await tx.list_digests(subscriber.id, limit=_RECENT)
    rules = _rules_of(recent)
    titles = {rule.id: rule.title for rule in rules}
    return ChoicesView(
        states=_describe_states(visit, chosen),
        is_stopped=chosen.unsubscribed_at is not None,
        is_paused=chosen.is_paused(visit.now),
        operator_pace=_describe_routes(visit.site.plan(), subscriber),
        operator_quiet=_describe_quiet(subscriber.quiet),
        quiet=chosen.quiet,
        pace=_pace_fields(chosen.pace),
        muted_rules=tuple(_name(rule, titles.get(rule)) for rule in sorted(chosen.muted_rules)),
        muted_stories=await _name_stories(tx, sorted(chosen.muted_stories)),
        rules=tuple(_name(rule.id, rule.title) for rule in rules if rule.id not in chosen.muted_rules),
        recent=tuple(_view_recent(visit, digest) for digest in recent),
        atom=links.feed(subscriber.id, "atom"),
        json_feed=links.feed(subscriber.id, "json"),
        unsubscribe=links.unsubscribe(subscriber.id),
    )


async def list_recent_rules(tx: Transaction, subscriber: SubscriberId) -> tuple[Rule, ...]:
    """The rules behind what a subscriber got lately, by title."""
    return _rules_of(await tx.list_digests(subscriber, limit=_RECENT))


def _rules_of(digests: Iterable[Digest]) -> tuple[Rule, ...]:
    """Of a rule that was changed, the newest."""
    found: dict[RuleId, Rule] = {}
    for digest in digests:
        for story in digest.stories:
            for reason in story.reasons:
                found.setdefault(reason.rule.id, reason.rule)
    return tuple(sorted(found.values(), key=lambda rule: (rule.title, rule.id)))


async def _name_stories(tx: Transaction, stories: Iterable[StoryId]) -> tuple[Named, ...]:
    """A story is named after its first article; where that has been thrown away, by its id."""
    ids = list(stories)
    articles = await tx.find_articles([ArticleId(each) for each in ids])
    titles = {each: found.title for each in ids if (found := articles.get(ArticleId(each)))}
    return tuple(_name(each, titles.get(each)) for each in ids)


def _name(target: str, title: str | None) -> Named:
    return Named(target=target, title=shorten(clean_line(title or target).strip(), _TITLE))


def _view_recent(visit: Visit, digest: Digest) -> Recent:
    view = view_digest(digest, visit.subscriber)
    title = view.stories[0].headline if view.is_alert else view.count
    address = visit.site.nearby.digest(visit.subscriber.id, digest.id)
    return Recent(address=address, title=title, sent_at=visit.tell(digest.composed_at))


def _describe_states(visit: Visit, chosen: Choices) -> tuple[str, ...]:
    if chosen.unsubscribed_at is not None:
        return (f"You unsubscribed on {visit.tell(chosen.unsubscribed_at)}: nothing is sent to you.",)
    if chosen.paused_until is not None and chosen.is_paused(visit.now):
        return (f"Paused until {visit.tell(chosen.paused_until)}. What comes in the meantime waits until then.",)
    return (f"Messages come by {name_channels(visit.subscriber)}.",)


def _describe_routes(plan: Plan, subscriber: Subscriber) -> str:
    paces = [describe_pace(route.send) for route in plan.routes if subscriber.id in route.to]
    return ", ".join(dict.fromkeys("at once" if pace == "now" else pace for pace in paces)) or "nothing at present"


def _describe_quiet(quiet: Quiet | None) -> str | None:
    if quiet is None:
        return None
    unless = f", unless it is {quiet.unless.value}" if quiet.unless else ""
    return f"{quiet.start:%H:%M} to {quiet.end:%H:%M}{unless}"


def _pace_fields(pace: Pace | None) -> PaceFields:
    match pace:
        case Every(hours=hours):
            return PaceFields(kind="hours", hours=hours)
        case Daily(at=at, days=days):
            return PaceFields(kind="daily", at=f"{at:%H:%M}", days=days)
        case _:
            return PaceFields()
