"""What `check` prints for people at their editors: schemas, and names that an actor may lack."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from monitor.cli.options import printable
from monitor.config.project import load_languages, read_definitions
from monitor.config.schema import config_file_schema, settings_file_schema
from monitor.errors import InputError
from monitor.match.schema import rule_file_schema
from monitor.match.spellings import Spelling, suggest_spellings
from monitor.parse.options import ParseOptions
from monitor.render.webhook import webhook_schema
from monitor.text.suggest import did_you_mean
from monitor.text.yaml_writing import Value, write_yaml

SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "rules": rule_file_schema,
    "config": config_file_schema,
    "settings": settings_file_schema,
    "webhook": webhook_schema,
}
"""By the kind of file, and of what webhooks carry."""


def print_schema(kind: str) -> None:
    """A JSON Schema on stdout."""
    print(json.dumps(SCHEMAS[kind](), indent=2, ensure_ascii=False))


def print_suggestions(actor: str, config: Path, rules: Path) -> None:
    """YAML to paste into the actor's definition; InputError when there is no such actor."""
    actors = read_definitions(rules).actors
    if actor not in actors:
        raise InputError(f'no actor "{actor}"{did_you_mean(actor, actors)}')
    languages = ParseOptions(languages=load_languages(config, os.environ)).detectable
    found = suggest_spellings(actors[actor], languages)
    if not found:
        print(f'# nothing to suggest for "{printable(actor)}"')
        return
    names: dict[str, Value] = {language: _as_values(spellings) for language, spellings in found.items()}
    print("# Proposals by rule of thumb: keep what you know to be right, and add it to the names that stand there.")
    print(write_yaml({"actors": {actor: {"names": names}}}, blocks=4), end="")


def _as_values(spellings: tuple[Spelling, ...]) -> list[Value]:
    return [spelling if isinstance(spelling, str) else dict(spelling) for spelling in spellings]
