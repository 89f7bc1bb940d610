"""A digest as readers see it: every text cleaned and of bounded length, every date in the subscriber's time.

What is common to all renderings for people is decided here; templates and the Slack renderer only lay it out. The
fixed texts are in English.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from babel.dates import format_datetime

from monitor.model import AlertKind, Article, Digest, DigestStory, Mention, Reason, Subscriber
from monitor.render.clean import clean_line, shorten
from monitor.render.highlight import Excerpt, Segment, excerpts_of, mark_mentions, some_of_each
from monitor.render.links import Link, find_link
from monitor.render.notes import notes_of
from monitor.render.page_links import PageLinks
from monitor.text.counts import count_of

Direction = Literal["ltr", "rtl", "auto"]

LANGUAGE = "en"  # of the fixed texts

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi"})
_UNTITLED = "(no headline)"

# How much of a story is shown. Characters, then numbers.
_TITLE = 240
_CONTEXT = 300
_RULE_TITLE = 120
_WHY = 300
_WORD = 60
_EXCERPTS = 2
_REASONS = 4
_WORDS = 10
_ALSO_IN = 5
_RULES = 20
_PREVIEWED = 3
_PREVIEW = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcerptView:
    """A sentence that matched; `label` says where it stood unless that was the body."""

    label: str | None
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonView:
    """Why a story is here: the rule, what it is for, and the words it found."""

    title: str
    why: str | None
    words: tuple[str, ...]
    more_words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """One story. `language` is the article's, None when unknown; `direction` that of its text.

    `section` is the heading it stands under; `news` says what is new about a story that the reader knows; `page` is
    where the reader mutes it or says whether it was relevant.
    """

    title: tuple[Segment, ...]
    link: Link | None
    severity: str
    source: str
    dated: str
    language: str | None
    direction: Direction
    excerpts: tuple[ExcerptView, ...]
    reasons: tuple[ReasonView, ...]
    more_reasons: int
    also_in: tuple[str, ...]
    more_also_in: int
    section: str | None = None
    kind: AlertKind = "new"
    news: str | None = None
    page: str | None = None

    @property
    def label(self) -> str:
        """What stands before the headline on one line: `High`, of a story that the reader knows `High, correction`."""
        severity = self.severity.capitalize()
        return severity if self.kind == "new" else f"{severity}, {self.kind}"

    @property
    def headline(self) -> str:
        """The title without marks."""
        return "".join(segment.text for segment in self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Addresses of the subscriber's own pages."""

    digest: str
    settings: str
    unsubscribe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView:
    """A whole digest. `counts` is "1 critical, 2 high, 37 more"; `zone` names the time zone of every time shown."""

    count: str
    counts: str
    day: str
    time: str
    weekday: str
    zone: str
    subscriber: str
    rules: tuple[str, ...]
    more_rules: int
    is_test: bool
    stories: tuple[StoryView, ...]
    omitted: int
    notes: tuple[str, ...] = ()
    links: "Links | None" = None

    @property
    def is_alert(self) -> bool:
        """One story that speaks for itself, without a list around it."""
        return len(self.stories) == 1 and not self.omitted and not self.notes

    @property
    def preview(self) -> str:
        """What an inbox shows beside the subject."""
        if self.is_alert and self.stories[0].excerpts:
            return shorten("".join(segment.text for segment in self.stories[0].excerpts[0].segments), _PREVIEW)
        return shorten(" · ".join([*self.notes, *(story.headline for story in self.stories)][:_PREVIEWED]), _PREVIEW)


def view_digest(digest: Digest, subscriber: Subscriber, pages: PageLinks | None = None) -> DigestView:
    """What to show of a digest, in the subscriber's time; with `pages` also where they decide about it."""
    local = digest.composed_at.astimezone(subscriber.timezone)
    rules = sorted({reason.rule.id for story in digest.stories for reason in story.reasons})
    return DigestView(
        count=_count(digest),
        counts=_count_severities(digest),
        day=_format(local, "d MMMM y"),
        time=_format(local, "HH:mm"),
        weekday=_format(local, "EEEE"),
        zone=_zone(subscriber, local),
        subscriber=_line(digest.subscriber, _RULE_TITLE),
        rules=tuple(_line(rule, _RULE_TITLE) for rule in rules[:_RULES]),
        more_rules=max(0, len(rules) - _RULES),
        is_test=digest.test,
        stories=tuple(_view_story(story, subscriber, pages) for story in digest.stories),
        omitted=digest.omitted,
        notes=notes_of(digest, subscriber),
        links=_view_links(digest, pages) if pages else None,
    )


def _view_links(digest: Digest, pages: PageLinks) -> Links:
    subscriber = digest.subscriber
    return Links(
        digest=pages.digest(subscriber, digest.id),
        settings=pages.settings(subscriber),
        unsubscribe=pages.unsubscribe(subscriber),
    )


def _count(digest: Digest) -> str:
    if digest.notices:
        return count_of(len(digest.notices), "notice")
    return "Nothing new" if digest.proof else count_stories(len(digest.stories) + digest.omitted)


def count_stories(count: int) -> str:
    """`1 story`, `2 stories`."""
    return count_of(count, "story", "stories")


def _view_story(story: DigestStory, subscriber: Subscriber, pages: PageLinks | None) -> StoryView:
    article = story.article
    mentions = [mention for reason in story.reasons for mention in _mentions_of(reason)]
    return StoryView(
        title=_view_title(article, mentions),
        link=find_link(article.url),
        severity=story.severity.value,
        source=_line(article.source, _WORD),
        dated=_date(article, subscriber),
        language=article.language,
        direction=_direction_of(article.language),
        excerpts=_view_excerpts(article, mentions),
        reasons=tuple(_view_reason(reason) for reason in story.reasons[:_REASONS]),
        more_reasons=max(0, len(story.reasons) - _REASONS),
        also_in=tuple(_line(source, _WORD) for source in story.also_in[:_ALSO_IN]),
        more_also_in=max(0, len(story.also_in) - _ALSO_IN),
        section=_line(story.section, _RULE_TITLE) if story.section else None,
        kind=story.kind,
        news=_news_of(story),
        page=pages.story(subscriber.id, story.id) if pages else None,
    )


def _news_of(story: DigestStory) -> str | None:
    if story.kind == "new":
        return None
    change = _line(story.change or "", _CONTEXT)
    return f"{story.kind.capitalize()}: {change}" if change else story.kind.capitalize()


def _mentions_of(reason: Reason) -> tuple[Mention, ...]:
    """Its mentions, with clauses that no other rule has: "match.all[0]" of two rules are two different clauses."""
    return tuple(
        mention._replace(clause=f"{reason.rule.id} {mention.clause}") for mention in some_of_each(reason.match.mentions)
    )


def _view_title(article: Article, mentions: Sequence[Mention]) -> tuple[Segment, ...]:
    title = article.title or ""
    if not clean_line(title).strip():
        return (Segment(_UNTITLED),)
    if len(title) > _TITLE:
        return (Segment(_line(title, _TITLE)),)
    return _clean(mark_mentions(title, [mention for mention in mentions if mention.field == "title"]))


def _view_excerpts(article: Article, mentions: Sequence[Mention]) -> tuple[ExcerptView, ...]:
    """The sentences that matched outside the title, which is shown anyway; else how the article begins."""
    elsewhere = [mention for mention in mentions if mention.field != "title"]
    found = tuple(_view_excerpt(excerpt) for excerpt in excerpts_of(article, elsewhere, limit=_EXCERPTS))
    context = _line((article.standfirst or article.body or "").partition("\n")[0], _CONTEXT)
    return found or ((ExcerptView(label=None, segments=(Segment(context),)),) if context else ())


def _view_excerpt(excerpt: Excerpt) -> ExcerptView:
    return ExcerptView(label=None if excerpt.field == "body" else excerpt.label, segments=_clean(excerpt.segments))


def _view_reason(reason: Reason) -> ReasonView:
    """Words are told apart as a reader does: "Use of force" and "use of force" are the same."""
    words = {_line(mention.text, _WORD).casefold(): _line(mention.text, _WORD) for mention in reason.match.mentions}
    why = _line(reason.rule.why or "", _WHY)
    return ReasonView(
        title=_line(reason.rule.title, _RULE_TITLE).rstrip("."),
        why=why or None,
        words=tuple(words.values())[:_WORDS],
        more_words=max(0, len(words) - _WORDS),
    )


def _clean(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    return tuple(replace(segment, text=clean_line(segment.text)) for segment in segments)


def _line(text: str, limit: int) -> str:
    return shorten(clean_line(text).strip(), limit)


def _direction_of(language: str | None) -> Direction:
    if language is None:
        return "auto"
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def _count_severities(digest: Digest) -> str:
    """Of the stories that are told; the others are counted with them, so that it adds up."""
    counts = Counter(story.severity for story in digest.stories)
    falling = sorted(counts, key=lambda severity: -severity.rank)
    told = [f"{counts[severity]} {severity.value}" for severity in falling]
    return ", ".join([*told, f"{digest.omitted:,} more"] if told and digest.omitted else told)


def _date(article: Article, subscriber: Subscriber) -> str:
    """Publication as precisely as it is known. A bare day has no hour, so no time zone can move it to another."""
    if article.published is None:
        seen = article.fetched_at.astimezone(subscriber.timezone)
        return f"undated, first seen {_format(seen, _MINUTES)}"
    if article.published_precision == "day":
        return _format(article.published, _DAY)
    return _format(article.published.astimezone(subscriber.timezone), _MINUTES)


_DAY = "d MMMM y"
_MINUTES = "d MMMM y, HH:mm"


def _format(at: datetime, pattern: str) -> str:
    # Babel moves naive or aware times to a zone of its own; the wall clock is what we want, so none is given.
    return format_datetime(at.replace(tzinfo=None), pattern, locale=LANGUAGE)


def _zone(subscriber: Subscriber, local: datetime) -> str:
    """`Asia/Yerevan (UTC+04:00)`."""
    key, offset = subscriber.timezone.key, _offset(local)
    return key if key == offset else f"{key} ({offset})"


def _offset(local: datetime) -> str:
    """`UTC+04:00`; plain `UTC` without one."""
    offset = local.strftime("%z")
    return "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:5]}"
