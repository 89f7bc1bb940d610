"""Exports of Wikidata, in each of their forms."""

import json
from typing import Any

import pytest

from monitor.config.importing import find_fault
from monitor.importers.drafts import DraftActor, Imported, Name
from monitor.importers.wikidata import import_wikidata


def _claim(value: Any) -> dict[str, Any]:
    return {"mainsnak": {"datavalue": {"value": value}}}


_ENTITY = {
    "id": "Q1",
    "labels": {"en": {"value": "Ruritania"}, "ru": {"value": "Руритания"}, "fr": {"value": "Ruritanie"}},
    "aliases": {"en": [{"value": "Kingdom of Ruritania"}, {"value": "RURITANIA"}, {"value": "!!"}]},
    "claims": {
        "P31": [_claim({"id": "Q99"}), _claim({"id": "Q6256"})],
        "P298": [_claim("RUR")],
        "P297": [{"mainsnak": {}}],
    },
}
_ACTOR = DraftActor(
    id="ruritania",
    kind="state",
    names=(Name("Ruritania", "en"), Name("Kingdom of Ruritania", "en"), Name("Руритания", "ru")),
    ids=(("qid", "Q1"), ("iso3", "RUR")),
    line=1,
)


def _import(text: str) -> Imported:
    return import_wikidata(text, "w.json", find_fault, ("en", "ru"))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"entities": {"Q1": _ENTITY}}),
        json.dumps([_ENTITY, _ENTITY]),
        json.dumps(_ENTITY),
    ],
)
def test_an_entity_becomes_an_actor(text: str) -> None:
    imported = _import(text)
    assert imported.actors == (_ACTOR,)
    assert {str(problem) for problem in imported.problems} == {
        'w.json:1: warning: not taken: "!!" holds no letter or digit to look for'
    }


def test_a_dump_is_read_line_by_line() -> None:
    other = {"id": "Q2", "labels": {"en": {"value": "Zenda"}}, "aliases": [], "claims": []}
    imported = _import(f"[\n{json.dumps(other)},\nno json\n{json.dumps(_ENTITY)}\n]\n")
    assert [(actor.id, actor.line) for actor in imported.actors] == [("zenda", 2), ("ruritania", 4)]
    assert [problem.line for problem in imported.problems] == [3, 4]


def test_rows_of_the_query_service_are_put_together() -> None:
    rows = [
        {"item": {"value": "http://www.wikidata.org/entity/Q5"}, "itemLabel": {"xml:lang": "en", "value": "Zenda"}},
        {"item": {"value": "http://www.wikidata.org/entity/Q5"}, "itemAltLabel": {"value": "Zenda Town, Q7"}},
        {"item": {"value": "http://www.wikidata.org/entity/Q5"}, "kind": {"value": "http://www.wikidata.org/entity/Q515"}},
        {"label": {"value": "x"}},
    ]  # fmt: skip
    imported = _import(json.dumps({"head": {}, "results": {"bindings": rows}}))
    (actor,) = imported.actors
    assert (actor.id, actor.kind, [name.text for name in actor.names]) == ("zenda", "place", ["Zenda", "Zenda Town"])
    assert len(imported.problems) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "5",
        "{}",
        "null",
        '"x"',
        "[" * 100_000,
        '{"entities": {"P5": {"id": "P5"}}}',
        '{"id": "Q1", "labels": 5, "aliases": {"en": 7}}',
        '{"results": {"bindings": 5}}',
        '{"results": {"bindings": [5, {"item": 5}]}}',
        '{"id": "Q1", "claims": {"P31": {"a": 1}}}',
    ],
)
def test_odd_files_come_to_nothing(text: str) -> None:
    assert _import(text).actors == ()
