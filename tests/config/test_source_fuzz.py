"""Whatever stands in a file of sources: every fault is a problem with its place, and nothing is ever raised."""

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.documents import read_definitions
from monitor.errors import Problem

_WHOLE = """version: 1
sources:
  example-news:
    feed: https://news.example/feed.xml
    tags: [a, b]
    tier: 1
    language: en
    country: AM
    every: 15m
    full_text: auto
    headers: {Authorization: env:TOKEN}
  clippings:
    archive: archive/*.csv
    fields: {title: kop, body: tekst}
    every: 6h
"""
_PIECES = [
    "&a ", "*a", "<<: *a", "!!python/object:os.system x", "!!binary x", "? ", "- ", "| ", "{", "}", "[", "]", '"', "'",
    "\t", "\0", "\ud800", "\u2028", "#", "---\n", "...\n", "%YAML 9\n", "1e999", ".nan", "2021-02-30", "~", "true",
    "9" * 500, "[" * 200, "{a: " * 100, "&x [*x]", "env:", "https://[::1", "every: 1e9d", "every: -5m", "sources:",
    "version: 2", "tags: {a: b}", "headers: []", "fields: 7", "allow_private: [::/0, x]", "country: ZZZ", "\n", "  ",
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A sound file with pieces cut out, put in and exchanged."""
    text = _WHOLE
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(text)))
        gone = draw(st.integers(0, 20))
        text = text[:place] + draw(st.sampled_from(_PIECES) | st.text(max_size=4)) + text[place + gone :]
    return text


@settings(max_examples=300)
@given(damaged() | st.text(max_size=100))
def test_no_file_of_sources_makes_its_reader_raise(text: str) -> None:
    definitions = read_definitions([("sources.yaml", text)])
    assert all(isinstance(problem, Problem) and problem.message for problem in definitions.problems)


def test_the_sound_file_that_is_damaged_here_has_no_problem() -> None:
    definitions = read_definitions([("sources.yaml", _WHOLE)])
    assert definitions.problems == []
    assert set(definitions.sources) == {"example-news", "clippings"}
