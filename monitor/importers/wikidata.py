"""Exports of Wikidata to draft actors: entities as JSON (one, a list, or one a line), and answers of its query service.

From an entity come the names in the languages asked for, its id, what kind it is where its class is a common one, and
ISO codes. Offices are left to a person: who acts for whom is not to be had from one entity. An answer of the query
service needs the variables `item` and `itemLabel`; `itemAltLabel` and `kind` are understood.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from monitor.importers.drafts import DraftActor, FindFault, Imported, Intake, Name

_QID = re.compile(r"Q[1-9][0-9]*")
_INSTANCE_OF = "P31"
_KINDS = {
    "Q5": "person",
    **dict.fromkeys(("Q6256", "Q3624078", "Q7275", "Q1520223", "Q3336843"), "state"),
    **dict.fromkeys(("Q515", "Q5119", "Q1549591", "Q486972", "Q35657", "Q10864048", "Q82794", "Q3957"), "place"),
    **dict.fromkeys(("Q15045746", "Q17149090", "Q31629"), "armed-group"),
}  # fmt: skip
_CODES = {"P297": "iso2", "P298": "iso3"}


class _Entity(NamedTuple):
    value: Mapping[str, Any]
    line: int


def import_wikidata(text: str, file: str, find_fault: FindFault, languages: Sequence[str]) -> Imported:
    """The actors of an export, with their names in `languages`."""
    intake = Intake(file, find_fault)
    actors: dict[str, DraftActor] = {}
    for entity in _read(text, intake):
        actor = _draft(entity, intake, languages)
        if actor is not None and dict(actor.ids)["qid"] not in actors:
            actors[dict(actor.ids)["qid"]] = actor
    return Imported(actors=tuple(actors.values()), problems=tuple(intake.problems))


def _read(text: str, intake: Intake) -> Iterator[_Entity]:
    """The entities of an export in any of its forms."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        yield from _read_lines(text, intake)
        return
    yield from _unpack(whole, 1, intake)


def _read_lines(text: str, intake: Intake) -> Iterator[_Entity]:
    """A dump: an array with an entity a line, or just the lines."""
    for number, line in enumerate(text.split("\n"), start=1):
        written = line.strip().rstrip(",")
        if written in ("", "[", "]"):
            continue
        try:
            value = json.loads(written)
        except (ValueError, RecursionError):
            intake.refuse(number, "a line that is not JSON")
            continue
        yield from _unpack(value, number, intake)


def _unpack(value: Any, line: int, intake: Intake) -> Iterator[_Entity]:
    if isinstance(value, list):
        for part in value:
            yield from _unpack(part, line, intake)
    elif isinstance(value, dict) and isinstance(value.get("entities"), dict):
        for part in value["entities"].values():
            yield from _unpack(part, line, intake)
    elif isinstance(value, dict) and isinstance(value.get("results"), dict):
        yield from _read_answer(value["results"].get("bindings"), line, intake)
    elif isinstance(value, dict) and _QID.fullmatch(str(value.get("id"))):
        yield _Entity(value, line)
    else:
        found = value.get("id", "an object") if isinstance(value, dict) else value
        intake.refuse(line, f'"{str(found)[:40]}", which is no entity with an id such as "Q227"')


def _read_answer(bindings: Any, line: int, intake: Intake) -> Iterator[_Entity]:
    """An answer of the query service has a row for each combination of values; the rows of one id are put together."""
    merged: dict[str, dict[str, Any]] = {}
    for row in bindings if isinstance(bindings, list) else ():
        cells = {key: cell for key, cell in row.items() if isinstance(cell, dict)} if isinstance(row, dict) else {}
        found = _QID.search(str(cells.get("item", {}).get("value", "")))
        if found is None:
            intake.refuse(line, "a row without the id of an item")
            continue
        entity = merged.setdefault(found[0], {"id": found[0], "labels": {}, "aliases": {}, "claims": {}})
        _merge_row(entity, cells)
    for entity in merged.values():
        yield _Entity(entity, line)


def _merge_row(entity: dict[str, Any], cells: Mapping[str, dict[str, Any]]) -> None:
    label, alias, kind = (cells.get(name, {}) for name in ("itemLabel", "itemAltLabel", "kind"))
    for cell, parts in ((label, [str(label.get("value", ""))]), (alias, str(alias.get("value", "")).split(", "))):
        language = str(cell.get("xml:lang", "en"))
        entity["aliases"].setdefault(language, []).extend({"value": part} for part in parts if part)
    found = _QID.search(str(kind.get("value", "")))
    if found:
        claim = {"mainsnak": {"datavalue": {"value": {"id": found[0]}}}}
        entity["claims"].setdefault(_INSTANCE_OF, []).append(claim)


def _draft(entity: _Entity, intake: Intake, languages: Sequence[str]) -> DraftActor | None:
    value, line = entity
    qid = str(value["id"])
    names = intake.take_names(_iter_names(value, languages), line)
    if not names:
        intake.refuse(line, f"{qid}, which has no name in any of {', '.join(languages)}")
        return None
    kinds = [_KINDS[one] for one in _claims(value, _INSTANCE_OF) if one in _KINDS]
    codes = [(catalogue, code) for claim, catalogue in _CODES.items() for code in _claims(value, claim)]
    return DraftActor(
        id=intake.give_id(names[0].text, qid.lower()),
        kind=next(iter(kinds), "organisation"),
        names=names,
        ids=(("qid", qid), *codes),
        line=line,
    )


def _iter_names(entity: Mapping[str, Any], languages: Iterable[str]) -> Iterator[Name]:
    """Label before aliases, language by language in the order asked for; what is no text is passed over."""
    labels, aliases = _mapping(entity, "labels"), _mapping(entity, "aliases")
    for language in languages:
        others = aliases.get(language)
        found = [labels.get(language), *(others if isinstance(others, list) else [])]
        for name in found:
            text = name.get("value") if isinstance(name, dict) else name
            if isinstance(text, str) and not _QID.fullmatch(text):
                yield Name(text, language)


def _mapping(entity: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A part of an entity; empty parts are lists in Wikidata's JSON."""
    part = entity.get(key)
    return part if isinstance(part, dict) else {}


def _claims(entity: Mapping[str, Any], claim: str) -> Iterator[str]:
    """The values of a property: ids of entities, or texts."""
    statements = _mapping(entity, "claims").get(claim)
    for statement in statements if isinstance(statements, list) else ():
        value: Any = statement
        for key in ("mainsnak", "datavalue", "value"):
            value = value.get(key) if isinstance(value, dict) else None
        found = value.get("id") if isinstance(value, dict) else value
        if isinstance(found, str):
            yield found
