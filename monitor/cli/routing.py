"""`route`: who would get what, when and why, of a rule or of an article, at any moment; nothing is sent or stored."""

import asyncio
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from monitor.app import has_store, open_store
from monitor.cli.options import (
    CONFIG,
    DATA,
    RULES,
    ConfigOption,
    DataOption,
    JsonOption,
    RulesOption,
    printable,
    refuse,
)
from monitor.cli.reading import ArticleReader
from monitor.clock import utc_now
from monitor.config.assembly import Config
from monitor.config.cases import read_moment
from monitor.config.changes import ProjectFiles
from monitor.config.project import Project, read_project
from monitor.config.rule_cache import choose_cache
from monitor.config.settings import Settings
from monitor.errors import InputError
from monitor.live import create_plan
from monitor.match.matcher import RuleMatcher
from monitor.model import Article, Rule, Severity, Source, StoryId, SubscriberId
from monitor.pipeline.raising import read_audience
from monitor.render.documents import instant
from monitor.route.cases import Given, create_candidate, explain_briefly, summarise
from monitor.route.routes import Audience, Candidate, Decision, Verdict, decide, describe_condition
from monitor.route.windows import describe_pace
from monitor.text.suggest import did_you_mean

SubjectArgument = Annotated[str, typer.Argument(metavar="ARTICLE|RULE", help="A rule's id, or a file with articles.")]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help='When: "2026-03-29 23:10 Asia/Yerevan", or an instant in UTC with a Z.'),
]
SeverityOption = Annotated[str | None, typer.Option("--severity", metavar="LEVEL", help="Instead of the rule's own.")]
SourceOption = Annotated[str | None, typer.Option("--source", metavar="ID", help="As if it came from this source.")]


def route(
    subject: SubjectArgument,
    at: AtOption = None,
    severity: SeverityOption = None,
    source: SourceOption = None,
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Explain who would get what, by which route, and when; and of every other route why it does not fit.

    Silences, mutes and what subscribers chose count as they stand in the store. Nothing is sent.

    Example: `monitor route karabakh-use-of-force --at "2026-03-29 23:10 Asia/Yerevan"`
    """
    files = ProjectFiles(config=config, rules=rules, environment=os.environ, cache=choose_cache(data))
    project = read_project(files, strict=False)
    refuse(project.problems)
    if project.config is None or project.settings is None:
        raise InputError("the configuration cannot be read")
    moment = utc_now() if at is None else _read_at(at, project.settings)
    audience = asyncio.run(_read_audience(project.config, project.settings, data, moment))
    asked = _Asked(moment, _read_severity(severity), _find_source(project.config, source))
    for candidate in _find_candidates(project, subject, asked):
        decisions = _decide(candidate, audience, moment)
        if as_json:
            print(json.dumps(_document(candidate, decisions, audience, moment), ensure_ascii=False))
        else:
            _print(candidate, decisions, audience, moment)


@dataclass(frozen=True, slots=True)
class _Asked:
    at: datetime
    severity: Severity | None
    source: Source | None


def _read_at(text: str, settings: Settings) -> datetime:
    try:
        return read_moment(text, settings.timezone)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--at") from error


def _read_severity(word: str | None) -> Severity | None:
    known = [each.value for each in Severity]
    if word is not None and word not in known:
        expected = f"expected one of {', '.join(known)}{did_you_mean(word, known)}"
        raise typer.BadParameter(f'found "{word}", {expected}', param_hint="--severity")
    return Severity(word) if word else None


def _find_source(config: Config, asked: str | None) -> Source | None:
    known = {str(source.id): source for source in config.sources}
    if asked is not None and asked not in known:
        raise InputError(f'no source "{asked}"{did_you_mean(asked, known)}')
    return known[asked] if asked else None


async def _read_audience(config: Config, settings: Settings, data: Path, now: datetime) -> Audience:
    plan = create_plan(config, settings)
    if not has_store(settings, data):
        return Audience(plan.routes, plan.subscribers, silences=plan.silences)
    async with open_store(settings, data) as store, store.transaction() as tx:
        return await read_audience(tx, plan, now)


def _find_candidates(project: Project, subject: str, asked: _Asked) -> list[Candidate]:
    rules = {str(compiled.rule.id): compiled.rule for compiled in project.rule_set.rules}
    if subject in rules:
        rule = rules[subject]
        given = Given(rule=rule, severity=asked.severity or rule.severity, at=asked.at, source=asked.source)
        return [create_candidate(given)]
    if not Path(subject).exists():
        raise InputError(f'no rule and no file "{subject}"{did_you_mean(subject, rules)}')
    found = asyncio.run(_match_file(project, Path(subject), rules, asked))
    if not found:
        raise InputError(f'nothing matches in "{subject}": nobody would hear of it')
    return found


async def _match_file(project: Project, path: Path, rules: dict[str, Rule], asked: _Asked) -> list[Candidate]:
    matcher = RuleMatcher(project.rule_set)
    languages = project.settings.languages if project.settings else ()
    reader = ArticleReader(languages)
    found: list[Candidate] = []
    async for article in reader.iter_articles([path]):
        source = asked.source or Source(id=article.source, kind="archive", address=str(path))
        found += [
            Candidate(article=article, story=StoryId(article.id), match=match, rule=rules[match.rule], source=source)
            for match in matcher.match(article).matches
        ]
    refuse(reader.problems)
    return found


def _decide(candidate: Candidate, audience: Audience, at: datetime) -> list[Decision]:
    """Of every subscriber, those whom no route names too."""
    decided = list(decide(candidate, audience, at))
    named = {decision.subscriber for decision in decided}
    return [*decided, *(Decision(subscriber=each, verdicts=()) for each in audience.subscribers if each not in named)]


def _print(candidate: Candidate, decisions: Sequence[Decision], audience: Audience, at: datetime) -> None:
    title = f" in {_title_of(candidate.article)}" if candidate.article.title else ""
    print(printable(f"{candidate.match.rule} ({candidate.match.severity.value}){title}, at {instant(at)}"))
    for decision in decisions:
        zone = audience.subscribers[decision.subscriber].timezone
        print(printable(f"{decision.subscriber}: {summarise(decision, zone)}{_why(decision)} ({zone.key})"))
        for verdict in decision.verdicts:
            mark = "->" if verdict is decision.chosen else "  "
            print(printable(f"  {mark} {_place_of(verdict)}: {_describe(verdict, zone)}"))


def _title_of(article: Article) -> str:
    return f'"{(article.title or "")[:80]}"'


def _why(decision: Decision) -> str:
    if decision.refusal is not None or not decision.verdicts:
        return f", because {explain_briefly(decision)}"
    held = decision.chosen.timing.held if decision.chosen and decision.chosen.timing else None
    return ", held by quiet hours" if held == "quiet" else ""


def _place_of(verdict: Verdict) -> str:
    return f"route {verdict.number} ({verdict.route.place})" if verdict.route.place else f"route {verdict.number}"


def _describe(verdict: Verdict, zone: ZoneInfo) -> str:
    asks = describe_condition(verdict.route.when)
    if verdict.unfit:
        return f"asks for {asks}; does not fit: {', '.join(verdict.unfit)}"
    if verdict.timing is None:
        return f"asks for {asks}; fits, and route {verdict.ended_by} has ended the search"
    due = verdict.timing.due_at.astimezone(zone)
    return f"asks for {asks}; fits: {describe_pace(verdict.route.send)}, due {due:%Y-%m-%d %H:%M}"


def _document(candidate: Candidate, decisions: Sequence[Decision], audience: Audience, at: datetime) -> dict[str, Any]:
    return {
        "rule": candidate.match.rule,
        "severity": candidate.match.severity.value,
        "article": candidate.article.title,
        "at": instant(at),
        "subscribers": dict(_iter_documents(decisions, audience)),
    }


def _iter_documents(decisions: Sequence[Decision], audience: Audience) -> Iterator[tuple[SubscriberId, dict[str, Any]]]:
    for decision in decisions:
        zone = audience.subscribers[decision.subscriber].timezone
        timing = decision.chosen.timing if decision.chosen else None
        yield (
            decision.subscriber,
            {
                "outcome": str(summarise(decision, zone)),
                "due_at": instant(timing.due_at) if timing else None,
                "timezone": zone.key,
                "held": timing.held if timing else None,
                "why": explain_briefly(decision),
                "routes": [
                    {
                        "number": verdict.number,
                        "place": verdict.route.place,
                        "unfit": list(verdict.unfit),
                        "ended_by": verdict.ended_by,
                        "speaks": verdict.timing is not None,
                        "due_at": instant(verdict.timing.due_at) if verdict.timing else None,
                    }
                    for verdict in decision.verdicts
                ],
            },
        )
