"""Text to a tree of HTML elements, however broken or hostile its markup; what they mean is not known here."""

import re

from lxml import html
from lxml.etree import LxmlError, ParserError
from lxml.html import HtmlElement

from monitor.errors import ParseError

_LONGEST = 8_000_000
_XML_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>")
# libxml2 compares each attribute of a tag with all others: 50,000 of them take it half a minute. Nothing in the pattern
# gives back what it took, so that it reads every text once.
_CROWDED_TAG = re.compile(
    r"""(<[a-zA-Z][^\s<>/]*+)(?:[\s/]++[^\s=>"'/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"']++))?+){250,}+"""
)

# What no document may hold, as a letter or as a reference to one: lxml parses it, and fails when it moves the text.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|"
    "&#0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]))(?![0-9a-fA-F]);?"
)


_LONGEST_STYLE = 2_000
_HIDES = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|color\s*:\s*transparent|"
    r"(?:left|right|top|text-indent)\s*:\s*-\d{3,})",
    re.IGNORECASE,
)
_NO_SIZE = re.compile(r"(?<![\w-])font-size\s*:\s*0+(?:\.0+)?(?:\D|$)", re.IGNORECASE)


def parse_document(text: str) -> HtmlElement:
    """The root of a whole page; ParseError when there is no element in it."""
    # lxml refuses a str that declares its own encoding.
    text = _XML_PROLOG.sub("", text[:_LONGEST])
    # Old pages never close their inline tags, so that their last paragraph lies hundreds deep: without huge_tree all
    # that is deeper than 256 would be lost without a word.
    parser = html.HTMLParser(huge_tree=True)
    try:
        root: HtmlElement = html.document_fromstring(_tame(text), parser=parser)
    except (ParserError, LxmlError, ValueError, AssertionError) as error:
        raise ParseError(f"no HTML page could be read: {' '.join(str(error).split())[:120]}") from error
    return root


def parse_pieces(text: str) -> HtmlElement | None:
    """The pieces of a fragment in a div made for them; None when no parser makes anything of it."""
    try:
        return html.fragment_fromstring(_tame(text), create_parent="div")
    except (ParserError, LxmlError, ValueError, AssertionError):
        return None


def is_hidden(element: HtmlElement) -> bool:
    """Whether no reader sees an element, by its own attributes. What only fades in, or unfolds, will be seen.

    Never a whole page: many are hidden until a script has run.
    """
    if element.tag in {"html", "body"}:
        return False
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    if not style or len(style) > _LONGEST_STYLE:
        return False
    # An empty size is inherited, and a child may well have one of its own.
    return _HIDES.search(style) is not None or (_NO_SIZE.search(style) is not None and not len(element))


def _tame(text: str) -> str:
    """No element of an honest page has hundreds of attributes: such ones lose all of theirs."""
    return _CROWDED_TAG.sub(r"\1", _FORBIDDEN.sub("", text))
