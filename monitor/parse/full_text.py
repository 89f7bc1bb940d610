"""An entry and the page that it leads to, as one article: the feed says which it is, the page what it says.

What the feed names stays: the headline, the date, the authors, the address. The page gives the body, and what the feed
left out. A page that does not hold the article (a wall, a login form, a front page) is refused.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.errors import ParseError
from monitor.model import Page
from monitor.parse.charset import decode_bytes
from monitor.parse.page import read_page
from monitor.parse.parts import Parts
from monitor.text.fold import fold_words

# A shorter headline, or one without longer words, says too little to tell whether a page is about it.
_FEWEST_WORDS = 3
_SHORTEST_WORD = 4
_SHARE = 0.5


def join_page(entry: Parts, page: Page, fetched_at: datetime) -> Parts:
    """The parts of both; ParseError, with the reason, where the page has no more to say than the entry."""
    found = read_page(decode_bytes(page.data, page.content_type), page.url, fetched_at)
    _refuse_other_page(entry, found)
    teaser = " ".join(entry.paragraphs) or None
    return replace(
        found,
        title=entry.title or found.title,
        standfirst=found.standfirst or entry.standfirst or teaser,
        authors=entry.authors or found.authors,
        published=entry.published or found.published,
        updated=entry.updated or found.updated,
        images=found.images or entry.images,
        language=entry.language or found.language,
        url=entry.url or found.url,
    )


def _refuse_other_page(entry: Parts, found: Parts) -> None:
    words, known = fold_words(" ".join(found.paragraphs)), fold_words(" ".join(entry.paragraphs))
    if not words:
        raise ParseError("no article was found on its page")
    if len(words) <= len(known):
        raise ParseError(f"its page has {len(words)} words of text, and the feed has {len(known)}")
    if not _speaks_of(fold_words(entry.title or ""), [*fold_words(found.title or ""), *words]):
        raise ParseError("its page does not speak of what the headline says")


def _speaks_of(title: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a page has at least half of the longer words of a headline, or their beginnings."""
    wanted = {word[:_SHORTEST_WORD] for word in title if len(word) >= _SHORTEST_WORD}
    if len(wanted) < _FEWEST_WORDS:
        return True
    there = {word[:_SHORTEST_WORD] for word in words}
    return len(wanted & there) >= _SHARE * len(wanted)
