"""What publishers and attackers send: never an exception out of the parsers, never time or memory without bound."""

import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.model import EntryKey, Record, SourceId
from monitor.parse.article import parse_records
from monitor.parse.fragment import html_to_line, html_to_paragraphs, images_in
from monitor.parse.options import ParseOptions
from monitor.parse.page import read_page
from monitor.parse.parts import Parts
from tests.builders import NOON

_ROOT = Path(__file__).resolve().parents[2]
# All of them together take about 10 s and 350 MB; what grows with the square of its input takes minutes or gigabytes.
_CPU_SECONDS = 90
_ADDRESS_SPACE = 4 * 1024**3

PIECES = [
    "<p>", "</p>", "<div class='", "'>", '"', "<", ">", "</", "<!--", "-->", "<script>", "alert(1)", "</script>",
    "<style>",
    "<svg onload=alert(1)>", "<img src=x onerror=alert(1)>", "<iframe srcdoc='<script>alert(1)</script>'>",
    "<math><mtext></style><img src=x onerror=alert(1)>", "<noscript>", "<template>", "<title>", "<h1>", "<figure>",
    "<figcaption>", "<time datetime='2021-13-45'>", "<meta property='og:title' content='", "<base href='javascript:'>",
    "<link rel=canonical href='//'>", "<![CDATA[", "]]>", "<?php", "&#0;", "&lt;script&gt;", "\0", "\ud800", "\u202e",
    "<html lang='", "<article>", "<br>",
    "<script type='application/ld+json'>{\"@type\": \"NewsArticle\", \"headline\": ",
    "[", "]", "{", "}", "Photo: X", "By A. Smith", "March 3, 2021", "Related:",
    "The ferry strike enters its third week.",
]  # fmt: skip


def test_hostile_pages_and_texts_are_read_within_bounds() -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))

    command = [sys.executable, "-W", "error", "-m", "tests.parse.hostile"]
    done = subprocess.run(command, cwd=_ROOT, preexec_fn=limit, capture_output=True, text=True)

    assert done.returncode == 0, f"the last one was: {done.stdout[-300:]} {done.stderr[-2000:]}"
    assert "could not be read" not in done.stdout


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=40))
def test_no_markup_makes_a_page_or_a_fragment_fail(pieces: list[str]) -> None:
    soup = "".join(pieces)
    html_to_paragraphs(soup)
    html_to_line(soup)
    images_in(soup)
    with suppress(ParseError):  # which is in our own words
        assert isinstance(read_page(soup, "https://news.example.org/a", NOON), Parts)


SECRET = "zzsecret"
HIDDEN = [
    "<script>{}</script>", "<style>{}</style>", "<svg><text>{}</text></svg>", "<template><p>{}</p></template>",
    "<noscript><p>{}</p></noscript>", "<iframe srcdoc='<p>{}</p>'>{}</iframe>", "<math><mtext>{}</mtext></math>",
    "<object><p>{}</p></object>", "<div hidden><p>{}</p></div>", "<p style='display:none'>{}</p>",
    "<div style='COLOR: red; Display : NONE !important'><p>{}</p></div>", "<p style='visibility:hidden'>{}</p>",
    "<span style='font-size:0'>{}</span>", "<p style='font-size:0px;color:red'>{}</p>", "<!-- {} -->",
    "<p style='position:absolute;left:-9999px'>{}</p>", "<p style='text-indent:-9999px'>{}</p>",
    "<span style='color:transparent'>{}</span>", "<p onload='{}' title='{}' data-x='{}'>.</p>",
    "<a href='javascript:{}'>.</a>", "<img src='data:image/svg+xml,{}' alt='{}' onerror='{}'>",
    "<meta http-equiv=refresh content='0;url={}'>", "<button>{}</button>", "<select><option>{}</option></select>",
    "<textarea>{}</textarea>", "<input value='{}'>", "<audio>{}</audio>", "<video>{}</video>", "<canvas>{}</canvas>",
]  # fmt: skip
AROUND = ["{}", "<div>{}</div>", "<p>A line.</p>{}<p>A line.</p>", "<section><b>{}</b></section>", "<ul><li>{}</ul>"]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(HIDDEN), st.sampled_from(AROUND), st.sampled_from(AROUND)), max_size=4))
def test_nothing_that_readers_do_not_see_gets_into_an_article(pieces: list[tuple[str, str, str]]) -> None:
    hidden = "".join(two.format(one.format(each.replace("{}", SECRET))) for each, one, two in pieces)
    shown = "<p>The port was closed on Thursday after the storm, officials said, and ships waited outside.</p>"
    page = f"<html><head><title>Port closed</title></head><body><article><h1>Port closed</h1>{shown}{hidden}{shown * 3}"
    read = read_page(page, "https://news.example.org/a", NOON)
    assert SECRET not in repr(read)
    assert any("ships waited outside" in line for line in read.paragraphs)
    feed = html_to_paragraphs(f"{shown}{hidden}{shown}")
    assert SECRET not in repr((feed, html_to_line(hidden), images_in(hidden)))
    assert len([line for line in feed if "ships waited outside" in line]) == 2


def test_what_fades_in_or_belongs_to_a_page_that_a_script_unveils_is_read() -> None:
    page = (
        "<html><body style='visibility:hidden'><article style='opacity:0'><h1>Port closed</h1>"
        "<p style='font-size:0'><span style='font-size:16px'>The port was closed after the storm, they said.</span></p>"
        "<p style='background-color:transparent; margin-left:-5px'>Ships waited outside the harbour all day.</p>"
    )
    read = read_page(page, None, NOON)
    assert read.paragraphs == (
        "The port was closed after the storm, they said.",
        "Ships waited outside the harbour all day.",
    )


NASTY = """<!DOCTYPE html><html><head><title>Ferries Stay Ashore</title>
<meta name="description" content="Islanders share boats.<script>alert('meta')</script>">
<script>alert('head')</script><style>body{background:url(javascript:alert('css'))}</style>
<script type="application/ld+json">{"@type":"NewsArticle",
 "headline":"Ferries <script>alert('ld')<\\/script>Stay Ashore",
 "author":{"name":"Ann <img src=x onerror=alert('author')> Lee"},
 "image":{"caption":"A quay <svg onload=alert('caption')>","creditText":"<b onclick=alert('credit')>AFP</b>"}}</script>
</head><body onload="alert('body')"><article><h1>Ferries Stay <script>alert('h1')</script>Ashore</h1>
<p onclick="alert('on')">The crews of nine ferries voted on Wednesday to stay ashore for another week.</p>
<svg><script>alert('svg')</script><text>alert('svgtext')</text></svg>
<math><mtext><style>alert('math')</style></mtext></math>
<p>The company regrets the vote<script>alert('inline')</script> and offers three per cent.</p>
<iframe srcdoc="<p>alert('frame')</p>">alert('iframe')</iframe><object data="x">alert('object')</object>
<noscript><img src="alert('noscript')">alert('noscript')</noscript><template><p>alert('template')</p></template>
<p>Bread comes by balloon<style>.x{content:"alert('style')"}</style>, and the newspapers do not come.</p>
<a href="javascript:alert('link')">Read the minister's letter to the crews</a><textarea>alert('textarea')</textarea>
<select><option>alert('option')</option></select><button>alert('button')</button><!-- alert('comment') -->
<![CDATA[ alert('cdata') ]]><xmp><script>alert('xmp')</script></xmp><plaintext>
"""


@pytest.mark.parametrize("nested", [NASTY, NASTY.replace("<script>", "<scr<script>ipt>"), NASTY.upper()])
def test_no_script_style_or_handler_survives_into_an_article(nested: str) -> None:
    record = Record(source=SourceId("s"), key=EntryKey("k"), name="x.html", format="html", data=nested.encode())
    [article] = parse_records([record], NOON, ParseOptions()).articles
    text = "\n".join(article.fields().values()).lower()

    assert "ferries stay" in text
    assert "the company regrets the vote" in text
    for kind in ("head", "css", "body", "on", "math", "style", "frame", "template", "link", "comment", "option", "svg"):
        assert f"alert('{kind}')" not in text
    assert "<" not in text.replace("<scr", "")
    assert "onclick" not in text
    assert "javascript:" not in text
