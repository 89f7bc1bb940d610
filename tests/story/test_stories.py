from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Article, StoryId
from monitor.story.stories import assign_stories
from tests.builders import NOON, make_article

WIRE_TEXT = "Forecasters expect the river to crest on Sunday. " * 5


def test_the_same_text_under_another_headline_is_the_same_story() -> None:
    first = make_article(WIRE_TEXT, title="River to crest", source="wire")
    copy = make_article(WIRE_TEXT.upper(), title="Towns brace for Sunday", source="daily")
    assert assign_stories([first, copy], {}) == {first.id: StoryId(first.id), copy.id: StoryId(first.id)}


def test_different_texts_are_different_stories() -> None:
    one, other = make_article("One thing happened."), make_article("Another thing happened.")
    assert assign_stories([one, other], {}) == {one.id: StoryId(one.id), other.id: StoryId(other.id)}


def test_a_known_story_takes_in_a_new_copy_of_its_text() -> None:
    copy = make_article(WIRE_TEXT)
    assert assign_stories([copy], {copy.fingerprint: StoryId("wire/old")}) == {copy.id: "wire/old"}


def test_a_story_has_the_id_of_the_article_fetched_first() -> None:
    late = make_article(WIRE_TEXT, key="late", fetched_at=NOON + timedelta(minutes=1))
    early = make_article(WIRE_TEXT, key="early")
    assert set(assign_stories([late, early], {}).values()) == {StoryId(early.id)}


def test_of_articles_fetched_together_the_first_given_names_the_story() -> None:
    articles = [make_article(WIRE_TEXT, key=key) for key in ("b", "a")]
    assert set(assign_stories(articles, {}).values()) == {StoryId(articles[0].id)}


def test_articles_without_a_word_of_text_are_not_taken_for_one_story() -> None:
    pictures = [make_article(body, key=key) for key, body in (("a", None), ("b", None), ("c", "…!"))]
    known = {pictures[0].fingerprint: StoryId("wire/old picture")}
    assert assign_stories(pictures, known) == {picture.id: StoryId(picture.id) for picture in pictures}


def test_no_articles_tell_no_stories() -> None:
    assert assign_stories([], {}) == {}


def test_what_is_known_is_left_as_it_was() -> None:
    known: dict[str, StoryId] = {}
    assign_stories([make_article()], known)
    assert known == {}


TEXTS = st.sampled_from(["One thing.", "Another.", "", WIRE_TEXT])
ARTICLES = st.lists(
    st.tuples(TEXTS, st.integers(0, 3), st.integers(0, 30)), unique_by=lambda drawn: drawn[2], max_size=8
).map(
    lambda drawn: [
        make_article(text, key=str(key), fetched_at=NOON + timedelta(minutes=minutes)) for text, minutes, key in drawn
    ]
)


@given(ARTICLES)
def test_stories_of_a_batch_are_those_of_its_articles_one_by_one(articles: list[Article]) -> None:
    together = assign_stories(articles, {})
    known: dict[str, StoryId] = {}
    for article in sorted(articles, key=lambda each: each.fetched_at):
        alone = assign_stories([article], known)
        known.setdefault(article.fingerprint, alone[article.id])
        assert together[article.id] == alone[article.id]
