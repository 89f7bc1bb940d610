"""A piece of HTML, as feeds carry it, to paragraphs and the words of its pictures. For whole pages see page.

Nothing of scripts, styles, forms or frames survives, nor what is hidden from readers, however broken the markup; a text
without markup is taken as it stands.
"""

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from monitor.model import Image
from monitor.parse.charset import clean_line, clean_text
from monitor.parse.lines import ends_sentence, find_credit, find_pointer, is_more, is_remnant, split_caption
from monitor.parse.markup import is_hidden, parse_pieces

_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_DROPPED = frozenset(
    {
        "script", "style", "noscript", "template", "iframe", "object", "embed", "applet", "svg", "math", "canvas",
        "button", "select", "textarea", "input", "head", "title", "nav", "figure", "figcaption", "audio",
        "video", "map", "noembed", "noframes", "xmp", "plaintext",
    }
)  # fmt: skip
_BLOCKS = frozenset(
    {
        "p", "div", "br", "hr", "li", "ul", "ol", "dl", "dt", "dd", "table", "tr", "blockquote", "pre", "section",
        "article", "aside", "header", "footer", "main", "h1", "h2", "h3", "h4", "h5", "h6", "address", "center", "body",
    }
)  # fmt: skip
_BLOCK_TAG = re.compile(r"<(?:p|div|br|li|h[1-6]|tr|blockquote|pre|section|article)\b", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n\s*\n")
_LONGEST = 4_000_000
_PARAGRAPH = "\x00"
_CAPTION_CLASS = re.compile(r"caption", re.IGNORECASE)
# Around the whole picture, a class such as "wp-caption" says nothing of the words alone.
_NO_CAPTIONS = frozenset({"figure", "img", "picture", "amp-img", "script", "style"})
_PICTURES = ("img", "picture", "figure", "amp-img", "video", "iframe", "article")
_CREDIT_CLASS = re.compile(r"credit|copyright|photographer|source\b|attribution|byline", re.IGNORECASE)


def html_to_paragraphs(fragment: str | None) -> tuple[str, ...]:
    """The paragraphs of a fragment of HTML or of a plain text, without pointers to other articles. Never raises."""
    if not fragment:
        return ()
    if not _BLOCK_TAG.search(fragment):
        fragment = _BLANK_LINE.sub("<br><br>", _part_sentences(clean_text(fragment)))
    root = parse_fragment(fragment)
    lines = "".join(_iter_text(root)).split(_PARAGRAPH) if root is not None else [_without_tags(fragment)]
    return tuple(_iter_paragraphs(lines))


def html_to_line(fragment: str | None) -> str | None:
    """A fragment as one line, for titles and names; None when nothing is left."""
    if not fragment:
        return None
    root = parse_fragment(fragment)
    text = "".join(_iter_text(root)).replace(_PARAGRAPH, " ") if root is not None else _without_tags(fragment)
    return clean_line(text) or None


def images_of(root: HtmlElement) -> tuple[Image, ...]:
    """Caption and credit of the pictures below an element: figcaption, itemprop, and the classes that CMSs use."""
    images = [_read_caption(element) for element in _iter_captions(root)]
    return tuple(dict.fromkeys(image for image in images if image.caption or image.credit))


def images_in(fragment: str | None) -> tuple[Image, ...]:
    """`images_of` for a fragment of HTML."""
    root = parse_fragment(fragment) if fragment and "caption" in fragment.lower() else None
    return images_of(root) if root is not None else ()


def text_of(element: HtmlElement) -> str:
    """The visible text of an element as one line."""
    return clean_line("".join(_iter_text(element)).replace(_PARAGRAPH, " "))


def parse_fragment(fragment: str) -> HtmlElement | None:
    """The root of a fragment; None when it holds no markup, or none that a parser makes anything of."""
    if not _MARKUP.search(fragment):
        return None
    # Controls and lone surrogates would make lxml refuse the whole.
    return parse_pieces(clean_text(fragment[:_LONGEST]))


def _part_sentences(text: str) -> str:
    """A text of lines that all end as sentences do, with a blank line between them; others are merely wrapped."""
    lines = [line for line in text.split("\n") if line.strip()]
    return "\n\n".join(lines) if all(ends_sentence(line.strip()) for line in lines) else text


def _without_tags(text: str) -> str:
    return re.sub(r"<[a-zA-Z/!?][^<>]*>?", " ", text)


def _iter_text(root: HtmlElement) -> Iterator[str]:
    """Text with paragraph marks, by a stack: markup nested thousands deep must not end the recursion."""
    stack: list[tuple[HtmlElement | None, str]] = [(root, "")]
    while stack:
        element, tail = stack.pop()
        if element is None:
            yield tail
            continue
        if not isinstance(element.tag, str) or element.tag in _DROPPED or is_hidden(element) or _leads_on(element):
            continue
        block = element.tag in _BLOCKS
        yield _mark(element) if block else ""
        yield (element.text or "").replace(_PARAGRAPH, "")
        if block and element.tag != "br":
            stack.append((None, _PARAGRAPH))
        for child in reversed(element):
            stack.append((None, (child.tail or "").replace(_PARAGRAPH, "")))
            stack.append((child, ""))


def _leads_on(element: HtmlElement) -> bool:
    return element.tag == "a" and is_more("".join(element.itertext()))


def _mark(element: HtmlElement) -> str:
    """A single line break is only a space; two in a row part paragraphs."""
    if element.tag != "br":
        return _PARAGRAPH
    previous = element.getprevious()
    doubled = previous is not None and previous.tag == "br" and not (previous.tail or "").strip()
    return _PARAGRAPH if doubled else " "


def _iter_paragraphs(lines: list[str]) -> Iterator[str]:
    for raw in lines:
        line = clean_line(raw)
        if line and not is_remnant(line) and find_pointer(line) is None:
            yield line


def _iter_captions(root: HtmlElement) -> Iterator[HtmlElement]:
    taken: set[HtmlElement] = set()
    for element in root.iter():
        if _is_caption(element) and not any(parent in taken for parent in element.iterancestors()):
            taken.add(element)
            yield element


def _is_caption(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str):
        return False
    marks = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    if element.tag == "figcaption":
        return True
    if element.tag in _NO_CAPTIONS or not _CAPTION_CLASS.search(marks):
        return False
    return next(element.iter(*_PICTURES), None) is None


def _read_caption(element: HtmlElement) -> Image:
    whole = _caption_text(element)
    marked = next((child for child in _iter_around(element) if _is_credit(child)), None)
    if marked is not None:
        credit = _caption_text(marked)
        caption = clean_line(whole.replace(credit, " ", 1)).strip(" |") if credit else whole
        return Image(caption=split_caption(caption).caption, credit=_bare_name(credit))
    if (alone := find_credit(whole)) is not None:
        return Image(credit=alone)
    line = split_caption(whole)
    if line.credit is None and next(element.iter("br"), None) is not None:
        # Whoever stands on a line of their own needs no label to be the credit.
        parted = split_caption(_caption_text(element, " | "))
        line = parted if parted.credit else line
    return Image(caption=line.caption, credit=line.credit)


def _iter_around(element: HtmlElement) -> Iterator[HtmlElement]:
    """Where the credit of a caption may stand: within it, after it beside it, or anywhere in its figure."""
    yield from element.iterdescendants()
    yield from islice(element.itersiblings(), 2)
    figure = next(element.iterancestors("figure"), None)
    if figure is not None:
        yield from figure.iterdescendants()


def _bare_name(credit: str) -> str | None:
    """Who a credit names, without its label and its brackets."""
    credit = credit.strip(" |(),;[]")
    return find_credit(credit) or credit or None


def _caption_text(element: HtmlElement, line_break: str = " ") -> str:
    """The text of a caption, whose own element `text_of` would leave out."""
    inner = [element.text or ""]
    for child in element:
        text = line_break if child.tag == "br" else "".join(_iter_text(child)).replace(_PARAGRAPH, " ")
        inner += [text, child.tail or ""]
    return clean_line("".join(inner))


def _is_credit(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str):
        return False
    marks = " ".join(element.get(name) or "" for name in ("class", "itemprop", "data-testid"))
    return _CREDIT_CLASS.search(marks) is not None
