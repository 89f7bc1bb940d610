"""`normalise` and `match`: what the service reads in files, and which rules hold for it, without any store."""

import asyncio
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from monitor.cli.drawing import draw_matches
from monitor.cli.explaining import draw_explanation, explanation_document
from monitor.cli.options import CONFIG, RULES, ConfigOption, JsonOption, RulesOption, console, print_problems, refuse
from monitor.cli.reading import ArticleReader, MapOption, PathsArgument, print_stats, read_fields
from monitor.config.project import load_languages, read_rule_set
from monitor.errors import ConfigError, Problem
from monitor.match.explain import Explanation, explain_rule
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import RuleSet
from monitor.model import Article, Match, RuleId, StoryId
from monitor.ports import MatchOutcome
from monitor.render.documents import article_document, match_document
from monitor.story.index import StoryIndex
from monitor.story.stories import place_alone
from monitor.text.suggest import did_you_mean


def normalise(paths: PathsArgument, fields: MapOption = None, config: ConfigOption = CONFIG) -> None:
    """Print the articles in files or archives, one JSON document a line.

    Example: `monitor normalise seeds/ > articles.jsonl`
    """
    reader = ArticleReader(load_languages(config, os.environ), read_fields(fields or ()))
    asyncio.run(_print_articles(reader, paths))
    _end(reader)


def match(
    paths: PathsArgument,
    fields: MapOption = None,
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    rule: Annotated[list[str] | None, typer.Option("--rule", metavar="ID", help="Only this rule; repeatable.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Draw which clauses held, and which did not.")] = False,
    stats: Annotated[bool, typer.Option("--stats", help="End with articles a second for each step.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show which rules match the articles in files or archives, and where.

    A rule that does not load is named, and the others are tried all the same.

    Example: `monitor match seeds/ --rule karabakh-use-of-force --explain`
    """
    rule_set, problems = _read_rules(rules)
    wanted = _Wanted(_known_rules(rule_set, rule or []), explain, as_json)
    reader = ArticleReader(load_languages(config, os.environ), read_fields(fields or ()))
    asyncio.run(_Matching(reader, rule_set, wanted).run(paths))
    if stats:
        print_stats(reader.timer)
    _end(reader, problems)


# Articles are matched some at a time, because what comes between two of them drives the rules out of the processor's
# caches; not more, because each may match every rule.
_TOGETHER = 50
# Stories of so many articles are known at a time, so that an archive of any length needs no more memory.
_RECENT = 2000


@dataclass(frozen=True, slots=True)
class _Wanted:
    rules: frozenset[str]
    explain: bool
    as_json: bool


async def _print_articles(reader: ArticleReader, paths: list[str]) -> None:
    async for article in reader.iter_articles(paths):
        print(json.dumps(article_document(article), ensure_ascii=False))


def _read_rules(rules: Path) -> tuple[RuleSet, tuple[Problem, ...]]:
    """The rules that load, with what is wrong printed; ConfigError when nothing is left."""
    rule_set, problems = read_rule_set(rules)
    if not rule_set.rules:
        refuse(problems)
    else:
        print_problems(problems)
    return rule_set, problems


def _known_rules(rule_set: RuleSet, asked: list[str]) -> frozenset[str]:
    known = [compiled.rule.id for compiled in rule_set.rules]
    unknown = [rule for rule in asked if rule not in known]
    if unknown:
        raise ConfigError(Problem("", 0, 0, _describe_unknown(rule, rule_set, known)) for rule in unknown)
    return frozenset(asked or known)


def _describe_unknown(rule: str, rule_set: RuleSet, known: list[RuleId]) -> str:
    return f'rule "{rule}" did not load' if rule in rule_set.refused else f'no rule "{rule}"{did_you_mean(rule, known)}'


class _Matching:
    """One run of `match`: articles in, one line or one block for each out."""

    def __init__(self, reader: ArticleReader, rule_set: RuleSet, wanted: _Wanted) -> None:
        self._reader = reader
        self._rule_set = rule_set
        self._matcher = RuleMatcher(rule_set)
        self._titles = {compiled.rule.id: compiled.rule.title for compiled in rule_set.rules}
        self._wanted = wanted
        self._stories = StoryIndex()
        self._console: Console = console()
        self._matched = 0

    async def run(self, paths: list[str]) -> None:
        async for articles in self._reader.iter_batches(paths):
            for start in range(0, len(articles), _TOGETHER):
                self._match(articles[start : start + _TOGETHER])
        self._reader.timer.part("evidence", "match", sum(each.nanoseconds for each in self._matcher.take_usage()) / 1e9)
        if not self._wanted.as_json:
            self._console.print(f"{self._matched} of {self._reader.timer.articles} articles matched")

    def _match(self, articles: Sequence[Article]) -> None:
        with self._reader.timer.step("match"):
            outcomes = self._matcher.match_batch(articles)
        for article, outcome in zip(articles, outcomes, strict=True):
            self._take(article, outcome)

    def _take(self, article: Article, outcome: MatchOutcome) -> None:
        self._reader.problems += outcome.problems
        matches = [match for match in outcome.matches if match.rule in self._wanted.rules]
        self._matched += bool(matches)
        story = self._story_of(article) if self._wanted.as_json else None
        with self._reader.timer.step("show"):
            self._show(article, matches, story)

    def _show(self, article: Article, matches: list[Match], story: StoryId | None) -> None:
        if self._wanted.as_json:
            documents = [match_document(match, story) for match in matches]
            line: dict[str, Any] = {"article": article_document(article), "matches": documents}
            if self._wanted.explain:
                line["explanations"] = [explanation_document(each, article) for each in self._explain(article)]
            print(json.dumps(line, ensure_ascii=False))
            return
        if matches or self._wanted.explain:
            draw_matches(self._console, article, matches, self._titles)
        if self._wanted.explain:
            for explanation in self._explain(article):
                draw_explanation(self._console, explanation, article)

    def _explain(self, article: Article) -> Iterator[Explanation]:
        rules = (compiled for compiled in self._rule_set.rules if compiled.rule.id in self._wanted.rules)
        return (explain_rule(compiled, article) for compiled in rules)

    def _story_of(self, article: Article) -> StoryId:
        """Stories are those among the given articles; of long ago only the same text is still known."""
        if len(self._stories.profiles) > _RECENT:
            self._stories = StoryIndex(fingerprints=self._stories.fingerprints)
        with self._reader.timer.step("story"):
            return place_alone(article, self._stories).story


def _end(reader: ArticleReader, before: Sequence[Problem] = ()) -> None:
    print_problems(reader.problems)
    if any(problem.level == "error" for problem in (*reader.problems, *before)):
        raise typer.Exit(1)
