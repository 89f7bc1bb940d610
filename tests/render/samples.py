"""Digests to render, of articles written for these tests: real sentences in several languages and scripts."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.model import (
    Article,
    Digest,
    DigestId,
    DigestStory,
    EmailAddress,
    Image,
    Match,
    Mention,
    Reason,
    Rule,
    RuleId,
    Severity,
    SourceId,
    StoryId,
    Subscriber,
    SubscriberId,
)
from tests.builders import make_article

MORNING = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)  # 07:30 in Yerevan
ANA = Subscriber(
    id=SubscriberId("ana"), addresses=(EmailAddress(address="ana@example.org"),), timezone=ZoneInfo("Asia/Yerevan")
)
SENDER = "Media Monitor <monitor@news.example.org>"

PORT_STRIKES = Rule(
    id=RuleId("port-strikes"),
    version="a1",
    title="Strikes at seaports",
    why="Strikes and lockouts that may hold up our shipments.",
    owner="logistics-desk",
    tags=("labour", "shipping"),
    severity=Severity.HIGH,
)
TERMINALS = Rule(
    id=RuleId("gas-terminals"), version="b7", title="Accidents at gas terminals", severity=Severity.CRITICAL
)


def find_mentions(article: Article, *found: tuple[str, str]) -> tuple[Mention, ...]:
    """A mention for every place of each (clause, words) in title, standfirst, captions and body."""
    return tuple(
        Mention(clause=clause, field=path, start=start, end=start + len(words), text=words, term=words)
        for clause, words in found
        for path, text in article.fields().items()
        if path != "url"
        for start in range(len(text))
        if text.startswith(words, start)
    )


def make_story(article: Article, *found: tuple[str, str], rule: Rule = PORT_STRIKES, **fields: Any) -> DigestStory:
    """A story told by an article in which one rule found words."""
    match = Match(
        rule=rule.id,
        version=rule.version,
        article=article.id,
        severity=rule.severity,
        mentions=find_mentions(article, *found),
    )
    return DigestStory(id=StoryId(article.id), article=article, reasons=(Reason(rule=rule, match=match),), **fields)


def make_digest(*stories: DigestStory, **fields: Any) -> Digest:
    """A digest for Ana, composed on a Monday morning."""
    fields.setdefault("id", DigestId("ana-2026-03-02"))
    fields.setdefault("composed_at", MORNING)
    return Digest(subscriber=ANA.id, window_start=datetime(2026, 3, 1, 3, 30, tzinfo=UTC), stories=stories, **fields)


def terminal_story() -> DigestStory:
    """Critical; the words stand in a caption and in the body."""
    article = make_article(
        "Ferries were turned back at noon. A gas leak at the Norsund terminal forced the harbour authority to clear "
        "both quays, and two tankers were told to wait at sea. Nobody was hurt, the fire brigade said.",
        title="Norsund harbour cleared after alarm on the quay",
        standfirst="Two tankers wait outside the breakwater while crews look for the source.",
        source="coast-radio",
        url="https://www.coastradio.example/2026/03/norsund?from=feed",
        published=datetime(2026, 3, 1, 12, 5, tzinfo=UTC),
        published_precision="second",
        images=(Image(caption="The Norsund terminal, where the gas leak was found.", credit="I. Lund"),),
        language="en",
    )
    return make_story(article, ("match.all[0]", "gas leak"), ("match.all[1]", "Norsund terminal"), rule=TERMINALS)


def strike_story() -> DigestStory:
    """High; the words stand in the title too, and three other sources ran it."""
    article = make_article(
        "Members of the dockers’ union voted by nine to one on Friday to stop work at the port of Alvera from Monday "
        "morning, which would shut the country’s largest container terminal.\n\n"
        "Shipping lines said they would divert vessels. “A strike in this week would cost us the season,” said a "
        "fruit exporter who asked not to be named.",
        title="Dockers at the port of Alvera vote to strike",
        source="harbour-wire",
        url="https://harbourwire.example/alvera-strike",
        published=datetime(2026, 2, 28, tzinfo=UTC),
        published_precision="day",
        language="en",
    )
    others = tuple(SourceId(source) for source in ("alvera-post", "trade-daily", "coast-radio"))
    found = (("match.all[0]", "strike"), ("match.all[0]", "stop work"), ("match.all[1]", "port of Alvera"))
    return make_story(article, *found, also_in=others)


def russian_story() -> DigestStory:
    """Medium; the article is in Russian and its date is not known."""
    article = make_article(
        "Профсоюз докеров объявил забастовку в порту Альверы. Переговоры с портом продолжатся в среду.",
        title="Порт Альверы остановится с понедельника",
        source="primorye-novosti",
        url="https://novosti.example/порт",
        language="ru",
        fetched_at=datetime(2026, 3, 1, 20, 15, tzinfo=UTC),
    )
    rule = replace(PORT_STRIKES, severity=Severity.MEDIUM)
    return make_story(article, ("match.all[0]", "забастовку"), ("match.all[1]", "порту Альверы"), rule=rule)


def arabic_story() -> DigestStory:
    """Low; the article is in Arabic, written from right to left."""
    article = make_article(
        "أعلن عمال الشحن في ميناء ألفيرا أنهم سيبدؤون الإضراب صباح الاثنين. وقالت إدارة الميناء إنها تأسف للقرار.",
        title="عمال ميناء ألفيرا يستعدون للإضراب",
        source="al-marsa",
        url="https://almarsa.example/ports/1",
        published=datetime(2026, 3, 1, 18, 40, tzinfo=UTC),
        published_precision="second",
        language="ar",
    )
    rule = replace(PORT_STRIKES, severity=Severity.LOW)
    return make_story(article, ("match.all[0]", "الإضراب"), ("match.all[1]", "ميناء ألفيرا"), rule=rule)


def full_digest(**fields: Any) -> Digest:
    """Four stories of falling severity, in three languages."""
    return make_digest(terminal_story(), strike_story(), russian_story(), arabic_story(), **fields)


def huge_digest() -> Digest:
    """Five hundred stories, far more than a mail may hold, and others over the number that the route set."""
    stories = (terminal_story(), strike_story(), russian_story(), arabic_story())
    return make_digest(
        *(replace(stories[number % 4], id=StoryId(f"story-{number}")) for number in range(500)), omitted=37
    )
