"""The JSON Schema of rule files, so that editors complete and check while a rule is being written.

It follows the reader's own tables: a clause, option, filter or key that the reader does not know yet stays out. It
says what can be written, not all that is refused: ids that must exist and terms that cannot be looked for are
monitor.match.rules' matter.
"""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from monitor.match.actors import INCLUDES
from monitor.match.cases import Verdict
from monitor.match.definitions import KINDS
from monitor.match.later import LATER_RULE_KEYS
from monitor.match.scope import PLACES
from monitor.match.syntax import CLAUSES, MODIFIERS
from monitor.model import RuleStatus, Severity
from monitor.text.durations import DURATION_PATTERN

Schema = dict[str, Any]


def rule_file_schema() -> Schema:
    """A schema of draft 2020-12 for one file of rules, actors and concepts."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules, actors and concepts of Media Monitor",
        **_object(
            {
                "version": {"const": 1},
                "actors": _by_id("actor"),
                "concepts": _by_id("concept"),
                "rules": _by_id("rule"),
            }
        ),
        "$defs": {
            "rule": _object(_without(_RULE, LATER_RULE_KEYS), needs=["match"]),
            "actor": _object(_ACTOR, needs=["kind"]),
            "concept": {"anyOf": [_many(_ref("term")), _object(_CONCEPT, needs=["terms"])]},
            "clause": {"anyOf": [_TEXT, *(_clause_of(key, kind.options) for key, kind in CLAUSES.items())]},
            "clauses": _many(_ref("clause")),
            "scored": {"anyOf": [_TEXT, *(_clause_of(key, kind.options, _POINTS) for key, kind in CLAUSES.items())]},
            "term": {"anyOf": [_TEXT, _object(_TERM, needs=["text"])]},
            "name": {"anyOf": [_TEXT, _object(_NAME, needs=["text"])]},
            "where": {**_object(_WHERE), "minProperties": 1},
            "test": {"anyOf": [_object({verdict: _ARTICLE}, needs=[verdict]) for verdict in get_args(Verdict)]},
            "within": _WITHIN,
            "place": _PLACE,
            "not_near": _NOT_NEAR,
        },
    }


def _clause_of(key: str, options: Iterable[str], more: Mapping[str, Schema] | None = None) -> Schema:
    """A clause by its key. What has no shape here is let through, so that an editor never refuses what is right."""
    parts = {name: _SHAPES.get((key, name), _SHAPES.get(("", name), {})) for name in (key, *options, *MODIFIERS)}
    parts |= more or {}
    needs = [key, *(option for option in options if (key, option) in _NEEDED)]
    return _object(parts, needs=needs, about=_ABOUT.get(key))


def _object(parts: Mapping[str, Any], *, needs: Iterable[str] = (), about: str | None = None) -> Schema:
    schema: Schema = {"type": "object", "properties": dict(parts), "additionalProperties": False}
    if needs:
        schema["required"] = list(needs)
    return schema | {"description": about} if about else schema


def _by_id(name: str) -> Schema:
    """A mapping from id to definition; nothing at all stands for an empty one."""
    return {
        "type": ["object", "null"],
        "propertyNames": {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        "additionalProperties": _ref(name),
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _many(one: Schema) -> Schema:
    return {"type": "array", "items": one, "minItems": 1}


def _one_or_more(one: Schema) -> Schema:
    return {"anyOf": [one, _many(one)]}


def _by_language(one: Schema) -> Schema:
    languages = {
        "type": "object",
        "propertyNames": _LANGUAGE,
        "additionalProperties": _one_or_more(one),
        "minProperties": 1,
    }
    return {"anyOf": [one, _many(one), languages]}


def _without(parts: Mapping[str, Schema], later: Mapping[str, str]) -> Mapping[str, Schema]:
    return {key: part for key, part in parts.items() if key not in later}


_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_LANGUAGE: Schema = {"type": "string", "pattern": "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$"}
_TEXTS = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_COUNT: Schema = {"type": "integer", "minimum": 1}
_POINTS: Mapping[str, Schema] = {"points": {"type": "integer", "not": {"const": 0}}}
_FLAG: Schema = {"type": "boolean"}
_DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_DURATION: Schema = {"type": "string", "pattern": rf"^\s*{DURATION_PATTERN}\s*$"}
_FORMS: Schema = {"enum": ["inflected"]}
_CODES: Schema = {"type": "object", "additionalProperties": _one_or_more(_TEXT)}
_IDS = _one_or_more(_TEXT)
_PLACE: Schema = {
    "anyOf": [{"enum": list(PLACES)}, {"type": "string", "pattern": "^first [1-9][0-9]{0,5} words?$"}],
}
_WITHIN: Schema = {
    "anyOf": [{"enum": ["sentence", "paragraph"]}, {"type": "string", "pattern": "^[0-9]{1,6} words?$"}],
    "description": 'At most so many words between neighbours ("4 words"), or one sentence or paragraph.',
}
_NOT_NEAR: Schema = {
    **_object({"of": _ref("clauses"), "words": _one_or_more(_TEXT), "within": _ref("within")}, needs=["within"]),
    "oneOf": [{"required": ["of"]}, {"required": ["words"]}],
    "description": "Drops the mentions that stand near one of these.",
}

_TERM: Mapping[str, Schema] = {"text": _TEXT, "exact": _FLAG, "forms": _FORMS}
_NAME: Mapping[str, Schema] = {**_TERM, "needs": _IDS, "unless": _IDS}
_OFFICE = _object({"actor": _TEXT, "role": _TEXT, "from": _DAY, "to": _DAY}, needs=["actor"])
_ACTOR: Mapping[str, Schema] = {
    "kind": {"enum": list(KINDS)},
    "ids": _CODES,
    "names": _by_language(_ref("name")),
    "part_of": _IDS,
    "metonym": _FLAG,
    "acts_for": _many(_OFFICE),
    "notes": _TEXT,
    "verified": _DAY,
}
_CONCEPT: Mapping[str, Schema] = {"terms": _by_language(_ref("term")), "codes": _CODES, "notes": _TEXT}
_WHERE: Mapping[str, Schema] = {
    "language": _one_or_more(_LANGUAGE),
    "source": _one_or_more(_TEXT),
    "source_tags": _one_or_more(_TEXT),
    "tier": _one_or_more(_COUNT),
    "country": _one_or_more({"type": "string", "pattern": "^[A-Za-z]{2}$"}),
    "words": {**_object({"at_least": _COUNT, "at_most": _COUNT}), "minProperties": 1},
    "published_within": _DURATION,
}
_RULE: Mapping[str, Schema] = {
    "title": {**_TEXT, "description": "Shown to subscribers."},
    "why": {**_TEXT, "description": "Why it matters, shown to subscribers."},
    "owner": _TEXT,
    "tags": _TEXTS,
    "status": {"enum": list(get_args(RuleStatus)), "description": "A draft is counted and never sent."},
    "severity": {"enum": [severity.value for severity in Severity]},
    "references": _TEXTS,
    "match": _ref("clause"),
    "where": _ref("where"),
    "tests": _many(_ref("test")),
    "volume": {"type": "object"},
}
_ARTICLE: Schema = {
    "anyOf": [
        {**_TEXT, "description": "The body of an article."},
        {
            **_object(
                {
                    **dict.fromkeys(("title", "standfirst", "body", "language", "url", "source"), _TEXT),
                    "published": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}"},
                    "authors": _one_or_more(_TEXT),
                    "images": _many(_object({"caption": _TEXT, "credit": _TEXT})),
                }
            ),
            "minProperties": 1,
        },
    ]
}
# By clause and key; under no clause what a key means beside any.
_SHAPES: Mapping[tuple[str, str], Schema] = {
    ("", "text"): _TEXT,
    ("", "concept"): _TEXT,
    ("", "actor"): _TEXT,
    ("", "all"): _ref("clauses"),
    ("", "any"): _ref("clauses"),
    ("", "none"): _ref("clauses"),
    ("", "near"): {**_ref("clauses"), "minItems": 2},
    ("", "within"): _ref("within"),
    ("", "order"): {"enum": ["any", "given"]},
    ("", "include"): {"anyOf": [{"enum": list(INCLUDES)}, {"type": "array", "items": {"enum": list(INCLUDES)}}]},
    ("", "in"): _one_or_more(_ref("place")),
    ("", "not_near"): _ref("not_near"),
    ("", "exact"): _FLAG,
    ("", "forms"): _FORMS,
    ("", "at_least"): _COUNT,
    ("", "of"): _ref("clauses"),
    ("", "times"): _COUNT,
    ("times", "of"): _ref("clause"),
    ("", "score"): _many(_ref("scored")),
    ("", "query"): _TEXT,
}
_NEEDED = frozenset({("near", "within"), ("at_least", "of"), ("times", "of"), ("score", "at_least")})
_ABOUT: Mapping[str, str] = {
    "text": "A word or phrase; * at a word's end stands for any letters, ? for one.",
    "concept": "Any term of a concept.",
    "actor": "Any name of an actor, of its parts, or of who acts for it at the article's date.",
    "all": "Each of these holds.",
    "any": "One of these holds.",
    "none": "None of these holds anywhere in the article.",
    "near": "One mention of each stands near the others.",
    "at_least": "So many different ones of these hold.",
    "times": "So many mentions of it.",
    "score": "The points of those that hold add up to the threshold.",
    "query": "The same in the language of search boxes: AND OR NOT, quotes, NEAR/n, brackets.",
}
