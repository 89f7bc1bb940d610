"""Articles, matches and digests as JSON documents: the forms that the documentation promises.

Every document is made of plain dictionaries, lists, strings, numbers and None, in a fixed order of keys. Texts are
given unchanged, so that the places of mentions hold.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from monitor.model import Article, Digest, DigestStory, Match, Mention, Proof, Reason, StoryId
from monitor.render.highlight import Excerpt, excerpts_of, some_of_each

Document = dict[str, Any]

# Of the `data` of a digest event; raised when a key changes its meaning or goes away.
_DIGEST_VERSION = 1
_EXCERPTS = 3


def article_document(article: Article) -> Document:
    """An article with everything that is known of it; what is not known is None."""
    return {
        "id": article.id,
        "source": article.source,
        "url": article.url,
        "title": article.title,
        "standfirst": article.standfirst,
        "authors": list(article.authors),
        **_publication(article),
        "updated": _optional_instant(article.updated),
        "images": [{"caption": image.caption, "credit": image.credit} for image in article.images],
        "body": article.body,
        "language": article.language,
        "fetched_at": instant(article.fetched_at),
        "fingerprint": article.fingerprint,
    }


def match_document(match: Match, story: StoryId | None) -> Document:
    """A match with the places of its mentions in the article; `events` is kept for rules about events."""
    return {
        "rule": match.rule,
        "version": match.version,
        "severity": match.severity.value,
        "score": match.score,
        "story": story,
        "mentions": [mention_document(mention) for mention in match.mentions],
        "events": [],
    }


def mention_document(mention: Mention) -> Document:
    """A mention with its place: `start` and `end` cut the field of the article's document."""
    return {
        "clause": mention.clause,
        "field": mention.field,
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "term": mention.term,
        "concept": mention.concept,
        "actor": mention.actor,
    }


def digest_document(digest: Digest) -> Document:
    """The event that a webhook receives, in the envelope of Standard Webhooks: `type`, `timestamp`, `data`.

    It quotes the sentences that matched instead of carrying whole bodies, which belong to their publishers.
    """
    return {
        "type": "digest.created",
        "timestamp": instant(digest.composed_at),
        "data": {
            "version": _DIGEST_VERSION,
            "id": digest.id,
            "subscriber": digest.subscriber,
            "window_start": instant(digest.window_start),
            "test": digest.test,
            "omitted": digest.omitted,
            "windows": [instant(window) for window in digest.windows],
            "held": {"quiet": digest.quieted, "cap": digest.capped},
            "proof": _proof_document(digest.proof),
            "notices": [
                {"kind": each.kind, "subject": each.subject, "text": each.text, "since": instant(each.since)}
                for each in digest.notices
            ],
            "stories": [_story_document(story) for story in digest.stories],
        },
    }


def _proof_document(proof: Proof | None) -> Document | None:
    if proof is None:
        return None
    return {
        "since": instant(proof.since),
        "until": instant(proof.until),
        "articles": proof.articles,
        "sources_answered": proof.sources_answered,
        "sources": proof.sources,
    }


def instant(at: datetime) -> str:
    """An instant in UTC, in whole seconds: "2026-03-02T12:00:00Z"."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _optional_instant(at: datetime | None) -> str | None:
    return None if at is None else instant(at)


def _publication(article: Article) -> Document:
    published = _optional_instant(article.published)
    if article.published and article.published_precision == "day":
        published = article.published.date().isoformat()
    return {
        "published": published,
        "published_precision": article.published_precision,
        "published_raw": article.published_raw,
    }


def _story_document(story: DigestStory) -> Document:
    mentions = tuple(mention for reason in story.reasons for mention in some_of_each(reason.match.mentions))
    article = story.article
    return {
        "id": story.id,
        "kind": story.kind,
        "ordinal": story.ordinal,
        "change": story.change,
        "section": story.section,
        "severity": story.severity.value,
        "article": {
            "id": article.id,
            "source": article.source,
            "url": article.url,
            "title": article.title,
            "standfirst": article.standfirst,
            "authors": list(article.authors),
            **_publication(article),
            "language": article.language,
            "fetched_at": instant(article.fetched_at),
        },
        "excerpts": [_excerpt_document(excerpt) for excerpt in excerpts_of(article, mentions, limit=_EXCERPTS)],
        "also_in": list(story.also_in),
        "matches": [_reason_document(reason, story.id) for reason in story.reasons],
    }


def _excerpt_document(excerpt: Excerpt) -> Document:
    segments = [{"text": segment.text, "mention": segment.is_mention} for segment in excerpt.segments]
    return {"field": excerpt.field, "text": excerpt.text, "segments": segments}


def _reason_document(reason: Reason, story: StoryId) -> Document:
    """A match as everywhere else, and beside it what its rule says to people.

    Of a word that occurs hundreds of times the first places are given, and `more_mentions` counts the rest.
    """
    rule = reason.rule
    shown = some_of_each(reason.match.mentions)
    return {
        **match_document(replace(reason.match, mentions=shown), story),
        "more_mentions": len(reason.match.mentions) - len(shown),
        "rule_title": rule.title,
        "why": rule.why,
        "tags": list(rule.tags),
        "owner": rule.owner,
    }
