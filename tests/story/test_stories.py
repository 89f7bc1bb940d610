from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Article, ArticleId, StoryId
from monitor.story.events import resemble
from monitor.story.features import NOTHING_COUNTED, outline_article
from monitor.story.index import MOST_TEXTS, Sketch, StoryIndex
from monitor.story.stories import Placement, place_alone, place_articles, sketch_article
from monitor.story.window import LONGEST, WINDOW
from tests.builders import NOON, make_article
from tests.story.texts import FLOOD, FLOOD_OTHER_WORDS, STRIKE, WHEAT, join_paragraphs


def sketch(article: Article, *actors: str) -> Sketch:
    return sketch_article(article, outline_article(article), NOTHING_COUNTED, frozenset(actors))


def place_all(*articles: Article, index: StoryIndex | None = None) -> list[Placement]:
    """One after the other, in the order given."""
    index = index or StoryIndex()
    return [place_alone(article, index) for article in articles]


def test_the_same_text_under_another_headline_is_the_same_story() -> None:
    first = make_article(FLOOD, title="River to crest", source="wire")
    copy = make_article(FLOOD.upper(), title="Towns brace for Sunday", source="daily")
    began, joined = place_all(first, copy)
    assert (began.story, began.relation) == (first.id, "first")
    assert (joined.story, joined.relation) == (first.id, "copy")


def test_an_excerpt_of_a_longer_text_is_its_copy_whichever_comes_first() -> None:
    whole = make_article(join_paragraphs(FLOOD, STRIKE, WHEAT), title="The day", key="whole")
    part = make_article(STRIKE, title="Buses stand still", key="part")
    for one, other in ((whole, part), (part, whole)):
        _, joined = place_all(one, other)
        assert (joined.story, joined.relation) == (one.id, "copy")


def test_a_quotation_does_not_make_two_texts_one() -> None:
    quoted = FLOOD.split(". ")[0]
    _, other = place_all(make_article(FLOOD, key="flood"), make_article(f"{STRIKE} {quoted}. {WHEAT}", key="other"))
    assert other.relation != "copy"


def test_a_report_of_the_same_event_in_other_words_joins_its_story() -> None:
    first = make_article(FLOOD, title="Tamarin river floods Velden, 400 moved to safety", language="en")
    report = make_article(FLOOD_OTHER_WORDS, title="Velden evacuated as the Tamarin floods", language="en")
    _, joined = place_all(first, report)
    assert (joined.story, joined.relation) == (first.id, "report")


def test_different_events_are_different_stories() -> None:
    placements = place_all(*(make_article(text, language="en") for text in (FLOOD, STRIKE, WHEAT)))
    assert [placement.relation for placement in placements] == ["first"] * 3


def test_a_report_after_the_window_begins_a_story_of_its_own() -> None:
    first = make_article(FLOOD, title="Tamarin river floods Velden", language="en")
    fields = {"title": "Velden evacuated as the Tamarin floods", "language": "en"}
    within = make_article(FLOOD_OTHER_WORDS, key="within", fetched_at=NOON + WINDOW, **fields)
    after = make_article(FLOOD_OTHER_WORDS, key="after", fetched_at=NOON + WINDOW + timedelta(seconds=1), **fields)
    assert place_all(first, within)[1].story == first.id
    assert place_all(first, after)[1].story == after.id


def test_a_story_does_not_go_on_for_ever_however_often_it_is_told() -> None:
    index, told = StoryIndex(), []
    for day in range(20):
        at = NOON + timedelta(days=day)
        text = f"{FLOOD_OTHER_WORDS} Day {day} of the flood brought number {day * 7919} of the reports."
        told.append(place_alone(make_article(text, key=str(day), fetched_at=at, language="en"), index).story)
    assert len(set(told[: LONGEST.days])) == 1
    assert told[LONGEST.days + 1] != told[0]


def test_publication_decides_about_the_window_and_not_the_moment_of_an_import() -> None:
    first = make_article(FLOOD, key="a", published=NOON - timedelta(days=365), published_precision="day", language="en")
    other = make_article(FLOOD_OTHER_WORDS, key="b", published=NOON, published_precision="day", language="en")
    assert place_all(first, other)[1].relation == "first"


def test_the_same_text_is_known_again_however_much_later() -> None:
    first = make_article(FLOOD, key="first")
    later = make_article(FLOOD, key="later", fetched_at=NOON + timedelta(days=400))
    assert place_all(first, later)[1].story == first.id


FROST = "Growers on the river lit fires between the vines as temperatures fell to minus four."
SECOND_FROST = "Vineyards along the river were hit again. Growers lit fires, but speak of a lost harvest."


def test_a_second_event_on_the_subject_of_a_short_report_is_a_story_of_its_own() -> None:
    first = make_article(FROST, key="a", title="Frost on the Tamarin", language="en")
    night = NOON + timedelta(hours=24)
    second = make_article(SECOND_FROST, key="b", title="Second frost on the Tamarin", language="en", fetched_at=night)
    assert [placement.relation for placement in place_all(first, second)] == ["first", "first"]


def test_a_short_report_joins_what_is_told_in_the_same_hours_in_other_words() -> None:
    first = make_article(FROST, key="a", title="Frost on the Tamarin", language="en")
    other = "Fires burned between the vines in the night. At minus four degrees growers on the river fear for the buds."
    soon = NOON + timedelta(hours=3)
    second = make_article(other, key="b", title="Tamarin growers fight frost", language="en", fetched_at=soon)
    assert [placement.relation for placement in place_all(first, second)] == ["first", "report"]


def test_a_line_that_is_written_again_after_the_window_tells_of_something_new() -> None:
    texts = {"title": "Frost warning for the Tamarin", "language": "en"}
    later = NOON + timedelta(hours=2) + WINDOW + timedelta(minutes=1)
    days = [NOON, NOON + timedelta(hours=2), later, later + timedelta(hours=2)]
    placed = place_all(
        *(make_article("Growers are told to cover plants.", key=str(day), fetched_at=day, **texts) for day in days)
    )
    assert [placement.relation for placement in placed] == ["first", "copy", "first", "copy"]


def test_a_known_story_takes_in_a_new_copy_of_its_text() -> None:
    copy = make_article(FLOOD)
    index = StoryIndex(fingerprints={copy.fingerprint: StoryId("wire/old")})
    assert place_alone(copy, index).story == "wire/old"


def test_a_story_has_the_id_of_the_article_fetched_first() -> None:
    late = make_article(FLOOD, key="late", fetched_at=NOON + timedelta(minutes=1))
    early = make_article(FLOOD, key="early")
    placed = place_articles([sketch(late), sketch(early)], StoryIndex())
    assert {placement.story for placement in placed.values()} == {early.id}


def test_articles_without_a_word_of_text_are_not_taken_for_one_story() -> None:
    pictures = [make_article(body, key=key) for key, body in (("a", None), ("b", None), ("c", "…!"))]
    assert [placement.story for placement in place_all(*pictures)] == [picture.id for picture in pictures]


def test_a_text_that_holds_two_stories_of_one_event_shows_them_to_be_one() -> None:
    fields = {"title": "Tamarin river floods Velden", "language": "en"}
    first = make_article(FLOOD, key="first", **fields)
    second = make_article(FLOOD_OTHER_WORDS, key="second", fetched_at=NOON + timedelta(hours=1), **fields)
    index, elsewhere = StoryIndex(), StoryIndex()
    place_alone(first, index)
    place_alone(second, elsewhere)
    load_index(index, elsewhere, second)
    joined = place_alone(make_article(join_paragraphs(FLOOD_OTHER_WORDS, FLOOD), key="whole", **fields), index)
    assert (joined.story, joined.merged) == (first.id, (second.id,))
    assert index.resolve(StoryId(second.id)) == first.id
    assert place_alone(make_article(FLOOD_OTHER_WORDS, key="late", **fields), index).story == first.id


def load_index(index: StoryIndex, other: StoryIndex, *told: Article) -> None:
    """What a service that did not know of this one has written of an article each."""
    index.fingerprints |= other.fingerprints
    numbers = {article.id: number for number, article in enumerate(told)}
    index.load_profiles({numbers[ArticleId(story)]: profile for story, profile in other.profiles.items()})
    for text, shingles in other.added_texts.items():
        index.texts[numbers[text.article]] = text
        index.texts_by.load((shingle, numbers[text.article]) for shingle in shingles)
    for story, features in other.added_features.items():
        index.stories_by.load((feature, numbers[ArticleId(story)]) for feature in features)


def test_a_page_of_news_in_brief_does_not_join_the_stories_that_it_holds() -> None:
    index = StoryIndex()
    flood, strike = (make_article(text, key=key, language="en") for text, key in ((FLOOD, "flood"), (STRIKE, "strike")))
    brief = make_article(join_paragraphs(FLOOD, STRIKE), key="brief", language="en")
    *_, joined = place_all(flood, strike, brief, index=index)
    assert joined.merged == ()
    assert index.aliases == {}


def test_actors_in_common_tip_the_balance() -> None:
    index = StoryIndex()
    first = make_article(FLOOD, language="en", title="Velden")
    place_articles([sketch(first, "velden", "tamarin")], index)
    (profile,) = index.profiles.values()
    other = sketch(make_article(STRIKE, language="en"), "velden", "tamarin")
    plain = sketch(make_article(STRIKE, language="en"))
    assert profile.actors == {"velden", "tamarin"}
    assert resembles(index, other) > resembles(index, plain)


def resembles(index: StoryIndex, one: Sketch) -> float:
    return resemble(one, list(index.profiles.values()))[0]


def test_what_very_many_texts_share_is_boilerplate_and_makes_no_copies() -> None:
    index = StoryIndex()
    for number in range(MOST_TEXTS + 10):
        own = " ".join(f"w{number}x{word}" for word in range(300))
        place_alone(make_article(f"{own}. {FLOOD}", key=str(number)), index)
    assert len(index.texts) == MOST_TEXTS + 10
    copy = place_alone(make_article(FLOOD, key="copy"), index)
    assert copy.relation != "copy"


TEXTS = st.sampled_from([FLOOD, STRIKE, "", WHEAT, FLOOD_OTHER_WORDS])
ARTICLES = st.lists(
    st.tuples(TEXTS, st.integers(0, 3), st.integers(0, 30)), unique_by=lambda drawn: drawn[2], max_size=8
).map(
    lambda drawn: [
        make_article(text, key=str(key), fetched_at=NOON + timedelta(minutes=minutes)) for text, minutes, key in drawn
    ]
)


@given(ARTICLES)
def test_stories_of_a_batch_are_those_of_its_articles_one_by_one(articles: list[Article]) -> None:
    together = place_articles([sketch(article) for article in articles], StoryIndex())
    index = StoryIndex()
    for article in sorted(articles, key=lambda each: each.fetched_at):
        assert place_alone(article, index) == together[article.id]
