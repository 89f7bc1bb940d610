"""The JSON Schema of configuration files, for completion in editors: the models' own, in the words of the YAML.

Values that a function reads from a text ("15m", "07:30", "Asia/Yerevan") are texts here; what may be one word or a list
may be both.
"""

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from monitor.config.cases import CaseShape, SilenceShape
from monitor.config.models import RouteShape, SourceShape, SubscriberShape
from monitor.config.settings import Settings

# What is written as it is read: mappings, and whatever a further function reads.
_KEPT = frozenset({"model", "model-fields", "dict", "definition-ref", "function-before", "function-wrap", "bool"})
_TEXT: JsonSchemaValue = {"type": ["string", "integer"]}


class _AsWritten(GenerateJsonSchema):
    """Describes what stands in the file, not what becomes of it."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        inner: CoreSchema = schema["schema"]
        kind = _kind_of(inner)
        if kind in _KEPT:
            return self.generate_inner(inner)
        if kind == "tuple" and "variadic_item_index" in _plain(inner):
            many = self.generate_inner(inner)
            return {"anyOf": [many["items"], many]} if "items" in many else many
        return dict(_TEXT)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Defaults are the code's values ("PT0S"), not what anybody would write."""
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  pydantic's signature
        """The keys speak for themselves."""
        return False


def config_file_schema() -> dict[str, Any]:
    """A schema for one file of sources, subscribers, routes and what belongs to them."""
    parts = {name: _schema_of(shape) for name, shape in _SECTIONS.items()}
    definitions: dict[str, Any] = {}
    for part in parts.values():
        definitions |= part.pop("$defs", {})
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "title": "Sources, subscribers and routes of Media Monitor",
        "type": "object",
        "properties": {
            "version": {"const": 1},
            "sources": {"type": ["object", "null"], "additionalProperties": parts["sources"]},
            "subscribers": {"type": ["object", "null"], "additionalProperties": parts["subscribers"]},
            "routes": {"type": ["array", "null"], "items": parts["routes"]},
            "operators": {"anyOf": [{"type": ["string", "null"]}, {"type": "array", "items": {"type": "string"}}]},
            "silences": {"type": ["array", "null"], "items": parts["silences"]},
            "tests": {"type": ["array", "null"], "items": parts["tests"]},
        },
        "$defs": definitions,
    }


def settings_file_schema() -> dict[str, Any]:
    """A schema for monitor.yaml."""
    return {"$schema": GenerateJsonSchema.schema_dialect, **_schema_of(Settings)}


_SECTIONS: dict[str, Any] = {
    "sources": SourceShape,
    "subscribers": SubscriberShape,
    "routes": RouteShape,
    "silences": SilenceShape,
    "tests": CaseShape,
}


def _schema_of(shape: Any) -> dict[str, Any]:
    return TypeAdapter(shape).json_schema(schema_generator=_AsWritten, by_alias=True)


def _plain(schema: CoreSchema) -> dict[str, Any]:
    """A schema without the checks and defaults around it."""
    found: dict[str, Any] = dict(schema)
    while found["type"] in ("function-after", "nullable", "default") and "schema" in found:
        found = dict(found["schema"])
    return found


def _kind_of(schema: CoreSchema) -> str:
    return str(_plain(schema)["type"])
