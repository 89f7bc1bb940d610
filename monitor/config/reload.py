"""A project whose files have changed while the service runs: what is taken up, and what stays as it was.

Rules: see monitor.match.live. Sources, subscribers and routes are taken up together, or, when anything in the
configuration is wrong, not at all. Most settings belong to adapters that are built once: they wait for a restart.
"""

from dataclasses import dataclass
from datetime import datetime

from monitor.config.assembly import Config
from monitor.config.changes import ProjectFiles
from monitor.config.files import Texts
from monitor.config.project import Project, SoundProject, read_project
from monitor.config.settings import Settings
from monitor.errors import Problem
from monitor.match.live import LiveRules, ReadRules, start_rules, succeed_rules
from monitor.match.rules import load_rules

# What is asked for anew with every configuration.
_TAKEN_UP = frozenset({"poll", "rates", "timezone"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveProject:
    """What is in force. `settings` are those of the newest sound configuration, `started` those of the start.

    `read` are the rules as their files say, `rules` what of all that was ever read is live. `rule_errors` and
    `config_errors` say what of the files is not in force.
    """

    started: Settings
    settings: Settings
    config: Config
    read: ReadRules
    rules: LiveRules
    rule_errors: tuple[Problem, ...] = ()
    config_errors: tuple[Problem, ...] = ()

    @property
    def waiting(self) -> tuple[str, ...]:
        """The settings that have changed and wait for a restart."""
        names = Settings.model_fields.keys() - _TAKEN_UP
        return tuple(sorted(name for name in names if getattr(self.started, name) != getattr(self.settings, name)))


def start_project(project: SoundProject, now: datetime, last_good: Texts = ()) -> LiveProject:
    """The project that the service starts with; of broken rules, the versions that `last_good` holds."""
    read = project.rules
    rules = start_rules(read.rule_set, read.texts)
    errors = _errors_of(read.problems)
    if errors:
        rules = succeed_rules(start_rules(load_rules(last_good), last_good), read, now)
    return LiveProject(
        started=project.settings,
        settings=project.settings,
        config=project.config,
        read=read,
        rules=rules,
        rule_errors=errors,
    )


def reload_project(before: LiveProject, files: ProjectFiles, now: datetime) -> LiveProject:
    """Read the files again, and decide what is in force now. Never raises for what they say.

    Where no rule file says anything else, the live rules are the very ones of before.
    """
    project = read_project(files, strict=True, known=before.read)
    read = project.rules
    config, settings, config_errors = _choose_config(before, project)
    return LiveProject(
        started=before.started,
        settings=settings,
        config=config,
        read=read,
        rules=before.rules if read is before.read else succeed_rules(before.rules, read, now),
        rule_errors=_errors_of(read.problems),
        config_errors=config_errors,
    )


def _choose_config(before: LiveProject, project: Project) -> tuple[Config, Settings, tuple[Problem, ...]]:
    of_rules = set(project.rules.problems)
    errors = tuple(problem for problem in _errors_of(project.problems) if problem not in of_rules)
    if errors or project.config is None or project.settings is None:
        return before.config, before.settings, errors
    return project.config, project.settings, ()


def _errors_of(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.level == "error")
