"""The body of a whole page: one function over several extractors, of which none is right about every site.

trafilatura reads fast and is right on nearly all news pages. Where readability reads something else, resiliparse is
asked too, and the reading that agrees best with the others is taken (docs/decisions/0007-body-by-vote.md has the
figures). What every extractor leaves in by mistake (pointers to other articles, remnants of scripts, credits, the
author's life) goes by the shape of its lines.
"""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy

import trafilatura
from lxml import html
from lxml.html import HtmlElement
from readability import Document
from resiliparse.extract.html2text import extract_plain_text

from monitor.parse.charset import clean_line
from monitor.parse.fragment import html_to_paragraphs
from monitor.parse.lines import find_credit, find_pointer, is_biography, is_remnant
from monitor.parse.markup import is_hidden
from monitor.parse.vote import Reading, agreement, choose_medoid, runs_of
from monitor.text.fold import fold_words

# They say of pages what a caller cannot use, in the pages' own words; what could not be read is told by its name.
for _library in ("trafilatura", "readability", "htmldate"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)

_PRUNED = (
    "script", "style", "noscript", "template", "iframe", "noembed", "noframes", "object", "applet", "svg", "math",
    "xmp", "plaintext", "figure", "nav", "button", "select", "textarea",
)  # fmt: skip
# Measured: above it the two differ by a line or two, below it one of them took a wrong part of the page.
_AGREED = 0.9
# A second opinion costs as much as the first; a page so large is a list or a trap, and one reading is enough.
_MOST_ELEMENTS = 12_000
_MOST_LETTERS = 1_000_000
# What readability looks at; anything longer is data, and its clean-up by patterns would take long over it.
_ATTRIBUTES = frozenset({"class", "id", "style", "hidden"})
_LONGEST_ATTRIBUTE = 300
_LINES_OF_BIOGRAPHY = 3
_ENOUGH_TO_FIND = 40
# Offers in the middle of the text, by what their boxes are called; a longer box is the article behind such an offer.
_OFFERS = re.compile(r"cookie|consent|newsletter|sign-?up|subscription|subscribe-|paywall-", re.IGNORECASE)
_LONGEST_OFFER = 600
_LONGEST_MENU_LINK = 30
_WORD = re.compile(r"\w")
_CELLS = ("table", "tbody", "tr", "td")
# trafilatura drops the joiners that Persian and Hindi are written with; these rare letters travel in their place.
_DISGUISED = str.maketrans({"\u200c": "\ua716", "\u200d": "\ua717"})
_RESTORED = str.maketrans({"\ua716": "\u200c", "\ua717": "\u200d"})


def read_body(root: HtmlElement, title: str | None) -> Reading:
    """The paragraphs of a page's article, without its title; empty when the page shows none. `root` stays as it is."""
    pruned = _prune(root)
    reading = _choose(pruned)
    heading = fold_words(title or "")
    lines = [line for line in reading if fold_words(line) != heading]
    if lines and heading and fold_words(lines[0])[: len(heading)] == heading and len(lines[0]) < len(title or "") + 20:
        del lines[0]  # "… – live"
    last = len(lines) - _LINES_OF_BIOGRAPHY
    return tuple(line for number, line in enumerate(lines) if number < max(last, 1) or not is_biography(line))


def _prune(root: HtmlElement) -> HtmlElement:
    pruned = deepcopy(root)
    for element in list(pruned.iter(*_PRUNED)):
        if element.getparent() is not None:
            element.drop_tree()
    for element in pruned.xpath("//*[@class or @id][not(self::html or self::body)]"):
        if _is_offer(element) and element.getparent() is not None:
            element.drop_tree()
    for element in [each for each in pruned.xpath("//*[@style or @hidden]") if is_hidden(each)]:
        if element.getparent() is not None:
            element.drop_tree()
    _flatten_layout(pruned)
    for element in [each for each in pruned.iter("div", "p", "td", "ul") if _is_menu(each)]:
        if element.getparent() is not None:
            element.drop_tree()
    if any("\u200c" in text or "\u200d" in text for text in pruned.itertext()):
        _disguise(pruned)
    return pruned


def _flatten_layout(root: HtmlElement) -> None:
    """Old pages lay their text out in tables, and in paragraphs that libxml2 nests because of a font between them."""
    for element in list(root.iter("font", "center")):
        element.drop_tag()
    for element in root.xpath("//p[.//p]"):
        element.tag = "div"
    for table in root.iter("table"):
        if table.find(".//td//p") is not None or table.find(".//td//h1") is not None:
            for cell in table.iter(*_CELLS):
                cell.tag = "div"


def _is_offer(element: HtmlElement) -> bool:
    marks = f"{element.get('class') or ''} {element.get('id') or ''}"
    return _OFFERS.search(marks) is not None and sum(map(len, element.itertext())) <= _LONGEST_OFFER


def _is_menu(element: HtmlElement) -> bool:
    """Whether a block holds nothing but a few short links side by side, and what parts them."""
    links = 0
    pieces = [element.text]
    for child in element:
        if child.tag == "a":
            links += 1
            if len(child.text_content()) > _LONGEST_MENU_LINK:
                return False
        elif child.tag != "br":
            return False
        pieces.append(child.tail)
    return links > 1 and not any(_WORD.search(piece) for piece in pieces if piece)


def _disguise(root: HtmlElement) -> None:
    for element in root.iter("*"):
        element.text = element.text.translate(_DISGUISED) if element.text else None
        element.tail = element.tail.translate(_DISGUISED) if element.tail else None


def _choose(root: HtmlElement) -> Reading:
    fast = _try(_read_fast, root) or _read_landmark(root)
    if not _is_worth_a_vote(root):
        return fast
    # Where the quick third voter agrees with the first, no opinion of the second could change the outcome.
    third = _try(_read_coarsely, root)
    if agreement(runs_of(fast), runs_of(third)) >= _AGREED:
        return fast
    second = _try(_read_readably, root)
    if not second or agreement(runs_of(fast), runs_of(second)) >= _AGREED:
        return fast
    return choose_medoid([reading for reading in (fast, second, third) if reading])


def _is_worth_a_vote(root: HtmlElement) -> bool:
    letters = 0
    for number, element in enumerate(root.iter()):
        letters += len(element.text or "") + len(element.tail or "")
        if number > _MOST_ELEMENTS or letters > _MOST_LETTERS:
            return False
    return True


def _try(read: Callable[[HtmlElement], Reading], root: HtmlElement) -> Reading:
    try:
        return read(root)
    except Exception:  # noqa: BLE001 - where one extractor stumbles over a page, the others still read it
        return ()


def _read_fast(root: HtmlElement) -> Reading:
    document = trafilatura.bare_extraction(
        root, fast=True, include_comments=False, include_tables=True, include_links=False, with_metadata=False
    )
    return _in_page_order(tuple(_iter_lines((getattr(document, "text", None) or "").split("\n"))), root)


def _in_page_order(lines: Reading, root: HtmlElement) -> Reading:
    """The lines as they follow one another on the page: trafilatura adds what it found at a second look to the end."""
    text = " ".join(_restore("".join(root.itertext())).split())
    places: list[tuple[int, int]] = []
    for number, line in enumerate(lines):
        place = text.find(line[:_ENOUGH_TO_FIND])
        places.append((place if place >= 0 else max(places, default=(0, 0))[0], number))
    return tuple(lines[number] for _, number in sorted(places))


def _read_readably(root: HtmlElement) -> Reading:
    bare = deepcopy(root)
    for element in bare.iter("*"):
        for name, value in element.attrib.items():
            if name not in _ATTRIBUTES or len(value) > _LONGEST_ATTRIBUTE:
                del element.attrib[name]
    summary: str = Document(bare).summary(html_partial=True)
    return tuple(_iter_lines(html_to_paragraphs(summary)))


def _read_coarsely(root: HtmlElement) -> Reading:
    text = extract_plain_text(
        html.tostring(root, encoding="unicode"),
        main_content=True, list_bullets=False, alt_texts=False, links=False, form_fields=False, comments=False,
    )  # fmt: skip
    return tuple(_iter_lines(text.split("\n")))


def _read_landmark(root: HtmlElement) -> Reading:
    """The paragraphs of the article element, of main, or of the body, where a page is too short for trafilatura."""
    for path in ("//article", "//main", "//*[@itemprop='articleBody']", "//body"):
        found = root.xpath(path)
        paragraphs = html_to_paragraphs(html.tostring(found[0], encoding="unicode")) if found else ()
        if paragraphs:
            return tuple(_iter_lines(paragraphs))
    return ()


def _restore(text: str) -> str:
    return text.translate(_RESTORED) if "\ua716" in text or "\ua717" in text else text


def _iter_lines(lines: Sequence[str]) -> Iterator[str]:
    for raw in lines:
        line = clean_line(_restore(raw)).removeprefix("- ")
        if line and not is_remnant(line) and find_pointer(line) is None and find_credit(line) is None:
            yield line
