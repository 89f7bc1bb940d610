"""Values as JSON text and back, for what is kept whole: digests, rules, mentions, images, authors.

A digest's document carries its version, because frozen digests are read for years; a newer one is refused.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from monitor.errors import StoreError
from monitor.model import (
    Article,
    ArticleId,
    Digest,
    DigestId,
    DigestStory,
    EntryKey,
    Image,
    Match,
    Mention,
    Notice,
    Proof,
    Reason,
    Rule,
    RuleId,
    Severity,
    SourceId,
    StoryId,
    SubscriberId,
)

_DIGEST_VERSION = 1

_Json = Mapping[str, Any]


def digest_to_json(digest: Digest) -> str:
    """The whole digest, articles included: it can be read again when they are gone."""
    return _dump(
        {
            "version": _DIGEST_VERSION,
            "id": digest.id,
            "subscriber": digest.subscriber,
            "window_start": digest.window_start.isoformat(),
            "composed_at": digest.composed_at.isoformat(),
            "stories": [_story_to_json(story) for story in digest.stories],
            "omitted": digest.omitted,
            "test": digest.test,
            "windows": [window.isoformat() for window in digest.windows],
            "quieted": digest.quieted,
            "capped": digest.capped,
            "proof": _proof_to_json(digest.proof),
            "notices": [asdict(notice) | {"since": notice.since.isoformat()} for notice in digest.notices],
        }
    )


def digest_from_json(text: str) -> Digest:
    """The digest again; StoreError when the document is damaged or of a newer version."""
    with _reading("digest"):
        document = json.loads(text)
        if document["version"] != _DIGEST_VERSION:
            raise StoreError(f"digest document of version {document['version']}, expected {_DIGEST_VERSION}")
        return Digest(
            id=DigestId(document["id"]),
            subscriber=SubscriberId(document["subscriber"]),
            window_start=datetime.fromisoformat(document["window_start"]),
            composed_at=datetime.fromisoformat(document["composed_at"]),
            stories=tuple(_story_from_json(story) for story in document["stories"]),
            omitted=document["omitted"],
            test=document["test"],
            # Not in documents that were frozen before these were kept.
            windows=tuple(datetime.fromisoformat(window) for window in document.get("windows", ())),
            quieted=document.get("quieted", 0),
            capped=document.get("capped", 0),
            proof=_proof_from_json(document.get("proof")),
            notices=tuple(_notice_from_json(notice) for notice in document.get("notices", ())),
        )


def rule_to_json(rule: Rule) -> str:
    """What is said about a rule."""
    return _dump(_rule_to_json(rule))


def rule_from_json(text: str) -> Rule:
    """The rule again; StoreError when the document is damaged."""
    with _reading("rule"):
        return _rule_from_json(json.loads(text))


def mentions_to_json(mentions: tuple[Mention, ...]) -> str:
    """A list with an object for each mention."""
    return _dump([mention._asdict() for mention in mentions])


def mentions_from_json(text: str) -> tuple[Mention, ...]:
    """The mentions again, in their order."""
    with _reading("mentions"):
        return tuple(Mention(**mention) for mention in json.loads(text))


def images_to_json(images: tuple[Image, ...]) -> str:
    """A list with an object for each image."""
    return _dump([asdict(image) for image in images])


def images_from_json(text: str) -> tuple[Image, ...]:
    """The images again, in their order."""
    with _reading("images"):
        return tuple(Image(**image) for image in json.loads(text))


def authors_to_json(authors: tuple[str, ...]) -> str:
    """A list of names."""
    return _dump(list(authors))


def authors_from_json(text: str) -> tuple[str, ...]:
    """The names again, in their order."""
    with _reading("authors"):
        return tuple(json.loads(text))


def article_to_json(article: Article) -> str:
    """The whole article."""
    return _dump(_article_to_json(article))


def article_from_json(text: str) -> Article:
    """The article again; StoreError when the document is damaged."""
    with _reading("article"):
        return _article_from_json(json.loads(text))


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"the stored {name} document cannot be read: {type(error).__name__}: {error}") from error


def _story_to_json(story: DigestStory) -> _Json:
    return {
        "id": story.id,
        "article": _article_to_json(story.article),
        "reasons": [
            {"rule": _rule_to_json(reason.rule), "match": _match_to_json(reason.match)} for reason in story.reasons
        ],
        "also_in": list(story.also_in),
        "kind": story.kind,
        "ordinal": story.ordinal,
        "change": story.change,
        "section": story.section,
    }


def _story_from_json(story: _Json) -> DigestStory:
    return DigestStory(
        id=StoryId(story["id"]),
        article=_article_from_json(story["article"]),
        reasons=tuple(
            Reason(rule=_rule_from_json(reason["rule"]), match=_match_from_json(reason["match"]))
            for reason in story["reasons"]
        ),
        also_in=tuple(SourceId(source) for source in story["also_in"]),
        kind=story.get("kind", "new"),
        ordinal=story.get("ordinal", 0),
        change=story.get("change"),
        section=story.get("section"),
    )


def _proof_to_json(proof: Proof | None) -> _Json | None:
    if proof is None:
        return None
    return asdict(proof) | {"since": proof.since.isoformat(), "until": proof.until.isoformat()}


def _proof_from_json(proof: _Json | None) -> Proof | None:
    if proof is None:
        return None
    instants = {name: datetime.fromisoformat(proof[name]) for name in ("since", "until")}
    return Proof(**{**proof, **instants})


def _notice_from_json(notice: _Json) -> Notice:
    return Notice(**{**notice, "since": datetime.fromisoformat(notice["since"])})


def _article_to_json(article: Article) -> _Json:
    instants = {
        "published": _instant_to_json(article.published),
        "updated": _instant_to_json(article.updated),
        "fetched_at": _instant_to_json(article.fetched_at),
    }
    return asdict(article) | instants


def _article_from_json(article: _Json) -> Article:
    return Article(
        id=ArticleId(article["id"]),
        source=SourceId(article["source"]),
        key=EntryKey(article["key"]),
        url=article["url"],
        title=article["title"],
        standfirst=article["standfirst"],
        authors=tuple(article["authors"]),
        published=_instant_from_json(article["published"]),
        published_precision=article["published_precision"],
        published_raw=article["published_raw"],
        updated=_instant_from_json(article["updated"]),
        images=tuple(Image(**image) for image in article["images"]),
        body=article["body"],
        language=article["language"],
        fetched_at=datetime.fromisoformat(article["fetched_at"]),
        fingerprint=article["fingerprint"],
    )


def _rule_to_json(rule: Rule) -> _Json:
    return asdict(rule) | {"severity": rule.severity.value}


def _rule_from_json(rule: _Json) -> Rule:
    return Rule(
        id=RuleId(rule["id"]),
        version=rule["version"],
        title=rule["title"],
        why=rule["why"],
        owner=rule["owner"],
        tags=tuple(rule["tags"]),
        status=rule["status"],
        severity=Severity(rule["severity"]),
    )


def _match_to_json(match: Match) -> _Json:
    mentions = [mention._asdict() for mention in match.mentions]
    return asdict(replace(match, mentions=())) | {"severity": match.severity.value, "mentions": mentions}


def _match_from_json(match: _Json) -> Match:
    return Match(
        rule=RuleId(match["rule"]),
        version=match["version"],
        article=ArticleId(match["article"]),
        severity=Severity(match["severity"]),
        score=match["score"],
        mentions=tuple(Mention(**mention) for mention in match["mentions"]),
    )


def _instant_to_json(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant_from_json(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
