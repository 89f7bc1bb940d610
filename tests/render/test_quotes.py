"""What archives are quoted by: the lines are those of the excerpts, however a mention stands."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Article, Image, Mention
from monitor.render.highlight import excerpts_of
from monitor.render.quotes import Quotes
from tests.builders import make_article

_LONG = " ".join(["tide"] * 120)
_texts = st.lists(
    st.sampled_from(["The ferry sailed.", "Mr. Ito waved!", "海は静か。", "No wind", _LONG + ".", "\n\n", " "]),
    min_size=1,
).map(" ".join)


@st.composite
def _articles(draw: st.DrawFn) -> Article:
    return make_article(
        draw(_texts), title=draw(st.none() | _texts), images=(Image(caption=draw(st.none() | _texts)),), key="k"
    )


@st.composite
def _mentions(draw: st.DrawFn, article: Article) -> Mention:
    """Most stand where they say, and in one sentence; some in none, some nowhere."""
    path = draw(st.sampled_from([*article.fields(), "standfirst"]))
    text = article.fields().get(path, "")
    start = draw(st.integers(0, len(text)))
    end = start + draw(st.sampled_from([1, 3, 40]))
    said = text[start:end] if draw(st.integers(0, 9)) else "elsewhere"
    return Mention(draw(st.sampled_from("abc")), path, start, end, said, "term")


@given(st.data())
def test_quotes_are_the_texts_of_the_excerpts(data: st.DataObject) -> None:
    article = data.draw(_articles())
    quotes = Quotes(article)
    for mentions in data.draw(st.lists(st.lists(_mentions(article), max_size=4), max_size=4)):
        found = [tuple(quote) for quote in quotes.of(mentions, limit=3)]
        assert found == [(excerpt.label, excerpt.text) for excerpt in excerpts_of(article, mentions, limit=3)]


def test_a_match_without_mentions_has_no_quotes() -> None:
    assert Quotes(make_article("The ferry sailed.")).of((), limit=3) == ()
