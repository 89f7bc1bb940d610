"""A whole project as an operator keeps it: settings, sources, subscribers, routes, rules; every problem at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.config.assembly import Config
from monitor.config.changes import ProjectFiles, Stamp
from monitor.config.files import read_yaml_files
from monitor.config.load import load_config, raise_errors
from monitor.config.rule_cache import default_cache, load_cached_rules
from monitor.config.secrets import DOTENV
from monitor.config.settings import Settings, load_settings, read_settings
from monitor.errors import ConfigError, Problem
from monitor.match.files import Definitions, collect_definitions
from monitor.match.live import ReadRules
from monitor.match.rules import RuleSet, load_rules
from monitor.model import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the files say. `config` and `settings` are None where their files could not be read at all.

    `problems` are all there are; those of the rules are among them.
    """

    settings: Settings | None
    config: Config | None
    rules: ReadRules
    problems: tuple[Problem, ...]

    @property
    def rule_set(self) -> RuleSet:
        """The rules that are sound."""
        return self.rules.rule_set

    @property
    def is_unusable(self) -> bool:
        """Whether anything is wrong that the service would not start with: of the rules some may be broken."""
        of_rules = set(self.rules.problems)
        return any(problem.level == "error" and problem not in of_rules for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundProject:
    """A project that can run; `warnings` are for whoever started it. `stamp` says which state of `files` it is.

    Settings and configuration have no errors. Rules may have: their problems are among the warnings.
    """

    settings: Settings
    config: Config
    rules: ReadRules
    warnings: tuple[Problem, ...]
    files: ProjectFiles
    stamp: Stamp

    @property
    def rule_set(self) -> RuleSet:
        """The rules that are sound."""
        return self.rules.rule_set


def read_project(files: ProjectFiles, *, strict: bool, known: ReadRules | None = None) -> Project:
    """Everything that can be read, and everything that is wrong, in the order of the files.

    `known` are rules read before: where their files still say the same, they themselves come back, not compiled anew.
    """
    rules = _read_rules(files.rules, files.cache, known)
    settings, problems = read_settings(files.config, files.environment, strict=strict, dotenv_file=files.dotenv)
    # Without settings the rest is still checked, against the defaults, so that one run shows every problem.
    configuration = load_config(
        files.config,
        settings or Settings(),
        files.environment,
        strict=strict,
        rule_ids=None if rules.problems else [compiled.rule.id for compiled in rules.rule_set.rules],
        dotenv_file=files.dotenv,
    )
    found = (*problems, *configuration.problems, *rules.problems)
    return Project(settings=settings, config=configuration, rules=rules, problems=tuple(dict.fromkeys(found)))


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
    project = read_project(files, strict=strict)
    if project.is_unusable or not rules.exists() or project.settings is None or project.config is None:
        raise ConfigError(project.problems)
    return SoundProject(
        settings=project.settings,
        config=project.config,
        rules=project.rules,
        warnings=project.problems,
        files=files,
        stamp=stamp,
    )


def read_rule_set(path: Path, cache: Path | None = None) -> tuple[RuleSet, tuple[Problem, ...]]:
    """The rules of a file or of a directory, with the problems of reading them and of what they say."""
    rules = _read_rules(path, cache)
    return rules.rule_set, rules.problems


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


def _read_rules(path: Path, cache: Path | None, known: ReadRules | None = None) -> ReadRules:
    root = path.as_posix()
    if not path.exists():
        problem = Problem(root, 0, 0, 'no such file or directory; run "monitor init DIR" to get rules')
        return ReadRules(rule_set=load_rules([]), texts=(), problems=(problem,), root=root)
    texts, problems = read_yaml_files(path)
    if known is not None and known.texts == texts and known.problems == (*problems, *known.rule_set.problems):
        return known
    rule_set = load_cached_rules(texts, cache or default_cache())
    return ReadRules(rule_set=rule_set, texts=texts, problems=(*problems, *rule_set.problems), root=root)
