"""`check`: everything that is wrong in a project, in one pass, and the tests beside the rules and the routes."""

import asyncio
import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.authoring import SCHEMAS, print_schema, print_suggestions
from monitor.cli.options import (
    CONFIG,
    DATA,
    RULES,
    ConfigOption,
    DataOption,
    JsonOption,
    RulesOption,
    print_problems,
)
from monitor.cli.volumes import Volumes, draw_volumes, measure_volumes, volumes_document
from monitor.config.changes import ProjectFiles
from monitor.config.project import Project, read_definitions, read_project
from monitor.config.route_tests import run_route_tests
from monitor.config.rule_cache import choose_cache
from monitor.errors import MonitorError, Problem
from monitor.match.examples import ExampleOutcome, run_examples
from monitor.match.lint import find_warnings
from monitor.parse.language import detect_language
from monitor.parse.options import ParseOptions
from monitor.render.template_check import check_templates
from monitor.render.templating import TEMPLATES
from monitor.text.suggest import quoted_list

StrictOption = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]
SchemaOption = Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of rule files, for editors.")]
SchemaOfOption = Annotated[
    str | None,
    typer.Option("--schema-of", metavar="KIND", help=f"Of other files: {', '.join(SCHEMAS)}."),
]
SuggestOption = Annotated[
    str | None, typer.Option("--suggest", metavar="ACTOR", help="Propose inflections and transliterations as YAML.")
]


def check(
    context: typer.Context,
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    data: DataOption = DATA,
    strict: StrictOption = False,
    as_json: JsonOption = False,
    schema: SchemaOption = False,
    schema_of: SchemaOfOption = None,
    suggest: SuggestOption = None,
) -> None:
    """Check settings, sources, subscribers, routes and rules, and run the tests beside the rules and the routes.

    Where the service has stored articles, it also says how often each rule would fire by those of late. Without
    `--config`, and without a directory `config`, only the rules are checked.

    Example: `monitor check --config config --rules rules`
    """
    if schema_of is not None and schema_of not in SCHEMAS:
        raise typer.BadParameter(f'"{schema_of}" is none of {quoted_list(SCHEMAS)}', param_hint="--schema-of")
    if schema or schema_of:
        print_schema(schema_of or "rules")
    elif suggest is not None:
        print_suggestions(suggest, config, rules)
    else:
        files = ProjectFiles(config=config, rules=rules, environment=os.environ, cache=choose_cache(data))
        project = read_project(files, strict=False)
        source = context.get_parameter_source("config")
        if source is not None and source.name == "DEFAULT" and rules.exists():
            project = _excuse_lack(project, config)
        _check_project(project, (config, rules, data), strict=strict, as_json=as_json)


def _excuse_lack(project: Project, config: Path) -> Project:
    """A repository of rules alone is whole without a configuration, which nobody asked for."""
    if config.exists():
        return project
    note = Problem(config.as_posix(), 0, 0, "no such directory, so only the rules were checked", "note")
    others = (problem for problem in project.problems if problem.file != config.as_posix())
    return replace(project, problems=(note, *others))


def _check_project(project: Project, paths: tuple[Path, Path, Path], *, strict: bool, as_json: bool) -> None:
    config, rules, data = paths
    languages = ParseOptions(project.settings.languages if project.settings else ()).detectable
    examples = run_examples(project.rule_set, detect=lambda text: detect_language([text], None, languages))
    failed = [example.problem for example in examples if example.problem is not None]
    warnings = find_warnings(project.rule_set, read_definitions(rules), languages)
    loaded = [compiled.rule for compiled in project.rule_set.rules]
    misrouted = run_route_tests(project.config, loaded) if project.config else ()
    templates = check_templates(config / TEMPLATES)
    volumes, unasked = _measure_volumes(project, data)
    problems = tuple(sorted({*project.problems, *failed, *warnings, *misrouted, *templates, *unasked}))
    if as_json:
        document = _document(project, examples, problems) | {"volumes": volumes_document(volumes)}
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        print_problems(problems)
        print(_summary(project, examples, problems))
        if volumes is not None:
            draw_volumes(volumes)
    if {problem.level for problem in problems} & ({"error", "warning"} if strict else {"error"}):
        raise typer.Exit(1)


def _measure_volumes(project: Project, data: Path) -> tuple[Volumes | None, tuple[Problem, ...]]:
    """How often the rules would fire; nothing, with a warning, where the store cannot be asked."""
    if project.settings is None:
        return None, ()
    sources = project.config.sources if project.config else ()
    try:
        return asyncio.run(measure_volumes(project.rule_set, sources, project.settings, data)), ()
    except MonitorError as error:
        return None, (Problem("", 0, 0, f"the store was not asked: {error}", "warning"),)


def _summary(project: Project, examples: tuple[ExampleOutcome, ...], problems: tuple[Problem, ...]) -> str:
    counts = _counts(project, examples, problems)
    broken = counts.pop("broken rules")
    named = [f"{number} {name if number != 1 else name.removesuffix('s')}" for name, number in counts.items()]
    if broken:
        named[0] = f"{counts['rules']} of {counts['rules'] + broken} rules"
    return f"checked {', '.join(named)}"


def _counts(project: Project, examples: tuple[ExampleOutcome, ...], problems: tuple[Problem, ...]) -> dict[str, int]:
    config = project.config
    return {
        "rules": len(project.rule_set.rules),
        "broken rules": len(project.rule_set.refused),
        "examples": len(examples),
        "sources": len(config.sources) if config else 0,
        "subscribers": len(config.subscribers) if config else 0,
        "routes": len(config.routes) if config else 0,
        "route tests": len(config.cases) if config else 0,
        "errors": sum(problem.level == "error" for problem in problems),
        "warnings": sum(problem.level == "warning" for problem in problems),
    }


def _document(
    project: Project, examples: tuple[ExampleOutcome, ...], problems: tuple[Problem, ...]
) -> dict[str, object]:
    return {"counts": _counts(project, examples, problems), "problems": [asdict(problem) for problem in problems]}
