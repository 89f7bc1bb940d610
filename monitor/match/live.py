"""The rules that are live while their files change: the newest good ones, and of a broken one its last good version.

Pure: a set of rules comes after another, and here is decided what of each stays in force. A rule is broken when its
newest definition has an error, or when it is gone from a file that has one: what such a file means to remove cannot
be told from what it lost. An actor or concept with an error may have lost some of its words; rules that changed with
it stay as they were until it is mended.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from monitor.errors import Problem
from monitor.match.files import Definitions, collect_definitions
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import RuleSet
from monitor.model import Article, Rule, RuleId, RuleState, RuleUsage, Source
from monitor.ports import MatchOutcome

_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRules:
    """What is in force. `sets` hold disjoint rules, the newest set first; `broken` says what is held back, and why.

    `sound_texts` is each file as it was when it last had no error.
    """

    sets: tuple[RuleSet, ...]
    sound_texts: Mapping[str, str]
    broken: tuple[RuleState, ...] = ()

    @property
    def versions(self) -> dict[RuleId, str]:
        """The live version of each rule."""
        return {compiled.rule.id: compiled.rule.version for each in self.sets for compiled in each.rules}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRules:
    """Rule files as just read: `problems` are those of reading them and of what they say; `root` is what was read."""

    rule_set: RuleSet
    texts: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    root: str


def start_rules(rule_set: RuleSet, texts: Iterable[tuple[str, str]]) -> LiveRules:
    """The rules that a service starts with, in which nothing is wrong."""
    return LiveRules(sets=(rule_set,), sound_texts=dict(texts))


def succeed_rules(before: LiveRules, read: ReadRules, now: datetime) -> LiveRules:
    """What is in force after the files have changed."""
    errors = tuple(problem for problem in read.problems if problem.level == "error")
    kept = _find_kept(before, read, errors)
    current = tuple(compiled for compiled in read.rule_set.rules if compiled.rule.id not in kept)
    older = (
        replace(each, rules=tuple(compiled for compiled in each.rules if compiled.rule.id in kept))
        for each in before.sets
    )
    spoiled = {problem.file for problem in errors}
    sound = {name: text for name, text in read.texts if name not in spoiled}
    sound |= {name: text for name, text in before.sound_texts.items() if _is_within(name, spoiled, read.root)}
    versions = before.versions
    states = (
        RuleState(rule=rule, version=versions.get(rule), problem=_tell(rule, errors), since=now)
        for rule in sorted({*kept, *read.rule_set.refused})
    )
    return LiveRules(
        sets=(replace(read.rule_set, rules=current), *(each for each in older if each.rules)),
        sound_texts=sound,
        broken=tuple(_since_when(state, before.broken) for state in states),
    )


def keep_since(live: LiveRules, known: Iterable[RuleState]) -> LiveRules:
    """The same rules, each broken one since it first was for this reason, as an earlier run may have written down."""
    states = tuple(known)
    return replace(live, broken=tuple(_since_when(state, states) for state in live.broken))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChanges:
    """What differs between two sets of live rules, in the order of the ids."""

    new: tuple[RuleId, ...] = ()
    changed: tuple[RuleId, ...] = ()
    gone: tuple[RuleId, ...] = ()


def compare_rules(before: LiveRules, after: LiveRules) -> RuleChanges:
    """Which rules came, which are live in another version, and which ended."""
    old, new = before.versions, after.versions
    return RuleChanges(
        new=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(rule for rule in new.keys() & old.keys() if new[rule] != old[rule])),
        gone=tuple(sorted(old.keys() - new.keys())),
    )


class LiveMatcher:
    """Implements monitor.ports.Matcher for rules of several sets, each with the vocabulary it was compiled with."""

    def __init__(self, live: LiveRules) -> None:
        self._matchers = tuple(RuleMatcher(each) for each in live.sets)
        rules = (rule for matcher in self._matchers for rule in matcher.rules)
        self.rules: tuple[Rule, ...] = tuple(sorted(rules, key=lambda rule: rule.id))

    def match(self, article: Article, source: Source | None = None) -> MatchOutcome:
        """The rules that hold for an article, in the order of their ids. `source` is what it came from, if known."""
        outcomes = [matcher.match(article, source) for matcher in self._matchers]
        matches = (match for outcome in outcomes for match in outcome.matches)
        return MatchOutcome(
            matches=tuple(sorted(matches, key=lambda match: match.rule)),
            problems=tuple(problem for outcome in outcomes for problem in outcome.problems),
        )

    def take_usage(self) -> tuple[RuleUsage, ...]:
        """See monitor.ports."""
        return tuple(usage for matcher in self._matchers for usage in matcher.take_usage())


def _find_kept(before: LiveRules, read: ReadRules, errors: tuple[Problem, ...]) -> frozenset[RuleId]:
    """The rules of which the version before stays live."""
    if not errors:
        return frozenset()
    versions = before.versions
    found = {compiled.rule.id: compiled.rule.version for compiled in read.rule_set.rules}
    intended = _find_intended(before, errors, read.root)
    refused = versions.keys() & set(read.rule_set.refused)
    gone = (versions.keys() - found.keys()) & {RuleId(rule) for rule in intended.rules}
    changed = {rule for rule, version in found.items() if versions.get(rule, version) != version}
    return frozenset(refused | gone | (changed if _is_vocabulary_damaged(read, intended, errors) else set()))


def _find_intended(before: LiveRules, errors: tuple[Problem, ...], root: str) -> Definitions:
    """What the files with errors defined when they last had none; every file when the whole cannot be read."""
    files = {problem.file for problem in errors}
    texts = before.sound_texts
    return collect_definitions((name, text) for name, text in texts.items() if _is_within(name, files, root))


def _is_within(name: str, spoiled: Collection[str], root: str) -> bool:
    """Whether a file is among those with problems, or in a folder that is."""
    return root in spoiled or name in spoiled or any(str(folder) in spoiled for folder in PurePosixPath(name).parents)


def _is_vocabulary_damaged(read: ReadRules, intended: Definitions, errors: tuple[Problem, ...]) -> bool:
    """Whether an actor or concept has an error, or is gone from a file that has one."""
    if any(problem.message.startswith(('actor "', 'concept "')) for problem in errors):
        return True
    present = read.rule_set
    return not (intended.actors.keys() <= present.actors.keys() and intended.concepts.keys() <= present.concepts.keys())


def _tell(rule: RuleId, errors: tuple[Problem, ...]) -> str:
    """The problems to blame, each with its place: those of the rule itself, else those of what it stands in or uses."""
    own = [problem for problem in errors if problem.message.startswith(f'rule "{rule}"')]
    others = [problem for problem in errors if not problem.message.startswith('rule "')]
    return "\n".join(str(problem) for problem in (own or others or errors)[:_TOLD])


def _since_when(state: RuleState, before: Iterable[RuleState]) -> RuleState:
    """The same state, broken since it first was for this reason."""
    known = (each for each in before if each.rule == state.rule and each.problem == state.problem)
    return replace(state, since=next((each.since for each in known), state.since))
