from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Image, Mention
from monitor.render.highlight import Excerpt, Segment, excerpts_of, mark_mentions
from tests.builders import make_article
from tests.render.samples import find_mentions


def _marked(excerpt: Excerpt) -> str:
    return "".join(f"[{segment.text}]" if segment.is_mention else segment.text for segment in excerpt.segments)


def test_the_sentence_around_a_mention_is_cut_out() -> None:
    article = make_article("It rained. The dam at Tessen broke. Nobody was hurt.")
    excerpts = excerpts_of(article, find_mentions(article, ("a", "dam")), limit=3)
    assert [_marked(excerpt) for excerpt in excerpts] == ["The [dam] at Tessen broke."]
    assert excerpts[0].label == "body"


def test_the_sentence_that_holds_most_different_clauses_comes_first() -> None:
    article = make_article("A dam, a dam, a dam. The dam at Tessen broke.", title="A dam")
    excerpts = excerpts_of(article, find_mentions(article, ("a", "dam"), ("b", "Tessen")), limit=2)
    assert [_marked(excerpt) for excerpt in excerpts] == ["The [dam] at [Tessen] broke.", "A [dam]"]


def test_the_limit_counts_sentences() -> None:
    article = make_article("A dam. A dam. A dam.")
    assert len(excerpts_of(article, find_mentions(article, ("a", "dam")), limit=2)) == 2
    assert excerpts_of(article, (), limit=2) == ()


def test_overlapping_mentions_are_marked_as_one() -> None:
    article = make_article("The use of force threatened.")
    mentions = find_mentions(article, ("a", "use of force"), ("b", "force"), ("c", "force threatened"), ("a", "use"))
    assert _marked(excerpts_of(article, mentions, limit=1)[0]) == "The [use of force threatened]."


def test_every_field_has_its_label() -> None:
    article = make_article(
        "dam", title="dam", standfirst="dam", images=(Image(caption="dam", credit="dam"),), authors=("dam",)
    )
    labels = [excerpt.label for excerpt in excerpts_of(article, find_mentions(article, ("a", "dam")), limit=9)]
    assert labels == ["title", "standfirst", "caption", "credit", "body", "author"]


def test_a_mention_that_does_not_stand_where_it_says_is_left_out() -> None:
    article = make_article("The dam broke.")
    wrong = [
        Mention(clause="a", field=field, start=start, end=end, text="dam", term="dam")
        for field, start, end in (("body", 0, 3), ("body", -5, 3), ("body", 90, 93), ("nowhere", 4, 7), ("body", 7, 4))
    ]
    assert excerpts_of(article, wrong, limit=3) == ()


def test_a_mention_over_two_sentences_shows_both() -> None:
    article = make_article("One ends here. Two begins there. Three follows.")
    assert _marked(excerpts_of(article, find_mentions(article, ("a", "here. Two")), limit=1)[0]) == (
        "One ends [here. Two] begins there."
    )


def test_a_long_sentence_is_cut_to_the_surroundings_of_its_mentions() -> None:
    filler = "word " * 100
    article = make_article(f"{filler}the first dam broke {filler}and the second dam held {filler}")
    text = _marked(excerpts_of(article, find_mentions(article, ("a", "dam")), limit=1)[0])
    assert text.startswith("… word")
    assert text.endswith("word …")
    assert text.count("[dam]") == 2
    assert " … " in text[2:-2]
    assert len(text) < 420


def test_a_sentence_full_of_mentions_stays_short() -> None:
    article = make_article("dam " * 50_000)
    excerpt = excerpts_of(article, find_mentions(article, ("a", "dam")), limit=1)[0]
    assert len(excerpt.text) < 600


def test_a_script_without_spaces_is_cut_as_well() -> None:
    article = make_article("水" * 1_000 + "大坝" + "水" * 1_000)
    excerpt = excerpts_of(article, find_mentions(article, ("a", "大坝")), limit=1)[0]
    assert Segment("大坝", is_mention=True) in excerpt.segments
    assert len(excerpt.text) < 400


def test_a_title_is_marked_as_a_whole() -> None:
    article = make_article(title="Dam breaks. River rises")
    segments = mark_mentions(article.title or "", find_mentions(article, ("a", "River")))
    assert segments == (Segment("Dam breaks. "), Segment("River", is_mention=True), Segment(" rises"))


@given(st.data())
def test_an_excerpt_never_cuts_a_mention_and_never_changes_the_text(data: st.DataObject) -> None:
    pieces = st.sampled_from(["dam ", "broke. ", "é", "水", "long-word-without-end", "\u0301", " ", "x" * 30, "\n\n"])
    body = "".join(data.draw(st.lists(pieces, min_size=1, max_size=120)))
    places = st.tuples(st.integers(0, len(body) - 1), st.integers(1, 40))
    spans = [(start, min(len(body), start + size)) for start, size in data.draw(st.lists(places, max_size=25))]
    mentions = [Mention(clause="a", field="body", start=s, end=e, text=body[s:e], term="t") for s, e in spans]
    excerpts = excerpts_of(make_article(body), mentions, limit=1_000)
    assert bool(excerpts) == bool(mentions)
    for excerpt in excerpts:
        for piece in excerpt.text.strip("… ").split(" … "):
            assert piece in body
        for segment in excerpt.segments:
            assert not segment.is_mention or any(
                body[start:end] in segment.text and segment.text in body for start, end in spans
            )
        assert any(segment.is_mention for segment in excerpt.segments)
