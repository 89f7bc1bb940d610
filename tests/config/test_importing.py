"""What is imported loads without a problem, whatever the file was like."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.importing import IMPORTERS, import_definitions
from monitor.match.files import collect_definitions
from monitor.match.rules import load_rules

_SAMPLES = {
    "petrarch": "RURITANIA_ [RUR]\n+ELPHBERG\nFLAVIA\n  [RURGOV >931003]\n  [RURELI <931002]\nZENDA [RUR]\n",
    "csv": (
        "id,name,name_ru,part_of,acts_for,from\nr,Ruritania,Руритания,,,\nz,Zenda,Зенд*,r,,\nf,Flavia*,,,r,1994-01-01\n"
    ),
    "wikidata": '{"id": "Q1", "labels": {"en": {"value": "Ruritania: no #1"}, "ru": {"value": "Руритания"}}}',
    "query": 'Plots\t"black plot*"\nkings\tking AND (crown* OR "on, off: #3") NOT chess\ntitle:(a OR b) NEAR/3 c\n',
}


@pytest.mark.parametrize("source", IMPORTERS)
def test_what_is_imported_loads(source: str) -> None:
    text, imported = import_definitions(source, _SAMPLES[source], "x", ("en", "ru"))
    loaded = load_rules([("x.yaml", text)])
    assert loaded.problems == ()
    assert set(loaded.actors) == {actor.id for actor in imported.actors}
    assert {compiled.rule.id for compiled in loaded.rules} == {rule.id for rule in imported.rules}
    assert imported.actors or imported.rules


def test_drafts_say_what_they_were_made_of_and_are_never_sent() -> None:
    text, _ = import_definitions("query", "kings\tking AND\u2028 crown\u0007\n", "x")
    assert "# line 1: king AND crown\n" in text
    assert load_rules([("x.yaml", text)]).rules[0].rule.status == "draft"


def test_what_only_the_loader_refuses_is_named_with_its_line() -> None:
    text, imported = import_definitions("query", "flood\n" + " NEAR/1 ".join("abcdefghij") + "\n", "q.txt")
    (problem,) = imported.problems
    assert (problem.line, problem.level) == (2, "warning")
    assert "at most 8 clauses" in problem.message
    assert list(collect_definitions([("x.yaml", text)]).rules) == ["flood"]


_PIECES = [
    "A",
    "Б*",
    "_",
    "+",
    "[AAA]",
    "[AAAGOV >990101]",
    '"',
    ",",
    "\t",
    "\n",
    "AND",
    "NOT",
    "NEAR/2",
    "(",
    ")",
    ":",
    "name",
    " ",
    "#",
]


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(IMPORTERS)),
    st.lists(st.sampled_from(_PIECES), max_size=25).map("".join) | st.text(max_size=60),
)
def test_any_text_comes_to_a_file_that_loads(source: str, text: str) -> None:
    written, _ = import_definitions(source, text, "x", ("en",))
    assert load_rules([("x.yaml", written)]).problems == ()


@settings(max_examples=60)
@given(st.lists(st.sampled_from(_PIECES), max_size=25).map("".join))
def test_any_table_comes_to_a_file_that_loads(text: str) -> None:
    written, _ = import_definitions("csv", f"name,name_ru,part_of,id\n{text}", "x")
    assert load_rules([("x.yaml", written)]).problems == ()
