"""The configuration directory, as a whole: every YAML file below it but the settings.

Reads the files and joins the steps: texts → definitions → assembled values. Nothing is raised for what an operator
wrote; `raise_errors` does that where a command cannot go on.
"""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from monitor.config.assembly import Config, assemble
from monitor.config.documents import Definitions, read_definitions
from monitor.config.files import Texts, read_yaml_files
from monitor.config.secrets import DOTENV, Secrets, layered_environment, read_dotenv
from monitor.config.settings import SETTINGS_FILES, Settings
from monitor.errors import ConfigError, Problem
from monitor.text.yaml import parse_yaml


def load_config(
    directory: Path,
    settings: Settings,
    environment: Mapping[str, str],
    *,
    strict: bool,
    rule_ids: Collection[str] | None = None,
    dotenv_file: Path = DOTENV,
) -> Config:
    """Sources, subscribers and routes, with every problem at once.

    `env:` is looked up in `environment` over `.env`. That file, and the paths after `file:` and `archive:`, start from
    the working directory. See `assemble` for `strict` and `rule_ids`.
    """
    texts, problems = read_config_texts(directory)
    definitions = read_definitions(texts)
    definitions.problems += problems
    if not problems:
        definitions.problems += _check_emptiness(directory, texts, definitions)
    secrets = Secrets(layered_environment(environment, read_dotenv(dotenv_file)))
    return assemble(definitions, settings, secrets, strict=strict, rule_ids=rule_ids)


def read_config_texts(directory: Path) -> tuple[Texts, tuple[Problem, ...]]:
    """The (name, text) of each file that holds sources, subscribers or routes."""
    name = directory.as_posix()
    if not directory.is_dir():
        found = "not a directory" if directory.exists() else "no such directory"
        return (), (Problem(name, 0, 0, f'{found}; run "monitor init DIR" to make a configuration'),)
    settings = [directory / file for file in SETTINGS_FILES]
    texts, problems = read_yaml_files(directory, suffixes=(".yaml", ".yml"), exclude=settings)
    if not texts and not problems:
        message = 'no YAML file with sources, subscribers and routes; run "monitor init DIR" to make a configuration'
        return (), (Problem(name, 0, 0, message),)
    return texts, problems


def find_definition(directory: Path, section: str, identifier: str) -> tuple[str, ...]:
    """Where an id is defined ("config/subscribers.yaml:4"), in however many files."""
    texts, _ = read_config_texts(directory)
    places: list[str] = []
    for name, text in texts:
        document = parse_yaml(text, name)
        defined = document.data.get(section) if isinstance(document.data, dict) else None
        if isinstance(defined, dict) and identifier in defined:
            line, _ = document.position((section, identifier), at_key=True)
            places.append(f"{name}:{line}")
    return tuple(places)


def list_subscriber_ids(directory: Path) -> tuple[str, ...]:
    """The ids of the subscribers, as far as the files can be read: to tell a name that nobody has."""
    texts, _ = read_config_texts(directory)
    return tuple(read_definitions(texts).subscribers)


def raise_errors(problems: Iterable[Problem]) -> None:
    """ConfigError with every error among the problems, if there is one; warnings are left out."""
    errors = tuple(problem for problem in problems if problem.level == "error")
    if errors:
        raise ConfigError(errors)


def _check_emptiness(directory: Path, texts: Texts, definitions: Definitions) -> Iterable[Problem]:
    """Warn when a whole part is missing: a file with a wrong ending would go unnoticed."""
    if definitions.problems:
        return
    files = f"{len(texts)} file" + ("s" if len(texts) > 1 else "")
    for section, found in (
        ("source", definitions.sources),
        ("subscriber", definitions.subscribers),
        ("route", definitions.routes),
    ):
        if not found:
            message = f"no {section} is defined (read {files})"
            yield Problem(directory.as_posix(), 0, 0, message, "warning")
