"""Check data against a pydantic model and say what is wrong in the service's own words.

pydantic finds the faults; this module names them: `found …, expected …`, "did you mean" for unknown keys, "not
available yet" for keys of the format that this version does not act on. It knows no particular model.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from monitor.config.checks import describe_found
from monitor.errors import Problem
from monitor.text.suggest import did_you_mean, quoted_list
from monitor.text.yaml import Path, YamlDocument


class Shape(BaseModel):
    """A mapping in a file: no unknown keys, no coercion, and a key without a value counts as left out.

    `later` are the keys of the format that a coming version reads.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)
    later: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def drop_empty(cls, data: Any) -> Any:
        return without_empty(data)


AnyShape = TypeVar("AnyShape", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a mapping: where in it (the key itself when `at_key`), and what.

    `within` is the mapping or value that the text speaks of: the parent of an unknown or missing key.
    """

    path: Path
    within: Path
    text: str
    at_key: bool = False

    @property
    def message(self) -> str:
        """The text after the way to its place: `when.severity[0]: found …`."""
        return placed(self.within, self.text)


@dataclass(frozen=True, slots=True)
class Definition(Generic[AnyShape]):
    """A checked mapping with its place in a file. `label` begins every message about it: `source "wire"`."""

    label: str
    document: YamlDocument
    path: Path
    shape: AnyShape

    def problem(self, where: Path, message: str, *, at_key: bool = False, warning: bool = False) -> Problem:
        """A problem at a place inside this mapping."""
        text = f"{self.label}: {placed(where, message)}"
        return self.document.problem((*self.path, *where), text, at_key=at_key, warning=warning)


def check_shape(
    model: type[AnyShape], document: YamlDocument, path: Path, label: str
) -> Definition[AnyShape] | tuple[Problem, ...]:
    """The mapping at `path` of a document as `model`, or everything that is wrong with it."""
    data = document.data
    for step in path:
        data = data[step]
    try:
        return Definition(label, document, path, model.model_validate(data))
    except ValidationError as error:
        return tuple(
            document.problem((*path, *fault.path), f"{label}: {fault.message}", at_key=fault.at_key)
            for fault in list_faults(error, model)
        )


def list_faults(error: ValidationError, model: type[BaseModel]) -> tuple[Fault, ...]:
    """What pydantic found, each in our words."""
    return tuple(_describe(details, model) for details in error.errors(include_url=False))


def unknown_key(key: str, known: Iterable[str], later: Iterable[str]) -> str:
    """The message for a key that is not read: one that comes later is told from a mistake."""
    if key in later:
        return f'"{key}" is not available yet in this version'
    return f'unknown key "{key}"{did_you_mean(key, known)}'


def without_empty(data: Any) -> Any:
    """A mapping without the keys that have no value; anything else as it is."""
    return {key: value for key, value in data.items() if value is not None} if isinstance(data, Mapping) else data


def placed(path: Path, message: str) -> str:
    """The message after the way to its place, as people read it: `when.severity[0]: found …`."""
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
    return f"{place}: {message}" if place else message


def one_of(words: Iterable[str]) -> Callable[[object], str]:
    """A check for a closed set of words, with "did you mean"."""
    known = tuple(words)

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in known:
            hint = did_you_mean(str(value).lower(), known)
            raise ValueError(f"{describe_found(value)}, expected one of {quoted_list(known)}{hint}")
        return value

    return check


# What stands under these is not repeated in messages.
_SECRET_KEYS = frozenset({"apprise", "headers", "key", "password", "secret", "secret_key", "token", "url", "webhook"})
# Where a mapping should be, a text may be a mapping that went wrong, secrets and all.
_NOT_SHOWN = frozenset({"dict_type", "model_type", "model_attributes_type"})
_EXPECTED: Mapping[str, str] = {
    "string_type": "text (put quotes around it)",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_LIMITS: Mapping[str, tuple[str, str]] = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
}


def _describe(details: ErrorDetails, model: type[BaseModel]) -> Fault:
    path = tuple(step for step in details["loc"] if step != "[key]")
    parent, key = path[:-1], str(path[-1]) if path else ""
    if path != details["loc"]:
        return Fault(path, parent, _message_of(details, parent), at_key=True)
    if details["type"] == "extra_forbidden":
        return Fault(path, parent, _describe_unknown(key, _model_at(model, parent)), at_key=True)
    if details["type"] == "missing":
        return Fault(parent, parent, f'missing key "{key}"')
    return Fault(path, path, _message_of(details, path))


def _message_of(details: ErrorDetails, path: Path) -> str:
    kind, context = details["type"], details.get("ctx", {})
    found = _found(details["input"], is_secret=bool(_SECRET_KEYS.intersection(path)) or kind in _NOT_SHOWN)
    if kind == "value_error":
        return str(context["error"])
    if kind in _EXPECTED:
        return f"{found}, expected {_EXPECTED[kind]}"
    if kind in _LIMITS:
        words, key = _LIMITS[kind]
        return f"{found}, expected {words} {context[key]}"
    return f"{found}: {details['msg'].lower()}"


def _found(value: object, *, is_secret: bool) -> str:
    if is_secret and isinstance(value, str | int | float):
        return "found a text" if isinstance(value, str) else "found a number"
    return describe_found(value)


def _describe_unknown(key: str, parent: type[BaseModel] | None) -> str:
    known = [] if parent is None else [field.alias or name for name, field in parent.model_fields.items()]
    later: Iterable[str] = getattr(parent, "later", ())
    return unknown_key(key, known, later)


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The model of the mapping at `path`, followed through optional fields."""
    current: type[BaseModel] | None = model
    for step in path:
        field = None if current is None else current.model_fields.get(str(step))
        current = None if field is None else _model_in(field.annotation)
    return current


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is Literal:
        return None
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
