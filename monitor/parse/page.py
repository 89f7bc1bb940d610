"""A whole HTML page to article parts: monitor.parse.body finds the body, the page's own metadata the rest.

No page is fetched here, and nothing is inferred from the look of a site: where the metadata says nothing, a part
stays empty.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from itertools import islice

from htmldate import find_date
from lxml.html import HtmlElement

from monitor.model import Image
from monitor.parse.body import read_body
from monitor.parse.charset import clean_line
from monitor.parse.dates import is_date_line
from monitor.parse.fragment import html_to_line, images_of, text_of
from monitor.parse.linked_data import LinkedArticle, read_linked_data
from monitor.parse.markup import parse_document
from monitor.parse.parts import Parts
from monitor.parse.urls import accept_canonical, clean_url
from monitor.text.fold import fold_words

_LONGEST_CREDIT_IN_WORDS = 8
_LINES_ABOVE_TEXT = 3
_ELEMENTS_BELOW_HEADING = 12
_SHORTEST_STANDFIRST, _LONGEST_STANDFIRST = 20, 600
_TITLES = ("og:title", "twitter:title", "dc.title")
_STANDFIRSTS = ("og:description", "description", "twitter:description", "dc.description")
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date.issued", "dc.date",
    "dcterms.created", "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date",
)  # fmt: skip
_UPDATED = ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified")
_AUTHORS = ("author", "article:author", "dc.creator", "parsely-author", "byl")
_SITE_NAMES = ("og:site_name", "application-name", "twitter:site")
_TITLE_SEPARATOR = re.compile(r"\s+[|•·–—»-]\s+|\s+:\s+")
_STANDFIRST_CLASS = re.compile(
    r"standfirst|stand-first|\blede?\b|\bdek\b|subtitle|subhead|summary|intro|excerpt|chapo|teaser|"
    r"description|article-?lead",
    re.IGNORECASE,
)


def read_page(text: str, url: str | None, fetched_at: datetime) -> Parts:
    """The parts of a page's decoded text; `url` is where it was found. ParseError when no parser makes it a page."""
    root = parse_document(text)
    linked = read_linked_data(root)
    meta = _read_meta(root)
    title = _choose_title(root, linked, meta)
    authors = linked.authors or _read_authors(root, meta)
    images = _merge_images(images_of(root), linked.images)
    shown, paragraphs = _take_date(_without_labels(read_body(root, title), images, authors))
    standfirst, paragraphs = _choose_standfirst(root, linked, meta, paragraphs)
    return Parts(
        title=title,
        standfirst=standfirst,
        authors=authors,
        published=linked.published or _read_published(root, meta, fetched_at) or shown or _find_date_line(root),
        updated=linked.updated or _first(meta, _UPDATED),
        images=images,
        paragraphs=paragraphs,
        language=_read_language(root, linked, meta),
        url=_read_url(root, meta, url),
    )


def _without_labels(
    paragraphs: tuple[str, ...], images: tuple[Image, ...], authors: tuple[str, ...]
) -> tuple[str, ...]:
    """The body without what an extractor took of a picture's caption, of its credit or of the byline."""
    captions = [words for image in images if (words := fold_words(image.caption or ""))]
    names = [fold_words(name) for name in (*authors, *(image.credit for image in images)) if name]
    return tuple(line for line in paragraphs if not _is_label(fold_words(line), captions, names))


def _is_label(words: list[str], captions: list[list[str]], names: list[list[str]]) -> bool:
    if words in names:
        return True
    return any(
        words[: len(caption)] == caption and len(words) - len(caption) <= _LONGEST_CREDIT_IN_WORDS
        for caption in captions
    )


def _take_date(paragraphs: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The date line that an extractor left above the text, and the text without it."""
    for number, line in enumerate(paragraphs[:_LINES_ABOVE_TEXT]):
        if is_date_line(line):
            return line, (*paragraphs[:number], *paragraphs[number + 1 :])
    return None, paragraphs


# ----------------------------------------------------------------------------------------------- metadata


def _read_meta(root: HtmlElement) -> dict[str, str]:
    """The first content of each meta element by its name, property or itemprop, in lower case."""
    meta: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = clean_line(element.get("content") or "")
        if name and content:
            meta.setdefault(name.strip().lower(), content)
    return meta


def _first(meta: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((meta[name] for name in names if name in meta), None)


def _choose_title(root: HtmlElement, linked: LinkedArticle, meta: dict[str, str]) -> str | None:
    """The headline: what the publisher's data says, else the only h1, else the titles without the site's name."""
    headings = [text for heading in root.iter("h1") if (text := text_of(heading))]
    shared = [html_to_line(meta[name]) for name in _TITLES if name in meta]
    shared += [_title_text(element) for element in root.iter("title")][:1]
    plain = [_without_site(title, _first(meta, _SITE_NAMES)) for title in shared if title]
    for heading in headings:
        if any(_says(title, heading) for title in [linked.title, *plain] if title):
            return heading
    candidates = [linked.title, *(headings if len(headings) == 1 else []), *plain, *headings]
    return next((title for title in candidates if title), None)


def _title_text(element: HtmlElement) -> str:
    """The text of the title element, which `text_of` leaves out with the rest of a page's head."""
    return clean_line(element.text or "")


def _says(title: str, heading: str) -> bool:
    """Whether a title is the heading, or the heading with something after it."""
    words = fold_words(heading)
    return len(words) > 1 and fold_words(title)[: len(words)] == words


def _without_site(title: str, site: str | None) -> str:
    """ "Headline | The Paper" without the paper, by its name or because it is the shorter, last part."""
    pieces = _TITLE_SEPARATOR.split(title)
    if len(pieces) < 2:
        return title
    last = pieces[-1]
    named = bool(site) and fold_words(last) == fold_words(site or "")
    if named or ("|" in title and len(last.split()) <= 4 and len(pieces[0].split()) > 2):
        return title[: title.rindex(last)].rstrip(" |•·–—»-:")
    return title


def _choose_standfirst(
    root: HtmlElement, linked: LinkedArticle, meta: dict[str, str], paragraphs: tuple[str, ...]
) -> tuple[str | None, tuple[str, ...]]:
    """What the page calls its standfirst, else its description; and the body, without the standfirst shown above it."""
    marked = _find_marked_standfirst(root)
    described = html_to_line(_first(meta, _STANDFIRSTS)) or linked.description
    marked = marked or (None if described else _find_bold_lead(root))
    found = marked or described
    if not found:
        return None, paragraphs
    if len(paragraphs) > 1 + (not marked) and fold_words(paragraphs[0]) == fold_words(found):
        return found, paragraphs[1:]
    return found, paragraphs


def _find_marked_standfirst(root: HtmlElement) -> str | None:
    """A short block that the page itself calls a standfirst, inside the article and before its first paragraph."""
    for element in root.iter("p", "h2", "div"):
        marks = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('data-component') or ''}"
        if (
            not _STANDFIRST_CLASS.search(marks)
            or next(element.iterancestors("aside", "nav", "footer", "li"), None) is not None
        ):
            continue
        text = text_of(element)
        if _SHORTEST_STANDFIRST <= len(text) <= _LONGEST_STANDFIRST and len(element.findall(".//p")) <= 1:
            return text
    return None


def _read_authors(root: HtmlElement, meta: dict[str, str]) -> tuple[str, ...]:
    """Names as they stand; nothing is decided on them, the best extractor gets little more than half right."""
    named = _first(meta, _AUTHORS)
    if named and not named.startswith(("http:", "https:")):
        return (named,)
    marked = [text_of(element) for element in root.xpath("//*[@rel='author' or @itemprop='author']")]
    return tuple(dict.fromkeys(name for name in marked if name and len(name) < 100))


def _read_published(root: HtmlElement, meta: dict[str, str], fetched_at: datetime) -> str | None:
    if (named := _first(meta, _PUBLISHED)) is not None:
        return named
    for element in root.xpath("//time[@datetime] | //*[@itemprop='datePublished']"):
        stamp = element.get("datetime") or element.get("content") or text_of(element)
        if stamp:
            return clean_line(stamp)
    try:
        found: str | None = find_date(
            deepcopy(root), extensive_search=False, original_date=True, max_date=fetched_at + timedelta(days=1)
        )
    except Exception:  # noqa: BLE001 - whatever htmldate stumbles over, the page has no date then
        return None
    return found


def _find_date_line(root: HtmlElement) -> str | None:
    """A date that stands by itself shortly below the heading, where nothing but its place says what it is."""
    for element in islice(_iter_below_heading(root), _ELEMENTS_BELOW_HEADING):
        for text in (element.text, element.tail):
            if text and is_date_line(line := clean_line(text)):
                return line
    return None


def _find_bold_lead(root: HtmlElement) -> str | None:
    """A first paragraph that is all in bold type: what stands in it is alone in its block."""
    for element in islice(_iter_below_heading(root), _ELEMENTS_BELOW_HEADING):
        parent, following = element.getparent(), element.getnext()
        if element.tag not in ("b", "strong") or (element.tail or "").strip() or (parent.text or "").strip():
            continue
        text = text_of(element)
        is_alone = parent[0] is element and (following is None or following.tag in ("p", "div", "br"))
        if is_alone and _SHORTEST_STANDFIRST <= len(text) <= _LONGEST_STANDFIRST:
            return text
    return None


def _iter_below_heading(root: HtmlElement) -> Iterator[HtmlElement]:
    """The elements behind the first heading, in the order of the page."""
    elements = root.iter()
    next((each for each in elements if each.tag == "h1"), None)
    return (each for each in elements if isinstance(each.tag, str))


def _read_language(root: HtmlElement, linked: LinkedArticle, meta: dict[str, str]) -> str | None:
    declared = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
    return declared or linked.language or meta.get("og:locale") or meta.get("content-language")


def _read_url(root: HtmlElement, meta: dict[str, str], url: str | None) -> str | None:
    claimed = [element.get("href") for element in root.xpath("//link[@rel='canonical']")] + [meta.get("og:url")]
    accepted = (accept_canonical(claim, url) for claim in claimed if claim)
    return next((address for address in accepted if address), None) or clean_url(url)


def _merge_images(shown: tuple[Image, ...], linked: tuple[Image, ...]) -> tuple[Image, ...]:
    """The pictures the page shows, and those only its data names."""
    captions = {image.caption for image in shown}
    return shown + tuple(image for image in linked if image.caption not in captions and image not in shown)
