"""Pages and texts that nobody means well with, or that nobody looked at: run as a module it reads them all."""

import sys

from monitor.model import EntryKey, Record, SourceId
from monitor.parse.article import parse_records
from monitor.parse.options import ParseOptions
from tests.builders import NOON

_SENTENCE = "The ferry strike enters its third week and the islanders have begun to share boats and blame."
_STORY = f"<p>{_SENTENCE}</p>" * 5

PAGES = {
    "a megabyte of open divs": "<html><body>" + "<div>" * 200_000,
    "a hundred thousand nested tags": "<html><body>" + "<b>" * 100_000 + "x" + "</b>" * 100_000,
    "nested tables": "<table><tr><td>" * 10_000 + "x",
    "nested lists": "<ul><li>a " * 20_000,
    "nested captions": "<div class=caption><figcaption>" * 10_000 + "x",
    "an attribute of half a megabyte": f'<html><body><div class="{"a " * 250_000}">{_STORY}',
    "tags within an attribute": f'<html><body><div title="{"<a style=1 " * 50_000}">{_STORY}',
    "fifty thousand attributes": f"<html><body><div {' '.join(f'a{n}=x' for n in range(50_000))}>{_STORY}",
    "quoted brackets in many attributes": "<div " + " ".join(f"a{n}='>'" for n in range(30_000)) + f">{_STORY}",
    "zero bytes": f"<html><body>{_STORY}".replace(" ", "\0"),
    "entities, some of nothing": f"<html><body>{_STORY}<p>"
    + "&amp;" * 50_000
    + "&#0;&#x110000;&#xD800;&bogus;" * 1_000,
    "controls by reference": f"<html><body>{_STORY}<p>&#1;</p><script></script>&#x1f;&#31;&#8;<nav></nav>&#0;{_STORY}",
    "a line of 300 KB": "<html><body><p>" + "word " * 60_000,
    "a word of 300 KB": "<html><body><p>" + "w" * 300_000,
    "empty paragraphs": "<html><body><article>" + "<p></p>" * 20_000,
    "line breaks": "<html><body><article>" + "a<br>" * 20_000,
    "links": "<html><body><article>" + "<a href=x>a link to somewhere</a> " * 10_000,
    "figures": "<html><body>" + "<figure><figcaption>A. Photo: X</figcaption></figure>" * 5_000,
    "an open script": f"<html><body>{_STORY}<script>" + "<p>a</p>" * 10_000,
    "broken linked data, often": "<html><head>"
    + '<script type="application/ld+json">{"@type":</script>' * 2_000
    + _STORY,
    "linked data nested deep": f'<script type="application/ld+json">{"[" * 200_000}</script>{_STORY}',
    "open comments": "<html><body>" + "<!--" * 200_000 + _STORY,
    "comments": "<html><body>" + "<!-- -->" * 20_000 + _STORY,
    "meta elements": "<html><head>" + '<meta name="a" content="b">' * 10_000 + _STORY,
    "headings": "<html><body>" + "<h1>The ferry strike</h1>" * 5_000 + _STORY,
    "dates": "<html><body>" + '<span class="date">2021-03-04</span> published 2021/03/04 ' * 5_000 + _STORY,
    "a title that never ends": f"<html><head><title>{'a - ' * 100_000}</title>{_STORY}",
    "brackets": "<" * 300_000,
    "tags that never close": "<html>" + "<a" * 200_000,
    "quotes": '<html><body><a href="' + "\"'>" * 100_000,
    "accents on accents": "<html><body><p>" + "a\u0301" * 1_000 + "\u0301" * 100_000,
}
TEXTS = {
    "a line of 300 KB": "word " * 60_000,
    "a word of 300 KB": "w" * 300_000,
    "a hundred thousand lines": "word\n" * 100_000,
    "blank lines": "\n" * 300_000,
    "open comments": "<!--" * 100_000,
    "comment ends": "-->\n" * 50_000,
    "open scripts": "<script>" * 50_000,
    "brackets": "<a " * 100_000,
    "braces": "{" * 300_000,
    "credits": "PHOTO: X\n" * 30_000,
    "dates": "March 3, 2021\n" * 20_000,
    "digits": "1" * 300_000,
    "spaces": "a" + " " * 300_000 + "b",
    "bars": "|" * 100_000,
    "dots in words": "a." * 100_000 + "(",
    "capitals and dots": "A. " * 100_000,
    "photo by photo": "photo by " * 30_000,
    "dashes": "a — " * 80_000,
    "zero bytes": "\0" * 300_000,
    "half of what was UTF-16": "\ud800" * 1_000 + "a",
    "mojibake": "â€™Ã©Ð¿Ñ€" * 20_000,
    "accents on accents": "a" + "\u0301" * 300_000,
    "right to left and back": "\u202e\u202da" * 50_000,
}
MAILS = {
    "a subject of two hundred thousand words": "Subject: " + "=?utf-8?q?a?= " * 200_000 + f"\n\n{_SENTENCE}",
    "two hundred thousand parts": "Content-Type: multipart/mixed; boundary=a\n\n" + "--a\n\nx\n" * 200_000,
    "parts within parts": "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3_000)),
    "mails within mails": "Content-Type: message/rfc822\n\n" * 3_000 + f"Subject: a\n\n{_SENTENCE}",
}


def read_all(names: list[str]) -> int:
    """Read those of these names, or all of them; how many gave neither an article nor a problem."""
    silent = 0
    for form, cases in (("html", PAGES), ("text", TEXTS), ("mail", MAILS)):
        for name, text in cases.items():
            if names and name not in names:
                continue
            data = text.encode(errors="surrogatepass")
            record = Record(source=SourceId("s"), key=EntryKey("k"), name=name, format=form, data=data)  # type: ignore[arg-type]  # str
            parsed = parse_records([record], NOON, ParseOptions())
            print(form, name, [str(problem)[:120] for problem in parsed.problems])
            silent += not parsed.articles and not parsed.problems
    return silent


if __name__ == "__main__":
    sys.exit(read_all(sys.argv[1:]))
