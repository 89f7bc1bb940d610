"""Documents: what is written is read again, and what cannot be read is a StoreError."""

import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import StoreError
from monitor.model import Article, Digest, DigestStory, Image, Match, Mention, Reason, Rule, Severity
from monitor.store.codec import (
    authors_from_json,
    authors_to_json,
    digest_from_json,
    digest_to_json,
    images_from_json,
    images_to_json,
    mentions_from_json,
    mentions_to_json,
    rule_from_json,
    rule_to_json,
)
from tests.builders import make_article
from tests.contract.stores import make_digest

texts = st.text(max_size=20)
maybe = st.none() | texts
instants = st.datetimes(timezones=st.just(UTC))
images = st.builds(Image, caption=maybe, credit=maybe)
mentions = st.builds(Mention)
rules = st.builds(Rule, tags=st.lists(texts, max_size=3).map(tuple), severity=st.sampled_from(Severity))
matches = st.builds(
    Match,
    mentions=st.lists(mentions, max_size=2).map(tuple),
    score=st.none() | st.integers(),
    severity=st.sampled_from(Severity),
)
articles = st.builds(
    Article,
    url=maybe,
    title=maybe,
    standfirst=maybe,
    body=maybe,
    authors=st.lists(texts, max_size=2).map(tuple),
    images=st.lists(images, max_size=2).map(tuple),
    published=st.none() | instants,
    published_precision=st.sampled_from([None, "day", "second"]),
    updated=st.none() | instants,
    fetched_at=instants,
)
stories = st.builds(
    DigestStory,
    article=articles,
    reasons=st.lists(st.builds(Reason, rule=rules, match=matches), max_size=2).map(tuple),
    also_in=st.lists(texts, max_size=2).map(tuple),
)
digests = st.builds(
    Digest,
    window_start=instants,
    composed_at=instants,
    stories=st.lists(stories, max_size=2).map(tuple),
    omitted=st.integers(min_value=0),
    test=st.booleans(),
)


@given(digests)
def test_a_digest_is_the_same_digest_after_a_round_trip(digest: Digest) -> None:
    assert digest_from_json(digest_to_json(digest)) == digest


@given(rules)
def test_a_rule_is_the_same_rule_after_a_round_trip(rule: Rule) -> None:
    assert rule_from_json(rule_to_json(rule)) == rule


@given(st.lists(mentions).map(tuple), st.lists(images).map(tuple), st.lists(texts).map(tuple))
def test_parts_of_an_article_are_the_same_after_a_round_trip(
    found: tuple[Mention, ...], shown: tuple[Image, ...], written_by: tuple[str, ...]
) -> None:
    assert mentions_from_json(mentions_to_json(found)) == found
    assert images_from_json(images_to_json(shown)) == shown
    assert authors_from_json(authors_to_json(written_by)) == written_by


def test_a_document_names_its_version_and_a_newer_one_is_refused() -> None:
    document = json.loads(digest_to_json(make_digest()))
    assert document["version"] == 1
    with pytest.raises(StoreError, match="digest document of version 2, expected 1"):
        digest_from_json(json.dumps(document | {"version": 2}))


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "{}", '{"version": 1}', '"digest"', '{"version":1,"id":null}'])
def test_a_damaged_digest_is_an_error_of_the_store(text: str) -> None:
    with pytest.raises(StoreError, match="digest document cannot be read"):
        digest_from_json(text)


def test_a_damaged_part_is_an_error_of_the_store() -> None:
    for read in (rule_from_json, mentions_from_json, images_from_json, authors_from_json):
        with pytest.raises(StoreError, match="cannot be read"):
            read("[{")


def test_foreign_scripts_are_kept_readable_in_documents() -> None:
    story = DigestStory(id="s", article=make_article("Новости"), reasons=())  # type: ignore[arg-type]
    assert "Новости" in digest_to_json(make_digest(stories=(story,)))
