"""An entry and its page as one article."""

import pytest

from monitor.errors import ParseError
from monitor.model import Image, Page
from monitor.parse.full_text import join_page
from monitor.parse.parts import Parts
from tests.builders import NOON

BODY = tuple(
    """\
The ferry company said on Monday that its computers had been attacked during the night, and that no ship would leave \
the harbour before the evening.
Passengers waited on the quay. Nobody could tell them which of the crossings would be made up for, and when, because \
the list of bookings could not be read either.
The harbour office had warned of such an attack a year ago. Its report names three weak places, of which one was \
mended in the autumn.""".splitlines()
)
ENTRY = Parts(
    title="Ferry company attacked overnight", paragraphs=("No ship leaves the harbour.",), url="https://e.org/1"
)


def page(*paragraphs: str, title: str = "Ferry company attacked overnight", head: str = "") -> Page:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    html = (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{text}</article>"
    )
    return Page(url="https://e.org/1?from=feed", content_type="text/html; charset=utf-8", data=html.encode())


def test_the_feed_says_which_article_it_is_and_the_page_what_it_says() -> None:
    head = (
        "<meta name=author content='Ben'><meta property='article:published_time' content='2020-01-01'>"
        "<meta property='og:description' content='All bookings lost'><link rel=canonical href='https://e.org/other'>"
    )
    entry = Parts(
        title="Ferries stand still after attack on company",
        paragraphs=ENTRY.paragraphs,
        authors=("Ann",),
        published="Mon, 02 Mar 2026 09:00:00 GMT",
        images=(Image(caption="The quay"),),
        language="en",
        url="https://e.org/1",
    )
    joined = join_page(entry, page(*BODY, head=head), NOON)
    assert joined.paragraphs == BODY
    assert joined.standfirst == "All bookings lost"
    assert (joined.title, joined.authors, joined.published) == (entry.title, entry.authors, entry.published)
    assert (joined.url, joined.language, joined.images) == (entry.url, "en", entry.images)


def test_what_the_feed_leaves_out_is_the_pages() -> None:
    head = "<meta name=author content='Ann'><meta property='article:published_time' content='2026-03-01T08:00:00Z'>"
    joined = join_page(Parts(url="https://e.org/1"), page(*BODY, head=head), NOON)
    assert (joined.title, joined.authors) == ("Ferry company attacked overnight", ("Ann",))
    assert joined.published == "2026-03-01T08:00:00Z"


def test_the_teaser_stays_as_the_standfirst_where_the_page_has_none() -> None:
    assert join_page(ENTRY, page(*BODY), NOON).standfirst == "No ship leaves the harbour."


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (page(), "no article was found on its page"),
        (page("No ship leaves."), "its page has 3 words of text, and the feed has 5"),
        (page(*(text[::-1] for text in BODY), title="Welcome"), "does not speak of what the headline says"),
    ],
    ids=["empty", "shorter", "another"],
)
def test_a_page_without_the_article_is_refused_with_the_reason(found: Page, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        join_page(ENTRY, found, NOON)
