"""The clauses of a rule as a tree of short labels, as they stand in the file; nothing is looked up or checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from monitor.match.syntax import CLAUSES

_LABELS = {
    "text": "",
    "all": "all of",
    "any": "any of",
    "none": "none of",
    "near": "near one another",
    "not_near": "not near",
    "of": "",
    "words": "",
    "score": "points of",
}
# Clauses whose key has a number, with the clauses beside it.
_COUNTED = {"at_least": "at least {} of", "times": "{} mentions of"}


@dataclass(frozen=True, slots=True)
class Sketch:
    """A clause, or a part of one, in a few words."""

    label: str
    parts: "tuple[Sketch, ...]" = ()


def sketch_clause(value: Any) -> Sketch:
    """The tree of a clause as YAML has it."""
    if not isinstance(value, dict) or not value:
        return Sketch(_say(value, quoted=True) if value else "nothing")
    heads = [key for key in value if key in CLAUSES]
    # The threshold of a score has the name of a clause.
    head = "score" if "score" in heads else next(iter([*heads, *value]))
    options = [f"{key} {_say(part)}" for key, part in value.items() if key != head and not _holds_clauses(key, part)]
    if _holds_clauses(head, value.get(head)):
        label, parts = _LABELS.get(head, head), [sketch_clause(part) for part in _list(value[head])]
    elif head in _COUNTED:
        label, parts = _COUNTED[head].format(_say(value[head])), []
    else:
        name = _LABELS.get(head, head)
        label, parts = f"{name} {_say(value.get(head), quoted=not name)}".strip(), []
    parts.extend(_iter_others(value, head))
    return Sketch(" · ".join(filter(None, [label, *options])), tuple(parts))


def _iter_others(value: dict[str, Any], head: str) -> Iterator[Sketch]:
    """What else holds clauses: `of` belongs to its clause, anything else is a branch of its own."""
    for key, part in value.items():
        if key == head or not _holds_clauses(key, part):
            continue
        if key in ("of", "words"):
            yield from (sketch_clause(one) for one in _list(part))
        else:
            branch = sketch_clause(part)
            yield Sketch(" · ".join(filter(None, [_LABELS.get(key, key), branch.label])), branch.parts)


def _holds_clauses(key: str, part: Any) -> bool:
    if isinstance(part, dict) or key in ("all", "any", "none", "near", "of", "words", "score"):
        return True
    return isinstance(part, list) and any(isinstance(one, dict) for one in part)


def _list(part: Any) -> list[Any]:
    return part if isinstance(part, list) else [part]


def _say(value: Any, *, quoted: bool = False) -> str:
    if isinstance(value, list):
        return ", ".join(_say(part) for part in value) or "none"
    return f'"{value}"' if quoted else str(value).lower() if isinstance(value, bool) else str(value)
