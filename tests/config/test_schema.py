"""The JSON Schemas of configuration files: what is shipped and documented is valid, what is misspelt is not."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monitor.config.schema import config_file_schema, settings_file_schema
from monitor.samples import samples_directory
from monitor.text.yaml import parse_yaml

_ROOT = Path(__file__).parents[2]
_PAGES = [_ROOT / "README.md", _ROOT / "docs" / "configuration.md"]
_SECTIONS = {"sources", "subscribers", "routes"}


def _errors(text: str) -> list[str]:
    data: Any = json.loads(json.dumps(parse_yaml(text, "x.yaml").data or {}, default=str))
    schema = config_file_schema() if _SECTIONS & set(data) else settings_file_schema()
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(data)]


def _samples() -> list[str]:
    files = [file.read_text("utf-8") for file in sorted(samples_directory("config").glob("*.yaml"))]
    pages = [page.read_text("utf-8") for page in _PAGES if page.exists()]
    fenced = [text for page in pages for text in re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)]
    return [*files, *(text for text in fenced if not {"rules", "actors"} & set(parse_yaml(text, "x").data))]


@pytest.mark.parametrize("schema", [config_file_schema(), settings_file_schema()])
def test_the_schemas_themselves_are_valid(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("text", _samples())
def test_shipped_and_documented_configuration_is_valid(text: str) -> None:
    assert _errors(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "sources: {a: {feeed: 'https://example.org/x'}}",
        "sources: {a: {feed: 'https://example.org/x', tier: 0}}",
        "subscribers: {a: {email: [x]}}",
        "routes: [{to: [a]}]",
        "routes: [{to: [a], send: {now: sometimes}}]",
        "routes: {to: [a]}",
    ],
)
def test_what_is_misspelt_is_not_valid(text: str) -> None:
    assert _errors(text)
