"""`normalise` and `match`: what the service reads in files, and which rules hold for it, without any store."""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from monitor.cli.drawing import draw_explanation, draw_matches
from monitor.cli.options import CONFIG, RULES, ConfigOption, JsonOption, RulesOption, console, print_problems
from monitor.cli.reading import ArticleReader, print_stats
from monitor.config.project import load_languages, load_rule_set
from monitor.errors import ConfigError, Problem
from monitor.match.explain import explain_rule
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import RuleSet
from monitor.model import Article, Match, StoryId
from monitor.render.documents import article_document, match_document
from monitor.story.stories import assign_stories
from monitor.text.suggest import did_you_mean

PathsArgument = Annotated[
    list[Path], typer.Argument(metavar="PATH…", help="Files or directories: .txt, .html, .jsonl.")
]


def normalise(paths: PathsArgument, config: ConfigOption = CONFIG) -> None:
    """Print the articles in files or archives, one JSON document a line.

    Example: `monitor normalise seeds/ > articles.jsonl`
    """
    reader = ArticleReader(load_languages(config, os.environ))
    asyncio.run(_print_articles(reader, paths))
    _end(reader)


def match(
    paths: PathsArgument,
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    rule: Annotated[list[str] | None, typer.Option("--rule", metavar="ID", help="Only this rule; repeatable.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Draw which clauses held, and which did not.")] = False,
    stats: Annotated[bool, typer.Option("--stats", help="End with articles a second for each step.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show which rules match the articles in files or archives, and where.

    Example: `monitor match seeds/ --rule karabakh-use-of-force --explain`
    """
    rule_set = load_rule_set(rules)
    wanted = _Wanted(_known_rules(rule_set, rule or []), explain, as_json)
    reader = ArticleReader(load_languages(config, os.environ))
    asyncio.run(_Matching(reader, rule_set, wanted).run(paths))
    if stats:
        print_stats(reader.timer)
    _end(reader)


@dataclass(frozen=True, slots=True)
class _Wanted:
    rules: frozenset[str]
    explain: bool
    as_json: bool


async def _print_articles(reader: ArticleReader, paths: list[Path]) -> None:
    async for article in reader.iter_articles(paths):
        print(json.dumps(article_document(article), ensure_ascii=False))


def _known_rules(rule_set: RuleSet, asked: list[str]) -> frozenset[str]:
    known = [compiled.rule.id for compiled in rule_set.rules]
    unknown = [rule for rule in asked if rule not in known]
    if unknown:
        raise ConfigError(Problem("", 0, 0, f'no rule "{rule}"{did_you_mean(rule, known)}') for rule in unknown)
    return frozenset(asked or known)


class _Matching:
    """One run of `match`: articles in, one line or one block for each out."""

    def __init__(self, reader: ArticleReader, rule_set: RuleSet, wanted: _Wanted) -> None:
        self._reader = reader
        self._rule_set = rule_set
        self._matcher = RuleMatcher(rule_set)
        self._titles = {compiled.rule.id: compiled.rule.title for compiled in rule_set.rules}
        self._wanted = wanted
        self._stories: dict[str, StoryId] = {}
        self._console: Console = console()
        self._matched = 0

    async def run(self, paths: list[Path]) -> None:
        async for article in self._reader.iter_articles(paths):
            with self._reader.timer.step("match"):
                outcome = self._matcher.match(article)
            self._reader.problems += outcome.problems
            matches = [match for match in outcome.matches if match.rule in self._wanted.rules]
            self._matched += bool(matches)
            self._show(article, matches)
        if not self._wanted.as_json:
            self._console.print(f"{self._matched} of {self._reader.timer.articles} articles matched")

    def _show(self, article: Article, matches: list[Match]) -> None:
        if self._wanted.as_json:
            story = self._story_of(article)
            documents = [match_document(match, story) for match in matches]
            print(json.dumps({"article": article_document(article), "matches": documents}, ensure_ascii=False))
            return
        if matches or self._wanted.explain:
            draw_matches(self._console, article, matches, self._titles)
        if self._wanted.explain:
            for compiled in self._rule_set.rules:
                if compiled.rule.id in self._wanted.rules:
                    draw_explanation(self._console, explain_rule(compiled, article))

    def _story_of(self, article: Article) -> StoryId:
        """Stories are those among the given articles."""
        story = assign_stories([article], self._stories)[article.id]
        self._stories.setdefault(article.fingerprint, story)
        return story


def _end(reader: ArticleReader) -> None:
    print_problems(reader.problems)
    if reader.problems:
        raise typer.Exit(1)
