import json
from datetime import UTC, datetime, timedelta, timezone

from monitor.model import DigestId, Image, StoryId
from monitor.render.documents import article_document, digest_document, instant, match_document
from monitor.render.webhook import render_webhook
from tests.builders import NOON, make_article
from tests.render.golden import assert_golden
from tests.render.samples import full_digest, make_digest, make_story, strike_story

ARTICLE_KEYS = [
    "id",
    "source",
    "url",
    "title",
    "standfirst",
    "authors",
    "published",
    "published_precision",
    "published_raw",
    "updated",
    "images",
    "body",
    "language",
    "fetched_at",
    "fingerprint",
]


def test_an_article_has_every_key_and_null_for_what_is_unknown() -> None:
    document = article_document(make_article(None, id="x", fingerprint="1:f"))
    assert list(document) == ARTICLE_KEYS
    assert document == dict.fromkeys(ARTICLE_KEYS) | {
        "id": "x",
        "source": "wire",
        "authors": [],
        "images": [],
        "fetched_at": "2026-03-02T12:00:00Z",
        "fingerprint": "1:f",
    }


def test_a_day_is_a_date_and_a_second_an_instant() -> None:
    published = datetime(2021, 4, 22, tzinfo=UTC)
    day = article_document(make_article(published=published, published_precision="day", published_raw="April 22, 2021"))
    assert (day["published"], day["published_precision"], day["published_raw"]) == (
        "2021-04-22",
        "day",
        "April 22, 2021",
    )
    second = article_document(make_article(published=published, published_precision="second", updated=NOON))
    assert (second["published"], second["updated"]) == ("2021-04-22T00:00:00Z", "2026-03-02T12:00:00Z")


def test_an_instant_is_in_utc_and_in_whole_seconds() -> None:
    east = datetime(2026, 3, 2, 16, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=4)))
    assert instant(east) == "2026-03-02T12:00:00Z"


def test_images_keep_caption_and_credit_apart() -> None:
    document = article_document(make_article(images=(Image(caption="A dam", credit=None),)))
    assert document["images"] == [{"caption": "A dam", "credit": None}]


def test_the_places_of_a_match_cut_its_words_out_of_the_article() -> None:
    story = strike_story()
    article = article_document(story.article)
    document = match_document(story.reasons[0].match, story.id)
    assert list(document) == ["rule", "version", "severity", "score", "story", "mentions", "events"]
    assert document["mentions"]
    for mention in document["mentions"]:
        assert list(mention) == ["clause", "field", "start", "end", "text", "term", "concept", "actor"]
        assert article[mention["field"]][mention["start"] : mention["end"]] == mention["text"]
    assert match_document(story.reasons[0].match, None)["story"] is None


def test_a_digest_event_says_what_and_why_without_the_whole_body() -> None:
    document = digest_document(full_digest(omitted=3))
    assert list(document) == ["type", "timestamp", "data"]
    assert (document["type"], document["timestamp"]) == ("digest.created", "2026-03-02T03:30:00Z")
    data = document["data"]
    assert (data["version"], data["id"], data["omitted"], data["test"]) == (1, "ana-2026-03-02", 3, False)
    story = data["stories"][1]
    assert story["article"]["url"] == "https://harbourwire.example/alvera-strike"
    assert story["also_in"] == ["alvera-post", "trade-daily", "coast-radio"]
    assert "body" not in story["article"]
    excerpt = story["excerpts"][0]
    assert "".join(segment["text"] for segment in excerpt["segments"]) == excerpt["text"]
    match = story["matches"][0]
    assert (match["rule"], match["rule_title"], match["severity"]) == ("port-strikes", "Strikes at seaports", "high")
    assert match["tags"] == ["labour", "shipping"]
    assert match["why"]
    assert match["mentions"]


def test_a_webhook_body_is_the_same_document_every_time() -> None:
    assert_golden("digest.json", render_webhook(full_digest()))
    assert json.loads(render_webhook(full_digest())) == digest_document(full_digest())


def test_half_a_letter_does_not_stop_a_webhook() -> None:
    body = render_webhook(make_digest(make_story(make_article("A\ud800B"), ("a", "A")), id=DigestId("d")))
    assert json.loads(body)["data"]["stories"][0]["excerpts"][0]["text"] == "A?B"


def test_a_digest_without_stories_is_an_event_too() -> None:
    assert digest_document(make_digest())["data"]["stories"] == []


def test_a_story_has_its_own_id_beside_that_of_its_article() -> None:
    story = make_story(make_article("dam", id="second"), ("a", "dam"))
    document = digest_document(make_digest(story))["data"]["stories"][0]
    assert (document["id"], document["article"]["id"]) == (StoryId("second"), "second")
