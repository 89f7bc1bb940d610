"""A whole project as an operator keeps it: settings, sources, subscribers, routes, rules; every problem at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.config.assembly import Config
from monitor.config.changes import ProjectFiles, Stamp
from monitor.config.files import Texts, read_yaml_files
from monitor.config.load import load_config, raise_errors
from monitor.config.rule_cache import default_cache, load_cached_rules
from monitor.config.secrets import DOTENV
from monitor.config.settings import Settings, load_settings, read_settings
from monitor.errors import ConfigError, Problem
from monitor.match.files import Definitions, collect_definitions
from monitor.match.rules import RuleSet, load_rules
from monitor.model import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the files say. `config` and `settings` are None where their files could not be read at all.

    `problems` are all there are; `rule_problems`, those of the rules, are among them.
    """

    settings: Settings | None
    config: Config | None
    rule_set: RuleSet
    rule_texts: Texts
    rule_problems: tuple[Problem, ...]
    problems: tuple[Problem, ...]

    @property
    def is_unusable(self) -> bool:
        """Whether anything is wrong that the service would not start with: of the rules some may be broken."""
        of_rules = set(self.rule_problems)
        return any(problem.level == "error" and problem not in of_rules for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundProject:
    """A project that can run; `warnings` are for whoever started it. `stamp` says which state of `files` it is.

    Settings and configuration have no errors. Rules may have: `rule_problems`, which are among the warnings.
    """

    settings: Settings
    config: Config
    rule_set: RuleSet
    rule_texts: Texts
    rule_problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    files: ProjectFiles
    stamp: Stamp


def read_project(
    config: Path,
    rules: Path,
    environment: Mapping[str, str],
    *,
    strict: bool,
    dotenv_file: Path = DOTENV,
    cache: Path | None = None,
) -> Project:
    """Everything that can be read, and everything that is wrong, in the order of the files.

    Compiled rules are kept in `cache`, or else with the other caches of who runs this.
    """
    rule_texts, rule_set, rule_problems = _read_rules(rules, cache)
    settings, problems = read_settings(config, environment, strict=strict, dotenv_file=dotenv_file)
    known_rules = None if rule_problems else [compiled.rule.id for compiled in rule_set.rules]
    # Without settings the rest is still checked, against the defaults, so that one run shows every problem.
    configuration = load_config(
        config, settings or Settings(), environment, strict=strict, rule_ids=known_rules, dotenv_file=dotenv_file
    )
    found = (*problems, *configuration.problems, *rule_problems)
    return Project(
        settings=settings,
        config=configuration,
        rule_set=rule_set,
        rule_texts=rule_texts,
        rule_problems=rule_problems,
        problems=tuple(dict.fromkeys(found)),
    )


def load_project(
    config: Path,
    rules: Path,
    environment: Mapping[str, str],
    *,
    strict: bool = True,
    dotenv_file: Path = DOTENV,
    cache: Path | None = None,
) -> SoundProject:
    """A project that the service can run; ConfigError with everything that is wrong when it cannot.

    `strict=False` puts up with secrets that are not set, for commands that reach nobody.

    A rule with an error does not keep the others from running: a machine that restarts at night must not fall silent.
    """
    files = ProjectFiles(config=config, rules=rules, dotenv=dotenv_file, environment=environment, cache=cache)
    stamp = files.stamp()
    project = read_project(config, rules, environment, strict=strict, dotenv_file=dotenv_file, cache=cache)
    if project.is_unusable or not rules.exists() or project.settings is None or project.config is None:
        raise ConfigError(project.problems)
    return SoundProject(
        settings=project.settings,
        config=project.config,
        rule_set=project.rule_set,
        rule_texts=project.rule_texts,
        rule_problems=project.rule_problems,
        warnings=project.problems,
        files=files,
        stamp=stamp,
    )


def read_rule_set(path: Path, cache: Path | None = None) -> tuple[RuleSet, tuple[Problem, ...]]:
    """The rules of a file or of a directory, with the problems of reading them and of what they say."""
    _, rule_set, problems = _read_rules(path, cache)
    return rule_set, problems


def load_rule_set(path: Path, cache: Path | None = None) -> RuleSet:
    """The rules; ConfigError with every problem when one of them is an error."""
    rule_set, problems = read_rule_set(path, cache)
    if any(problem.level == "error" for problem in problems):
        raise ConfigError(problems)
    return rule_set


def load_sources(config: Path, environment: Mapping[str, str]) -> tuple[Settings, tuple[Source, ...]]:
    """The settings and sources, for commands that need no rules and no secrets; ConfigError with every error."""
    settings, configuration = load_configuration(config, environment)
    return settings, configuration.sources


def load_configuration(config: Path, environment: Mapping[str, str]) -> tuple[Settings, Config]:
    """Settings and configuration, for commands that need no rules and no secrets; ConfigError with every error."""
    settings = load_settings(config, environment, strict=False)
    configuration = load_config(config, settings, environment, strict=False)
    raise_errors(configuration.problems)
    return settings, configuration


def load_languages(config: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The languages that may be detected: of the settings, or none in particular where there are no settings."""
    return load_settings(config, environment, strict=False).languages


def read_definitions(path: Path) -> Definitions:
    """What the rule files define, as it stands there; what is wrong with it is `read_rule_set`'s to tell."""
    texts, _ = read_yaml_files(path) if path.exists() else ((), ())
    return collect_definitions(texts)


def _read_rules(path: Path, cache: Path | None = None) -> tuple[Texts, RuleSet, tuple[Problem, ...]]:
    if not path.exists():
        problem = Problem(path.as_posix(), 0, 0, 'no such file or directory; run "monitor init DIR" to get rules')
        return (), load_rules([]), (problem,)
    texts, problems = read_yaml_files(path)
    rule_set = load_cached_rules(texts, cache or default_cache())
    return texts, rule_set, (*problems, *rule_set.problems)
